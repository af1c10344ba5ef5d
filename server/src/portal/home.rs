//! The front page: what this server is, or, in the demonstration, how to go about it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::{Page, Reply, Visitor};
use crate::app::App;
use crate::demo;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    page: Page,
}

/// `GET /`.
pub(super) async fn show(State(app): State<App>, visitor: Visitor) -> Response {
    if app.config().demo {
        return demo::guide(&app, &visitor);
    }
    Reply::new(&app, &visitor).html(&HomePage {
        page: Page::new(&app, &visitor, &visitor.here),
    })
}
