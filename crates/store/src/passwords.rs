//! Passwords: one a person, its hash sealed; failures to type it, counted before they are judged; codes by SMS
//! ([`codes`]).
//!
//! A password's `version` changes whenever it is set. Whoever verified a hash, outside any transaction because that takes
//! long, says which version it was: what came in between makes their statement change nothing.

pub mod codes;

use std::time::Duration;

use aldaba_core::document::Document;
use aldaba_core::ids::PersonId;
use aldaba_core::password::Failures;
use aldaba_core::self_generated::FORGOTTEN;
use aldaba_core::time::Timestamp;
use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::seal::{self, Place};
use crate::transaction::{Row, Transaction, bind};

const TABLE: &str = "passwords";

/// About as long as a hash of Argon2 in PHC's form.
const NO_HASH: &[u8] = &[0; 97];

/// A password as stored. No `Debug`.
#[derive(Clone)]
pub struct Stored {
    /// Whose.
    pub person: PersonId,
    /// Its hash, in PHC's form.
    pub phc: Zeroizing<String>,
    /// Which of the person's passwords it is.
    pub version: i64,
    /// First moment at which it opens nothing any more.
    pub expires_at: Timestamp,
}

/// When a person's password was made and when it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// When it was set.
    pub created_at: Timestamp,
    /// First moment at which it opens nothing any more.
    pub expires_at: Timestamp,
}

fn place(person: &PersonId) -> Place<'_> {
    Place {
        table: TABLE,
        row: person.as_bytes(),
        column: "phc",
    }
}

fn sealed(tx: &Transaction, person: &PersonId, phc: &str) -> Result<Vec<u8>, StoreError> {
    seal::seal(tx.keys(), place(person), phc.as_bytes())
}

/// The password of a document's owner. For nobody, and for who has none or switched passwords off, the same work is done.
pub async fn find(tx: &Transaction, document: &Document) -> Result<Option<Stored>, StoreError> {
    let sql = "SELECT passwords.person_id, passwords.phc, passwords.version, passwords.expires_at FROM passwords \
               JOIN persons ON persons.id = passwords.person_id WHERE persons.document_index = $1 \
               AND (' ' || persons.methods_off || ' ') NOT LIKE '% password %'";
    let index = bind::blob(tx.keys().document_index(document));
    let Some(row) = tx.select_one(sql, vec![index]).await? else {
        let nobody = PersonId::from_bytes([0; 16]);
        // Sealing costs what opening costs.
        seal::seal(tx.keys(), place(&nobody), NO_HASH)?;
        return Ok(None);
    };
    let person: PersonId = row.id(0)?;
    let phc = seal::open_text(tx.keys(), place(&person), &row.blob(1)?)?;
    Ok(Some(Stored {
        phc: Zeroizing::new(phc),
        version: row.int(2)?,
        expires_at: row.time(3)?,
        person,
    }))
}

/// When the person's password was made and when it ends, if there is one.
pub async fn life(tx: &Transaction, person: &PersonId) -> Result<Option<Life>, StoreError> {
    let sql = "SELECT created_at, expires_at FROM passwords WHERE person_id = $1";
    let row = tx.select_one(sql, vec![bind::id(person)]).await?;
    row.map(|row| {
        Ok(Life {
            created_at: row.time(0)?,
            expires_at: row.time(1)?,
        })
    })
    .transpose()
}

/// Sets the person's password, the first or in place of another. Its version is one that the person's passwords never had.
pub async fn set(
    tx: &Transaction,
    person: &PersonId,
    phc: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    // A password that was cancelled leaves no row to count from: the first version is the time.
    tx.execute(
        "INSERT INTO passwords (person_id, phc, version, created_at, expires_at) VALUES ($1, $2, $3, $3, $4) \
         ON CONFLICT (person_id) DO UPDATE SET phc = $2, created_at = $3, expires_at = $4, used_at = NULL, warned_at = NULL, \
         version = CASE WHEN passwords.version < $3 THEN $3 ELSE passwords.version + 1 END",
        vec![
            bind::id(person),
            bind::blob(sealed(tx, person, phc)?),
            bind::time(now),
            bind::time(expires_at),
        ],
    )
    .await?;
    Ok(())
}

