//! The sign-in page: document, contrast datum, PIN, session.

use axum::Router;

use crate::app::App;

/// The page's routes.
pub fn routes() -> Router<App> {
    Router::new()
}
