//! Messages to people leave through the outbox: a row is written in the transaction that wants the message, and a
//! worker sends it afterwards, as often as it takes. No request ever waits for a gateway.

pub(crate) mod code;
pub mod gateway;
pub mod notice;
pub mod outbox;

use std::future::Future;
use std::pin::Pin;

use aldaba_core::ids::MessageId;

/// One message on its way out. Its `Debug` tells nothing of whom or what.
pub struct Message {
    /// The same at every try: the idempotency key.
    pub id: MessageId,
    /// E.164.
    pub to: String,
    /// The text.
    pub text: String,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Message({})", self.id)
    }
}

/// Why a message did not leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Try again later: no answer in time, no connection, or an answer that says nothing against the message.
    #[error("the gateway cannot take it now ({0})")]
    Later(&'static str),
    /// Trying again would not help: the gateway refused the message itself.
    #[error("the gateway refused it (status {0})")]
    Refused(u16),
}

/// What a sender's answer is awaited as.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), SendError>> + Send + 'a>>;

/// Takes messages out of the house. Must be idempotent by [`Message::id`]: a message whose answer was lost comes again.
pub trait MessageSender: Send + Sync {
    /// Sends one message; Ok means that the other side has it.
    fn send<'a>(&'a self, message: &'a Message) -> Sending<'a>;
}
