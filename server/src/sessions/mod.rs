//! Signed-in browsers: a session is opened by whatever method proved who somebody is, used, and ended.
//!
//! Rules:
//! - A session's id is new at each sign-in, and only its hash is stored.
//! - It is written in the transaction that uses up what proved it (a PIN, a ticket): there is no moment with one and not
//!   the other.
//! - It ends with the browser, when idle, by signing out, and with the device that proved it. A browser has one: who signs in anew
//!   ends the earlier in the transaction that opens the later. What sites have from the same person hangs on the later from then on.
//! - The browser is known to its person from then on ([`KnownBrowser`]).

mod known;

use aldaba_core::ids::{DeviceId, PersonId, RequestId, SessionId};
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::policy::seconds;
use aldaba_core::time::Timestamp;
use aldaba_store::sessions::Opened;
use aldaba_store::{Step, StoreError, Transaction, persons, sessions};

use crate::app::App;
use crate::audit::entry;
use crate::oidc::ended;
use crate::portal::Visitor;

pub use known::{Brought, KnownBrowser};

/// What was proved, by a method that has used it up in the same transaction.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Who.
    pub person: PersonId,
    /// The device whose PIN it was, or that approved.
    pub device: Option<DeviceId>,
    /// The request that was spent.
    pub request: Option<RequestId>,
    /// Where.
    pub relying_party: String,
    /// How.
    pub method: Method,
    /// The second step after a password.
    pub second_step: Option<Method>,
    /// How sure it is. No more than what was proved.
    pub level: Level,
    /// The browser's name.
    pub browser: String,
    /// Its operating system.
    pub system: String,
    /// What it has from earlier sign-ins.
    pub brought: Brought,
}

/// Somebody is signed in, durably once the transaction is.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The browser's new session.
    pub session: SessionId,
    /// Who.
    pub person: PersonId,
    /// The device whose PIN it was, or that approved.
    pub device: Option<DeviceId>,
    /// How sure it is.
    pub level: Level,
    /// How.
    pub method: Method,
    /// When.
    pub at: Timestamp,
    /// The cookie by which the browser is known from now on.
    pub known: KnownBrowser,
}

/// Opens a session of that fresh id, with its audit entry.
///
/// # Errors
/// The database.
pub async fn open(tx: &Transaction, id: SessionId, proof: Proof, now: Timestamp) -> Result<SignedIn, StoreError> {
    let opened = open_by(tx, id, proof, None, now).await?;
    opened.ok_or(StoreError::Corrupt("a session that nothing stood in the way of"))
}

/// As [`open`], and uses up what proves who it is. `None`: it could not be used up (any more), and nothing was written.
///
/// # Errors
/// The database.
pub async fn open_spending(
    tx: &Transaction,
    id: SessionId,
    proof: Proof,
    spent: Step,
    now: Timestamp,
) -> Result<Option<SignedIn>, StoreError> {
    open_by(tx, id, proof, Some(spent), now).await
}

async fn open_by(
    tx: &Transaction,
    id: SessionId,
    proof: Proof,
    spent: Option<Step>,
    now: Timestamp,
) -> Result<Option<SignedIn>, StoreError> {
    let session = sessions::Session {
        person: proof.person,
        device: proof.device,
        request: proof.request,
        relying_party: proof.relying_party,
        method: proof.method,
        second_step: proof.second_step,
        level: proof.level,
        browser: proof.browser,
        system: proof.system,
        created_at: now,
        used_at: now,
    };
    let Brought {
        known,
        session: earlier,
    } = proof.brought;
    let known = known.unwrap_or_else(|| KnownBrowser::first(tx.keys(), &id));
    let mut said = entry(now, "person.signed_in", Some(proof.person));
    said.device = proof.device;
    said.request = proof.request;
    said.detail = serde_json::json!({ "method": proof.method.as_str() });
    let opening = sessions::Opening {
        id: &id,
        session: &session,
        browser: known.bytes(),
        earlier: earlier.as_ref(),
    };
    match sessions::open(tx, &opening, spent, &said).await? {
        Opened::Yes => {}
        Opened::NotSpent => return Ok(None),
        Opened::Twice => return Err(StoreError::Corrupt("a request that made two sessions")),
    }
    if earlier.is_some() {
        ended::queue(tx, now).await?;
    }
    Ok(Some(SignedIn {
        session: id,
        person: proof.person,
        device: proof.device,
        level: proof.level,
        method: proof.method,
        at: now,
        known,
    }))
}

/// The person that a browser is signed in as.
#[derive(Clone)]
pub struct Current {
    /// Who.
    pub person: PersonId,
    /// Name and surnames.
    pub name: String,
    /// The site where the session began.
    pub relying_party: String,
    /// What the sign-in proved.
    pub level: Level,
    /// How.
    pub method: Method,
    /// The second step after a password.
    pub second_step: Option<Method>,
    /// When.
    pub since: Timestamp,
}

/// Who is signed in in this browser, if the session was used within its idle time. Using it prolongs it.
///
/// # Errors
/// The database.
pub async fn current(app: &App, visitor: &Visitor) -> Result<Option<Current>, StoreError> {
    let Some(id) = visitor.session.clone() else {
        return Ok(None);
    };
    let (now, idle) = (app.now(), seconds(app.policy().session_idle));
    let found = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                let Some(session) = sessions::use_session(tx, &id, now, idle).await? else {
                    return Ok::<_, StoreError>(None);
                };
                Ok(persons::get(tx, &session.person)
                    .await?
                    .map(|person| (session, person.name)))
            })
        })
        .await?;
    Ok(found.map(|(session, name)| Current {
        person: session.person,
        name,
        relying_party: session.relying_party,
        level: session.level,
        method: session.method,
        second_step: session.second_step,
        since: session.created_at,
    }))
}

/// Ends a session; unknown and ended ones are none. The sites that hang on it are told.
///
/// # Errors
/// The database.
pub async fn end(app: &App, id: SessionId) -> Result<(), StoreError> {
    let now = app.now();
    let told = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                if sessions::end(tx, &id, now).await? {
                    return ended::queue(tx, now).await;
                }
                Ok::<_, StoreError>(0)
            })
        })
        .await?;
    if told > 0 {
        app.logouts_due().notify_one();
    }
    Ok(())
}
