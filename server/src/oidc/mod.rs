//! OpenID Connect: public sites as clients, and what they and this server prove to each other.
//!
//! ```text
//! browser                                             the site's server
//! GET  /oidc/authorize  what a site asks  authorize.rs    POST /oidc/par       the same, beforehand   par.rs
//!      └▶ /signin …     sessions::open, signin::land      POST /oidc/token     code ▶ tokens          token.rs
//! GET  /oidc/continue   what comes next   go_on.rs        GET  /oidc/userinfo  what it may learn      userinfo.rs
//! POST /oidc/consent    yes or no         consent.rs
//! POST /oidc/as-i-am    no more than this consent.rs
//! POST /oidc/cancel     no                consent.rs      GET  /.well-known/…, /oidc/jwks             discovery.rs
//! GET  /oidc/logout     signing out       logout.rs
//! ```
//!
//! ```text
//! clients/           who the clients are: from the file and the command line, in memory, the same on every node
//! client_auth.rs     a client proves who it is: by a secret, or by assertion.rs (private_key_jwt)
//! keys.rs            the keys that sign tokens: made, rotated, published
//! asked.rs           what the parameters `claims` and `id_token_hint` say
//! turn.rs            one step of a sign-in, in one transaction
//! answer.rs          the address that the browser is sent back to
//! known.rs           how a client knows a person and a session: `sub`, `sid`
//! released.rs        what a client learns of a person, in the one place that decides it
//! id_token.rs        what a client is told of the sign-in, signed
//! fault.rs           pages where nothing may be redirected
//! refusal.rs         errors to programs
//! ended.rs           sessions that ended: their sites are told
//! backchannel.rs     … by this worker
//! sms_budget.rs      SMS that a site pays for
//! watch.rs           once a second: did clients or keys change
//! paths.rs           the addresses
//! ```
//!
//! Rules (the ones about requests are in `aldaba_core::oidc`, the ones about codes and tokens in `aldaba_store::authorizations`):
//! - Until client and redirect URI are known to belong together nothing is redirected.
//! - A sign-in belongs to one browser: its cookie is compared by hash. Ids of sign-ins leave this server nowhere.
//! - What a site learns is shown to the citizen before the first time, by the very function that tells the site.

mod answer;
pub(crate) mod asked;
pub mod assertion;
mod authorize;
pub mod backchannel;
pub mod client_auth;
pub mod clients;
mod consent;
pub mod discovery;
pub mod ended;
mod fault;
mod go_on;
pub mod id_token;
pub mod keys;
pub mod known;
mod logout;
mod par;
pub mod paths;
mod refusal;
pub mod released;
pub mod sms_budget;
mod token;
mod turn;
mod userinfo;
pub mod watch;

use aldaba_core::oidc::{Parameters, Request};
use axum::extract::DefaultBodyLimit;
use axum::extract::rejection::FormRejection;
use axum::routing::{get, post};
use axum::{Form, Router};
use http::StatusCode;

use crate::app::App;

/// The longest form that is read, in bytes: `claims`, `state` and an assertion fit in.
const LONGEST_FORM: usize = 16 * 1024;

/// All routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route(paths::AUTHORIZE, get(authorize::come).post(authorize::post))
        .route(paths::PAR, post(par::push))
        .route(paths::TOKEN, post(token::redeem))
        .route(paths::USERINFO, get(userinfo::show).post(userinfo::show))
        .route(paths::LOGOUT, get(logout::ask).post(logout::post))
        .route(paths::LOGOUT_CONFIRMED, post(logout::confirmed))
        .route(paths::CONTINUE, get(go_on::show))
        .route(paths::CONSENT, post(consent::decide))
        .route(paths::AS_I_AM, post(consent::as_i_am))
        .route(paths::CANCEL, post(consent::cancel))
        .layer(DefaultBodyLimit::max(LONGEST_FORM))
        .merge(discovery::routes())
}

/// Where a browser in which somebody has signed in goes on with what a site asked.
pub(crate) fn go_on_at(site: &str, request: &Request) -> String {
    go_on::place(paths::CONTINUE, site, request)
}

/// A form as it came: names may repeat, which is told.
type SentForm = Result<Form<Vec<(String, String)>>, FormRejection>;

/// Why there are no parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unread {
    /// It is neither a form nor a query.
    NoForm,
    /// It is longer than [`LONGEST_FORM`].
    TooLarge,
}

/// The parameters of a form or query.
fn parameters(form: SentForm) -> Result<Parameters, Unread> {
    match form {
        Ok(Form(pairs)) => Ok(Parameters::collect(pairs)),
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Unread::TooLarge),
        Err(_) => Err(Unread::NoForm),
    }
}
