//! What is thrown away, and when. Nothing that a limit still counts: those look back one day.

use std::time::Duration;

use aldaba_core::self_generated::FORGOTTEN;
use aldaba_core::sms::KNOWN_FOR;
use aldaba_core::time::Timestamp;

use crate::error::StoreError;
use crate::transaction::{Transaction, bind};

/// How long requests, activations, messages and sessions are kept after their last use. Limits look back 24 hours.
pub const KEPT: Duration = Duration::from_secs(48 * 3600);

/// How long what a site asked for is kept after its end when nobody answered it: the page says meanwhile that it is over.
pub const UNANSWERED: Duration = Duration::from_secs(3600);

/// Rows of one table thrown away by one call, so that no transaction grows long.
const MOST: u32 = 5000;

/// How many rows were thrown away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Purged {
    /// Nonces of signatures that are too old by their own date.
    pub nonces: u64,
    /// Activations, with their codes.
    pub activations: u64,
    /// Sign-in requests.
    pub requests: u64,
    /// Browser sessions.
    pub sessions: u64,
    /// Sites' requests whose session is forgotten too.
    pub authorizations: u64,
    /// Messages that were sent, given up or are of no more use.
    pub messages: u64,
    /// Tickets of signing in with a certificate.
    pub certificate_tickets: u64,
    /// Clients' assertions that are too old by their own date, and secrets that ended.
    pub clients: u64,
    /// Logouts that sites were told, or that were given up.
    pub logouts: u64,
    /// Browsers that nobody signed in in for a year.
    pub known_browsers: u64,
    /// Codes for passwords, and failures at documents without one.
    pub passwords: u64,
    /// Failures with self-generated PINs of nobody.
    pub pairs: u64,
    /// Devices of people who were erased.
    pub erased_devices: u64,
}

impl Purged {
    /// All together.
    pub const fn total(&self) -> u64 {
        self.nonces
            + self.activations
            + self.requests
            + self.sessions
            + self.authorizations
            + self.messages
            + self.certificate_tickets
            + self.clients
            + self.logouts
            + self.known_browsers
            + self.passwords
            + self.pairs
            + self.erased_devices
    }

    /// Whether a table may have more: call again.
    pub const fn is_partial(&self) -> bool {
        let most = MOST as u64;
        self.nonces >= most
            || self.activations >= most
            || self.requests >= most
            || self.sessions >= most
            || self.authorizations >= most
            || self.messages >= most
            || self.certificate_tickets >= most
            || self.clients >= most
            || self.logouts >= most
            || self.known_browsers >= most
            || self.passwords >= most
            || self.pairs >= most
            || self.erased_devices >= most
    }
}

/// Throws away what is over and counted by nothing. Devices, people and the audit log stay.
pub async fn purge(tx: &Transaction, now: Timestamp) -> Result<Purged, StoreError> {
    let old = now.minus(KEPT);
    let purge = async |sql: &str, before: Timestamp| tx.execute(sql, vec![bind::time(before), bind::int(MOST)]).await;
    Ok(Purged {
        nonces: purge(
            "DELETE FROM nonces WHERE (device_id, nonce_hash) IN \
             (SELECT device_id, nonce_hash FROM nonces WHERE expires_at <= $1 LIMIT $2)",
            now,
        )
        .await?,
        activations: purge(
            "DELETE FROM activations WHERE id IN (SELECT id FROM activations WHERE expires_at <= $1 LIMIT $2)",
            old,
        )
        .await?,
        requests: purge(
            "DELETE FROM requests WHERE id IN (SELECT id FROM requests WHERE expires_at <= $1 LIMIT $2)",
            old,
        )
        .await?,
        sessions: purge(
            "DELETE FROM sessions WHERE id_hash IN (SELECT id_hash FROM sessions WHERE used_at <= $1 LIMIT $2)",
            old,
        )
        .await?,
        // After the sessions: while a session lives, its sites are to be told of its end.
        authorizations: purge(
            "DELETE FROM authorizations WHERE id IN (SELECT id FROM authorizations WHERE expires_at <= $1 \
             AND logout_due_at IS NULL AND NOT EXISTS (SELECT 1 FROM sessions \
             WHERE sessions.id_hash = authorizations.session_hash) LIMIT $2)",
            old,
        )
        .await?
            + purge(
                "DELETE FROM authorizations WHERE id IN (SELECT id FROM authorizations WHERE expires_at <= $1 \
                 AND session_hash IS NULL LIMIT $2)",
                now.minus(UNANSWERED),
            )
            .await?,
        messages: purge(
            "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE created_at <= $1 \
             AND (state <> 'queued' OR expires_at <= $1) LIMIT $2)",
            old,
        )
        .await?,
        certificate_tickets: purge(
            "DELETE FROM certificate_tickets WHERE ticket_hash IN \
             (SELECT ticket_hash FROM certificate_tickets WHERE expires_at <= $1 LIMIT $2)",
            now,
        )
        .await?,
        clients: purge(
            "DELETE FROM client_assertions WHERE (client_id, jti_hash) IN \
             (SELECT client_id, jti_hash FROM client_assertions WHERE expires_at <= $1 LIMIT $2)",
            now,
        )
        .await?
            + purge(
                "DELETE FROM client_secrets WHERE (client_id, secret_hash) IN \
                 (SELECT client_id, secret_hash FROM client_secrets WHERE ends_at <= $1 LIMIT $2)",
                old,
            )
            .await?,
        logouts: purge(
            "DELETE FROM logouts WHERE id IN (SELECT id FROM logouts WHERE created_at <= $1 AND state <> 'queued' LIMIT $2)",
            old,
        )
        .await?,
        known_browsers: purge(
            "DELETE FROM known_browsers WHERE (person_id, browser_mac) IN \
             (SELECT person_id, browser_mac FROM known_browsers WHERE used_at <= $1 LIMIT $2)",
            now.minus(KNOWN_FOR),
        )
        .await?,
        passwords: crate::passwords::purge(tx, now, KEPT).await?,
        pairs: purge(
            "DELETE FROM pair_failures WHERE pair IN (SELECT pair FROM pair_failures WHERE failed_at <= $1 LIMIT $2)",
            now.minus(FORGOTTEN),
        )
        .await?,
        erased_devices: purge(
            "DELETE FROM erased_devices WHERE device_id IN \
             (SELECT device_id FROM erased_devices WHERE erased_at <= $1 LIMIT $2)",
            old,
        )
        .await?,
    })
}
