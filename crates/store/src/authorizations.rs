//! Sites' requests that somebody signs in: one row a life.
//!
//! ```text
//! pushed ──▶ open ──▶ code ──▶ redeemed ──▶ ended     (session or device ended)
//!             │         │          └──────▶ revoked   (its code came a second time)
//!             ▼         └─────────────────▶ revoked   (its code came wrongly)
//!          refused
//! ```
//!
//! Invariants:
//! - Each arrow is one conditional statement, so that of many at once one wins. `ended` is a trigger's.
//! - `expires_at` is that of the state: of the pushed request, of the open page, of the code, of the access token.
//! - A code or token is good only while its session lives and its device, if it has one, is active: the statements that use it
//!   say so themselves, besides the triggers.
//! - Request URIs, codes, tokens and the browser's cookie are stored as SHA-256 only.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use aldaba_core::ids::{AuthorizationId, DeviceId, PersonId};
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::oidc::{Bearer, Claim, Request, claim_words, read_claim_words};
use aldaba_core::time::Timestamp;
use sha2::{Digest, Sha256};

use crate::error::StoreError;
use crate::transaction::{Row, Transaction, bind};

/// A request that came to a browser, or was answered.
#[derive(Clone)]
pub struct Authorization {
    /// Random; leaves this server nowhere.
    pub id: AuthorizationId,
    /// The site.
    pub client_id: String,
    /// What it asks.
    pub request: Request,
    /// When it came to the browser.
    pub opened_at: Timestamp,
    /// The handle of the session that the browser had then.
    pub session_before: Option<[u8; 32]>,
    /// When the state that it is in ends.
    pub expires_at: Timestamp,
    /// What was granted, once it is.
    pub grant: Option<Grant>,
}

/// Whom a code and its token are about.
#[derive(Clone, PartialEq, Eq)]
pub struct Grant {
    /// Who signed in.
    pub person: PersonId,
    /// The handle of their session.
    pub session: [u8; 32],
    /// The device that proved it; its end is the code's and the token's.
    pub device: Option<DeviceId>,
    /// The person, as the site knows them.
    pub subject: String,
    /// The session, as the site knows it.
    pub sid: String,
    /// What the site may learn.
    pub claims: BTreeSet<Claim>,
    /// What their sign-in proved.
    pub level: Level,
    /// How they signed in.
    pub method: Method,
    /// The second step after a password.
    pub second_step: Option<Method>,
    /// When.
    pub auth_time: Timestamp,
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization")
            .field("client_id", &self.client_id)
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant")
            .field("person", &self.person)
            .finish_non_exhaustive()
    }
}

/// A code that was taken out of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Burnt {
    /// Whose.
    pub person: Option<PersonId>,
    /// Whether it had been redeemed, so that a token ended with it.
    pub was_redeemed: bool,
}

/// A site that is to be told of an ended session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueLogout {
    /// The site.
    pub client_id: String,
    /// The person, as it knows them.
    pub subject: String,
    /// The session, as it knows it.
    pub sid: String,
}

fn hash(secret: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(secret).into()
}

macro_rules! columns {
    () => {
        "id, client_id, request, opened_at, session_before, expires_at, person_id, session_hash, device_id, subject, sid, claims, \
         level, method, second_step, auth_time"
    };
}

/// Its session was used after $idle and has not ended, and no device that it hangs on is closed.
macro_rules! alive {
    ($idle:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM sessions WHERE sessions.id_hash = authorizations.session_hash \
             AND sessions.person_id = authorizations.person_id AND sessions.ended_at IS NULL AND sessions.used_at > ",
            $idle,
            " AND NOT EXISTS (SELECT 1 FROM devices WHERE devices.id IN (sessions.device_id, authorizations.device_id) \
             AND devices.state <> 'active'))"
        )
    };
}

fn read(row: &Row) -> Result<Authorization, StoreError> {
    const BROKEN: StoreError = StoreError::Corrupt("a stored authorization");
    let request = serde_json::from_str(&row.text(2)?).map_err(|_| BROKEN)?;
    let grant = match row.optional_id(6)? {
        None => None,
        Some(person) => Some(Grant {
            person,
            session: row.array(7)?,
            device: row.optional_id(8)?,
            subject: row.text(9)?,
            sid: row.text(10)?,
            claims: read_claim_words(&row.text(11)?).ok_or(BROKEN)?,
            level: row.word(12)?,
            method: row.word(13)?,
            second_step: row
                .optional_text(14)?
                .map(|word| word.parse())
                .transpose()
                .map_err(|_| BROKEN)?,
            auth_time: row.time(15)?,
        }),
    };
    Ok(Authorization {
        id: row.id(0)?,
        client_id: row.text(1)?,
        request,
        opened_at: row.optional_time(3)?.ok_or(BROKEN)?,
        session_before: row.optional_array(4)?,
        expires_at: row.time(5)?,
        grant,
    })
}

