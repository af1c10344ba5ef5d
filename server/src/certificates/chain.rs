//! From a certificate to an authority that the operator trusts.
//!
//! Path building, signatures, validity, basic constraints, path lengths, name constraints and the purpose (clientAuth) are
//! webpki's, by the server's clock. What it leaves to its caller is judged here: what the person's key is for, that every
//! certificate above may sign certificates, and that the authority at the top is itself still valid.

use aldaba_core::time::Timestamp;
use der::Decode;
use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, Error, KeyUsage as Purpose, anchor_from_trusted_cert};
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage};
use x509_cert::time::Validity;
use x509_cert::{Certificate, Version};

use super::Refusal;
use super::signed::ALGORITHMS;

/// Certificates that a browser may send along; real chains have two or three.
const MOST_SENT: usize = 8;

/// The authorities that the operator trusts, and the certificates that lead to them.
pub struct Authorities {
    anchors: Vec<TrustAnchor<'static>>,
    certificates: Vec<Certificate>,
    intermediates: Vec<CertificateDer<'static>>,
}

/// A person's certificate, those above it, and the trusted authority's as the last.
pub struct Chain {
    leaf: Certificate,
    above: Vec<Certificate>,
}

impl Chain {
    /// The person's certificate.
    #[must_use]
    pub fn leaf(&self) -> &Certificate {
        &self.leaf
    }

    /// Every certificate with its issuer's, the person's first. The trusted authority's own is nobody's to revoke.
    pub fn links(&self) -> impl Iterator<Item = (&Certificate, &Certificate)> {
        std::iter::once(&self.leaf).chain(&self.above).zip(&self.above)
    }
}

