//! `GET /demo/sede`: the way to the sample public site, whose own address changes from demo to demo.

use axum::extract::State;
use axum::response::Response;

use crate::app::App;
use crate::portal::{Failure, Reply, Visitor};

/// The id under which the demo's configuration knows the sample site.
pub(crate) const SITE: &str = "demo-sede";

/// `GET /demo/sede`.
pub(super) async fn show(State(app): State<App>, visitor: Visitor) -> Response {
    match app.relying_party(SITE).and_then(|site| site.return_url.join("/").ok()) {
        Some(front) => Reply::new(&app, &visitor).see_other(front.as_str()),
        None => Failure::NotFound.show(&app, &visitor),
    }
}
