//! A device is deactivated: its secrets are gone, its stream ends, the server refuses it from the next call on.

use aldaba_core::device::DeviceState;
use aldaba_core::ids::DeviceId;
use aldaba_core::time::Timestamp;
use aldaba_store::devices::Device;
use aldaba_store::{StoreError, Transaction, audit, devices};

use super::notice;
use crate::app::App;
use crate::audit::{entry, of_device};
use crate::requests::events::Live;

/// Revokes a device in the caller's transaction. `false`: it was revoked before.
///
/// # Errors
/// The database.
pub async fn revoke_in(app: &App, tx: &Transaction, device: &Device, now: Timestamp) -> Result<bool, StoreError> {
    if !devices::revoke(tx, &device.id, now).await? {
        return Ok(false);
    }
    notice::queue_closed(app, tx, device, now).await?;
    audit::append(
        tx,
        &of_device(entry(now, "device.revoked", Some(device.person)), device.id),
    )
    .await?;
    Ok(true)
}

/// Ends the device's streams on this node and wakes the worker that sends the notice.
pub fn announce(app: &App, device: &Device) {
    app.hub().publish(
        &device.person,
        Live::DeviceEnded {
            device: device.id,
            state: DeviceState::Revoked,
        },
    );
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
                let won = revoke_in(&job, tx, &device, now).await?;
                Ok(Some((device, won)))
            })
        })
        .await?;
    Ok(revoked.map(|(device, won)| {
        if won {
            announce(app, &device);
        }
        won
    }))
}