impl Authorities {
    /// Takes the operator's certificates.
    ///
    /// # Errors
    /// Which one cannot be an authority, and why.
    pub fn new(
        trusted: &[CertificateDer<'static>],
        intermediates: Vec<CertificateDer<'static>>,
    ) -> Result<Self, String> {
        let mut anchors = Vec::new();
        let mut certificates = Vec::new();
        for (index, der) in trusted.iter().enumerate() {
            let place = || format!("certificate {}", index + 1);
            let certificate = Certificate::from_der(der).map_err(|_| format!("{} cannot be read", place()))?;
            if !is_authority(&certificate) {
                return Err(format!("{} is no authority's (basic constraints)", place()));
            }
            let anchor = anchor_from_trusted_cert(der).map_err(|error| format!("{}: {error}", place()))?;
            anchors.push(anchor.to_owned());
            certificates.push(certificate);
        }
        if anchors.is_empty() {
            return Err("no certificate of an authority is there".to_owned());
        }
        for (index, der) in intermediates.iter().enumerate() {
            if !Certificate::from_der(der).is_ok_and(|certificate| is_authority(&certificate)) {
                return Err(format!("intermediate {} is no authority's", index + 1));
            }
        }
        Ok(Self {
            anchors,
            certificates,
            intermediates,
        })
    }

    /// The trusted authorities' certificates.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The chain of what a browser presented: its certificate first, then what it sent along, in any order.
    ///
    /// # Errors
    /// The [`Refusal`] says what is wrong with it.
    pub fn chain(&self, presented: &[CertificateDer<'_>], now: Timestamp) -> Result<Chain, Refusal> {
        let (first, sent) = presented.split_first().ok_or(Refusal::Missing)?;
        let leaf = Certificate::from_der(first).map_err(|_| Refusal::Malformed)?;
        if leaf.tbs_certificate().version() != Version::V3 {
            return Err(Refusal::Malformed);
        }
        match validity(leaf.tbs_certificate().validity(), now) {
            Valid::Now => {}
            Valid::Later => return Err(Refusal::NotYet),
            Valid::Before => return Err(Refusal::Expired),
        }
        if is_authority(&leaf) {
            return Err(Refusal::IsAuthority);
        }
        let end_entity = EndEntityCert::try_from(first).map_err(|error| refusal(&error))?;
        let intermediates: Vec<CertificateDer<'_>> = sent
            .iter()
            .take(MOST_SENT)
            .chain(&self.intermediates)
            .map(|der| CertificateDer::from(der.as_ref()))
            .collect();
        let path = end_entity
            .verify_for_usage(
                ALGORITHMS.all,
                &self.anchors,
                &intermediates,
                unix(now),
                Purpose::client_auth(),
                None,
                None,
            )
            .map_err(|error| refusal(&error))?;
        let mut above = Vec::new();
        for intermediate in path.intermediate_certificates() {
            above.push(Certificate::from_der(&intermediate.der()).map_err(|_| Refusal::Malformed)?);
        }
        // An authority that was renewed with its key is there twice, and for the path both are the same: the one that is good now
        // counts.
        let mut tops = self
            .anchors
            .iter()
            .zip(&self.certificates)
            .filter(|(anchor, _)| *anchor == path.anchor())
            .map(|(_, top)| top)
            .peekable();
        if tops.peek().is_none() {
            return Err(Refusal::Authority);
        }
        let top = tops.find(|top| validity(top.tbs_certificate().validity(), now) == Valid::Now);
        let top = top.ok_or(Refusal::AuthorityExpired)?;
        above.push(top.clone());
        if !above
            .iter()
            .all(|issuer| may(issuer, KeyUsage::key_cert_sign) != Some(false))
        {
            return Err(Refusal::AuthorityUnfit);
        }
        // ETSI EN 319 412-2 asks for a key usage in every person's certificate: one without is not let through.
        if may(&leaf, KeyUsage::digital_signature) != Some(true) {
            return Err(Refusal::Usage);
        }
        Ok(Chain { leaf, above })
    }
}

/// Whether the certificate says that its holder may do that with the key. None: it says nothing.
pub(super) fn may(certificate: &Certificate, usage: impl Fn(&KeyUsage) -> bool) -> Option<bool> {
    match certificate.tbs_certificate().get_extension::<KeyUsage>() {
        Ok(found) => found.map(|(_, found)| usage(&found)),
        Err(_) => Some(false),
    }
}

/// Whether it is an authority's.
pub(super) fn is_authority(certificate: &Certificate) -> bool {
    let found = certificate.tbs_certificate().get_extension::<BasicConstraints>();
    matches!(found, Ok(Some((_, constraints))) if constraints.ca)
}

/// Where a moment lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Valid {
    /// Inside.
    Now,
    /// The validity has not begun.
    Later,
    /// It is over.
    Before,
}

pub(super) fn validity(validity: &Validity, now: Timestamp) -> Valid {
    if now < moment(validity.not_before.to_unix_duration()) {
        Valid::Later
    } else if now.as_secs() > moment(validity.not_after.to_unix_duration()).as_secs() {
        Valid::Before
    } else {
        Valid::Now
    }
}

/// A moment as ASN.1 has it.
pub(super) fn moment(since_epoch: std::time::Duration) -> Timestamp {
    Timestamp::from_millis(0).plus(since_epoch)
}

fn unix(now: Timestamp) -> UnixTime {
    UnixTime::since_unix_epoch(now.since(Timestamp::from_millis(0)))
}

/// What webpki's errors mean to whoever presented the certificate. Its own validity was looked at before.
fn refusal(error: &Error) -> Refusal {
    match error {
        Error::UnknownIssuer
        | Error::CertDistrusted
        | Error::MaximumPathBuildCallsExceeded
        | Error::MaximumPathDepthExceeded
        | Error::MaximumSignatureChecksExceeded
        | Error::MaximumNameConstraintComparisonsExceeded => Refusal::Authority,
        Error::InvalidSignatureForPublicKey => Refusal::Forged,
        Error::UnsupportedSignatureAlgorithmContext(_) | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            Refusal::Weak
        }
        Error::CertExpired { .. } | Error::CertNotValidYet { .. } | Error::InvalidCertValidity => {
            Refusal::AuthorityExpired
        }
        Error::EndEntityUsedAsCa | Error::PathLenConstraintViolated => Refusal::AuthorityUnfit,
        Error::CaUsedAsEndEntity => Refusal::IsAuthority,
        Error::NameConstraintViolation | Error::MalformedNameConstraint => Refusal::NameConstraint,
        Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => Refusal::Purpose,
        Error::UnsupportedCriticalExtension => Refusal::Extension,
        _ => Refusal::Malformed,
    }
}