/// Replaces the person's password, if it is still the one of that version.
pub async fn replace(
    tx: &Transaction,
    person: &PersonId,
    version: i64,
    phc: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE passwords SET phc = $3, created_at = $4, expires_at = $5, used_at = NULL, warned_at = NULL, \
         version = CASE WHEN version < $4 THEN $4 ELSE version + 1 END WHERE person_id = $1 AND version = $2",
        vec![
            bind::id(person),
            bind::int(version),
            bind::blob(sealed(tx, person, phc)?),
            bind::time(now),
            bind::time(expires_at),
        ],
    )
    .await
}

/// Notes that the password was used, if it is still the one of that version and not over. Whoever changes it waits until this
/// transaction ends, and then sees what it did.
pub async fn use_password(
    tx: &Transaction,
    person: &PersonId,
    version: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE passwords SET used_at = $3 WHERE person_id = $1 AND version = $2 AND expires_at > $3",
        vec![bind::id(person), bind::int(version), bind::time(now)],
    )
    .await
}

/// Keeps another hash of the same password, made with the parameters of today.
pub async fn rehash(tx: &Transaction, person: &PersonId, version: i64, phc: &str) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE passwords SET phc = $3 WHERE person_id = $1 AND version = $2",
        vec![
            bind::id(person),
            bind::int(version),
            bind::blob(sealed(tx, person, phc)?),
        ],
    )
    .await
}

/// Removes the person's password: whichever it is, or only if it is still the one of that version. `false`: it is not.
pub async fn remove(tx: &Transaction, person: &PersonId, version: Option<i64>) -> Result<bool, StoreError> {
    tx.wins(
        "DELETE FROM passwords WHERE person_id = $1 AND ($2 < 0 OR version = $2)",
        vec![bind::id(person), bind::int(version.unwrap_or(-1))],
    )
    .await
}

/// Ends all that a person's password opened and began: sessions, second steps that wait for a PIN or a code.
pub async fn end_what_it_opened(tx: &Transaction, person: &PersonId, now: Timestamp) -> Result<(), StoreError> {
    let values = || vec![bind::id(person), bind::time(now)];
    tx.execute(
        "UPDATE requests SET expires_at = $2, updated_at = $2 WHERE person_id = $1 AND method = 'password' \
         AND state IN ('pending', 'revealed') AND expires_at > $2",
        values(),
    )
    .await?;
    tx.execute(
        "UPDATE sessions SET ended_at = $2 WHERE person_id = $1 AND method = 'password' AND ended_at IS NULL",
        values(),
    )
    .await?;
    codes::close_all(tx, person, now).await?;
    Ok(())
}

/// Takes the passwords that end before `ends_before` and whose owners were not warned yet; each is taken once.
pub async fn take_warnings(
    tx: &Transaction,
    now: Timestamp,
    ends_before: Timestamp,
    limit: u32,
) -> Result<Vec<(PersonId, Timestamp)>, StoreError> {
    // The condition is repeated outside: PostgreSQL checks it again when another node was first with a row.
    let rows = tx
        .change_all(
            "UPDATE passwords SET warned_at = $1 WHERE person_id IN (SELECT person_id FROM passwords WHERE warned_at IS NULL \
             AND expires_at > $1 AND expires_at <= $2 ORDER BY expires_at LIMIT $3) AND warned_at IS NULL \
             RETURNING person_id, expires_at",
            vec![bind::time(now), bind::time(ends_before), bind::int(limit)],
        )
        .await?;
    rows.iter().map(|row| Ok((row.id(0)?, row.time(1)?))).collect()
}

fn read_failures(row: &Row) -> Result<Failures, StoreError> {
    Ok(Failures {
        in_row: row.small_count(0)?,
        since_success: row.small_count(1)?,
        blocked_until: row.optional_time(2)?,
        failed_at: row.optional_time(3)?,
    })
}

