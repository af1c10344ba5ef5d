//! What all pages share: layout, styles, fonts, language, cookies, the token that every form carries.
//!
//! Rules:
//! - Every page works without scripts; what scripts add comes from this server alone (strict Content-Security-Policy).
//! - No id, PIN or document is ever part of an address.
//! - A form is accepted only with the token of the browser that was shown it, and only from this origin.
//! - Pages are never cached; their own files are cached for good under an address with their digest.

mod assets;
pub mod cookies;
pub mod csrf;
mod failure;
pub mod field;
mod home;
mod page;
mod reply;
mod visitor;
mod when;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub use failure::{Failure, PageRequest};
pub use page::{FieldErrors, Page, Way};
pub use reply::{Reply, status_of};
pub use visitor::Visitor;
pub use when::{date_and_time, day_of, minutes, time_of_day};

/// The front page and the pages' own files.
pub fn routes() -> Router<App> {
    Router::new().route("/", get(home::show)).merge(files())
}

/// The pages' own files: on every host that shows pages.
pub fn files() -> Router<App> {
    Router::new().route("/assets/{name}", get(assets::serve))
}
