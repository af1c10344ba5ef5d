//! What only the demo has: a sample public site, the outbox on a page, the sample citizens.

use axum::Router;

use crate::app::App;

/// The demo's routes; merged into the router only in the demo.
pub fn routes() -> Router<App> {
    Router::new()
}
