//! `GET /demo/sede`: the public site of a town hall that does not exist.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use crate::app::App;
use crate::portal::{Failure, Page, Reply, Visitor, date_and_time};
use crate::sessions::{self, Current};
use crate::texts::FluentValue;

/// The id under which the demo's configuration knows this site.
pub const SITE: &str = "demo-sede";

/// The procedures on show, by the ids of the demo's configuration.
const SERVICES: [&str; 4] = ["padron", "tributos", "registro", "ayudas"];

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Arrival {
    signed_out: String,
}

#[derive(Template)]
#[template(path = "demo/sede.html")]
struct SedePage {
    page: Page,
    session: Option<SessionView>,
    signed_out: bool,
    csrf: String,
    signin: String,
    services: Vec<Service>,
}

struct SessionView {
    name: String,
    welcome: String,
    level: String,
    level_explained: String,
    method: String,
    since: String,
    when: String,
    end: String,
}

struct Service {
    name: String,
    text: String,
    href: Option<String>,
}

/// `GET /demo/sede`.
pub(super) async fn show(State(app): State<App>, Query(arrival): Query<Arrival>, visitor: Visitor) -> Response {
    let current = match sessions::current(&app, &visitor).await {
        Ok(current) => current.filter(|current| current.relying_party == SITE),
        Err(error) => return Failure::from(error).show(&app, &visitor),
    };
    let page = Page::new(&app, &visitor, &visitor.here);
    let is_signed_in = current.is_some();
    let template = SedePage {
        session: current.map(|current| SessionView::new(&app, &page, current)),
        signed_out: !arrival.signed_out.is_empty() && !is_signed_in,
        csrf: visitor.csrf(&app),
        signin: format!("/signin?site={SITE}"),
        services: SERVICES.map(|id| Service::new(&app, &page, id, is_signed_in)).into(),
        page,
    };
    Reply::new(&app, &visitor).html(&template)
}

impl SessionView {
    fn new(app: &App, page: &Page, current: Current) -> Self {
        let idle = app.policy().session_idle / 60;
        Self {
            welcome: page.with("sede-welcome", &[("name", FluentValue::from(current.name.clone()))]),
            level: page.t(&format!("level-{}", current.level.as_str())),
            level_explained: page.t(&format!("level-{}-explained", current.level.as_str())),
            method: page.t(&format!("method-{}", current.method.as_str().replace('_', "-"))),
            since: jiff::Timestamp::from_millisecond(current.since.as_millis())
                .unwrap_or_default()
                .to_string(),
            when: date_and_time(page, current.since),
            end: page.with("sede-session-end", &[("minutes", FluentValue::from(idle))]),
            name: current.name,
        }
    }
}

impl Service {
    fn new(app: &App, page: &Page, id: &str, is_signed_in: bool) -> Self {
        // A procedure that the configuration does not have is shown, and leads to the site's own sign-in.
        let is_known = app.relying_party(SITE).is_some_and(|site| site.procedure(id).is_some());
        let procedure = if is_known {
            format!("&procedure={id}")
        } else {
            String::new()
        };
        Self {
            name: page.t(&format!("sede-service-{id}")),
            text: page.t(&format!("sede-service-{id}-text")),
            href: (!is_signed_in).then(|| format!("/signin?site={SITE}{procedure}")),
        }
    }
}
