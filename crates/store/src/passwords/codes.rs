//! Codes by SMS: for setting a password, and as the second step after one. Of an unknown person a code is a decoy: the same
//! row, with no person, which opens nothing.

use std::fmt;

use aldaba_core::code::ShortCode;
use aldaba_core::ids::{PasswordCodeId, PersonId};
use aldaba_core::time::Timestamp;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::error::StoreError;
use crate::keys::ServerKeys;
use crate::transaction::{Row, Transaction, bind};

/// What a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To set a password: the first, or one in place of a forgotten one.
    Set,
    /// The second step of a sign-in.
    SecondStep,
}

impl Purpose {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Purpose::Set => "set",
            Purpose::SecondStep => "second_step",
        }
    }
}

impl std::str::FromStr for Purpose {
    type Err = StoreError;

    fn from_str(word: &str) -> Result<Self, StoreError> {
        match word {
            "set" => Ok(Purpose::Set),
            "second_step" => Ok(Purpose::SecondStep),
            _ => Err(StoreError::Corrupt("a purpose")),
        }
    }
}

/// A code to be written.
#[derive(Clone)]
pub struct NewCode {
    /// A fresh id.
    pub id: PasswordCodeId,
    /// Whose; `None` is a decoy.
    pub person: Option<PersonId>,
    /// What it is for.
    pub purpose: Purpose,
    /// The secret in the browser's cookie. Kept as SHA-256.
    pub binding: [u8; 32],
    /// Kept as MAC.
    pub code: ShortCode,
    /// Where somebody signs in; empty where nobody does.
    pub relying_party: String,
    /// What for; empty for the site itself.
    pub procedure: String,
    /// The password that was right; its end is the code's end.
    pub password_version: Option<i64>,
    /// When it was made.
    pub created_at: Timestamp,
    /// First moment that is too late.
    pub expires_at: Timestamp,
}

/// A code as stored.
#[derive(Clone)]
pub struct Code {
    /// Its id.
    pub id: PasswordCodeId,
    /// Whose; `None` is a decoy.
    pub person: Option<PersonId>,
    /// What it is for.
    pub purpose: Purpose,
    /// Where somebody signs in.
    pub relying_party: String,
    /// What for.
    pub procedure: String,
    /// The password that was right.
    pub password_version: Option<i64>,
    /// Tries so far, right ones included.
    pub tries: u32,
    /// First moment that is too late.
    pub expires_at: Timestamp,
    /// When it was used, or closed.
    pub used_at: Option<Timestamp>,
    code_mac: [u8; 32],
}

impl fmt::Debug for NewCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewCode").field("id", &self.id).finish_non_exhaustive()
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Code").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Code {
    /// Whether it may still be typed.
    pub fn is_live(&self, most_tries: u32, now: Timestamp) -> bool {
        self.used_at.is_none() && now < self.expires_at && self.tries < most_tries
    }

    /// Whether `typed` is the code. In constant time.
    pub fn matches(&self, keys: &ServerKeys, typed: &ShortCode) -> bool {
        self.code_mac.ct_eq(&code_mac(keys, &self.id, typed)).into()
    }
}

fn binding_hash(binding: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(binding).into()
}

fn code_mac(keys: &ServerKeys, id: &PasswordCodeId, code: &ShortCode) -> [u8; 32] {
    keys.mac("aldaba/password/code/v1", &[id.as_bytes(), code.canonical().as_bytes()])
}

macro_rules! columns {
    () => {
        "id, person_id, purpose, relying_party_id, procedure_id, password_version, tries, expires_at, used_at, code_mac"
    };
}

fn read(row: &Row) -> Result<Code, StoreError> {
    Ok(Code {
        id: row.id(0)?,
        person: row.optional_id(1)?,
        purpose: row.text(2)?.parse()?,
        relying_party: row.text(3)?,
        procedure: row.text(4)?,
        password_version: row.optional_int(5)?,
        tries: row.small_count(6)?,
        expires_at: row.time(7)?,
        used_at: row.optional_time(8)?,
        code_mac: row.array(9)?,
    })
}

