//! The citizen's own pages: the open sessions, and the ways to sign in.
//!
//! ```text
//! GET  /account            open sessions, methods                              page.rs
//! POST /account/sessions   closes one session, or all                          close.rs
//! POST /account/methods    the order of methods, and those switched off        methods.rs
//! GET, POST /account/renounce   leaving                                        renounce.rs
//! ```
//!
//! Rules:
//! - Only for who is signed in. Who is not signs in as at any site: these pages are a site of their own, [`SITE`].
//! - A session is named to forms by its handle, a hash that opens nothing, and only to its owner.
//! - A method that somebody switched off is nobody's: the sign-in page answers as for an unknown person.
//! - The incoming PIN cannot be switched off: nobody can abuse it, and it is the way back to the rest.

mod close;
mod methods;
mod page;
mod renounce;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use axum::routing::{get, post};

use crate::app::App;
use crate::config::{Config, RelyingParty};
use crate::portal::{Failure, Reply, Visitor};
use crate::sessions::{self, Current};

/// The id under which these pages ask for a sign-in; no site may have it.
pub const SITE: &str = "aldaba-account";

/// Where they are.
const PATH: &str = "/account";

/// The longest form that is read, in bytes.
const LONGEST_FORM: usize = 8 * 1024;

/// The pages' routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route(PATH, get(page::show))
        .route("/account/sessions", post(close::submit))
        .route("/account/methods", post(methods::submit))
        .route(renounce::PATH, get(renounce::show).post(renounce::submit))
        .route(renounce::DONE, get(renounce::done))
        .layer(DefaultBodyLimit::max(LONGEST_FORM))
}

/// Who is signed in, or the answer for who is not: the sign-in page.
async fn signed_in(app: &App, visitor: &Visitor) -> Result<Current, Box<Response>> {
    match sessions::current(app, visitor).await {
        Ok(Some(current)) => Ok(current),
        Ok(None) => Err(Box::new(sign_in_first(app, visitor))),
        Err(error) => Err(Box::new(Failure::from(error).show(app, visitor))),
    }
}

fn sign_in_first(app: &App, visitor: &Visitor) -> Response {
    Reply::new(app, visitor).see_other(&format!("/signin?site={SITE}"))
}

/// These pages as a site that asks for sign-ins.
#[must_use]
pub fn site(config: &Config, name: String) -> Option<RelyingParty> {
    let address = config.public_url.join(PATH).parse().ok()?;
    Some(RelyingParty::new(SITE, name, config.public_url.host(), address))
}
