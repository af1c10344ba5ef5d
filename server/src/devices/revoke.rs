//! A device is deactivated: its secrets are gone, its stream ends, the server refuses it from the next call on.

use aldaba_core::device::DeviceState;
use aldaba_core::ids::{DeviceId, PersonId};
use aldaba_core::time::Timestamp;
use aldaba_store::{StoreError, Transaction, audit, devices};

use super::notice;
use crate::app::App;
use crate::audit::{entry, of_device};
use crate::requests::events::Live;

/// Revokes a device in the caller's transaction. `name` is what its owner calls it. `false`: it was revoked before.
///
/// # Errors
/// The database.
pub async fn revoke_in(
    app: &App,
    tx: &Transaction,
    device: DeviceId,
    person: PersonId,
    name: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if !end_in(tx, device, person, now).await? {
        return Ok(false);
    }
    notice::queue_closed(app, tx, &person, name, now).await?;
    Ok(true)
}

/// The same without a word to its owner, who is told of more than this device.
///
/// # Errors
/// The database.
pub async fn end_in(tx: &Transaction, device: DeviceId, person: PersonId, now: Timestamp) -> Result<bool, StoreError> {
    if !devices::revoke(tx, &device, now).await? {
        return Ok(false);
    }
    audit::append(tx, &of_device(entry(now, "device.revoked", Some(person)), device)).await?;
    Ok(true)
}

/// Ends the device's streams on this node and wakes the worker that sends the notice.
pub fn announce(app: &App, device: DeviceId, person: PersonId) {
    let state = DeviceState::Revoked;
    app.hub().publish(&person, Live::DeviceEnded { device, state });
    app.messages_due().notify_one();
}

/// Revokes a device for staff. None: there is no such device; `Some(false)`: it was revoked before.
///
/// # Errors
/// The database.
pub async fn revoke(app: &App, id: DeviceId) -> Result<Option<bool>, StoreError> {
    let now = app.now();
    let job = app.clone();
    let revoked = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                let Some(device) = devices::get(tx, &id).await? else {
                    return Ok::<_, StoreError>(None);
                };
                let won = revoke_in(&job, tx, id, device.person, &device.name, now).await?;
                Ok(Some((device.person, won)))
            })
        })
        .await?;
    Ok(revoked.map(|(person, won)| {
        if won {
            announce(app, id, person);
        }
        won
    }))
}
