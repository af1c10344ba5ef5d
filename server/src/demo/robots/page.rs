//! `GET` and `POST /demo/robots`: what the test citizens did, for programs and for people, and the code of a page typed in
//! the app of one of them.
//!
//! As JSON, the requests newest first:
//!
//! ```json
//! [{"document": "99999999R", "contrast": "2035-12-31", "name": "Aprueba Siempre", "behaviour": "approves",
//!   "self_generated_pin": "123456",
//!   "requests": [{"id": "…", "site": "demo-sede", "procedure": "…", "phrase": "…", "did": "revealed", "pin": "123456"}]}]
//! ```

use aldaba_core::code::ShortCode;
use aldaba_protocol::error::ErrorCode;
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::{Answered, ROBOTS, Robot};
use crate::app::App;
use crate::citizens::sample::as_printed;
use crate::http::problem::Problem;
use crate::portal::{Failure, Page, Reply, Visitor, status_of};
use crate::signin::unreadable;

#[derive(Serialize)]
struct RobotRecord {
    document: &'static str,
    contrast: &'static str,
    name: &'static str,
    behaviour: &'static str,
    self_generated_pin: Option<String>,
    requests: Vec<RequestRecord>,
}

#[derive(Serialize)]
struct RequestRecord {
    id: String,
    site: String,
    procedure: String,
    phrase: String,
    did: &'static str,
    pin: Option<String>,
}

#[derive(Template)]
#[template(path = "demo/robots.html")]
struct RobotsPage {
    page: Page,
    csrf: String,
    robots: Vec<RobotView>,
    /// The document of the one whose app does not know the code that was typed.
    refused: Option<String>,
}

struct RobotView {
    name: &'static str,
    document: &'static str,
    contrast: String,
    behaviour: String,
    own_pin: Option<String>,
    requests: Vec<RequestView>,
}

struct RequestView {
    procedure: String,
    phrase: String,
    did: String,
    pin: Option<String>,
}

/// A code to be typed, as a form sends it. No `Debug`.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::demo) struct CodeForm {
    document: String,
    code: String,
    /// The page's phrase, to approve what began with its QR.
    phrase: String,
    csrf: String,
}

/// `GET /demo/robots`.
pub(in crate::demo) async fn show(State(app): State<App>, visitor: Visitor) -> Response {
    if visitor.prefers_html {
        return html(&app, &visitor, None);
    }
    let records: Vec<RobotRecord> = ROBOTS.iter().filter_map(|robot| record(&app, robot)).collect();
    Reply::new(&app, &visitor).json(&records)
}

/// `POST /demo/robots`: `document` and `code`, as a form, and `phrase` to approve what began with a QR.
pub(in crate::demo) async fn answer(
    State(app): State<App>,
    visitor: Visitor,
    form: Result<Form<CodeForm>, FormRejection>,
) -> Response {
    let form = match form {
        Ok(Form(form)) => form,
        Err(rejection) if visitor.prefers_html => return unreadable(&rejection).show(&app, &visitor),
        Err(_) => return Problem::new(ErrorCode::RequestInvalid).into_response(),
    };
    // Programs have no cookies that another site could make them send.
    if visitor.prefers_html && !visitor.may_post(&app, &form.csrf) {
        return Failure::Csrf.show(&app, &visitor);
    }
    let typed = match ShortCode::parse(&form.code) {
        Some(code) => {
            let phrase = form.phrase.trim().to_lowercase();
            app.robots().type_code(form.document.trim(), code, phrase).await
        }
        None => Err(ErrorCode::RequestUnknown),
    };
    match typed {
        Ok(_) if visitor.prefers_html => Reply::new(&app, &visitor).see_other("/demo/robots"),
        Ok(answered) => Reply::new(&app, &visitor).json(&RequestRecord::from(answered)),
        Err(_) if visitor.prefers_html => html(&app, &visitor, Some(form.document)),
        Err(code) => Problem::new(code).into_response(),
    }
}

fn html(app: &App, visitor: &Visitor, refused: Option<String>) -> Response {
    let page = Page::new(app, visitor, "/demo/robots");
    let robots = ROBOTS.iter().filter_map(|robot| view(app, &page, robot)).collect();
    let mut reply = Reply::new(app, visitor);
    if refused.is_some() {
        reply = reply.status(status_of(ErrorCode::RequestUnknown));
    }
    reply.html(&RobotsPage {
        csrf: visitor.csrf(app),
        page,
        robots,
        refused,
    })
}

fn record(app: &App, robot: &Robot) -> Option<RobotRecord> {
    let (answered, own) = app.robots().seen(robot, app.now())?;
    Some(RobotRecord {
        document: robot.person.document,
        contrast: robot.person.contrast,
        name: robot.person.name,
        behaviour: robot.behaviour.as_str(),
        self_generated_pin: own.map(|pin| pin.expose().to_owned()),
        requests: answered.into_iter().map(RequestRecord::from).collect(),
    })
}

fn view(app: &App, page: &Page, robot: &Robot) -> Option<RobotView> {
    let (answered, own) = app.robots().seen(robot, app.now())?;
    Some(RobotView {
        name: robot.person.name,
        document: robot.person.document,
        contrast: as_printed(robot.person.contrast),
        behaviour: page.t(&format!("robots-{}", robot.behaviour.as_str())),
        own_pin: own.map(|pin| pin.expose().to_owned()),
        requests: answered
            .into_iter()
            .map(|answered| RequestView {
                procedure: answered.procedure,
                phrase: answered.phrase,
                did: page.t(&format!("robots-did-{}", answered.did.as_str())),
                pin: answered.pin.map(|pin| pin.expose().to_owned()),
            })
            .collect(),
    })
}

impl From<Answered> for RequestRecord {
    fn from(answered: Answered) -> Self {
        Self {
            id: answered.id.to_string(),
            site: answered.site,
            procedure: answered.procedure,
            phrase: answered.phrase,
            did: answered.did.as_str(),
            pin: answered.pin.map(|pin| pin.expose().to_owned()),
        }
    }
}
