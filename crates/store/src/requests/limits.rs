//! What the limits on notices look at (REQ-LIM-01, REQ-LIM-04).

use std::time::Duration;

use aldaba_core::ids::PersonId;
use aldaba_core::request::NoticeCounts;
use aldaba_core::time::Timestamp;

use super::Reason;
use crate::error::StoreError;
use crate::transaction::{Transaction, bind};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What the limits on notices look at. Counts requests started by typing the document that were not quiet; *unanswered* are
/// those that no device revealed or rejected.
pub async fn counts(tx: &Transaction, person: &PersonId, now: Timestamp) -> Result<NoticeCounts, StoreError> {
    let row = tx
        .select_one(
            "SELECT COUNT(*) FILTER (WHERE state = 'pending' AND expires_at > $2), COUNT(*) FILTER (WHERE created_at > $3), \
             COUNT(*) FROM requests WHERE person_id = $1 AND created_at > $4 AND origin = 'document' AND quiet = 0 \
             AND method IN ('incoming', 'password') AND revealed_at IS NULL AND state <> 'rejected'",
            vec![bind::id(person), bind::time(now), bind::time(now.minus(HOUR)), bind::time(now.minus(DAY))],
        )
        .await?
        .ok_or(StoreError::Corrupt("a count"))?;
    Ok(NoticeCounts {
        pending: row.small_count(0)?,
        unanswered_hour: row.small_count(1)?,
        unanswered_day: row.small_count(2)?,
    })
}

/// How many of a person's requests were rejected with `reason` after `since`.
pub async fn rejections_since(
    tx: &Transaction,
    person: &PersonId,
    reason: Reason,
    since: Timestamp,
) -> Result<u32, StoreError> {
    let row = tx
        .select_one(
            "SELECT COUNT(*) FROM requests WHERE person_id = $1 AND state = 'rejected' AND reason = $2 AND updated_at > $3",
            vec![bind::id(person), bind::text(reason.as_str()), bind::time(since)],
        )
        .await?;
    row.ok_or(StoreError::Corrupt("a count"))?.small_count(0)
}
