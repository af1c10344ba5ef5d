//! A message with a code or a PIN. Whoever knows a document can ask for one, so that what an unknown person costs must be what a
//! known one costs.

use aldaba_core::ids::{MessageId, PersonId};
use aldaba_core::phone::Phone;
use aldaba_core::time::Timestamp;
use aldaba_store::outbox::{self, MessageKind};
use aldaba_store::{StoreError, Transaction};

use crate::app::App;

/// Where the messages of decoys would go, if they went: nobody's number.
const NOWHERE: &str = "+34600000000";

/// What is to be said, and when. No `Debug`: its text has the code.
pub(crate) struct CodeMessage {
    /// What for.
    pub kind: MessageKind,
    /// The text.
    pub text: String,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When it may leave.
    pub leaves_at: Timestamp,
    /// When its code ends: one that nobody can use any more is not worth a message.
    pub expires_at: Timestamp,
}

/// Puts the message into the outbox for its recipient; without one, a decoy that nobody ever sends. Whether it goes.
pub(crate) async fn queue(
    app: &App,
    tx: &Transaction,
    recipient: Option<(PersonId, Phone)>,
    message: CodeMessage,
) -> Result<bool, StoreError> {
    let sent = recipient.is_some();
    let (person, to) = match recipient {
        Some((person, phone)) => (Some(person), phone),
        None => (
            None,
            Phone::parse(NOWHERE).map_err(|_| StoreError::Corrupt("the phone of decoys"))?,
        ),
    };
    let new = outbox::NewMessage {
        id: MessageId::generate(app.random()),
        person,
        kind: message.kind,
        to,
        text: message.text,
        created_at: message.asked_at,
        expires_at: Some(message.expires_at),
    };
    if sent {
        outbox::enqueue_for(tx, &new, message.leaves_at).await?;
    } else {
        outbox::enqueue_decoy(tx, &new).await?;
    }
    Ok(sent)
}
