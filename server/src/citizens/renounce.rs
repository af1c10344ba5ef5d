//! A citizen renounces: whatever could sign in as them ends in one transaction, and nothing finds them afterwards.
//!
//! A later import of a register does not bring them back; `citizen add`, at their own wish, does, as the same person.

use aldaba_core::ids::{DeviceId, PersonId};
use aldaba_core::time::Timestamp;
use aldaba_store::outbox::MessageKind;
use aldaba_store::{StoreError, Transaction, activations, audit, devices, passwords, persons, requests, sessions};

use crate::app::App;
use crate::audit::entry;
use crate::devices::revoke;
use crate::messages::notice;

/// Renounces for that person. `false`: there is no such person, or they had renounced.
///
/// # Errors
/// The database; nothing has changed then.
pub async fn renounce(app: &App, person: PersonId) -> Result<bool, StoreError> {
    let now = app.now();
    let job = app.clone();
    let ended = app
        .store()
        .write(move |tx| Box::pin(async move { end_everything(&job, tx, person, now).await }))
        .await?;
    let Some(devices) = ended else {
        return Ok(false);
    };
    for device in devices {
        revoke::announce(app, device, person);
    }
    app.messages_due().notify_one();
    Ok(true)
}

/// The devices that ended; `None` when there was nobody to renounce.
async fn end_everything(
    app: &App,
    tx: &Transaction,
    id: PersonId,
    now: Timestamp,
) -> Result<Option<Vec<DeviceId>>, StoreError> {
    let Some(person) = persons::lock(tx, &id).await? else {
        return Ok(None);
    };
    // First: what others begin meanwhile finds nobody.
    if !persons::renounce(tx, &id, now).await? {
        return Ok(None);
    }
    let mut ended = Vec::new();
    for device in devices::list_active_locked(tx, &id).await? {
        if revoke::end_in(tx, device.id, id, now).await? {
            ended.push(device.id);
        }
    }
    activations::end_all(tx, &id, now).await?;
    passwords::remove(tx, &id, None).await?;
    passwords::codes::close_all(tx, &id, now).await?;
    requests::end_all(tx, &id, now).await?;
    sessions::end_all(tx, &id, now).await?;
    let text = app.texts().get(person.language, "sms-renounced");
    notice::queue(app, tx, &person, MessageKind::Renounced, text, now).await?;
    audit::append(tx, &entry(now, "person.renounced", Some(id))).await?;
    Ok(Some(ended))
}
