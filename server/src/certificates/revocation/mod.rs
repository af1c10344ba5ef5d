//! Whether a certificate, or an authority above it, was revoked. Asked afresh at every sign-in.
//!
//! The authority's responder (OCSP) is asked first, because it knows most; a revocation list (CRL) answers where there is no
//! responder, or where it fails. A list or an answer counts only if the authority signed it and it is up to date. Addresses
//! come from the operator, or from certificates whose chain has been verified before: nobody makes this server ask anywhere.
//!
//! | what is found | what follows |
//! |---|---|
//! | good | the next certificate of the chain |
//! | revoked, suspended, unknown to its authority | refused |
//! | nobody answers by the deadline, and no good list is held | refused, or only level low, as `revocation_unreachable` says |
//! | out of date, or signed by somebody else | refused |
//! | nowhere to ask | refused |

mod crl;
mod ocsp;
pub mod ocsp_message;

use std::time::Duration;

use aldaba_core::random::{Random, bytes};
use aldaba_core::time::Timestamp;
use der::asn1::ObjectIdentifier;
use futures::future::join_all;
use reqwest::{Client, redirect};
use url::Url;
use x509_cert::Certificate;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::pkix::{AuthorityInfoAccessSyntax, CrlDistributionPoints};

use super::Refusal;
use super::chain::Chain;
use crate::config::Unreachable;

use crl::{Lists, Source};

const OCSP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");

/// How far an authority's clock may be ahead of ours.
const AHEAD: Duration = Duration::from_secs(300);

/// What is known of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Good,
    Revoked,
    Suspended,
    Unknown,
}

/// Why a responder or list says nothing. Ordered: what is worse hides what is less bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Unreachable,
    Stale,
    Forged,
}

/// How much was learnt about a chain that is not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learnt {
    /// Nothing in it was revoked.
    Good,
    /// Nobody answered, and the operator lets that pass at level low.
    Nothing,
}

/// Asks whether certificates were revoked.
pub struct Revocation {
    client: Client,
    lists: Lists,
    responder: Option<Url>,
    unreachable: Unreachable,
    deadline: Duration,
}

/// The operator's choices.
pub struct Choices {
    /// Revocation lists besides those that certificates name: files or addresses.
    pub lists: Vec<String>,
    /// A responder to be asked instead of the one that a certificate names.
    pub responder: Option<Url>,
    /// What follows when nobody answers.
    pub unreachable: Unreachable,
    /// How long one answer may take.
    pub deadline: Duration,
}

impl Revocation {
    /// Prepares to ask. Redirects are not followed: an answer comes from where the authority said.
    ///
    /// # Errors
    /// A list's address that is none, or an HTTP client that cannot be made.
    pub fn new(choices: Choices) -> Result<Self, String> {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(choices.deadline)
            .build()
            .map_err(|error| format!("the HTTP client cannot be made: {error}"))?;
        let configured = choices
            .lists
            .iter()
            .map(|list| Source::parse(list))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            client,
            lists: Lists::new(configured),
            responder: choices.responder,
            unreachable: choices.unreachable,
            deadline: choices.deadline,
        })
    }

    /// Judges every link of a chain, all at once.
    ///
    /// # Errors
    /// The [`Refusal`] of the first link that is not good, the person's own certificate before those above it.
    pub async fn check(&self, chain: &Chain, random: &dyn Random, now: Timestamp) -> Result<Learnt, Refusal> {
        let links = chain.links().map(|(certificate, issuer)| {
            let nonce = bytes(random);
            self.status(certificate, issuer, nonce, now)
        });
        let mut learnt = Learnt::Good;
        for (index, found) in join_all(links).await.into_iter().enumerate() {
            match found {
                Ok(Status::Good) => {}
                Ok(Status::Revoked | Status::Suspended) if index > 0 => return Err(Refusal::AuthorityRevoked),
                Ok(Status::Revoked) => return Err(Refusal::Revoked),
                Ok(Status::Suspended) => return Err(Refusal::Suspended),
                Ok(Status::Unknown) => return Err(Refusal::StatusUnknown),
                Err(Some(Fault::Unreachable)) if self.unreachable == Unreachable::Low => learnt = Learnt::Nothing,
                Err(Some(Fault::Unreachable)) => return Err(Refusal::StatusUnreachable),
                Err(Some(Fault::Stale)) => return Err(Refusal::StatusStale),
                Err(Some(Fault::Forged)) => return Err(Refusal::StatusForged),
                Err(None) => return Err(Refusal::StatusNowhere),
            }
        }
        Ok(learnt)
    }

    /// What is known of one certificate. The error is the worst fault of those who said nothing; None: there is nobody to ask.
    async fn status(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        nonce: [u8; 32],
        now: Timestamp,
    ) -> Result<Status, Option<Fault>> {
        let mut worst = None;
        if let Some(responder) = self.responder.clone().or_else(|| responder(certificate)) {
            let asked = ocsp::ask(&self.client, responder, certificate, issuer, nonce, now);
            match tokio::time::timeout(self.deadline, asked).await {
                Ok(Ok(status)) => return Ok(status),
                Ok(Err(fault)) => worst = worst.max(Some(fault)),
                Err(_) => worst = worst.max(Some(Fault::Unreachable)),
            }
        }
        let points = distribution_points(certificate);
        let sources = self
            .lists
            .configured()
            .iter()
            .cloned()
            .chain(points.into_iter().map(Source::Url));
        let loads = sources.map(|source| self.lists.get(&self.client, source, now, self.deadline));
        for list in join_all(loads).await {
            match list.and_then(|list| list.status(certificate, issuer, now)) {
                Ok(Some(status)) => return Ok(status),
                Ok(None) => {}
                Err(fault) => worst = worst.max(Some(fault)),
            }
        }
        Err(worst)
    }
}

