//! Failures with self-generated PINs of those who do not exist or have no device, kept by what was typed: document and contrast
//! datum. In the database, so that every node delays them as it delays the owner of a device, after a restart too.

use aldaba_core::contrast::Contrast;
use aldaba_core::document::Document;
use aldaba_core::ids::RequestId;
use aldaba_core::self_generated::Throttle;
use aldaba_core::time::Timestamp;

use crate::error::StoreError;
use crate::transaction::{Transaction, bind};

/// Notes which pair a request was made for. The same statement whether or not there is such a person.
pub async fn note(
    tx: &Transaction,
    request: &RequestId,
    document: &Document,
    contrast: &Contrast,
) -> Result<(), StoreError> {
    let pair = tx.keys().mac(
        "aldaba/self-generated/pair/v1",
        &[document.canonical().as_bytes(), contrast.canonical().as_bytes()],
    );
    tx.execute(
        "UPDATE requests SET pair = $2 WHERE id = $1",
        vec![bind::id(request), bind::blob(pair)],
    )
    .await?;
    Ok(())
}

/// The failures of the pair that the request was made for, locked until the transaction ends: one try at a time.
pub async fn lock(tx: &Transaction, request: &RequestId, now: Timestamp) -> Result<Throttle, StoreError> {
    let row = tx
        .change(
            "INSERT INTO pair_failures (pair, failures_in_row, failed_at) \
             SELECT pair, 0, $2 FROM requests WHERE id = $1 AND pair IS NOT NULL \
             ON CONFLICT (pair) DO UPDATE SET failures_in_row = pair_failures.failures_in_row \
             RETURNING failures_in_row, blocked_until, failed_at",
            vec![bind::id(request), bind::time(now)],
        )
        .await?;
    let Some(row) = row else {
        return Ok(Throttle::default());
    };
    let failures_in_row = row.small_count(0)?;
    Ok(Throttle {
        failures_in_row,
        blocked_until: row.optional_time(1)?,
        // Of a row that was made to be locked it is when that was.
        failed_at: row.optional_time(2)?.filter(|_| failures_in_row > 0),
    })
}

/// Replaces the failures of a pair that [`lock`] has locked.
pub async fn set(tx: &Transaction, request: &RequestId, after: &Throttle, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE pair_failures SET failures_in_row = $2, blocked_until = $3, failed_at = $4 \
         WHERE pair = (SELECT pair FROM requests WHERE id = $1)",
        vec![
            bind::id(request),
            bind::int(after.failures_in_row),
            bind::optional_time(after.blocked_until),
            bind::time(after.failed_at.unwrap_or(now)),
        ],
    )
    .await?;
    Ok(())
}
