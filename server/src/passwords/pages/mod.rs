//! The pages where a password is made, changed, recovered and cancelled. (Signing in with one: `signin/password.rs`.)
//!
//! ```text
//! GET POST /password/create /password/recover   document and datum ──303──▶ /password/new    begin.rs
//! GET POST /password/new                        code, new password ──303──▶ /password/done   new.rs
//! GET POST /password/change                     old and new password ──303──▶ /password/done change.rs
//! GET POST /password/cancel                     password, or the open session ──303──▶ …     cancel.rs
//! GET      /password/done                       what was done, and where to go on            done.rs
//! ```
//!
//! `?site=…&procedure=…` says where somebody came from, so that the way back is at hand. No id of a code is ever in an
//! address: the browser's cookie says which it asked for, and the form which its page was of.

mod begin;
mod cancel;
mod change;
mod done;
mod form;
mod new;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;

use crate::app::App;

pub(crate) use done::{expired, warned};
pub(crate) use form::told;

/// The longest form that is read, in bytes: every field at its longest, percent-encoded, is below.
const LONGEST_FORM: usize = 16 * 1024;

/// The pages' routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/password/create", get(begin::show_create).post(begin::submit_create))
        .route(
            "/password/recover",
            get(begin::show_recover).post(begin::submit_recover),
        )
        .route("/password/new", get(new::show).post(new::submit))
        .route("/password/change", get(change::show).post(change::submit))
        .route("/password/cancel", get(cancel::show).post(cancel::submit))
        .route("/password/done", get(done::show))
        .layer(DefaultBodyLimit::max(LONGEST_FORM))
}