fn stored(request: &Request) -> Result<String, StoreError> {
    serde_json::to_string(request).map_err(|_| StoreError::Corrupt("an authorization that cannot be written"))
}

/// A client pushed a request (RFC 9126): its browser has until `expires_at`.
pub async fn push(
    tx: &Transaction,
    id: &AuthorizationId,
    client: &str,
    uri: &Bearer,
    request: &Request,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO authorizations (id, client_id, state, request, redirect_uri, challenge, uri_hash, created_at, expires_at) \
         VALUES ($1, $2, 'pushed', $3, $4, $5, $6, $7, $8)",
        vec![
            bind::id(id),
            bind::text(client),
            bind::text(stored(request)?),
            bind::text(&request.redirect_uri),
            bind::text(&request.challenge),
            bind::blob(hash(uri.as_bytes())),
            bind::time(now),
            bind::time(expires_at),
        ],
    )
    .await?;
    Ok(())
}

/// The browser to which a request came, and the session that it had then.
#[derive(Clone, Copy)]
pub struct Arrival<'a> {
    /// The browser's secret.
    pub browser: &'a [u8; 32],
    /// The handle of its session.
    pub session_before: Option<[u8; 32]>,
    /// When it came.
    pub now: Timestamp,
    /// Until when it may be answered.
    pub expires_at: Timestamp,
}

/// A request came with the browser itself.
pub async fn open(
    tx: &Transaction,
    id: &AuthorizationId,
    client: &str,
    request: &Request,
    arrival: Arrival<'_>,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO authorizations (id, client_id, state, request, redirect_uri, challenge, browser_hash, session_before, \
         opened_at, created_at, expires_at) VALUES ($1, $2, 'open', $3, $4, $5, $6, $7, $8, $8, $9)",
        vec![
            bind::id(id),
            bind::text(client),
            bind::text(stored(request)?),
            bind::text(&request.redirect_uri),
            bind::text(&request.challenge),
            bind::blob(hash(arrival.browser)),
            bind::optional_blob(arrival.session_before.map(Into::into)),
            bind::time(arrival.now),
            bind::time(arrival.expires_at),
        ],
    )
    .await?;
    Ok(())
}

/// pushed → open: the browser of a pushed request came. Once; the same browser may load the page again.
pub async fn open_pushed(
    tx: &Transaction,
    client: &str,
    uri: &Bearer,
    arrival: Arrival<'_>,
) -> Result<Option<Authorization>, StoreError> {
    const OPEN: &str = concat!(
        "UPDATE authorizations SET state = 'open', browser_hash = $3, session_before = $4, opened_at = $5, expires_at = $6 \
         WHERE uri_hash = $1 AND client_id = $2 AND state = 'pushed' AND expires_at > $5 RETURNING ",
        columns!()
    );
    const AGAIN: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM authorizations WHERE uri_hash = $1 AND client_id = $2 AND browser_hash = $3 AND state = 'open' AND expires_at > $4"
    );
    let (uri, browser) = (hash(uri.as_bytes()), hash(arrival.browser));
    let values = vec![
        bind::blob(uri),
        bind::text(client),
        bind::blob(browser),
        bind::optional_blob(arrival.session_before.map(Into::into)),
        bind::time(arrival.now),
        bind::time(arrival.expires_at),
    ];
    if let Some(row) = tx.change(OPEN, values).await? {
        return read(&row).map(Some);
    }
    let values = vec![
        bind::blob(uri),
        bind::text(client),
        bind::blob(browser),
        bind::time(arrival.now),
    ];
    tx.select_one(AGAIN, values).await?.map(|row| read(&row)).transpose()
}

/// What a browser is asked, newest first. No browser has many; who makes them is shown the newest.
pub async fn list_open(tx: &Transaction, browser: &[u8; 32], now: Timestamp) -> Result<Vec<Authorization>, StoreError> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM authorizations WHERE browser_hash = $1 AND state = 'open' AND expires_at > $2 \
         ORDER BY opened_at DESC, id LIMIT 16"
    );
    let values = vec![bind::blob(hash(browser)), bind::time(now)];
    let rows = tx.select_all(SQL, values).await?;
    rows.iter().map(read).collect()
}

