//! Sites as OpenID Connect clients. What their settings mean is the server's business: here they are a JSON text.
//!
//! ```text
//! active ◀── enable ── disable ──▶ disabled        by the operator
//! active ◀── in the file again ── gone from it ──▶ absent
//! ```
//!
//! Secrets are 256 random bits, stored as SHA-256 only. Every change counts [`crate::versions`] up.

use std::str::FromStr;

use aldaba_core::time::Timestamp;
use sha2::{Digest, Sha256};

use crate::error::StoreError;
use crate::transaction::{Row, Transaction, bind};
use crate::versions;

/// Where a client's settings come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The settings file, or the clients' own.
    File,
    /// `aldaba-server client add`.
    Command,
}

impl Origin {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Origin::File => "file",
            Origin::Command => "command",
        }
    }
}

impl FromStr for Origin {
    type Err = StoreError;

    fn from_str(word: &str) -> Result<Self, StoreError> {
        match word {
            "file" => Ok(Origin::File),
            "command" => Ok(Origin::Command),
            _ => Err(StoreError::Corrupt("a client's origin")),
        }
    }
}

/// Whether people may sign in there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientState {
    /// They may.
    Active,
    /// The operator said no.
    Disabled,
    /// It is gone from the file that it came from.
    Absent,
}

impl ClientState {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            ClientState::Active => "active",
            ClientState::Disabled => "disabled",
            ClientState::Absent => "absent",
        }
    }
}

impl FromStr for ClientState {
    type Err = StoreError;

    fn from_str(word: &str) -> Result<Self, StoreError> {
        match word {
            "active" => Ok(ClientState::Active),
            "disabled" => Ok(ClientState::Disabled),
            "absent" => Ok(ClientState::Absent),
            _ => Err(StoreError::Corrupt("a client's state")),
        }
    }
}

/// A client as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its `client_id`.
    pub id: String,
    /// Where its settings come from.
    pub origin: Origin,
    /// Its settings, JSON.
    pub settings: String,
    /// Whether people may sign in there.
    pub state: ClientState,
    /// When it was first known.
    pub created_at: Timestamp,
    /// When settings or state changed last.
    pub updated_at: Timestamp,
}

/// A client's settings, to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Its `client_id`.
    pub id: String,
    /// All of them, JSON.
    pub json: String,
    /// SMS a month that it pays for: the one number that statements look at.
    pub sms_per_month: u32,
}

/// What is kept of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// Whose.
    pub client_id: String,
    /// SHA-256 of it.
    pub hash: [u8; 32],
    /// When it was made.
    pub created_at: Timestamp,
    /// From then on it is refused; `None`: until the next one is made.
    pub ends_at: Option<Timestamp>,
}

/// What is kept of a secret's text.
pub fn secret_hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

macro_rules! columns {
    () => {
        "id, origin, settings, state, created_at, updated_at"
    };
}

fn read(row: &Row) -> Result<Client, StoreError> {
    Ok(Client {
        id: row.text(0)?,
        origin: row.word(1)?,
        settings: row.text(2)?,
        state: row.word(3)?,
        created_at: row.time(4)?,
        updated_at: row.time(5)?,
    })
}

/// All clients in whatever state, by id.
pub async fn list(tx: &Transaction) -> Result<Vec<Client>, StoreError> {
    const SQL: &str = concat!("SELECT ", columns!(), " FROM clients ORDER BY id");
    tx.select_all(SQL, vec![]).await?.iter().map(read).collect()
}

/// One client in whatever state.
pub async fn get(tx: &Transaction, id: &str) -> Result<Option<Client>, StoreError> {
    const SQL: &str = concat!("SELECT ", columns!(), " FROM clients WHERE id = $1");
    let row = tx.select_one(SQL, vec![bind::text(id)]).await?;
    row.map(|row| read(&row)).transpose()
}

/// The secrets of all clients, of each the newest first.
pub async fn secrets(tx: &Transaction) -> Result<Vec<Secret>, StoreError> {
    let sql = "SELECT client_id, secret_hash, created_at, ends_at FROM client_secrets \
               ORDER BY client_id, created_at DESC, secret_hash";
    let read = |row: &Row| {
        Ok(Secret {
            client_id: row.text(0)?,
            hash: row.array(1)?,
            created_at: row.time(2)?,
            ends_at: row.optional_time(3)?,
        })
    };
    tx.select_all(sql, vec![]).await?.iter().map(read).collect()
}