/// The responder that a certificate names.
fn responder(certificate: &Certificate) -> Option<Url> {
    let (_, AuthorityInfoAccessSyntax(found)) = certificate.tbs_certificate().get_extension().ok()??;
    found
        .iter()
        .filter(|access| access.access_method == OCSP)
        .find_map(|access| address(&access.access_location))
}

/// The lists that a certificate names.
fn distribution_points(certificate: &Certificate) -> Vec<Url> {
    names_of_points(certificate).iter().filter_map(address).collect()
}

/// Every full name of a certificate's distribution points.
fn names_of_points(certificate: &Certificate) -> Vec<GeneralName> {
    let Ok(Some((_, CrlDistributionPoints(points)))) = certificate.tbs_certificate().get_extension() else {
        return Vec::new();
    };
    let names = points.into_iter().filter_map(|point| match point.distribution_point {
        Some(DistributionPointName::FullName(names)) => Some(names),
        Some(DistributionPointName::NameRelativeToCRLIssuer(_)) | None => None,
    });
    names.flatten().collect()
}

/// Plain http is as good as https here: what is fetched is signed by the authority. LDAP is not spoken.
fn address(name: &GeneralName) -> Option<Url> {
    let GeneralName::UniformResourceIdentifier(text) = name else {
        return None;
    };
    let url = Url::parse(text.as_str()).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// Every address that a certificate names.
#[cfg(feature = "testing")]
pub(crate) fn addresses(certificate: &Certificate) -> Vec<Url> {
    responder(certificate)
        .into_iter()
        .chain(distribution_points(certificate))
        .collect()
}

/// What a list says of a certificate, if it counts.
#[cfg(feature = "testing")]
pub(crate) fn said_by_list(
    list: &[u8],
    certificate: &Certificate,
    issuer: &Certificate,
    now: Timestamp,
) -> Option<String> {
    let status = crl::List::read(list).and_then(|list| list.status(certificate, issuer, now));
    status.ok().flatten().map(|status| format!("{status:?}"))
}

/// What an answer without a nonce says of a certificate, if it counts.
#[cfg(feature = "testing")]
pub(crate) fn said_by_responder(
    answer: &[u8],
    certificate: &Certificate,
    issuer: &Certificate,
    now: Timestamp,
) -> Option<String> {
    let id = ocsp_message::CertificateId::new(certificate, issuer).ok()?;
    let status = ocsp::judge(answer, &id, issuer, &[0; 32], now);
    status.ok().map(|status| format!("{status:?}"))
}

/// The body of an answer, if it is not longer than `most` bytes.
async fn body(mut response: reqwest::Response, most: usize) -> Result<Vec<u8>, Fault> {
    if !response.status().is_success() {
        return Err(Fault::Unreachable);
    }
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|_| Fault::Unreachable)? {
        if body.len() + part.len() > most {
            return Err(Fault::Unreachable);
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}
