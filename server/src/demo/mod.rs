//! What only the demo has: a guide, a sample public site, the outbox on a page, the sample citizens.
//!
//! Outside the demo none of these addresses exists.

pub(crate) mod certificates;
mod citizens;
mod guide;
mod messages;
mod pkcs12;
mod sede;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub(crate) use guide::guide;

/// The demo's routes; merged into the router only in the demo.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/demo/sede", get(sede::show))
        .route("/demo/messages", get(messages::show))
        .route("/demo/citizens", get(citizens::show))
}