/// Adds a client by command. `false`: there is one of that id, in whatever state.
pub async fn add(tx: &Transaction, settings: &Settings, now: Timestamp) -> Result<bool, StoreError> {
    let added = tx
        .wins(
            "INSERT INTO clients (id, origin, settings, sms_per_month, state, created_at, updated_at) \
             VALUES ($1, 'command', $2, $3, 'active', $4, $4) ON CONFLICT (id) DO NOTHING",
            values(settings, now),
        )
        .await?;
    changed_if(tx, added).await
}

/// Writes what the file says of a client, whoever wrote it before. One that the operator disabled stays so. `false`: nothing
/// changed.
pub async fn put_from_file(tx: &Transaction, settings: &Settings, now: Timestamp) -> Result<bool, StoreError> {
    let put = tx
        .wins(
            "INSERT INTO clients (id, origin, settings, sms_per_month, state, created_at, updated_at) \
             VALUES ($1, 'file', $2, $3, 'active', $4, $4) ON CONFLICT (id) DO UPDATE SET origin = 'file', \
             settings = excluded.settings, sms_per_month = excluded.sms_per_month, updated_at = excluded.updated_at, \
             state = CASE WHEN clients.state = 'absent' THEN 'active' ELSE clients.state END \
             WHERE clients.settings <> excluded.settings OR clients.origin <> 'file' OR clients.state = 'absent'",
            values(settings, now),
        )
        .await?;
    changed_if(tx, put).await
}

fn values(settings: &Settings, now: Timestamp) -> Vec<sea_orm::Value> {
    vec![
        bind::text(&settings.id),
        bind::text(&settings.json),
        bind::int(settings.sms_per_month),
        bind::time(now),
    ]
}

/// Writes other settings of a client that was added by command. `false`: there is none of that id that was.
pub async fn change(tx: &Transaction, settings: &Settings, now: Timestamp) -> Result<bool, StoreError> {
    let sql =
        "UPDATE clients SET settings = $2, sms_per_month = $3, updated_at = $4 WHERE id = $1 AND origin = 'command'";
    let changed = tx.wins(sql, values(settings, now)).await?;
    changed_if(tx, changed).await
}

/// A client is gone from the file. `false`: it did not come from there, or is not active.
pub async fn mark_absent(tx: &Transaction, id: &str, now: Timestamp) -> Result<bool, StoreError> {
    let sql =
        "UPDATE clients SET state = 'absent', updated_at = $2 WHERE id = $1 AND origin = 'file' AND state = 'active'";
    let marked = tx.wins(sql, vec![bind::text(id), bind::time(now)]).await?;
    changed_if(tx, marked).await
}

/// Disables a client. `false`: there is none, or it is disabled.
pub async fn disable(tx: &Transaction, id: &str, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE clients SET state = 'disabled', updated_at = $2 WHERE id = $1 AND state <> 'disabled'";
    let disabled = tx.wins(sql, vec![bind::text(id), bind::time(now)]).await?;
    changed_if(tx, disabled).await
}

/// Lets a disabled client in again. `false`: it is not disabled.
pub async fn enable(tx: &Transaction, id: &str, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE clients SET state = 'active', updated_at = $2 WHERE id = $1 AND state = 'disabled'";
    let enabled = tx.wins(sql, vec![bind::text(id), bind::time(now)]).await?;
    changed_if(tx, enabled).await
}

/// Gives a client a new secret. Its earlier ones end at `earlier_end_at`, or before if they were to.
pub async fn add_secret(
    tx: &Transaction,
    id: &str,
    hash: &[u8; 32],
    earlier_end_at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE client_secrets SET ends_at = $2 WHERE client_id = $1 AND (ends_at IS NULL OR ends_at > $2)",
        vec![bind::text(id), bind::time(earlier_end_at)],
    )
    .await?;
    tx.execute(
        "INSERT INTO client_secrets (client_id, secret_hash, created_at) VALUES ($1, $2, $3)",
        vec![bind::text(id), bind::blob(*hash), bind::time(now)],
    )
    .await?;
    versions::changed(tx, versions::CLIENTS).await
}

/// Uses up the `jti` of a client's assertion. `false`: it was used before.
pub async fn use_assertion(
    tx: &Transaction,
    client: &str,
    jti: &str,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    let hash: [u8; 32] = Sha256::digest(jti.as_bytes()).into();
    tx.wins(
        "INSERT INTO client_assertions (client_id, jti_hash, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        vec![bind::text(client), bind::blob(hash), bind::time(expires_at)],
    )
    .await
}

async fn changed_if(tx: &Transaction, changed: bool) -> Result<bool, StoreError> {
    if changed {
        versions::changed(tx, versions::CLIENTS).await?;
    }
    Ok(changed)
}
