//! Logouts that sites are yet to be told (OpenID Connect Back-Channel Logout 1.0). They are written in the transaction that
//! ends the session, and told later, at least once.

use std::fmt;
use std::time::Duration;

use aldaba_core::ids::MessageId;
use aldaba_core::time::Timestamp;

use crate::error::StoreError;
use crate::outbox::MessageState;
use crate::queue;
use crate::transaction::{Row, Transaction, bind};

/// One site's part of an ended session.
#[derive(Clone)]
pub struct Logout {
    /// Made of site and session: one session ends at one site once.
    pub id: MessageId,
    /// The site.
    pub client_id: String,
    /// The person, as the site knows them.
    pub sub: String,
    /// The session, as the site knows it.
    pub sid: String,
    /// Where it is on its way.
    pub state: MessageState,
    /// How often it was claimed, this time included.
    pub attempts: u32,
    /// When the session ended.
    pub created_at: Timestamp,
}

impl fmt::Debug for Logout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logout")
            .field("id", &self.id)
            .field("client_id", &self.client_id)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

macro_rules! columns {
    () => {
        "id, client_id, sub, sid, state, attempts, created_at"
    };
}

fn read(row: &Row) -> Result<Logout, StoreError> {
    Ok(Logout {
        id: row.id(0)?,
        client_id: row.text(1)?,
        sub: row.text(2)?,
        sid: row.text(3)?,
        state: row.word(4)?,
        attempts: row.small_count(5)?,
        created_at: row.time(6)?,
    })
}

/// Writes that a session has ended at a site. `false`: that is written already.
pub async fn queue(tx: &Transaction, client: &str, sub: &str, sid: &str, now: Timestamp) -> Result<bool, StoreError> {
    let mac = tx.keys().mac("aldaba/logout/v1", &[client.as_bytes(), sid.as_bytes()]);
    let id = mac.first_chunk::<16>().ok_or(StoreError::Corrupt("a logout's id"))?;
    tx.wins(
        "INSERT INTO logouts (id, client_id, sub, sid, state, due_at, created_at) VALUES ($1, $2, $3, $4, 'queued', $5, $5) \
         ON CONFLICT (id) DO NOTHING",
        vec![
            bind::id(&MessageId::from_bytes(*id)),
            bind::text(client),
            bind::text(sub),
            bind::text(sid),
            bind::time(now),
        ],
    )
    .await
}

/// Claims logouts that are due, oldest first, for as long as `lease`. Nobody else gets them meanwhile.
pub async fn claim_due(
    tx: &Transaction,
    now: Timestamp,
    lease: Duration,
    limit: u32,
) -> Result<Vec<Logout>, StoreError> {
    const SQL: &str = queue::claim!("logouts", "", columns!());
    let values = vec![bind::time(now), bind::time(now.plus(lease)), bind::int(limit)];
    let rows = tx.change_all(SQL, values).await?;
    let mut logouts = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    logouts.sort_by_key(|logout| (logout.created_at, logout.id));
    Ok(logouts)
}

/// The site knows. `false`: it was marked before.
pub async fn mark_sent(tx: &Transaction, id: &MessageId, now: Timestamp) -> Result<bool, StoreError> {
    queue::mark_sent(tx, queue::sent!("logouts"), id, now).await
}

/// The attempt `attempts` failed: try again at `next_at`, or never. `false`: it was told or claimed anew meanwhile.
pub async fn mark_failed(
    tx: &Transaction,
    id: &MessageId,
    attempts: u32,
    next_at: Option<Timestamp>,
) -> Result<bool, StoreError> {
    queue::mark_failed(tx, queue::failed!("logouts"), id, attempts, next_at).await
}

/// The newest `limit` logouts in whatever state, oldest first.
pub async fn list(tx: &Transaction, limit: u32) -> Result<Vec<Logout>, StoreError> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM logouts ORDER BY created_at DESC, id DESC LIMIT $1"
    );
    let rows = tx.select_all(SQL, vec![bind::int(limit)]).await?;
    rows.iter().rev().map(read).collect()
}
