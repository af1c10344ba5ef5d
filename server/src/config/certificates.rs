//! Signing in with certificates: the host that asks for them, and whom it trusts.

use std::net::SocketAddr;
use std::path::PathBuf;

use der::asn1::ObjectIdentifier;
use serde::Deserialize;
use url::Url;

use super::PublicUrl;
use super::check::owner_only;
use crate::certificates;

/// The certificate host. TLS ends in this process: what stands before it must pass TCP through.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificates {
    /// Where to listen: `0.0.0.0:8443`.
    pub listen: SocketAddr,
    /// The address that browsers use: `https://cert.pin.example.org`. A host name or port of its own.
    pub public_url: PublicUrl,
    /// PEM: the certificate of that host name and those above it.
    pub server_certificate: PathBuf,
    /// PEM: its key, readable by its owner alone.
    pub server_key: PathBuf,
    /// PEM files: the authorities whose certificates sign people in. Each is trusted by itself; nobody asks whether it was
    /// revoked.
    pub authorities: Vec<PathBuf>,
    /// PEM files: certificates between those and people's, for browsers that do not send them along.
    #[serde(default)]
    pub intermediates: Vec<PathBuf>,
    /// Revocation lists besides those that certificates name: files, or http(s) addresses.
    #[serde(default)]
    pub crls: Vec<String>,
    /// A responder (OCSP) to ask instead of those that certificates name.
    #[serde(default)]
    pub ocsp_responder: Option<Url>,
    /// What follows when nobody who knows whether a certificate was revoked answers.
    #[serde(default)]
    pub revocation_unreachable: Unreachable,
    /// Seconds that one answer about revocation may take.
    #[serde(default = "default_deadline")]
    pub revocation_deadline_seconds: u64,
    /// Policies (OIDs) under which certificates are issued on a card only: they reach level high. Others reach substantial.
    #[serde(default)]
    pub on_card_policies: Vec<String>,
}

/// What follows when nobody answers whether a certificate was revoked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unreachable {
    /// Nobody is signed in.
    #[default]
    Refuse,
    /// The person is signed in at level low, where the site is content with that.
    Low,
}

fn default_deadline() -> u64 {
    5
}

impl Certificates {
    /// Whether a server may start with these settings; `main` is the address of its pages.
    pub(super) fn check(&self, main: &PublicUrl) -> Result<(), String> {
        if !self.public_url.is_secure() {
            return Err("public_url must be https, also on this machine: certificates are asked for by TLS".to_owned());
        }
        if self.public_url.origin() == main.origin() {
            return Err("public_url must have a host name or port of its own, other than the pages'".to_owned());
        }
        if !(1..=10).contains(&self.revocation_deadline_seconds) {
            return Err("revocation_deadline_seconds is from 1 to 10".to_owned());
        }
        if self
            .ocsp_responder
            .as_ref()
            .is_some_and(|url| !matches!(url.scheme(), "http" | "https"))
        {
            return Err("ocsp_responder must be http or https".to_owned());
        }
        for policy in &self.on_card_policies {
            if policy.parse::<ObjectIdentifier>().is_err() {
                return Err(format!(
                    "on_card_policies: {policy} is no OID; write it like 1.3.6.1.4.1.5734.3.10.1"
                ));
            }
        }
        owner_only(&self.server_key).map_err(|why| format!("server_key: {why}"))?;
        // Everything is read here as it will be at start, so that what cannot be used is told with the other settings.
        certificates::Certificates::open(self).map(|_| ())
    }
}
