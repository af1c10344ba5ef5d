//! Messages on their way. They are written in the transaction that causes them and sent later, at least once: the message's
//! id is the idempotency key towards the gateway.
//!
//! A worker that dies lets its lease run out, and another one claims the message.

use std::fmt;
use std::time::Duration;

use aldaba_core::ids::{MessageId, PersonId};
use aldaba_core::phone::Phone;
use aldaba_core::sms::SmsCounts;
use aldaba_core::time::Timestamp;

use crate::error::StoreError;
use crate::queue;
use crate::seal::{self, Place};
use crate::transaction::{Row, Transaction, bind};

const TABLE: &str = "outbox";

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What a message is about; limits count by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// The code of an activation, or one to set a password.
    ActivationCode,
    /// The PIN of a sign-in that anybody began.
    SignInPin,
    /// The PIN of a sign-in that began in a browser in which its person signed in before.
    KnownSignInPin,
    /// A new device was activated.
    NewDevice,
    /// A device was deactivated or frozen.
    DeviceClosed,
    /// The second step of a sign-in by password.
    PasswordStep,
    /// A password was set, changed or cancelled.
    PasswordChanged,
    /// A password ends soon.
    PasswordEnding,
    /// A citizen renounced.
    Renounced,
}

impl MessageKind {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            MessageKind::ActivationCode => "activation_code",
            MessageKind::SignInPin => "sign_in_pin",
            MessageKind::KnownSignInPin => "known_sign_in_pin",
            MessageKind::NewDevice => "new_device",
            MessageKind::DeviceClosed => "device_closed",
            MessageKind::PasswordStep => "password_step",
            MessageKind::PasswordChanged => "password_changed",
            MessageKind::PasswordEnding => "password_ending",
            MessageKind::Renounced => "renounced",
        }
    }
}

impl std::str::FromStr for MessageKind {
    type Err = StoreError;

    fn from_str(word: &str) -> Result<Self, StoreError> {
        match word {
            "activation_code" => Ok(MessageKind::ActivationCode),
            "sign_in_pin" => Ok(MessageKind::SignInPin),
            "known_sign_in_pin" => Ok(MessageKind::KnownSignInPin),
            "new_device" => Ok(MessageKind::NewDevice),
            "device_closed" => Ok(MessageKind::DeviceClosed),
            "password_step" => Ok(MessageKind::PasswordStep),
            "password_changed" => Ok(MessageKind::PasswordChanged),
            "password_ending" => Ok(MessageKind::PasswordEnding),
            "renounced" => Ok(MessageKind::Renounced),
            _ => Err(StoreError::Corrupt("a kind of message")),
        }
    }
}

/// Where a message is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageState {
    /// To be sent, or being sent.
    Queued,
    /// The gateway took it.
    Sent,
    /// Given up.
    Failed,
}

impl std::str::FromStr for MessageState {
    type Err = StoreError;

    fn from_str(word: &str) -> Result<Self, StoreError> {
        match word {
            "queued" => Ok(MessageState::Queued),
            "sent" => Ok(MessageState::Sent),
            "failed" => Ok(MessageState::Failed),
            _ => Err(StoreError::Corrupt("a message's state")),
        }
    }
}

/// A message to be written.
#[derive(Clone)]
pub struct NewMessage {
    /// A fresh id; the idempotency key towards the gateway.
    pub id: MessageId,
    /// Whose limits it counts against.
    pub person: Option<PersonId>,
    /// What it is about.
    pub kind: MessageKind,
    /// To whom. Sealed.
    pub to: Phone,
    /// The text. Sealed.
    pub text: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// From then on it is of no use and is not sent; `None`: always of use.
    pub expires_at: Option<Timestamp>,
}

/// A message as stored.
#[derive(Clone)]
pub struct Message {
    /// The idempotency key towards the gateway.
    pub id: MessageId,
    /// What it is about.
    pub kind: MessageKind,
    /// To whom.
    pub to: Phone,
    /// The text.
    pub text: String,
    /// Where it is on its way.
    pub state: MessageState,
    /// How often it was claimed, this time included.
    pub attempts: u32,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it is to be sent, or, if it is being sent, to be tried again.
    pub due_at: Timestamp,
    /// When the gateway took it.
    pub sent_at: Option<Timestamp>,
}

impl fmt::Debug for NewMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewMessage")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

fn place<'a>(row: &'a MessageId, column: &'a str) -> Place<'a> {
    Place {
        table: TABLE,
        row: row.as_bytes(),
        column,
    }
}

macro_rules! columns {
    () => {
        "id, kind, recipient, body, state, attempts, created_at, sent_at, due_at"
    };
}

fn read(tx: &Transaction, row: &Row) -> Result<Message, StoreError> {
    let id: MessageId = row.id(0)?;
    let to = seal::open_text(tx.keys(), place(&id, "recipient"), &row.blob(2)?)?;
    Ok(Message {
        kind: row.word(1)?,
        to: Phone::parse(&to).map_err(|_| StoreError::Corrupt("a stored phone"))?,
        text: seal::open_text(tx.keys(), place(&id, "body"), &row.blob(3)?)?,
        state: row.word(4)?,
        attempts: row.small_count(5)?,
        created_at: row.time(6)?,
        sent_at: row.optional_time(7)?,
        due_at: row.time(8)?,
        id,
    })
}

