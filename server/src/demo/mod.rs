//! What only the demo has: a guide, the way to the sample public site, the outbox on a page, the sample citizens, and those
//! of them that answer by themselves.
//!
//! Outside the demo none of these addresses exists.

pub(crate) mod certificates;
mod citizens;
mod guide;
mod messages;
mod pkcs12;
mod robots;
mod site;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub(crate) use guide::guide;
pub use robots::{Behaviour, ROBOTS, Robot, Robots, start as start_robots};
pub(crate) use site::SITE;

/// The demo's routes; merged into the router only in the demo.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/demo/sede", get(site::show))
        .route("/demo/messages", get(messages::show))
        .route("/demo/citizens", get(citizens::show))
        .route("/demo/robots", get(robots::show).post(robots::answer))
}
