//! The demo's front page: three steps from nothing to signed in.

use askama::Template;
use axum::response::Response;

use super::certificates;
use crate::app::App;
use crate::citizens::sample;
use crate::portal::{Page, Reply, Visitor};
use crate::texts::FluentValue;

#[derive(Template)]
#[template(path = "demo/guide.html")]
struct GuidePage {
    page: Page,
    server: String,
    terminal: Vec<String>,
    certificate: Option<Certificate>,
}

/// The sample citizen's certificate.
struct Certificate {
    text: String,
    file: String,
}

/// `GET /` of the demo.
pub(crate) fn guide(app: &App, visitor: &Visitor) -> Response {
    let server = app.config().public_url.origin().to_owned();
    let page = Page::new(app, visitor, "/");
    Reply::new(app, visitor).html(&GuidePage {
        terminal: terminal(&server),
        certificate: certificate(app, &page),
        page,
        server,
    })
}

/// Where the certificate is that can be imported into a browser.
fn certificate(app: &App, page: &Page) -> Option<Certificate> {
    app.certificates()?;
    let (file, name) = certificates::citizen(app.config().key_file.parent()?)?;
    let variables = [
        ("name", FluentValue::from(name)),
        ("password", FluentValue::from(certificates::PASSWORD)),
    ];
    Some(Certificate {
        text: page.with("demo-certificate-text", &variables),
        file: file.display().to_string(),
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
