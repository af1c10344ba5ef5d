//! What a person's phone is told of what happened to what is theirs: a device, a password, their registration.

use aldaba_core::ids::MessageId;
use aldaba_core::time::Timestamp;
use aldaba_store::outbox::MessageKind;
use aldaba_store::persons::Person;
use aldaba_store::{StoreError, Transaction, outbox};

use crate::app::App;

/// Puts a notice into the outbox, if the person has a phone.
///
/// # Errors
/// The database.
pub async fn queue(
    app: &App,
    tx: &Transaction,
    person: &Person,
    kind: MessageKind,
    text: String,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(phone) = &person.phone else {
        return Ok(());
    };
    let message = outbox::NewMessage {
        id: MessageId::generate(app.random()),
        person: Some(person.id),
        kind,
        to: phone.clone(),
        text,
        created_at: now,
        expires_at: None,
    };
    outbox::enqueue(tx, &message).await
}