/// Writes a code.
pub async fn insert(tx: &Transaction, code: &NewCode) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO password_codes (id, person_id, purpose, binding_hash, code_mac, relying_party_id, procedure_id, \
         password_version, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        vec![
            bind::id(&code.id),
            bind::optional_id(code.person.as_ref()),
            bind::text(code.purpose.as_str()),
            bind::blob(binding_hash(&code.binding)),
            bind::blob(code_mac(tx.keys(), &code.id, &code.code)),
            bind::text(&code.relying_party),
            bind::text(&code.procedure),
            bind::optional_int(code.password_version),
            bind::time(code.created_at),
            bind::time(code.expires_at),
        ],
    )
    .await?;
    Ok(())
}

/// How many codes of that purpose of a person are neither used nor over.
pub async fn count_live(
    tx: &Transaction,
    person: &PersonId,
    purpose: Purpose,
    now: Timestamp,
) -> Result<u32, StoreError> {
    let row = tx
        .select_one(
            "SELECT COUNT(*) FROM password_codes WHERE person_id = $1 AND purpose = $2 AND expires_at > $3 AND used_at IS NULL",
            vec![bind::id(person), bind::text(purpose.as_str()), bind::time(now)],
        )
        .await?;
    row.ok_or(StoreError::Corrupt("a count"))?.small_count(0)
}

/// The last code of that purpose that this browser asked for, in whatever state.
pub async fn of_browser(tx: &Transaction, binding: &[u8; 32], purpose: Purpose) -> Result<Option<Code>, StoreError> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM password_codes WHERE binding_hash = $1 AND purpose = $2 ORDER BY created_at DESC, id DESC LIMIT 1"
    );
    let values = vec![bind::blob(binding_hash(binding)), bind::text(purpose.as_str())];
    tx.select_one(SQL, values).await?.map(|row| read(&row)).transpose()
}

/// Counts a try and returns the code, if it is of that browser and purpose, live, and has tries left. Whoever gets the row may
/// compare once, and commits whatever comes of it.
pub async fn count_try(
    tx: &Transaction,
    id: &PasswordCodeId,
    binding: &[u8; 32],
    purpose: Purpose,
    most: u32,
    now: Timestamp,
) -> Result<Option<Code>, StoreError> {
    const SQL: &str = concat!(
        "UPDATE password_codes SET tries = tries + 1 WHERE id = $1 AND binding_hash = $2 AND purpose = $3 AND tries < $4 \
         AND expires_at > $5 AND used_at IS NULL RETURNING ",
        columns!()
    );
    let values = vec![
        bind::id(id),
        bind::blob(binding_hash(binding)),
        bind::text(purpose.as_str()),
        bind::int(most),
        bind::time(now),
    ];
    tx.change(SQL, values).await?.map(|row| read(&row)).transpose()
}

/// Takes a counted try back: the code was right, and something else was not.
pub async fn give_back(tx: &Transaction, id: &PasswordCodeId) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE password_codes SET tries = tries - 1 WHERE id = $1 AND tries > 0",
        vec![bind::id(id)],
    )
    .await?;
    Ok(())
}

/// Uses a live code of a person, once.
pub async fn use_code(tx: &Transaction, id: &PasswordCodeId, now: Timestamp) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE password_codes SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND expires_at > $2 AND person_id IS NOT NULL",
        vec![bind::id(id), bind::time(now)],
    )
    .await
}

/// Closes all codes of a person: their password is another now, or gone.
pub async fn close_all(tx: &Transaction, person: &PersonId, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE password_codes SET used_at = $2 WHERE person_id = $1 AND used_at IS NULL",
        vec![bind::id(person), bind::time(now)],
    )
    .await
}
