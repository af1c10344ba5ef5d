//! What all pages share: layout, styles, fonts.

use axum::Router;

use crate::app::App;

/// The routes of the pages' own files.
pub fn routes() -> Router<App> {
    Router::new()
}
