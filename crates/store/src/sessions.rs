//! Signed-in browsers. The browser's secret is stored as SHA-256 only.

use std::time::Duration;

use aldaba_core::ids::{DeviceId, PersonId, RequestId, SessionId};
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::time::Timestamp;
use sha2::{Digest, Sha256};

use crate::audit::{self, Entry};
use crate::error::StoreError;
use crate::steps::Step;
use crate::transaction::{Row, Transaction, bind};
use crate::{authorizations, known_browsers};

/// A session, to be written or as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who is signed in.
    pub person: PersonId,
    /// The device whose PIN it was, or that approved; its end is the session's end.
    pub device: Option<DeviceId>,
    /// The request that was spent.
    pub request: Option<RequestId>,
    /// The id of the relying party where it began.
    pub relying_party: String,
    /// How they signed in.
    pub method: Method,
    /// The second step after a password.
    pub second_step: Option<Method>,
    /// What that proved.
    pub level: Level,
    /// The browser's name, for the list of open sessions.
    pub browser: String,
    /// The browser's operating system.
    pub system: String,
    /// When they signed in.
    pub created_at: Timestamp,
    /// When the session was used last.
    pub used_at: Timestamp,
}

/// A session in the list that its owner sees. The handle names it to its owner's forms and opens nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// SHA-256 of its id.
    pub handle: [u8; 32],
    /// The session.
    pub session: Session,
}

/// The handle of the session of that id.
pub fn handle(id: &SessionId) -> [u8; 32] {
    hash(id)
}

fn hash(id: &SessionId) -> [u8; 32] {
    Sha256::digest(id.as_bytes()).into()
}

fn read(row: &Row) -> Result<Session, StoreError> {
    Ok(Session {
        person: row.id(0)?,
        device: row.optional_id(1)?,
        request: row.optional_id(2)?,
        relying_party: row.text(3)?,
        method: row.word(4)?,
        second_step: row
            .optional_text(5)?
            .map(|word| word.parse())
            .transpose()
            .map_err(|_| StoreError::Corrupt("a stored word is unknown"))?,
        level: row.word(6)?,
        browser: row.text(7)?,
        system: row.text(8)?,
        created_at: row.time(9)?,
        used_at: row.time(10)?,
    })
}

macro_rules! columns {
    () => {
        "person_id, device_id, request_id, relying_party_id, method, second_step, level, browser, system, created_at, used_at"
    };
}

/// Neither ended nor idle since $idle, its device, if it has one, is active, and its person has not renounced.
macro_rules! open {
    ($idle:literal) => {
        concat!(
            "ended_at IS NULL AND used_at > ",
            $idle,
            " AND (device_id IS NULL OR EXISTS (SELECT 1 FROM devices WHERE devices.id = sessions.device_id \
             AND devices.state = 'active')) AND EXISTS (SELECT 1 FROM persons WHERE persons.id = sessions.person_id \
             AND persons.renounced_at IS NULL)"
        )
    };
}

/// What became of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// The session is written.
    Yes,
    /// What it should have come of could not be spent (any more). Nothing was written.
    NotSpent,
    /// The request has made a session before. The transaction must not be committed.
    Twice,
}

/// A session that is to be opened.
#[derive(Debug, Clone, Copy)]
pub struct Opening<'a> {
    /// Its fresh id.
    pub id: &'a SessionId,
    /// The session.
    pub session: &'a Session,
    /// By which its browser is known from then on.
    pub browser: &'a [u8; 32],
    /// The session that the browser has so far; it ends, if it is open. What sites have from the same person hangs on the new one
    /// from then on.
    pub earlier: Option<&'a SessionId>,
}

/// Writes a new session, remembers its browser, and appends `entry`, which tells of it. `spent`: what proves who it is, if that
/// is not used up yet.
pub async fn open(
    tx: &Transaction,
    opening: &Opening<'_>,
    spent: Option<Step>,
    entry: &Entry,
) -> Result<Opened, StoreError> {
    let Opening { id, session, .. } = *opening;
    let now = session.created_at;
    let known = known_browsers::remembering(tx, &session.person, opening.browser, now);
    let insert = insert(id, session);
    if let Some(earlier) = opening.earlier {
        let (spent, opened) = match spent {
            Some(spend) => {
                let [spent, _, opened] = tx.in_turn([spend, known, insert]).await?;
                (spent.is_some(), opened.is_some())
            }
            None => {
                let [_, opened] = tx.in_turn([known, insert]).await?;
                (true, opened.is_some())
            }
        };
        if opened {
            // Sessions and authorizations before the lane of the audit log: the order in which locks are taken.
            authorizations::carry_over(tx, &hash(earlier), &hash(id)).await?;
            replace(tx, earlier, id, now).await?;
            audit::append(tx, entry).await?;
        }
        return Ok(became(spent, opened));
    }
    let (spent, opened) = match spent {
        Some(spend) => {
            let [spent, _, opened] = audit::append_after(tx, [spend, known, insert], entry).await?;
            (spent.is_some(), opened)
        }
        None => {
            let [_, opened] = audit::append_after(tx, [known, insert], entry).await?;
            (true, opened)
        }
    };
    Ok(became(spent, opened.is_some()))
}

const fn became(spent: bool, opened: bool) -> Opened {
    match (spent, opened) {
        (true, true) => Opened::Yes,
        (false, _) => Opened::NotSpent,
        (true, false) => Opened::Twice,
    }
}

