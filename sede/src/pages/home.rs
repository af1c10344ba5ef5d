//! `GET /`: the town hall; who is signed in, and what they may do.

use aldaba_core::level::Level;
use aldaba_core::method::Method;
use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::procedures::{PROCEDURES, Procedure};
use crate::page::Page;
use crate::reply::Reply;
use crate::sessions::{IDLE, Session};
use crate::site::Site;
use crate::texts::FluentValue;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    page: Page,
    session: Option<SessionView>,
    signed_out: bool,
    services: Vec<ServiceView>,
}

struct SessionView {
    name: String,
    welcome: String,
    level: String,
    level_explained: String,
    method: String,
    since: String,
    when: String,
    procedure: Option<String>,
    end: String,
}

struct ServiceView {
    name: String,
    text: String,
    level: String,
    href: String,
    /// Whether the session may do it.
    ready: bool,
    /// Whether it takes more than the session has.
    step_up: bool,
}

/// `GET /`.
pub(super) async fn show(State(site): State<Site>, visitor: Visitor) -> Response {
    home(&site, &visitor, false)
}

/// `GET /signed-out`: back from the provider's end of session.
pub(super) async fn signed_out(State(site): State<Site>, visitor: Visitor) -> Response {
    home(&site, &visitor, true)
}

fn home(site: &Site, visitor: &Visitor, signed_out: bool) -> Response {
    let page = Page::new(site, visitor);
    let session = visitor.session.as_ref();
    let template = HomePage {
        session: session.map(|session| SessionView::new(&page, session)),
        signed_out: signed_out && session.is_none(),
        services: PROCEDURES
            .iter()
            .map(|procedure| ServiceView::new(&page, procedure, session))
            .collect(),
        page,
    };
    Reply::new(site, visitor).html(&template)
}

impl SessionView {
    fn new(page: &Page, session: &Session) -> Self {
        let level = session.level.map_or("none", Level::as_str);
        Self {
            welcome: page.with("sede-welcome", &[("name", FluentValue::from(session.name.clone()))]),
            level: match session.level {
                Some(_) => page.t(&format!("level-{level}")),
                None => page.t("sede-level-none"),
            },
            level_explained: match session.level {
                Some(_) => page.t(&format!("level-{level}-explained")),
                None => String::new(),
            },
            method: method(page, session),
            since: jiff::Timestamp::from_millisecond(session.since.as_millis())
                .unwrap_or_default()
                .to_string(),
            when: page.date_and_time(session.since),
            procedure: session
                .procedure
                .as_ref()
                .map(|id| page.t(&format!("sede-service-{id}"))),
            end: page.with(
                "sede-session-end",
                &[("minutes", FluentValue::from(IDLE.as_secs() / 60))],
            ),
            name: session.name.clone(),
        }
    }
}

impl ServiceView {
    fn new(page: &Page, procedure: &Procedure, session: Option<&Session>) -> Self {
        let reaches = session.is_some_and(|session| session.level.is_some_and(|level| level >= procedure.level));
        Self {
            name: page.t(&format!("sede-service-{}", procedure.id)),
            text: page.t(&format!("sede-service-{}-text", procedure.id)),
            level: page.with(
                "sede-service-level",
                &[(
                    "level",
                    FluentValue::from(page.t(&format!("level-{}", procedure.level.as_str()))),
                )],
            ),
            href: format!("/signin?procedure={}", procedure.id),
            ready: reaches,
            step_up: session.is_some() && !reaches,
        }
    }
}

/// How somebody signed in, in words: `amr` (RFC 8176) of each method, as the provider documents it. Others are shown as
/// they are.
fn method(page: &Page, session: &Session) -> String {
    let (amr, level) = (&session.amr, session.level.unwrap_or(Level::Low));
    let is_same = |method: &Method| {
        let theirs = method.amr(level);
        theirs.len() == amr.len() && theirs.iter().all(|word| amr.iter().any(|other| other == word))
    };
    match Method::ALL.iter().find(|method| is_same(method)) {
        Some(method) => page.t(&format!("method-{}", method.as_str().replace('_', "-"))),
        None if amr.iter().any(|word| word == "pwd") && amr.iter().any(|word| word == "mfa") => {
            let password = page.t("method-password");
            page.with("sede-method-second-step", &[("method", FluentValue::from(password))])
        }
        None => amr.join(", "),
    }
}
