//! Browsers in which a person signed in before. The secret of the browser's cookie is kept as a MAC with its person: the same
//! browser used by two people gives two values, so that nothing in the database ties them together.

use aldaba_core::ids::PersonId;
use aldaba_core::sms::KNOWN_FOR;
use aldaba_core::time::Timestamp;

use crate::error::StoreError;
use crate::keys::ServerKeys;
use crate::steps::Step;
use crate::transaction::{Transaction, bind};

fn browser_mac(keys: &ServerKeys, person: &PersonId, browser: &[u8]) -> [u8; 32] {
    keys.mac("aldaba/known-browser/v1", &[person.as_bytes(), browser])
}

/// How a person and a browser stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acquaintance {
    /// The person signed in in this browser.
    pub this_one: bool,
    /// The person signed in in some browser, or has a password: somebody for whom a part of the SMS is reserved.
    pub reserved: bool,
}

/// Whether the person signed in in that browser within the last year, and whether in any or has a password. `None`: a browser
/// without the cookie.
pub async fn look(
    tx: &Transaction,
    person: &PersonId,
    browser: Option<&[u8; 32]>,
    now: Timestamp,
) -> Result<Acquaintance, StoreError> {
    // No cookie is shorter than any: nobody is remembered by it.
    let mac = browser_mac(tx.keys(), person, browser.map_or(&[], |secret| secret.as_slice()));
    let row = tx
        .select_one(
            "SELECT (SELECT COUNT(*) FROM known_browsers WHERE person_id = $1 AND browser_mac = $2 AND used_at > $3), \
             (SELECT COUNT(*) FROM (SELECT 1 FROM known_browsers WHERE person_id = $1 AND used_at > $3 LIMIT 1) AS found), \
             (SELECT COUNT(*) FROM passwords WHERE person_id = $1)",
            vec![bind::id(person), bind::blob(mac), bind::time(now.minus(KNOWN_FOR))],
        )
        .await?
        .ok_or(StoreError::Corrupt("a count"))?;
    Ok(Acquaintance {
        this_one: row.flag(0)?,
        reserved: row.flag(1)? || row.flag(2)?,
    })
}

/// Remembers that the person signed in in that browser now. It never loses.
pub fn remembering(tx: &Transaction, person: &PersonId, browser: &[u8; 32], now: Timestamp) -> Step {
    const SQL: &str = "INSERT INTO known_browsers (person_id, browser_mac, used_at) SELECT $1, $2, $3 WHERE {after} \
         ON CONFLICT (person_id, browser_mac) DO UPDATE SET used_at = CASE WHEN known_browsers.used_at < $3 THEN $3 \
         ELSE known_browsers.used_at END RETURNING CAST(1 AS BIGINT)";
    let mac = browser_mac(tx.keys(), person, browser);
    Step::new(SQL, vec![bind::id(person), bind::blob(mac), bind::time(now)])
}
