//! Certificate revocation lists (RFC 5280 section 5): complete ones, signed by the certificates' own authority. Delta lists,
//! lists for some reasons only and lists of another issuer are not taken.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use aldaba_core::time::Timestamp;
use der::asn1::ObjectIdentifier;
use der::{Decode, Encode};
use reqwest::Client;
use rustls::pki_types::CertificateRevocationListDer;
use rustls::pki_types::pem::PemObject;
use url::Url;
use x509_cert::Certificate;
use x509_cert::crl::{CertificateList, RevokedCert};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::name::DistributionPointName;
use x509_cert::ext::pkix::{CrlReason, IssuingDistributionPoint, KeyUsage};
use x509_cert::name::Name;

use super::{AHEAD, Fault, Status, body, names_of_points};
use crate::certificates::chain::{is_authority, may, moment};
use crate::certificates::signed::Signed;

const ISSUING_POINT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.28");
const REASON: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.21");

/// The longest list that is read, in bytes.
const LONGEST: usize = 32 * 1024 * 1024;
/// After this time a list is fetched again, though the old one would still be good.
const FRESH: Duration = Duration::from_secs(600);
/// After a try in vain, the next is made this much later.
const PAUSE: Duration = Duration::from_secs(5);
/// What fetching one list may take. Who signs in does not wait that long.
const LONGEST_FETCH: Duration = Duration::from_secs(60);
/// Lists held at a time, besides the operator's. Some authorities divide theirs into thousands.
const MOST_HELD: usize = 256;

/// Where a list is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Source {
    File(PathBuf),
    Url(Url),
}

impl Source {
    /// An address, or the name of a file.
    pub fn parse(text: &str) -> Result<Self, String> {
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Self::Url(url)),
            Ok(url) if url.cannot_be_a_base() || url.has_host() => {
                Err(format!("{text}: a list is a file, or fetched by http or https"))
            }
            Ok(_) | Err(_) => Ok(Self::File(PathBuf::from(text))),
        }
    }

    async fn load(&self, client: &Client) -> Result<Vec<u8>, Fault> {
        match self {
            Self::File(file) => tokio::fs::read(file).await.map_err(|_| Fault::Unreachable),
            Self::Url(url) => {
                let response = client.get(url.clone()).send().await.map_err(|_| Fault::Unreachable)?;
                body(response, LONGEST).await
            }
        }
    }
}

/// The lists that were fetched, and those of the operator.
pub(super) struct Lists {
    configured: Vec<Source>,
    held: Mutex<HashMap<Source, Arc<Slot>>>,
}

/// One list's place.
#[derive(Default)]
struct Slot {
    /// Looked at and replaced at once: whoever fetches does not keep others from what is held.
    held: Mutex<Held>,
    /// Locked while it is fetched, so that it is fetched once.
    turn: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct Held {
    list: Option<Arc<List>>,
    /// When it was fetched.
    since: Option<Timestamp>,
    /// When it was last tried in vain, and why.
    failed: Option<(Timestamp, Fault)>,
}

impl Held {
    /// The list, if it is good at all.
    fn current(&self, now: Timestamp) -> Option<Arc<List>> {
        self.list.as_ref().filter(|list| list.is_current(now)).map(Arc::clone)
    }

    /// What can be said without fetching it.
    fn known(&self, now: Timestamp) -> Option<Result<Arc<List>, Fault>> {
        let is_fresh = self.since.is_some_and(|since| now.since(since) < FRESH);
        if let Some(list) = self.current(now).filter(|_| is_fresh) {
            return Some(Ok(list));
        }
        match self.failed {
            Some((at, fault)) if now.since(at) < PAUSE => Some(self.current(now).ok_or(fault)),
            _ => None,
        }
    }
}

impl Slot {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The list held if it is fresh, else a new one, else the one held if it is still good.
    async fn newest(self: &Arc<Self>, client: &Client, source: Source, now: Timestamp) -> Result<Arc<List>, Fault> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        if let Some(known) = self.held().known(now) {
            return known;
        }
        let (slot, client) = (Arc::clone(self), client.clone());
        let fetching = tokio::spawn(async move {
            let fetched = slot.fetch(&client, &source, now).await;
            drop(turn);
            fetched
        });
        fetching.await.unwrap_or(Err(Fault::Unreachable))
    }

    async fn fetch(&self, client: &Client, source: &Source, now: Timestamp) -> Result<Arc<List>, Fault> {
        let loaded = tokio::time::timeout(LONGEST_FETCH, source.load(client)).await;
        let read = match loaded.unwrap_or(Err(Fault::Unreachable)) {
            // Long lists take a while to be read.
            Ok(bytes) => tokio::task::spawn_blocking(move || List::read(&bytes))
                .await
                .unwrap_or(Err(Fault::Forged)),
            Err(fault) => Err(fault),
        };
        let mut held = self.held();
        match read {
            Ok(list) => {
                let list = Arc::new(list);
                *held = Held {
                    list: Some(Arc::clone(&list)),
                    since: Some(now),
                    failed: None,
                };
                Ok(list)
            }
            Err(fault) => {
                held.failed = Some((now, fault));
                held.current(now).ok_or(fault)
            }
        }
    }
}

impl Lists {
    pub fn new(configured: Vec<Source>) -> Self {
        Self {
            configured,
            held: Mutex::default(),
        }
    }

    pub fn configured(&self) -> &[Source] {
        &self.configured
    }

