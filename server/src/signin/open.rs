//! `GET /open/request` and `GET /open/bound`: where a link for the app leads when no app takes it. The code stands behind
//! `#` and never reaches this server; a script makes the app's own link of it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::app::App;
use crate::portal::{Failure, Page, Reply, Visitor};

#[derive(Template)]
#[template(path = "signin/open.html")]
struct OpenPage {
    page: Page,
    what: &'static str,
}

/// `GET /open/{what}`.
pub(super) async fn show(State(app): State<App>, Path(what): Path<String>, visitor: Visitor) -> Response {
    let (what, here) = match what.as_str() {
        "request" => ("request", "/open/request"),
        "bound" => ("bound", "/open/bound"),
        _ => return Failure::NotFound.show(&app, &visitor),
    };
    let page = Page::new(&app, &visitor, here);
    Reply::new(&app, &visitor).html(&OpenPage { page, what })
}
