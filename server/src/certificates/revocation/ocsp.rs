//! Asking an authority's responder (RFC 6960).

use std::time::Duration;

use aldaba_core::time::Timestamp;
use der::asn1::{ObjectIdentifier, OctetString};
use der::{Decode, Encode};
use reqwest::{Client, header};
use url::Url;
use x509_cert::Certificate;
use x509_cert::ext::pkix::{CrlReason, ExtendedKeyUsage, KeyUsage};

use super::ocsp_message::{
    Answer, BASIC, CertificateId, CertificateStatus, NO_CHECK, NONCE, Question, Request, RequestContent, Response,
    ResponseContent, ResponseStatus, nonce,
};
use super::{AHEAD, Fault, Status, body};
use crate::certificates::chain::{Valid, may, moment, validity};
use crate::certificates::signed::Signed;

const SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.9");

/// The longest answer that is read, in bytes.
const LONGEST: usize = 64 * 1024;
/// How old an answer may be that does not say until when it is good.
const FRESH: Duration = Duration::from_secs(3600);

/// What the responder at that address says of a certificate.
///
/// # Errors
/// Why it says nothing that counts.
pub(super) async fn ask(
    client: &Client,
    responder: Url,
    certificate: &Certificate,
    issuer: &Certificate,
    sent: [u8; 32],
    now: Timestamp,
) -> Result<Status, Fault> {
    let id = CertificateId::new(certificate, issuer).map_err(|_| Fault::Forged)?;
    let question = question(&id, &sent).map_err(|_| Fault::Forged)?;
    let response = client
        .post(responder)
        .header(header::CONTENT_TYPE, "application/ocsp-request")
        .header(header::ACCEPT, "application/ocsp-response")
        .body(question)
        .send()
        .await
        .map_err(|_| Fault::Unreachable)?;
    judge(&body(response, LONGEST).await?, &id, issuer, &sent, now)
}

fn question(id: &CertificateId, sent: &[u8]) -> der::Result<Vec<u8>> {
    let content = RequestContent {
        questions: vec![Question { id: id.clone() }],
        extensions: Some(vec![nonce(sent)?]),
    };
    Request { content }.to_der()
}

/// Reads an answer. Nothing of it counts before its signature stands.
pub(super) fn judge(
    bytes: &[u8],
    id: &CertificateId,
    issuer: &Certificate,
    sent: &[u8],
    now: Timestamp,
) -> Result<Status, Fault> {
    let response = Response::from_der(bytes).map_err(|_| Fault::Forged)?;
    let answer = match (response.status, response.bytes) {
        (ResponseStatus::Successful, Some(answer)) if answer.kind == BASIC => answer,
        (ResponseStatus::Successful, _) => return Err(Fault::Forged),
        (_, _) => return Err(Fault::Unreachable),
    };
    let signed = Signed::read(answer.signed.as_bytes()).map_err(|_| Fault::Forged)?;
    let content = signed.content().map_err(|_| Fault::Forged)?;
    let content = ResponseContent::from_der(&content).map_err(|_| Fault::Forged)?;
    let is_signed = std::iter::once(issuer)
        .chain(
            signed
                .certificates()
                .iter()
                .filter(|delegate| may_answer(delegate, issuer, now)),
        )
        .any(|signer| content.responder.is(signer) && signed.verify(signer).is_ok());
    if !is_signed || !is_to(&content, sent) {
        return Err(Fault::Forged);
    }
    let answer = content
        .answers
        .iter()
        .find(|answer| answer.id.is(id))
        .ok_or(Fault::Forged)?;
    if !is_current(answer, now) {
        return Err(Fault::Stale);
    }
    Ok(match &answer.status {
        CertificateStatus::Good(_) => Status::Good,
        CertificateStatus::Revoked(revoked) if revoked.reason == Some(CrlReason::CertificateHold) => Status::Suspended,
        CertificateStatus::Revoked(_) => Status::Revoked,
        CertificateStatus::Unknown(_) => Status::Unknown,
    })
}

/// Whether the authority lets the holder of that certificate answer for it (RFC 6960 section 4.2.2.2). The delegate's own
/// certificate must say that it need not be looked up: else its revocation would have to be asked of itself.
fn may_answer(delegate: &Certificate, issuer: &Certificate, now: Timestamp) -> bool {
    let content = delegate.tbs_certificate();
    let is_for_it = matches!(
        content.get_extension::<ExtendedKeyUsage>(),
        Ok(Some((_, ExtendedKeyUsage(purposes)))) if purposes.contains(&SIGNING)
    );
    let need_not_be_checked = content
        .extensions()
        .is_some_and(|extensions| extensions.iter().any(|extension| extension.extn_id == NO_CHECK));
    is_for_it
        && need_not_be_checked
        && may(delegate, KeyUsage::digital_signature) != Some(false)
        && content.issuer() == issuer.tbs_certificate().subject()
        && validity(content.validity(), now) == Valid::Now
        && delegate
            .to_der()
            .is_ok_and(|der| Signed::read(&der).is_ok_and(|signed| signed.verify(issuer).is_ok()))
}

/// Whether it answers our question. Responders that prepare their answers send no nonce; a wrong one is an answer to somebody
/// else, played again.
fn is_to(content: &ResponseContent, sent: &[u8]) -> bool {
    let found = content
        .extensions
        .iter()
        .flatten()
        .find(|extension| extension.extn_id == NONCE);
    found.is_none_or(|found| {
        OctetString::from_der(found.extn_value.as_bytes()).is_ok_and(|nonce| nonce.as_bytes() == sent)
    })
}

fn is_current(answer: &Answer, now: Timestamp) -> bool {
    let from = moment(answer.this_update.to_unix_duration());
    let until = match &answer.next_update {
        Some(until) => moment(until.to_unix_duration()),
        None => from.plus(FRESH),
    };
    from <= now.plus(AHEAD) && now <= until
}