    /// The list at that place: the one held if it is fresh, else a new one, else the one held if it is still good; the latter
    /// too where a new one does not come by the deadline. It is fetched to its end all the same, for whoever asks next.
    pub async fn get(
        &self,
        client: &Client,
        source: Source,
        now: Timestamp,
        deadline: Duration,
    ) -> Result<Arc<List>, Fault> {
        let slot = self.slot(&source);
        tokio::time::timeout(deadline, slot.newest(client, source, now))
            .await
            .unwrap_or_else(|_| slot.held().current(now).ok_or(Fault::Unreachable))
    }

    fn slot(&self, source: &Source) -> Arc<Slot> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MOST_HELD + self.configured.len() && !held.contains_key(source) {
            held.retain(|source, _| self.configured.contains(source));
        }
        Arc::clone(held.entry(source.clone()).or_default())
    }
}

/// A revocation list.
pub(super) struct List {
    issuer: Name,
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    /// What it is about. None: everything of its issuer.
    scope: Option<IssuingDistributionPoint>,
    revoked: HashMap<Vec<u8>, Status>,
    /// It says something that we do not understand, so that it cannot be relied on.
    is_beyond_us: bool,
    bytes: Vec<u8>,
    /// The key that it was verified with, and whether that stood.
    verified: OnceLock<(Vec<u8>, bool)>,
}

impl List {
    /// Reads DER, or PEM.
    pub fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let der = match bytes.starts_with(b"-----") {
            true => CertificateRevocationListDer::from_pem_slice(bytes)
                .map_err(|_| Fault::Forged)?
                .as_ref()
                .to_vec(),
            false => bytes.to_vec(),
        };
        let list: CertificateList = CertificateList::from_der(&der).map_err(|_| Fault::Forged)?;
        let list = list.tbs_cert_list;
        let extensions = list.crl_extensions.unwrap_or_default();
        let mut is_beyond_us = extensions
            .iter()
            .any(|extension| extension.critical && extension.extn_id != ISSUING_POINT);
        let scope = match extensions.iter().find(|extension| extension.extn_id == ISSUING_POINT) {
            Some(extension) => {
                Some(IssuingDistributionPoint::from_der(extension.extn_value.as_bytes()).map_err(|_| Fault::Forged)?)
            }
            None => None,
        };
        let mut revoked = HashMap::new();
        for entry in list.revoked_certificates.unwrap_or_default() {
            is_beyond_us |= entry.extensions().iter().any(|extension| extension.critical);
            revoked.insert(entry.serial_number.as_bytes().to_vec(), entry.status());
        }
        Ok(Self {
            issuer: list.issuer,
            this_update: moment(list.this_update.to_unix_duration()),
            next_update: list.next_update.map(|time| moment(time.to_unix_duration())),
            scope,
            revoked,
            is_beyond_us,
            bytes: der,
            verified: OnceLock::new(),
        })
    }

    /// What it says of a certificate. None: nothing, it is about others.
    pub fn status(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        now: Timestamp,
    ) -> Result<Option<Status>, Fault> {
        if self.issuer != *certificate.tbs_certificate().issuer() || self.is_beyond_us || !self.is_about(certificate) {
            return Ok(None);
        }
        if may(issuer, KeyUsage::crl_sign) == Some(false) || !self.is_signed_by(issuer) {
            return Err(Fault::Forged);
        }
        if !self.is_current(now) {
            return Err(Fault::Stale);
        }
        let serial = certificate.tbs_certificate().serial_number();
        Ok(Some(
            self.revoked.get(serial.as_bytes()).copied().unwrap_or(Status::Good),
        ))
    }

    /// A list without an end would be good for ever: RFC 5280 does not allow it, and neither do we.
    fn is_current(&self, now: Timestamp) -> bool {
        self.this_update <= now.plus(AHEAD) && self.next_update.is_some_and(|end| now <= end)
    }

    fn is_signed_by(&self, issuer: &Certificate) -> bool {
        let Ok(key) = issuer.tbs_certificate().subject_public_key_info().to_der() else {
            return false;
        };
        let verify = || Signed::read(&self.bytes).is_ok_and(|signed| signed.verify(issuer).is_ok());
        let (by, stands) = self.verified.get_or_init(|| (key.clone(), verify()));
        if *by == key { *stands } else { verify() }
    }

    fn is_about(&self, certificate: &Certificate) -> bool {
        let Some(scope) = &self.scope else { return true };
        let is_authority = is_authority(certificate);
        if scope.indirect_crl
            || scope.only_some_reasons.is_some()
            || scope.only_contains_attribute_certs
            || (scope.only_contains_user_certs && is_authority)
            || (scope.only_contains_ca_certs && !is_authority)
        {
            return false;
        }
        match &scope.distribution_point {
            None => true,
            Some(DistributionPointName::FullName(names)) => {
                names_of_points(certificate).iter().any(|name| names.contains(name))
            }
            Some(DistributionPointName::NameRelativeToCRLIssuer(_)) => false,
        }
    }
}

trait Entry {
    fn extensions(&self) -> &[Extension];
    fn status(&self) -> Status;
}

impl Entry for RevokedCert {
    fn extensions(&self) -> &[Extension] {
        self.crl_entry_extensions.as_deref().unwrap_or_default()
    }

    fn status(&self) -> Status {
        let reason = self.extensions().iter().find(|extension| extension.extn_id == REASON);
        match reason.map(|reason| CrlReason::from_der(reason.extn_value.as_bytes())) {
            Some(Ok(CrlReason::CertificateHold)) => Status::Suspended,
            _ => Status::Revoked,
        }
    }
}
