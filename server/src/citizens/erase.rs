//! A citizen is erased: nothing that names them, or that their document finds, is left in the database.
//!
//! Rules:
//! - One transaction. What was open has ended before it is deleted, as when a device is deactivated: sites that know the person
//!   are told, and streams end on every node.
//! - Its audit entry is about nobody. What the audit log held before stays: random numbers, which nothing ties to a person any more.
//! - Nobody is told by SMS: there is no phone any more.

use aldaba_core::document::Document;
use aldaba_core::ids::{DeviceId, PersonId};
use aldaba_core::time::Timestamp;
use aldaba_store::{StoreError, Transaction, audit, authorizations, devices, erasure, persons, sessions};

use crate::app::App;
use crate::audit::entry;
use crate::oidc::backchannel;

/// Erases whoever has that document, also if they had renounced. `false`: there is nobody.
///
/// # Errors
/// The database; nothing has changed then.
pub async fn erase(app: &App, document: Document) -> Result<bool, StoreError> {
    let erased = match erase_once(app, document.clone()).await {
        // PostgreSQL ended it because somebody who holds a request or an activation waited for the person meanwhile.
        Err(StoreError::Statement(_)) => erase_once(app, document).await?,
        outcome => outcome?,
    };
    let Some(devices) = erased else {
        return Ok(false);
    };
    for device in devices {
        app.hub().end(device);
    }
    app.logouts_due().notify_one();
    Ok(true)
}

async fn erase_once(app: &App, document: Document) -> Result<Option<Vec<DeviceId>>, StoreError> {
    let now = app.now();
    app.store()
        .write(move |tx| {
            Box::pin(async move {
                match persons::registered(tx, &document).await? {
                    Some((person, _)) => erase_in(tx, person, now).await,
                    None => Ok(None),
                }
            })
        })
        .await
}

/// The devices that were active; `None` when somebody else was first.
async fn erase_in(tx: &Transaction, person: PersonId, now: Timestamp) -> Result<Option<Vec<DeviceId>>, StoreError> {
    if !erasure::lock(tx, &person).await? {
        return Ok(None);
    }
    erasure::delete_requests(tx, &person).await?;
    let active: Vec<DeviceId> = devices::list_active_locked(tx, &person)
        .await?
        .into_iter()
        .map(|device| device.id)
        .collect();
    for device in &active {
        devices::revoke(tx, device, now).await?;
    }
    sessions::end_all(tx, &person, now).await?;
    for site in authorizations::take_due_logouts_of(tx, &person).await? {
        backchannel::queue(tx, &site.client_id, &site.subject, &site.sid, now).await?;
    }
    erasure::delete(tx, &person, &active, now).await?;
    audit::append(tx, &entry(now, "person.erased", None)).await?;
    Ok(Some(active))
}
