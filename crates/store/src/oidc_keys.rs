//! The keys that sign tokens. A key's states follow from times alone, so that all nodes agree on them:
//!
//! ```text
//! made ── active_at ──▶ signs ── a later key's active_at ──▶ published only ── kept long enough ──▶ deleted
//! ```

use std::fmt;

use aldaba_core::time::Timestamp;
use aldaba_protocol::secret::Key32;

use crate::error::StoreError;
use crate::seal::{self, Place};
use crate::transaction::{Transaction, bind};
use crate::versions;

/// A key that signs, signed or will sign.
#[derive(Clone)]
pub struct OidcKey {
    /// Its RFC 7638 thumbprint.
    pub kid: String,
    /// The public half, SEC 1 compressed.
    pub public: [u8; 33],
    /// The private half. Sealed.
    pub private: Key32,
    /// When it was made.
    pub created_at: Timestamp,
    /// From then on it signs, until a later one does.
    pub active_at: Timestamp,
    /// Since then it is neither used nor published, whatever its times say: it may have leaked.
    pub withdrawn_at: Option<Timestamp>,
}

impl fmt::Debug for OidcKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OidcKey")
            .field("kid", &self.kid)
            .field("active_at", &self.active_at)
            .finish_non_exhaustive()
    }
}

fn place(kid: &str) -> Place<'_> {
    Place {
        table: "oidc_keys",
        row: kid.as_bytes(),
        column: "private_key",
    }
}

/// All keys, the one that signed first first.
pub async fn list(tx: &Transaction) -> Result<Vec<OidcKey>, StoreError> {
    let sql = "SELECT kid, public_key, private_key, created_at, active_at, withdrawn_at FROM oidc_keys ORDER BY active_at, kid";
    let rows = tx.select_all(sql, vec![]).await?;
    let read = |row: &crate::transaction::Row| {
        let kid = row.text(0)?;
        Ok(OidcKey {
            public: row.array(1)?,
            private: seal::open_key(tx.keys(), place(&kid), &row.blob(2)?)?,
            created_at: row.time(3)?,
            active_at: row.time(4)?,
            withdrawn_at: row.optional_time(5)?,
            kid,
        })
    };
    rows.iter().map(read).collect()
}

/// Adds a key, unless there is one that begins to sign after `unless_after` and was not withdrawn: of many nodes that find
/// that a key is due, one makes it. `None`: whatever there is.
pub async fn add(tx: &Transaction, key: &OidcKey, unless_after: Option<Timestamp>) -> Result<bool, StoreError> {
    // First the lock, so that the condition sees what another node has just added.
    versions::changed(tx, versions::OIDC_KEYS).await?;
    let sealed = seal::seal(tx.keys(), place(&key.kid), key.private.expose())?;
    tx.wins(
        "INSERT INTO oidc_keys (kid, public_key, private_key, created_at, active_at) SELECT $1, $2, $3, $4, $5 \
         WHERE NOT EXISTS (SELECT 1 FROM oidc_keys WHERE active_at > $6 AND withdrawn_at IS NULL)",
        vec![
            bind::text(&key.kid),
            bind::blob(key.public),
            bind::blob(sealed),
            bind::time(key.created_at),
            bind::time(key.active_at),
            bind::time(unless_after.unwrap_or(Timestamp::from_millis(i64::MAX))),
        ],
    )
    .await
}

/// Withdraws every key but one. How many.
pub async fn withdraw_others(tx: &Transaction, kid: &str, now: Timestamp) -> Result<u64, StoreError> {
    versions::changed(tx, versions::OIDC_KEYS).await?;
    let sql = "UPDATE oidc_keys SET withdrawn_at = $2 WHERE kid <> $1 AND withdrawn_at IS NULL";
    tx.execute(sql, vec![bind::text(kid), bind::time(now)]).await
}

/// Deletes keys whose successor has signed since `before` or earlier, and those withdrawn by then. How many.
pub async fn purge(tx: &Transaction, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM oidc_keys WHERE withdrawn_at <= $1 OR EXISTS (SELECT 1 FROM oidc_keys AS later \
         WHERE later.active_at > oidc_keys.active_at AND later.active_at <= $1 AND later.withdrawn_at IS NULL)",
        vec![bind::time(before)],
    )
    .await
}
