//! Signed-in browsers. The browser's secret is stored as SHA-256 only.

use std::time::Duration;

use aldaba_core::ids::{DeviceId, PersonId, RequestId, SessionId};
use aldaba_core::level::Level;
use aldaba_core::request::Method;
use aldaba_core::time::Timestamp;
use sha2::{Digest, Sha256};

use crate::audit::{self, Entry};
use crate::error::StoreError;
use crate::steps::Step;
use crate::transaction::{Row, Transaction, bind};

/// A session, to be written or as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who is signed in.
    pub person: PersonId,
    /// The device whose PIN it was.
    pub device: DeviceId,
    /// The request that was spent.
    pub request: RequestId,
    /// The relying party's id.
    pub relying_party: String,
    /// How they signed in.
    pub method: Method,
    /// What that proved.
    pub level: Level,
    /// When they signed in.
    pub created_at: Timestamp,
    /// When the session was used last.
    pub used_at: Timestamp,
}

fn hash(id: &SessionId) -> [u8; 32] {
    Sha256::digest(id.as_bytes()).into()
}

fn read(row: &Row) -> Result<Session, StoreError> {
    Ok(Session {
        person: row.id(0)?,
        device: row.id(1)?,
        request: row.id(2)?,
        relying_party: row.text(3)?,
        method: row.word(4)?,
        level: row.word(5)?,
        created_at: row.time(6)?,
        used_at: row.time(7)?,
    })
}

/// Writes a new session and appends `entry`, which tells of it. One spent request makes one session: `false` when it has one
/// already, and then nothing was written.
pub async fn insert(tx: &Transaction, id: &SessionId, session: &Session, entry: &Entry) -> Result<bool, StoreError> {
    const SQL: &str = "INSERT INTO sessions (id_hash, person_id, device_id, request_id, relying_party_id, method, level, \
         created_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING \
         RETURNING CAST(1 AS BIGINT)";
    let values = vec![
        bind::blob(hash(id)),
        bind::id(&session.person),
        bind::id(&session.device),
        bind::id(&session.request),
        bind::text(&session.relying_party),
        bind::text(session.method.as_str()),
        bind::text(session.level.as_str()),
        bind::time(session.created_at),
        bind::time(session.used_at),
    ];
    let written = audit::append_after(tx, Step::new(SQL, values), entry).await?;
    Ok(written.is_some())
}

/// The session, if it was used within `idle` and not ended; notes that it is used now.
pub async fn use_session(
    tx: &Transaction,
    id: &SessionId,
    now: Timestamp,
    idle: Duration,
) -> Result<Option<Session>, StoreError> {
    let row = tx
        .change(
            "UPDATE sessions SET used_at = CASE WHEN used_at < $2 THEN $2 ELSE used_at END \
             WHERE id_hash = $1 AND ended_at IS NULL AND used_at > $3 \
             RETURNING person_id, device_id, request_id, relying_party_id, method, level, created_at, used_at",
            vec![bind::blob(hash(id)), bind::time(now), bind::time(now.minus(idle))],
        )
        .await?;
    row.map(|row| read(&row)).transpose()
}

/// Ends a session. `false`: it is unknown or ended before.
pub async fn end(tx: &Transaction, id: &SessionId, now: Timestamp) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE sessions SET ended_at = $2 WHERE id_hash = $1 AND ended_at IS NULL",
        vec![bind::blob(hash(id)), bind::time(now)],
    )
    .await
}
