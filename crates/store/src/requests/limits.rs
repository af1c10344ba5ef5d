//! What the limits on notices look at (REQ-LIM-01, REQ-LIM-04).

use std::time::Duration;

use aldaba_core::ids::PersonId;
use aldaba_core::request::NoticeCounts;
use aldaba_core::time::Timestamp;

use super::Reason;
use crate::error::StoreError;
use crate::transaction::{Transaction, bind};

pub(super) const HOUR: Duration = Duration::from_secs(3600);
pub(super) const DAY: Duration = Duration::from_secs(24 * 3600);

/// Counts a person's requests that were started by typing the document and were not quiet; *unanswered* are those that no
/// device revealed or rejected. One that was shown and went on by SMS still counts, until it is spent; a request by SMS from the
/// start is quiet. Placeholders: whose, now, an hour ago, a day ago.
macro_rules! counting {
    ($person:literal, $now:literal, $hour_ago:literal, $day_ago:literal) => {
        concat!(
            "SELECT COUNT(*) FILTER (WHERE state = 'pending' AND expires_at > ",
            $now,
            ") AS pending, COUNT(*) FILTER (WHERE created_at > ",
            $hour_ago,
            ") AS unanswered_hour, COUNT(*) AS unanswered_day FROM requests WHERE person_id = ",
            $person,
            " AND created_at > ",
            $day_ago,
            " AND origin = 'document' AND quiet = 0 AND method IN ('incoming', 'sms', 'password') AND revealed_at IS NULL \
             AND state NOT IN ('rejected', 'spent')"
        )
    };
}
pub(super) use counting;

/// What the limits on notices look at; [`super::make`] looks at it itself.
pub async fn counts(tx: &Transaction, person: &PersonId, now: Timestamp) -> Result<NoticeCounts, StoreError> {
    const SQL: &str = counting!("$1", "$2", "$3", "$4");
    let row = tx
        .select_one(
            SQL,
            vec![
                bind::id(person),
                bind::time(now),
                bind::time(now.minus(HOUR)),
                bind::time(now.minus(DAY)),
            ],
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
