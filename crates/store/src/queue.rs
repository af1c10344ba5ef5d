//! What a queue of rows to be delivered does, whatever its rows are: claim, mark as sent, mark as failed.
//!
//! ```text
//! queued ── claim (lease) ──▶ sent
//!    ▲            │
//!    └── failed, try again ── failed for good
//! ```
//!
//! The table has `id`, `state`, `attempts`, `due_at` and `sent_at`. Each is one conditional statement: of two workers one has the row.

use aldaba_core::ids::MessageId;
use aldaba_core::time::Timestamp;

use crate::error::StoreError;
use crate::transaction::{Transaction, bind};

/// Claims what is due at `$1` until `$2`, at most `$3` rows, with what `$also` asks besides; returns `$columns`. The condition is
/// repeated outside: PostgreSQL checks it again when another worker was first with a row.
macro_rules! claim {
    ($table:literal, $also:literal, $columns:expr) => {
        concat!(
            "UPDATE ",
            $table,
            " SET due_at = $2, attempts = attempts + 1 WHERE id IN (SELECT id FROM ",
            $table,
            " WHERE state = 'queued' AND due_at <= $1",
            $also,
            " ORDER BY due_at, id LIMIT $3) AND state = 'queued' AND due_at <= $1 RETURNING ",
            $columns
        )
    };
}
pub(crate) use claim;

/// Marks a row as sent.
macro_rules! sent {
    ($table:literal) => {
        concat!(
            "UPDATE ",
            $table,
            " SET state = 'sent', sent_at = $2 WHERE id = $1 AND state <> 'sent'"
        )
    };
}
pub(crate) use sent;

/// Marks the attempt `$2` at a row as failed.
macro_rules! failed {
    ($table:literal) => {
        concat!(
            "UPDATE ",
            $table,
            " SET due_at = CASE WHEN $3 < 0 THEN due_at ELSE $3 END, \
             state = CASE WHEN $3 < 0 THEN 'failed' ELSE 'queued' END WHERE id = $1 AND state = 'queued' AND attempts = $2"
        )
    };
}
pub(crate) use failed;

/// Runs [`sent!`]. `false`: it was marked before.
pub(crate) async fn mark_sent(
    tx: &Transaction,
    sql: &'static str,
    id: &MessageId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    tx.wins(sql, vec![bind::id(id), bind::time(now)]).await
}

/// Runs [`failed!`]: try again at `next_at`, or never. `false`: it was sent or claimed anew meanwhile.
pub(crate) async fn mark_failed(
    tx: &Transaction,
    sql: &'static str,
    id: &MessageId,
    attempts: u32,
    next_at: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let next = bind::int(next_at.map_or(-1, Timestamp::as_millis));
    tx.wins(sql, vec![bind::id(id), bind::int(attempts), next]).await
}
