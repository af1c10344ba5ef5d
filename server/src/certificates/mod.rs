//! Signing in with an X.509 certificate (FNMT, DNIe …) over mutual TLS, on a host name and port of its own.
//!
//! ```text
//! signin/certificate.rs   the page, and the ticket that goes         portal  ──303──▶  certificate host
//! listener.rs             TLS that asks for a certificate
//! present.rs              the ticket meets the certificate           certificate host  ──303──▶  portal
//!   chain.rs              to an authority that the operator trusts
//!   subject.rs            whom it names
//!   level.rs              how sure that is
//!   revocation/           whether it was revoked: OCSP, revocation lists
//! signin/certificate.rs   the ticket that comes back opens a session
//! ```
//!
//! Rules:
//! - TLS proves that the browser holds the certificate's key; everything else is judged here, so that each case has a page
//!   that says what to do. No header of a proxy is ever believed: TLS ends in this process.
//! - Nothing but two random tickets crosses between the hosts. Each is good once and briefly; the one that comes back is
//!   worth something only in the browser that began (its cookie), so that nobody can be signed in as somebody else by a link.
//! - Who is not known to be unrevoked is refused.

pub mod chain;
pub mod level;
pub mod listener;
mod present;
mod refusal;
pub mod revocation;
mod signed;
pub mod subject;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aldaba_core::document::Document;
use aldaba_core::level::Level;
use aldaba_core::random::Random;
use aldaba_core::time::Timestamp;
use der::asn1::ObjectIdentifier;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::config::Certificates as Settings;

use chain::Authorities;
use revocation::{Choices, Learnt, Revocation};
use subject::Subject;

pub use present::routes;
pub use refusal::{CertificateError, Refusal};

/// What a good certificate proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// Whose it is.
    pub document: Document,
    /// How sure that is.
    pub level: Level,
    /// Whether it says that they represent an organisation; they sign in as themselves all the same.
    pub represents: bool,
}

/// The operator's authorities and choices, ready to judge certificates.
pub struct Certificates {
    authorities: Authorities,
    revocation: Revocation,
    on_card: Vec<ObjectIdentifier>,
    tls: Arc<rustls::ServerConfig>,
}

impl Certificates {
    /// Reads the files that the settings name.
    ///
    /// # Errors
    /// Which file or setting cannot be used, and why.
    pub fn open(settings: &Settings) -> Result<Self, String> {
        let authorities = Authorities::new(&read_all(&settings.authorities)?, read_all(&settings.intermediates)?)
            .map_err(|why| format!("authorities: {why}"))?;
        let on_card = settings
            .on_card_policies
            .iter()
            .map(|policy| {
                policy
                    .parse()
                    .map_err(|_| format!("on_card_policies: {policy} is no OID"))
            })
            .collect::<Result<_, _>>()?;
        let revocation = Revocation::new(Choices {
            lists: settings.crls.clone(),
            responder: settings.ocsp_responder.clone(),
            unreachable: settings.revocation_unreachable,
            deadline: Duration::from_secs(settings.revocation_deadline_seconds),
        })?;
        let tls = listener::tls(settings, &authorities)?;
        Ok(Self {
            authorities,
            revocation,
            on_card,
            tls,
        })
    }

    /// Judges what a browser presented: its certificate first, then those that it sent along.
    ///
    /// # Errors
    /// The [`Refusal`] says what is wrong.
    pub async fn judge(
        &self,
        presented: &[CertificateDer<'_>],
        random: &dyn Random,
        now: Timestamp,
    ) -> Result<Proven, Refusal> {
        let chain = self.authorities.chain(presented, now)?;
        let Subject { document, represents } = Subject::read(chain.leaf().tbs_certificate().subject())?;
        let level = match self.revocation.check(&chain, random, now).await? {
            Learnt::Good => level::level(chain.leaf(), &self.on_card),
            Learnt::Nothing => Level::Low,
        };
        Ok(Proven {
            document,
            level,
            represents,
        })
    }

    /// How the listener speaks TLS.
    pub(crate) fn tls(&self) -> Arc<rustls::ServerConfig> {
        Arc::clone(&self.tls)
    }
}

/// Every certificate of PEM files.
pub(crate) fn read_all(files: &[PathBuf]) -> Result<Vec<CertificateDer<'static>>, String> {
    let mut certificates = Vec::new();
    for file in files {
        certificates.extend(read(file)?);
    }
    Ok(certificates)
}

/// The certificates of a PEM file; at least one.
pub(crate) fn read(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let failed = |why: &dyn std::fmt::Display| format!("{}: {why}", file.display());
    let found = CertificateDer::pem_file_iter(file)
        .map_err(|error| failed(&error))?
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| failed(&error))?;
    if found.is_empty() {
        return Err(failed(&"no certificate (PEM) is in it"));
    }
    Ok(found)
}