/// What is asked of a browser changes while it is open. `false`: it is not open, or not in this browser.
pub async fn revise(
    tx: &Transaction,
    id: &AuthorizationId,
    browser: &[u8; 32],
    request: &Request,
    now: Timestamp,
) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE authorizations SET request = $3 WHERE id = $1 AND browser_hash = $2 AND state = 'open' AND expires_at > $4",
        vec![
            bind::id(id),
            bind::blob(hash(browser)),
            bind::text(stored(request)?),
            bind::time(now),
        ],
    )
    .await
}

/// open → refused. `false`: it is not open, or not in this browser.
pub async fn refuse(
    tx: &Transaction,
    id: &AuthorizationId,
    browser: &[u8; 32],
    now: Timestamp,
) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE authorizations SET state = 'refused' WHERE id = $1 AND browser_hash = $2 AND state = 'open' AND expires_at > $3",
        vec![bind::id(id), bind::blob(hash(browser)), bind::time(now)],
    )
    .await
}

/// open → code, for a person whose session lives. `false`: it is not open (any more), or the session is over.
pub async fn grant(
    tx: &Transaction,
    id: &AuthorizationId,
    browser: &[u8; 32],
    code: &Bearer,
    grant: &Grant,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE authorizations SET state = 'code', code_hash = $3, person_id = $4, session_hash = $5, device_id = $6, \
         subject = $7, sid = $8, claims = $9, expires_at = $11, level = $12, method = $13, second_step = $14, auth_time = $15 \
         WHERE id = $1 AND browser_hash = $2 AND state = 'open' AND expires_at > $10 \
         AND EXISTS (SELECT 1 FROM sessions WHERE sessions.id_hash = $5 AND sessions.person_id = $4 \
         AND sessions.ended_at IS NULL \
         AND NOT EXISTS (SELECT 1 FROM devices WHERE devices.id = sessions.device_id AND devices.state <> 'active'))",
        vec![
            bind::id(id),
            bind::blob(hash(browser)),
            bind::blob(hash(code.as_bytes())),
            bind::id(&grant.person),
            bind::blob(grant.session),
            bind::optional_id(grant.device.as_ref()),
            bind::text(&grant.subject),
            bind::text(&grant.sid),
            bind::text(claim_words(&grant.claims)),
            bind::time(now),
            bind::time(expires_at),
            bind::text(grant.level.as_str()),
            bind::text(grant.method.as_str()),
            bind::optional_text(grant.second_step.map(Method::as_str)),
            bind::time(grant.auth_time),
        ],
    )
    .await
}

/// What a client shows for its tokens.
#[derive(Clone, Copy)]
pub struct Redemption<'a> {
    /// The code.
    pub code: &'a Bearer,
    /// The client, authenticated.
    pub client: &'a str,
    /// The redirect URI, once more (RFC 6749 section 4.1.3).
    pub redirect_uri: &'a str,
    /// The challenge of its verifier.
    pub challenge: &'a str,
    /// The access token that it shall be given.
    pub token: &'a Bearer,
}

/// code → redeemed. None: unknown, used, expired, another client's, another address, another verifier, or its session or
/// device is over.
pub async fn redeem(
    tx: &Transaction,
    shown: Redemption<'_>,
    now: Timestamp,
    expires_at: Timestamp,
    idle: Duration,
) -> Result<Option<Authorization>, StoreError> {
    const SQL: &str = concat!(
        "UPDATE authorizations SET state = 'redeemed', token_hash = $5, expires_at = $7 \
         WHERE code_hash = $1 AND client_id = $2 AND redirect_uri = $3 AND challenge = $4 AND state = 'code' \
         AND expires_at > $6 AND ",
        alive!("$8"),
        " RETURNING ",
        columns!()
    );
    let values = vec![
        bind::blob(hash(shown.code.as_bytes())),
        bind::text(shown.client),
        bind::text(shown.redirect_uri),
        bind::text(shown.challenge),
        bind::blob(hash(shown.token.as_bytes())),
        bind::time(now),
        bind::time(expires_at),
        bind::time(now.minus(idle)),
    ];
    tx.change(SQL, values).await?.map(|row| read(&row)).transpose()
}

/// code or redeemed → revoked: a code that was not redeemed by whoever showed it is of no use to anybody any more, and what
/// its first use produced ends (RFC 6749 section 4.1.2). None: there is nothing to take out of use.
pub async fn burn(tx: &Transaction, code: &Bearer) -> Result<Option<Burnt>, StoreError> {
    let row = tx
        .change(
            "UPDATE authorizations SET state = 'revoked' WHERE code_hash = $1 AND state IN ('code', 'redeemed') \
             RETURNING person_id, token_hash",
            vec![bind::blob(hash(code.as_bytes()))],
        )
        .await?;
    row.map(|row| {
        Ok(Burnt {
            person: row.optional_id(0)?,
            was_redeemed: row.optional_blob(1)?.is_some(),
        })
    })
    .transpose()
}

