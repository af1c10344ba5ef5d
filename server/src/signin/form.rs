//! `GET` and `POST /signin`: who asks, document and contrast datum, and the request that comes of them.

use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_protocol::error::ErrorCode;
use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use super::asks::Asks;
use super::check::{self, SignInForm};
use super::ways::{self, Ways};
use crate::app::App;
use crate::portal::{Failure, FieldErrors, Page, Reply, Visitor, status_of};

/// What the site says when it sends somebody here.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct From {
    pub(crate) site: String,
    pub(crate) procedure: String,
    /// The method that was asked for by name; without it, the browser's last one comes first.
    way: String,
}

impl From {
    /// What a page that was for that procedure of that site has to remember.
    pub(crate) fn of(site: &str, procedure: &str) -> Self {
        Self {
            site: site.to_owned(),
            procedure: procedure.to_owned(),
            way: String::new(),
        }
    }
}

#[derive(Template)]
#[template(path = "signin/form.html")]
struct FormPage<'a> {
    page: Page,
    asks: Asks,
    csrf: String,
    errors: FieldErrors,
    errors_heading: &'static str,
    code: Option<&'static str>,
    document: &'a str,
    contrast: &'a str,
    personalised: bool,
    ways: Ways,
}

/// `GET /signin`.
pub(super) async fn show(State(app): State<App>, Query(from): Query<From>, visitor: Visitor) -> Response {
    let asks = match Asks::find(&app, &visitor, &from.site, &from.procedure) {
        Ok((asks, _)) => asks,
        Err(failure) => return failure.show(&app, &visitor),
    };
    let other = match from.way.as_str() {
        "" => ways::remembered(&visitor, &asks),
        way => ways::elsewhere(way, &asks),
    };
    if let Some(other) = other {
        return Reply::new(&app, &visitor).see_other(&other);
    }
    if !asks.offers(Method::Incoming) && !asks.offers(Method::SelfGenerated) {
        return Failure::MethodRefused.show(&app, &visitor);
    }
    let page = Page::new(&app, &visitor, &visitor.here);
    let ways = ways::ways(&page, &visitor, &asks, Method::Incoming);
    let template = FormPage {
        page,
        asks,
        csrf: visitor.csrf(&app),
        errors: FieldErrors::default(),
        errors_heading: "signin-errors-heading",
        code: None,
        document: "",
        contrast: "",
        personalised: false,
        ways,
    };
    Reply::new(&app, &visitor).html(&template)
}

/// `POST /signin`.
pub(super) async fn submit(
    State(app): State<App>,
    Query(from): Query<From>,
    visitor: Visitor,
    form: Result<Form<SignInForm>, FormRejection>,
) -> Response {
    let mut form = match form {
        Ok(Form(form)) => form,
        Err(rejection) => return unreadable(&rejection).show(&app, &visitor),
    };
    if !visitor.may_post(&app, &form.csrf) {
        return Failure::Csrf.show(&app, &visitor);
    }
    if form.site.is_empty() {
        (form.site, form.procedure) = (from.site, from.procedure);
    }
    if form.way.is_empty() {
        form.way = from.way;
    }
    let (asks, party) = match Asks::find(&app, &visitor, &form.site, &form.procedure) {
        Ok(found) => found,
        Err(failure) => return failure.show(&app, &visitor),
    };
    if let Some(other) = ways::elsewhere(&form.way, &asks) {
        return Reply::new(&app, &visitor).see_other(&other);
    }
    let checked = match form.check() {
        Ok(checked) if !asks.offers(checked.method) => return Failure::MethodRefused.show(&app, &visitor),
        Ok(checked) => checked,
        Err(refusals) => {
            let page = Page::new(&app, &visitor, &asks.start());
            let errors = check::errors(&page, refusals);
            return again(&app, &visitor, asks, &form, errors, page);
        }
    };
    let method = checked.method;
    check::make(&app, &visitor, &asks, &party, checked, method).await
}

/// The form again, with what was typed, except the own keys.
fn again(app: &App, visitor: &Visitor, asks: Asks, form: &SignInForm, errors: FieldErrors, page: Page) -> Response {
    let code = check::code(&errors).unwrap_or(ErrorCode::RequestInvalid);
    let ways = ways::ways(&page, visitor, &asks, Method::Incoming);
    let template = FormPage {
        page,
        asks,
        csrf: visitor.csrf(app),
        errors,
        errors_heading: "signin-errors-heading",
        code: Some(code.as_str()),
        document: &form.document,
        contrast: &form.contrast,
        personalised: form.is_personalised(),
        ways,
    };
    Reply::new(app, visitor).status(status_of(code)).html(&template)
}

/// Why a form could not be read at all.
pub(crate) fn unreadable(rejection: &FormRejection) -> Failure {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
        _ => Failure::Csrf,
    }
}
