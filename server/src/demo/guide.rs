//! The demo's front page: three steps from nothing to signed in.

use askama::Template;
use axum::response::Response;

use crate::app::App;
use crate::citizens::sample;
use crate::portal::{Page, Reply, Visitor};

#[derive(Template)]
#[template(path = "demo/guide.html")]
struct GuidePage {
    page: Page,
    server: String,
    terminal: Vec<String>,
}

/// `GET /` of the demo.
pub(crate) fn guide(app: &App, visitor: &Visitor) -> Response {
    let server = app.config().public_url.origin().to_owned();
    let page = Page::new(app, visitor, "/");
    Reply::new(app, visitor).html(&GuidePage {
        page,
        terminal: terminal(&server),
        server,
    })
}

/// The same three steps for the test device.
fn terminal(server: &str) -> Vec<String> {
    let Some(person) = sample::people().first() else {
        return Vec::new();
    };
    let device = format!("aldaba-device --server {server} --home device");
    vec![
        format!("{device} activate {} {} --json", person.document, person.contrast),
        format!("{device} confirm ACTIVATION_ID CODE"),
        format!("{device} requests --json"),
        format!("{device} reveal ID"),
    ]
}