/// What an access token opens, while it, its session and its device live.
pub async fn of_token(
    tx: &Transaction,
    token: &Bearer,
    now: Timestamp,
    idle: Duration,
) -> Result<Option<Authorization>, StoreError> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM authorizations WHERE token_hash = $1 AND state = 'redeemed' AND expires_at > $2 AND ",
        alive!("$3")
    );
    let values = vec![
        bind::blob(hash(token.as_bytes())),
        bind::time(now),
        bind::time(now.minus(idle)),
    ];
    tx.select_one(SQL, values).await?.map(|row| read(&row)).transpose()
}

/// The same person signed in again in the same browser: what hung on the earlier session hangs on the new one, so that sites
/// stay signed in and are told when that one ends. How many moved; none unless both sessions live and are of one person.
pub async fn carry_over(tx: &Transaction, from: &[u8; 32], to: &[u8; 32]) -> Result<u64, StoreError> {
    const PLAIN: &str = "SELECT id_hash FROM sessions WHERE id_hash IN ($1, $2) ORDER BY id_hash";
    const LOCKING: &str = "SELECT id_hash FROM sessions WHERE id_hash IN ($1, $2) ORDER BY id_hash FOR NO KEY UPDATE";
    tx.open()?;
    // Sessions before authorizations: who ends one of them at this moment takes the locks in that order.
    tx.select_all(tx.locking(PLAIN, LOCKING), vec![bind::blob(*from), bind::blob(*to)])
        .await?;
    tx.execute(
        "UPDATE authorizations SET session_hash = $2 WHERE session_hash = $1 AND state IN ('code', 'redeemed', 'revoked') \
         AND EXISTS (SELECT 1 FROM sessions earlier WHERE earlier.id_hash = $1 AND earlier.ended_at IS NULL \
         AND earlier.person_id = authorizations.person_id) \
         AND EXISTS (SELECT 1 FROM sessions later WHERE later.id_hash = $2 AND later.ended_at IS NULL \
         AND later.person_id = authorizations.person_id)",
        vec![bind::blob(*from), bind::blob(*to)],
    )
    .await
}

/// Whether that site knows that session by that name.
pub async fn is_of_session(tx: &Transaction, client: &str, sid: &str, session: &[u8; 32]) -> Result<bool, StoreError> {
    let row = tx
        .select_one(
            "SELECT client_id FROM authorizations WHERE session_hash = $1 AND client_id = $2 AND sid = $3 LIMIT 1",
            vec![bind::blob(*session), bind::text(client), bind::text(sid)],
        )
        .await?;
    Ok(row.is_some())
}

/// Takes up to `limit` sites that are to be told of ended sessions. Who takes them tells them, in the same transaction.
pub async fn take_due_logouts(tx: &Transaction, limit: u32) -> Result<Vec<DueLogout>, StoreError> {
    // The condition is repeated outside: PostgreSQL checks it again when another node was first with a row.
    const SQL: &str = "UPDATE authorizations SET logout_due_at = NULL WHERE id IN (SELECT id FROM authorizations \
         WHERE logout_due_at IS NOT NULL ORDER BY logout_due_at, id LIMIT $1) AND logout_due_at IS NOT NULL \
         RETURNING client_id, subject, sid";
    let rows = tx.change_all(SQL, vec![bind::int(limit)]).await?;
    rows.iter().map(due_logout).collect()
}

/// Takes those of one person, all of them, of whom nothing will be left to take later.
pub async fn take_due_logouts_of(tx: &Transaction, person: &PersonId) -> Result<Vec<DueLogout>, StoreError> {
    const SQL: &str = "UPDATE authorizations SET logout_due_at = NULL WHERE person_id = $1 AND logout_due_at IS NOT NULL \
         RETURNING client_id, subject, sid";
    let rows = tx.change_all(SQL, vec![bind::id(person)]).await?;
    rows.iter().map(due_logout).collect()
}

fn due_logout(row: &Row) -> Result<DueLogout, StoreError> {
    Ok(DueLogout {
        client_id: row.text(0)?,
        subject: row.text(1)?,
        sid: row.text(2)?,
    })
}

/// Whether any site is still to be told of an ended session: cheap, to be asked often.
pub async fn any_due_logout(tx: &Transaction) -> Result<bool, StoreError> {
    let sql = "SELECT client_id FROM authorizations WHERE logout_due_at IS NOT NULL LIMIT 1";
    Ok(tx.select_one(sql, vec![]).await?.is_some())
}