/// Writes a message that is due at once.
pub async fn enqueue(tx: &Transaction, message: &NewMessage) -> Result<(), StoreError> {
    write(tx, message, "queued", message.created_at).await
}

/// Writes a message that is due at `due_at`.
pub async fn enqueue_for(tx: &Transaction, message: &NewMessage, due_at: Timestamp) -> Result<(), StoreError> {
    write(tx, message, "queued", due_at).await
}

/// Writes a message that nobody ever sends or sees: what a decoy costs must be what a real message costs.
pub async fn enqueue_decoy(tx: &Transaction, message: &NewMessage) -> Result<(), StoreError> {
    write(tx, message, "decoy", message.created_at).await
}

async fn write(
    tx: &Transaction,
    message: &NewMessage,
    state: &'static str,
    due_at: Timestamp,
) -> Result<(), StoreError> {
    let (keys, id) = (tx.keys(), &message.id);
    tx.execute(
        "INSERT INTO outbox (id, person_id, kind, recipient, body, state, due_at, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $8, $9, $6, $7)",
        vec![
            bind::id(id),
            bind::optional_id(message.person.as_ref()),
            bind::text(message.kind.as_str()),
            bind::blob(seal::seal(keys, place(id, "recipient"), message.to.e164().as_bytes())?),
            bind::blob(seal::seal(keys, place(id, "body"), message.text.as_bytes())?),
            bind::time(message.created_at),
            bind::optional_time(message.expires_at),
            bind::text(state),
            bind::time(due_at),
        ],
    )
    .await?;
    Ok(())
}

/// Claims messages that are due, oldest first, for as long as `lease`. Nobody else gets them meanwhile.
pub async fn claim_due(
    tx: &Transaction,
    now: Timestamp,
    lease: Duration,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    const SQL: &str = queue::claim!("outbox", " AND (expires_at IS NULL OR expires_at > $1)", columns!());
    let rows = tx
        .change_all(
            SQL,
            vec![bind::time(now), bind::time(now.plus(lease)), bind::int(limit)],
        )
        .await?;
    let mut messages = rows.iter().map(|row| read(tx, row)).collect::<Result<Vec<_>, _>>()?;
    messages.sort_by_key(|message| (message.created_at, message.id));
    Ok(messages)
}

/// Gives up messages that nobody is sending and that are of no use any more, at most so many: what it was for is over. How many.
pub async fn give_up_over(tx: &Transaction, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    // The condition is repeated outside, as in `claim_due`.
    const SQL: &str = "UPDATE outbox SET state = 'failed' WHERE id IN (SELECT id FROM outbox WHERE state = 'queued' \
         AND due_at <= $1 AND expires_at <= $1 ORDER BY due_at, id LIMIT $2) AND state = 'queued' AND due_at <= $1";
    tx.execute(SQL, vec![bind::time(now), bind::int(limit)]).await
}

/// The gateway took it. `false`: it was marked before.
pub async fn mark_sent(tx: &Transaction, id: &MessageId, now: Timestamp) -> Result<bool, StoreError> {
    queue::mark_sent(tx, queue::sent!("outbox"), id, now).await
}

/// The attempt `attempts` failed: try again at `next_at`, or never. `false`: it was sent or claimed anew meanwhile.
pub async fn mark_failed(
    tx: &Transaction,
    id: &MessageId,
    attempts: u32,
    next_at: Option<Timestamp>,
) -> Result<bool, StoreError> {
    queue::mark_failed(tx, queue::failed!("outbox"), id, attempts, next_at).await
}

/// The newest `limit` messages in whatever state, decoys left out, oldest first.
pub async fn list(tx: &Transaction, limit: u32) -> Result<Vec<Message>, StoreError> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM outbox WHERE state <> 'decoy' ORDER BY created_at DESC, id DESC LIMIT $1"
    );
    let rows = tx.select_all(SQL, vec![bind::int(limit)]).await?;
    rows.iter().rev().map(|row| read(tx, row)).collect()
}

/// How many codes were written for a person lately, sent or not: what the limits on SMS look at.
pub async fn count_codes(tx: &Transaction, person: &PersonId, now: Timestamp) -> Result<SmsCounts, StoreError> {
    let row = tx
        .select_one(
            "SELECT COUNT(*), COUNT(*) FILTER (WHERE kind IN ('activation_code', 'sign_in_pin')), \
             COUNT(*) FILTER (WHERE kind IN ('activation_code', 'sign_in_pin') AND created_at > $2) FROM outbox \
             WHERE person_id = $1 AND created_at > $3 \
             AND kind IN ('activation_code', 'sign_in_pin', 'known_sign_in_pin', 'password_step')",
            vec![
                bind::id(person),
                bind::time(now.minus(HOUR)),
                bind::time(now.minus(DAY)),
            ],
        )
        .await?
        .ok_or(StoreError::Corrupt("a count"))?;
    Ok(SmsCounts {
        day: row.small_count(0)?,
        open_day: row.small_count(1)?,
        open_hour: row.small_count(2)?,
    })
}
