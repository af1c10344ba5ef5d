//! Sites are told of ended sessions (OpenID Connect Back-Channel Logout 1.0).
//!
//! Rules:
//! - What is to be told is written in the transaction that ends the session, and told afterwards, at least once: a row is
//!   claimed with a lease, and tried again later and later until the site answers or two hours have passed.
//! - It goes to the address that is registered for the client at that moment and to no other: no redirect is followed, nothing
//!   of the answer is read but its status, and nobody but the operator can register an address.
//! - Sites are told side by side: one that is slow keeps none waiting but itself (`crate::delivery`).
//! - The log names the client, never the person or the session.

use std::time::Duration;

use aldaba_core::time::Timestamp;
use aldaba_store::logouts::Logout;
use aldaba_store::{StoreError, Transaction, logouts};
use reqwest::{Client as HttpClient, header};
use serde::Serialize;
use tokio::sync::Notify;
use tracing::{info, warn};
use url::Url;

use super::{keys, paths};
use crate::app::App;
use crate::delivery::{Patience, Queue};

/// What a logout token lives (section 2.4: at most two minutes).
const LIFE: i64 = 120;

/// A site that is being started anew, or mended, is told afterwards.
pub const PATIENCE: Patience = Patience {
    first_wait: Duration::from_secs(2),
    deadline: Duration::from_secs(5),
    lasts: Duration::from_secs(2 * 3600),
};

/// The claims of a logout token (section 2.4).
#[derive(Serialize)]
struct LogoutToken<'a> {
    iss: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
    sub: &'a str,
    sid: &'a str,
    events: Events,
}

#[derive(Serialize)]
struct Events {
    #[serde(rename = "http://schemas.openid.net/event/backchannel-logout")]
    backchannel_logout: Nothing,
}

/// `{}`.
#[derive(Serialize)]
struct Nothing {}

/// Writes that a session, known to that client by `sid`, has ended; [`App::logouts_due`] wakes the worker once it is
/// committed. What was written before is not written again.
///
/// # Errors
/// The database.
pub async fn queue(tx: &Transaction, client: &str, sub: &str, sid: &str, now: Timestamp) -> Result<(), StoreError> {
    logouts::queue(tx, client, sub, sid, now).await?;
    Ok(())
}

/// What sites are to be told, and what speaks to them.
pub struct Deliverer {
    app: App,
    http: HttpClient,
    patience: Patience,
}

/// Why a site was not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failure {
    /// It may be told later.
    Later(&'static str),
    /// There is nobody to tell: the client is gone, disabled, or wants to be told nothing.
    Nobody,
}

impl Deliverer {
    /// That server's, with that patience.
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn new(app: App, patience: Patience) -> Result<Self, reqwest::Error> {
        let http = HttpClient::builder()
            .timeout(patience.deadline)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .build()?;
        Ok(Self { app, http, patience })
    }

    async fn tell(&self, logout: &Logout) -> Result<(), Failure> {
        let app = &self.app;
        let Some(address) = address(app, &logout.client_id) else {
            return Err(Failure::Nobody);
        };
        let now = app.now().as_secs();
        let claims = LogoutToken {
            iss: paths::issuer(app),
            aud: &logout.client_id,
            iat: now,
            exp: now + LIFE,
            // Another token at each try: a site that remembers those it has seen takes this one, too.
            jti: format!("{}-{}", logout.id, logout.attempts),
            sub: &logout.sub,
            sid: &logout.sid,
            events: Events {
                backchannel_logout: Nothing {},
            },
        };
        let token = keys::sign(app, "logout+jwt", &claims).await.map_err(|error| {
            warn!(%error, "a logout token could not be signed");
            Failure::Later("no token")
        })?;
        // A JWT has no character that a form would escape.
        let sent = self
            .http
            .post(address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::CACHE_CONTROL, "no-store")
            .body(format!("logout_token={token}"))
            .send()
            .await;
        match sent {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) if answer.status().is_redirection() => {
                Err(Failure::Later("it redirects, which is not followed"))
            }
            Ok(_) => Err(Failure::Later("it answered with an error")),
            Err(error) if error.is_timeout() => Err(Failure::Later("no answer in time")),
            Err(_) => Err(Failure::Later("no connection")),
        }
    }
}

fn address(app: &App, client: &str) -> Option<Url> {
    app.clients().find(client)?.party.backchannel_logout_uri.clone()
}

impl Queue for Deliverer {
    type Row = Logout;
    const NAME: &str = "logouts";

    fn app(&self) -> &App {
        &self.app
    }

    fn due(&self) -> &Notify {
        self.app.logouts_due()
    }

    async fn claim(&self, most: u32) -> Result<Vec<Logout>, StoreError> {
        let (now, lease) = (self.app.now(), self.patience.lease());
        self.app
            .store()
            .write(move |tx| Box::pin(async move { logouts::claim_due(tx, now, lease, most).await }))
            .await
    }

    async fn deliver(&self, logout: Logout) -> Result<(), StoreError> {
        let answer = self.tell(&logout).await;
        let (app, id, attempts, client) = (&self.app, logout.id, logout.attempts, &logout.client_id);
        let done = app.now();
        let next = match answer {
            Ok(()) => {
                app.metrics().outcome("backchannel_logout", "sent");
                info!(logout = %id, client, "site told of a logout");
                app.store()
                    .write(move |tx| Box::pin(async move { logouts::mark_sent(tx, &id, done).await }))
                    .await?;
                return Ok(());
            }
            Err(Failure::Nobody) => {
                app.metrics().outcome("backchannel_logout", "nobody");
                None
            }
            Err(Failure::Later(why)) => {
                let next = self.patience.again(logout.created_at, attempts, done, app.random());
                app.metrics()
                    .outcome("backchannel_logout", if next.is_some() { "retry" } else { "given_up" });
                warn!(logout = %id, client, why, again = next.is_some(), "site not told of a logout");
                next
            }
        };
        app.store()
            .write(move |tx| Box::pin(async move { logouts::mark_failed(tx, &id, attempts, next).await }))
            .await?;
        Ok(())
    }
}
