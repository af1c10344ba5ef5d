//! Erasing a person: every row that holds their number, or the index of their document.
//!
//! What stays is in the audit log, which cannot lose an entry: random numbers of a person, their devices and requests, which name
//! nobody once the row in `persons` is gone.

use aldaba_core::ids::{DeviceId, PersonId};
use aldaba_core::time::Timestamp;

use crate::error::StoreError;
use crate::transaction::{Transaction, bind};

/// Locks a person until the transaction ends, so that nothing of theirs can be written meanwhile: what waits to be written then
/// finds nobody, or fails at its reference to them. That wait may be of somebody who holds a request or an activation that is to
/// be deleted; PostgreSQL then ends one of both, and who erases tries again. `false`: there is no such person.
pub async fn lock(tx: &Transaction, person: &PersonId) -> Result<bool, StoreError> {
    const PLAIN: &str = "SELECT id FROM persons WHERE id = $1";
    const LOCKING: &str = "SELECT id FROM persons WHERE id = $1 FOR UPDATE";
    tx.open()?;
    let row = tx
        .select_one(tx.locking(PLAIN, LOCKING), vec![bind::id(person)])
        .await?;
    Ok(row.is_some())
}

/// Deletes the requests of a person whom [`lock`] has locked, and what was counted of them. Before anything of their devices is
/// touched: that is the order in which locks are taken. PINs by SMS go with their requests.
pub async fn delete_requests(tx: &Transaction, person: &PersonId) -> Result<(), StoreError> {
    let deleted = tx
        .change_all(
            "DELETE FROM requests WHERE person_id = $1 RETURNING pair",
            vec![bind::id(person)],
        )
        .await?;
    for request in deleted {
        if let Some(pair) = request.optional_blob(0)? {
            tx.execute("DELETE FROM pair_failures WHERE pair = $1", vec![bind::blob(pair)])
                .await?;
        }
    }
    Ok(())
}

/// Deletes all else that there is of a person whom [`lock`] has locked, and notes which devices of theirs may have streams. Sessions
/// and devices have ended before, and their sites are told already: nobody is left to look for afterwards.
pub async fn delete(
    tx: &Transaction,
    person: &PersonId,
    devices: &[DeviceId],
    now: Timestamp,
) -> Result<(), StoreError> {
    let one = || vec![bind::id(person)];
    tx.execute(
        "DELETE FROM password_failures WHERE document_index = (SELECT document_index FROM persons WHERE id = $1)",
        one(),
    )
    .await?;
    for sql in [
        "DELETE FROM nonces WHERE device_id IN (SELECT id FROM devices WHERE person_id = $1)",
        "DELETE FROM devices WHERE person_id = $1",
        "DELETE FROM sessions WHERE person_id = $1",
        "DELETE FROM authorizations WHERE person_id = $1",
        // Codes go with their activations.
        "DELETE FROM activations WHERE person_id = $1",
        "DELETE FROM passwords WHERE person_id = $1",
        "DELETE FROM password_codes WHERE person_id = $1",
        "DELETE FROM outbox WHERE person_id = $1",
        "DELETE FROM consents WHERE person_id = $1",
        "DELETE FROM known_browsers WHERE person_id = $1",
        "DELETE FROM certificate_tickets WHERE person_id = $1",
        "DELETE FROM persons WHERE id = $1",
    ] {
        tx.execute(sql, one()).await?;
    }
    for device in devices {
        tx.execute(
            "INSERT INTO erased_devices (device_id, erased_at) VALUES ($1, $2)",
            vec![bind::id(device), bind::time(now)],
        )
        .await?;
    }
    Ok(())
}
