//! Activations under way. An unknown person's is a decoy: the same row, with no person, which can never be confirmed.

use std::fmt;

use aldaba_core::code::ShortCode;
use aldaba_core::ids::{ActivationId, DeviceId, PersonId};
use aldaba_core::language::Language;
use aldaba_core::time::Timestamp;
use aldaba_protocol::secret::Key32;
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use crate::document_lock::DocumentLock;
use crate::error::StoreError;
use crate::keys::ServerKeys;
use crate::seal::{self, Place};
use crate::transaction::{Row, Transaction, bind};

const TABLE: &str = "activations";

/// An activation, to be written or as stored.
#[derive(Clone)]
pub struct Activation {
    /// A fresh id.
    pub id: ActivationId,
    /// Whose; `None` is a decoy.
    pub person: Option<PersonId>,
    /// The lock of the document that was typed.
    pub lock: Option<DocumentLock>,
    /// The transcript's fields without the code (`TranscriptFields::to_bytes`). Sealed.
    pub transcript: Zeroizing<Vec<u8>>,
    /// What the citizen called the device. Sealed.
    pub device_name: String,
    /// The device's operating system.
    pub platform: String,
    /// The app's language.
    pub language: Language,
    /// The device's signing key, SEC1 compressed.
    pub signing_key: [u8; 33],
    /// The app's half of the key agreement, SEC1 compressed.
    pub agreement_key: [u8; 33],
    /// The server's secret half. Sealed; wiped (`None`) once confirmed.
    pub agreement_secret: Option<Key32>,
    /// When it began.
    pub created_at: Timestamp,
    /// First moment that is too late.
    pub expires_at: Timestamp,
    /// Codes tried so far, wrong ones included.
    pub tries: u32,
    /// The device it made, once confirmed.
    pub device: Option<DeviceId>,
}

impl fmt::Debug for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Activation")
            .field("id", &self.id)
            .field("tries", &self.tries)
            .finish_non_exhaustive()
    }
}

fn place<'a>(row: &'a ActivationId, column: &'a str) -> Place<'a> {
    Place {
        table: TABLE,
        row: row.as_bytes(),
        column,
    }
}

/// Bound to the activation: a code of one says nothing about another.
fn code_mac(keys: &ServerKeys, id: &ActivationId, code: &ShortCode) -> [u8; 32] {
    keys.mac(
        "aldaba/activation/code/v1",
        &[id.as_bytes(), code.canonical().as_bytes()],
    )
}

macro_rules! columns {
    () => {
        "id, person_id, transcript, device_name, platform, language, signing_key, agreement_key, agreement_secret, created_at, \
         expires_at, tries, device_id, document_lock"
    };
}

fn read(tx: &Transaction, row: &Row) -> Result<Activation, StoreError> {
    let id: ActivationId = row.id(0)?;
    let keys = tx.keys();
    Ok(Activation {
        person: row.optional_id(1)?,
        transcript: seal::open(keys, place(&id, "transcript"), &row.blob(2)?)?,
        device_name: seal::open_text(keys, place(&id, "device_name"), &row.blob(3)?)?,
        platform: row.text(4)?,
        language: row.word(5)?,
        signing_key: row.array(6)?,
        agreement_key: row.array(7)?,
        agreement_secret: row
            .optional_blob(8)?
            .map(|sealed| seal::open_key(keys, place(&id, "agreement_secret"), &sealed))
            .transpose()?,
        created_at: row.time(9)?,
        expires_at: row.time(10)?,
        tries: row.small_count(11)?,
        device: row.optional_id(12)?,
        lock: DocumentLock::stored(row, 13)?,
        id,
    })
}

/// Writes a new activation. Its `tries` and `device` are taken as 0 and `None`.
pub async fn insert(tx: &Transaction, activation: &Activation) -> Result<(), StoreError> {
    let (keys, id) = (tx.keys(), &activation.id);
    let secret = match &activation.agreement_secret {
        Some(secret) => Some(seal::seal(keys, place(id, "agreement_secret"), secret.expose())?),
        None => None,
    };
    tx.execute(
        "INSERT INTO activations (id, person_id, transcript, device_name, platform, language, signing_key, agreement_key, \
         agreement_secret, created_at, expires_at, document_lock) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        vec![
            bind::id(id),
            bind::optional_id(activation.person.as_ref()),
            bind::blob(seal::seal(keys, place(id, "transcript"), &activation.transcript)?),
            bind::blob(seal::seal(keys, place(id, "device_name"), activation.device_name.as_bytes())?),
            bind::text(&activation.platform),
            bind::text(activation.language.tag()),
            bind::blob(activation.signing_key),
            bind::blob(activation.agreement_key),
            bind::optional_blob(secret),
            bind::time(activation.created_at),
            bind::time(activation.expires_at),
            bind::optional_int(activation.lock.map(DocumentLock::number)),
        ],
    )
    .await?;
    Ok(())
}