/// Which failures those in a browser are counted with: one that is known to the document's owner has its own, all others are
/// one, which is empty.
pub fn browser_class(tx: &Transaction, document: &Document, known: Option<&[u8; 32]>) -> Vec<u8> {
    let keys = tx.keys();
    known.map_or_else(Vec::new, |secret| {
        let index = keys.document_index(document);
        keys.mac("aldaba/password/browser/v1", &[&index, secret]).to_vec()
    })
}

/// Failures to type the password of that document. `browser` tells browsers that are known for it from all others, which are
/// empty.
pub async fn failures(tx: &Transaction, document: &Document, browser: &[u8]) -> Result<Failures, StoreError> {
    let row = tx
        .select_one(
            "SELECT in_row, since_success, blocked_until, failed_at FROM password_failures \
             WHERE document_index = $1 AND browser = $2",
            vec![bind::blob(tx.keys().document_index(document)), bind::blob(browser)],
        )
        .await?;
    row.map_or_else(|| Ok(Failures::default()), |row| read_failures(&row))
}

/// When a device of the document's owner signed something last.
pub async fn device_signed_at(tx: &Transaction, document: &Document) -> Result<Option<Timestamp>, StoreError> {
    let row = tx
        .select_one(
            "SELECT MAX(devices.seen_at) FROM devices JOIN persons ON persons.id = devices.person_id \
             WHERE persons.document_index = $1 AND devices.state = 'active'",
            vec![bind::blob(tx.keys().document_index(document))],
        )
        .await?;
    row.map_or(Ok(None), |row| row.optional_time(0))
}

/// Counts a try as a failure, before it is judged, if nobody counted one since `before` was read. `false`: somebody did; read
/// again. What was right is taken back by [`clear_failures`].
pub async fn count_try(
    tx: &Transaction,
    document: &Document,
    browser: &[u8],
    before: &Failures,
    after: &Failures,
) -> Result<bool, StoreError> {
    tx.wins(
        "INSERT INTO password_failures (document_index, browser, in_row, since_success, blocked_until, failed_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (document_index, browser) DO UPDATE SET in_row = $3, \
         since_success = $4, blocked_until = $5, failed_at = $6 \
         WHERE password_failures.since_success = $7 AND password_failures.in_row = $8",
        vec![
            bind::blob(tx.keys().document_index(document)),
            bind::blob(browser),
            bind::int(after.in_row),
            bind::int(after.since_success),
            bind::optional_time(after.blocked_until),
            bind::optional_time(after.failed_at),
            bind::int(before.since_success),
            bind::int(before.in_row),
        ],
    )
    .await
}

/// Forgets the failures of that document: of one class of browsers, or of all.
pub async fn clear_failures(tx: &Transaction, document: &Document, browser: Option<&[u8]>) -> Result<(), StoreError> {
    let index = bind::blob(tx.keys().document_index(document));
    match browser {
        Some(browser) => {
            let sql = "DELETE FROM password_failures WHERE document_index = $1 AND browser = $2";
            tx.execute(sql, vec![index, bind::blob(browser)]).await?
        }
        None => {
            let sql = "DELETE FROM password_failures WHERE document_index = $1";
            tx.execute(sql, vec![index]).await?
        }
    };
    Ok(())
}

/// Rows thrown away by one call, so that no transaction grows long.
const MOST: u32 = 5000;

/// Throws away codes that are over, and failures that are forgotten, whoever the document is of. How many.
pub async fn purge(tx: &Transaction, now: Timestamp, kept: Duration) -> Result<u64, StoreError> {
    let old = |before| vec![bind::time(before), bind::int(MOST)];
    let codes = tx
        .execute(
            "DELETE FROM password_codes WHERE id IN (SELECT id FROM password_codes WHERE expires_at <= $1 LIMIT $2)",
            old(now.minus(kept)),
        )
        .await?;
    let failures = tx
        .execute(
            "DELETE FROM password_failures WHERE (document_index, browser) IN (SELECT document_index, browser \
             FROM password_failures WHERE failed_at <= $1 LIMIT $2)",
            old(now.minus(FORGOTTEN)),
        )
        .await?;
    Ok(codes + failures)
}
