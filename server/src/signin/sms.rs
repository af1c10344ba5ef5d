//! The pages of the PIN by SMS (`/signin/sms`) and of the own key with a code by SMS (`/signin/key`), and the button of a page
//! whose PIN no device has shown (`POST /signin/pin/sms`).
//!
//! Both ask for document and contrast datum, as every page here does: a document number alone must not make a phone ring.

use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_protocol::error::ErrorCode;
use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::asks::Asks;
use super::check::{self, Checked, SignInForm};
use super::form::{From, unreadable};
use super::pin;
use super::ways::{self, Ways};
use crate::app::App;
use crate::portal::cookies::Cookie;
use crate::portal::{Failure, FieldErrors, Page, Reply, Visitor, status_of};
use crate::requests::{self, SmsError, ViewError};

#[derive(Template)]
#[template(path = "signin/sms.html")]
struct SmsPage<'a> {
    page: Page,
    title: &'static str,
    intro: &'static str,
    submit: &'static str,
    action: &'static str,
    own_key: bool,
    asks: Asks,
    csrf: String,
    errors: FieldErrors,
    errors_heading: &'static str,
    code: Option<&'static str>,
    document: &'a str,
    contrast: &'a str,
    ways: Ways,
}

/// `GET /signin/sms`.
pub(super) async fn show_sms(state: State<App>, from: Query<From>, visitor: Visitor) -> Response {
    show(state, from, visitor, Method::Sms).await
}

/// `POST /signin/sms`.
pub(super) async fn submit_sms(
    state: State<App>,
    visitor: Visitor,
    form: Result<Form<SignInForm>, FormRejection>,
) -> Response {
    submit(state, visitor, form, Method::Sms).await
}

/// `GET /signin/key`.
pub(super) async fn show_key(state: State<App>, from: Query<From>, visitor: Visitor) -> Response {
    show(state, from, visitor, Method::OwnKeySms).await
}

/// `POST /signin/key`.
pub(super) async fn submit_key(
    state: State<App>,
    visitor: Visitor,
    form: Result<Form<SignInForm>, FormRejection>,
) -> Response {
    submit(state, visitor, form, Method::OwnKeySms).await
}

async fn show(State(app): State<App>, Query(from): Query<From>, visitor: Visitor, method: Method) -> Response {
    match Asks::find(&app, &visitor, &from.site, &from.procedure) {
        Ok((asks, _)) if !asks.offers(method) => Failure::MethodRefused.show(&app, &visitor),
        Ok((asks, _)) => form_page(&app, &visitor, method, asks, &SignInForm::default(), Vec::new()),
        Err(failure) => failure.show(&app, &visitor),
    }
}

async fn submit(
    State(app): State<App>,
    visitor: Visitor,
    form: Result<Form<SignInForm>, FormRejection>,
    method: Method,
) -> Response {
    let form = match form {
        Ok(Form(form)) => form,
        Err(rejection) => return unreadable(&rejection).show(&app, &visitor),
    };
    if !visitor.may_post(&app, &form.csrf) {
        return Failure::Csrf.show(&app, &visitor);
    }
    let (asks, party) = match Asks::find(&app, &visitor, &form.site, &form.procedure) {
        Ok((asks, _)) if !asks.offers(method) => return Failure::MethodRefused.show(&app, &visitor),
        Ok(found) => found,
        Err(failure) => return failure.show(&app, &visitor),
    };
    let checked = match check(&form, method) {
        Ok(checked) => checked,
        Err(refusals) => return form_page(&app, &visitor, method, asks, &form, refusals),
    };
    check::make(&app, &visitor, &asks, &party, checked, method).await
}

/// The form's fields; the own key is asked for where it is the method's.
fn check(form: &SignInForm, method: Method) -> Result<Checked, Vec<check::Refusal>> {
    let missing = method == Method::OwnKeySms && !form.is_personalised();
    let missing = missing.then_some(("own_key", "signin-error-own-key-empty"));
    match (form.check(), missing) {
        (Ok(checked), None) => Ok(checked),
        (Ok(_), Some(missing)) => Err(vec![missing]),
        (Err(mut refusals), missing) => {
            refusals.extend(missing);
            Err(refusals)
        }
    }
}

fn form_page(
    app: &App,
    visitor: &Visitor,
    method: Method,
    asks: Asks,
    form: &SignInForm,
    refusals: Vec<check::Refusal>,
) -> Response {
    let own_key = method == Method::OwnKeySms;
    let action = if own_key { "/signin/key" } else { "/signin/sms" };
    let page = Page::new(app, visitor, &asks.start_at(action));
    let errors = check::errors(&page, refusals);
    let code = check::code(&errors);
    let [title, intro, submit] = if own_key {
        ["signin-key-title", "signin-key-intro", "signin-key-submit"]
    } else {
        ["signin-sms-title", "signin-sms-intro", "signin-sms-submit"]
    };
    let template = SmsPage {
        title,
        intro,
        submit,
        action,
        own_key,
        csrf: visitor.csrf(app),
        errors,
        errors_heading: "signin-errors-heading",
        code: code.map(ErrorCode::as_str),
        document: &form.document,
        contrast: &form.contrast,
        ways: ways::ways(&page, visitor, &asks, method),
        asks,
        page,
    };
    let mut reply = Reply::new(app, visitor);
    if let Some(code) = code {
        reply = reply.status(status_of(code));
    }
    reply.html(&template)
}

/// The button of the page with the PIN field.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct InsteadForm {
    site: String,
    request: String,
    csrf: String,
}

/// `POST /signin/pin/sms`: no device has answered for a minute, and an SMS is to take its place.
pub(super) async fn instead(
    State(app): State<App>,
    visitor: Visitor,
    form: Result<Form<InsteadForm>, FormRejection>,
) -> Response {
    let form = match form {
        Ok(Form(form)) => form,
        Err(rejection) => return unreadable(&rejection).show(&app, &visitor),
    };
    if !visitor.may_post(&app, &form.csrf) {
        return Failure::Csrf.show(&app, &visitor);
    }
    let Ok(id) = form.request.parse() else {
        return pin::unseen(&app, &visitor, ViewError::Unknown, &form.site);
    };
    let request = match requests::view(&app, &id, &visitor.browser).await {
        Ok(request) => request,
        Err(error) => return pin::unseen(&app, &visitor, error, &form.site),
    };
    let (asks, party) = match Asks::of_request(&app, &visitor, &request.relying_party.id, &request.procedure) {
        Ok(found) => found,
        Err(failure) => return failure.show(&app, &visitor),
    };
    if form.site != asks.id {
        return pin::unseen(&app, &visitor, ViewError::Mismatch, &form.site);
    }
    if !asks.offers(Method::Sms) {
        return Failure::MethodRefused.show(&app, &visitor);
    }
    match requests::go_on_by_sms(&app, &id, &visitor.browser, &party).await {
        // Not now: the page says how the request stands, and offers the button once it is time.
        Ok(()) | Err(SmsError::NotNow) => Reply::new(&app, &visitor)
            .cookie(Cookie::Request, &id.to_string())
            .see_other("/signin/pin"),
        Err(SmsError::Unknown) => pin::unseen(&app, &visitor, ViewError::Unknown, &form.site),
        Err(SmsError::Mismatch) => pin::unseen(&app, &visitor, ViewError::Mismatch, &form.site),
        Err(SmsError::Store(error)) => Failure::from(error).show(&app, &visitor),
    }
}