/// Adds a code, of which only a MAC is kept. Earlier ones stay valid. Without one, what is written is the MAC of no code: as much
/// work, once an activation, and nothing that could be guessed.
pub async fn add_code(
    tx: &Transaction,
    id: &ActivationId,
    code: Option<&ShortCode>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mac = match code {
        Some(code) => code_mac(tx.keys(), id, code),
        None => tx.keys().mac("aldaba/activation/no-code/v1", &[id.as_bytes()]),
    };
    tx.execute(
        "INSERT INTO activation_codes (activation_id, code_mac, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        vec![bind::id(id), bind::blob(mac), bind::time(now)],
    )
    .await?;
    Ok(())
}

/// An activation by id, in whatever state.
pub async fn find(tx: &Transaction, id: &ActivationId) -> Result<Option<Activation>, StoreError> {
    const SQL: &str = concat!("SELECT ", columns!(), " FROM activations WHERE id = $1");
    tx.select_one(SQL, vec![bind::id(id)])
        .await?
        .map(|row| read(tx, &row))
        .transpose()
}

/// Ends a person's activations that are not confirmed.
pub async fn end_all(tx: &Transaction, person: &PersonId, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE activations SET expires_at = $2, agreement_secret = NULL \
         WHERE person_id = $1 AND device_id IS NULL AND expires_at > $2",
        vec![bind::id(person), bind::time(now)],
    )
    .await
}

/// How many activations of a person are neither confirmed nor over.
pub async fn count_live(tx: &Transaction, person: &PersonId, now: Timestamp) -> Result<u32, StoreError> {
    let row = tx
        .select_one(
            "SELECT COUNT(*) FROM activations WHERE person_id = $1 AND expires_at > $2 AND device_id IS NULL",
            vec![bind::id(person), bind::time(now)],
        )
        .await?;
    row.ok_or(StoreError::Corrupt("a count"))?.small_count(0)
}

/// Lets a live activation end later: a further code was made for it. Never shortens it; `false` when it is over, confirmed, or
/// ends later anyway.
pub async fn extend(tx: &Transaction, id: &ActivationId, until: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE activations SET expires_at = $2 WHERE id = $1 AND expires_at > $3 AND expires_at < $2 AND device_id IS NULL",
        vec![bind::id(id), bind::time(until), bind::time(now)],
    )
    .await
}

/// Counts a try and returns the activation, if it is live and has tries left. Whoever gets the row may compare one code,
/// and commits whatever comes of it.
pub async fn count_try(
    tx: &Transaction,
    id: &ActivationId,
    most: u32,
    now: Timestamp,
) -> Result<Option<Activation>, StoreError> {
    const SQL: &str = concat!(
        "UPDATE activations SET tries = tries + 1 \
         WHERE id = $1 AND tries < $2 AND expires_at > $3 AND device_id IS NULL RETURNING ",
        columns!()
    );
    let row = tx
        .change(SQL, vec![bind::id(id), bind::int(most), bind::time(now)])
        .await?;
    row.map(|row| read(tx, &row)).transpose()
}

/// Whether `code` is one of the activation's made after `made_after`: each code has a life of its own. All are compared, in
/// constant time.
pub async fn code_matches(
    tx: &Transaction,
    id: &ActivationId,
    code: &ShortCode,
    made_after: Timestamp,
) -> Result<bool, StoreError> {
    let mac = code_mac(tx.keys(), id, code);
    let rows = tx
        .select_all(
            "SELECT code_mac FROM activation_codes WHERE activation_id = $1 AND created_at > $2",
            vec![bind::id(id), bind::time(made_after)],
        )
        .await?;
    let mut found = Choice::from(0);
    for row in rows {
        found |= row.array::<32>(0)?.ct_eq(&mac);
    }
    Ok(found.into())
}

/// Confirms a live activation of a person, once, and wipes its secret. `false`: somebody else did, it is over, or it is a
/// decoy. Who wins inserts the device in the same transaction.
pub async fn confirm(
    tx: &Transaction,
    id: &ActivationId,
    device: &DeviceId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE activations SET device_id = $2, agreement_secret = NULL \
         WHERE id = $1 AND device_id IS NULL AND expires_at > $3 AND person_id IS NOT NULL",
        vec![bind::id(id), bind::id(device), bind::time(now)],
    )
    .await
}