fn insert(id: &SessionId, session: &Session) -> Step {
    const SQL: &str = concat!(
        "INSERT INTO sessions (id_hash, ",
        columns!(),
        ") SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 WHERE {after} ON CONFLICT DO NOTHING \
         RETURNING CAST(1 AS BIGINT)"
    );
    let values = vec![
        bind::blob(hash(id)),
        bind::id(&session.person),
        bind::optional_id(session.device.as_ref()),
        bind::optional_id(session.request.as_ref()),
        bind::text(&session.relying_party),
        bind::text(session.method.as_str()),
        bind::optional_text(session.second_step.map(Method::as_str)),
        bind::text(session.level.as_str()),
        bind::text(&session.browser),
        bind::text(&session.system),
        bind::time(session.created_at),
        bind::time(session.used_at),
    ];
    Step::new(SQL, values)
}

/// The session, if it was used within `idle`, has not ended, and its device, if it has one, is active; notes that it is used
/// now.
pub async fn use_session(
    tx: &Transaction,
    id: &SessionId,
    now: Timestamp,
    idle: Duration,
) -> Result<Option<Session>, StoreError> {
    const SQL: &str = concat!(
        "UPDATE sessions SET used_at = CASE WHEN used_at < $2 THEN $2 ELSE used_at END WHERE id_hash = $1 AND ",
        open!("$3"),
        " RETURNING ",
        columns!()
    );
    let row = tx
        .change(
            SQL,
            vec![bind::blob(hash(id)), bind::time(now), bind::time(now.minus(idle))],
        )
        .await?;
    row.map(|row| read(&row)).transpose()
}

/// Ends a session. `false`: it is unknown or ended before.
pub async fn end(tx: &Transaction, id: &SessionId, now: Timestamp) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE sessions SET ended_at = $2 WHERE id_hash = $1 AND ended_at IS NULL",
        vec![bind::blob(hash(id)), bind::time(now)],
    )
    .await
}

/// Ends a session, if it is open, because its browser has `by` instead.
async fn replace(tx: &Transaction, id: &SessionId, by: &SessionId, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE sessions SET ended_at = $2, successor_hash = $3 WHERE id_hash = $1 AND ended_at IS NULL",
        vec![bind::blob(hash(id)), bind::time(now), bind::blob(hash(by))],
    )
    .await?;
    Ok(())
}

/// Ends the session that a request was spent on, and those of the same person that replaced it in its browser: whoever was
/// there is the same. `false`: none of them is open.
pub async fn end_of_request(tx: &Transaction, request: &RequestId, now: Timestamp) -> Result<bool, StoreError> {
    const PLAIN: &str = "SELECT id_hash FROM sessions WHERE request_id = $1";
    const LOCKING: &str = "SELECT id_hash FROM sessions WHERE request_id = $1 FOR NO KEY UPDATE";
    tx.open()?;
    // First, so that the statement below sees what replaces it at this moment.
    tx.select_all(tx.locking(PLAIN, LOCKING), vec![bind::id(request)])
        .await?;
    tx.wins(
        "WITH RECURSIVE line (id_hash, person_id, successor_hash) AS (\
         SELECT id_hash, person_id, successor_hash FROM sessions WHERE request_id = $1 \
         UNION SELECT later.id_hash, later.person_id, later.successor_hash FROM sessions later JOIN line \
         ON later.id_hash = line.successor_hash AND later.person_id = line.person_id) \
         UPDATE sessions SET ended_at = $2 WHERE id_hash IN (SELECT id_hash FROM line) AND ended_at IS NULL",
        vec![bind::id(request), bind::time(now)],
    )
    .await
}

/// Ends up to `limit` sessions that were not used since `idle_since`, so that their sites are told; how many there were.
pub async fn end_idle(tx: &Transaction, idle_since: Timestamp, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    // The condition is repeated outside: PostgreSQL checks it again when the session was used meanwhile.
    tx.execute(
        "UPDATE sessions SET ended_at = $2 WHERE id_hash IN (SELECT id_hash FROM sessions \
         WHERE ended_at IS NULL AND used_at <= $1 LIMIT $3) AND ended_at IS NULL AND used_at <= $1",
        vec![bind::time(idle_since), bind::time(now), bind::int(limit)],
    )
    .await
}

/// A person's open sessions, the one used last first.
pub async fn list_open(
    tx: &Transaction,
    person: &PersonId,
    now: Timestamp,
    idle: Duration,
) -> Result<Vec<Open>, StoreError> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        ", id_hash FROM sessions WHERE person_id = $1 AND ",
        open!("$2"),
        " ORDER BY used_at DESC, id_hash"
    );
    let rows = tx
        .select_all(SQL, vec![bind::id(person), bind::time(now.minus(idle))])
        .await?;
    let read = |row: &Row| {
        Ok(Open {
            handle: row.array(11)?,
            session: read(row)?,
        })
    };
    rows.iter().map(read).collect()
}

/// Ends one session of a person, by its handle. `false`: it is not theirs, or ended before.
pub async fn end_one(
    tx: &Transaction,
    person: &PersonId,
    handle: &[u8; 32],
    now: Timestamp,
) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE sessions SET ended_at = $3 WHERE id_hash = $1 AND person_id = $2 AND ended_at IS NULL",
        vec![bind::blob(*handle), bind::id(person), bind::time(now)],
    )
    .await
}

/// Ends all sessions of a person; how many there were.
pub async fn end_all(tx: &Transaction, person: &PersonId, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE sessions SET ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL",
        vec![bind::id(person), bind::time(now)],
    )
    .await
}
