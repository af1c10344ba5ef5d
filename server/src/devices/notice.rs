//! The owner's phone is told when a device ends, whoever ended it.

use aldaba_core::ids::PersonId;
use aldaba_core::time::Timestamp;
use aldaba_store::outbox::MessageKind;
use aldaba_store::{StoreError, Transaction, persons};

use crate::app::App;
use crate::messages::notice;

/// Puts the notice into the outbox, if the person has a phone.
///
/// # Errors
/// The database.
pub async fn queue_closed(
    app: &App,
    tx: &Transaction,
    person: &PersonId,
    name: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(person) = persons::get(tx, person).await? else {
        return Ok(());
    };
    let text = app.texts().with(
        person.language,
        "sms-device-closed",
        &[("device", name.to_owned().into())],
    );
    notice::queue(app, tx, &person, MessageKind::DeviceClosed, text, now).await
}
