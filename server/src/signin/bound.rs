//! `GET` and `POST /signin/bound`: the form for a PIN that the app makes, without a network, for this page's challenge.

use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_protocol::error::ErrorCode;
use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::response::Response;

use super::asks::Asks;
use super::check::{self, SignInForm};
use super::form::{From, unreadable};
use super::ways::{self, Ways};
use crate::app::App;
use crate::portal::{Failure, FieldErrors, Page, Reply, Visitor, status_of};

/// The path of the form, and of what it sends.
pub(crate) const HERE: &str = "/signin/bound";

#[derive(Template)]
#[template(path = "signin/bound.html")]
struct BoundPage<'a> {
    page: Page,
    asks: Asks,
    csrf: String,
    errors: FieldErrors,
    errors_heading: &'static str,
    code: Option<&'static str>,
    document: &'a str,
    contrast: &'a str,
    ways: Ways,
}

/// `GET /signin/bound`.
pub(super) async fn show(State(app): State<App>, Query(from): Query<From>, visitor: Visitor) -> Response {
    let asks = match Asks::find(&app, &visitor, &from.site, &from.procedure) {
        Ok((asks, _)) if !asks.offers(Method::PageBound) => return Failure::MethodRefused.show(&app, &visitor),
        Ok((asks, _)) => asks,
        Err(failure) => return failure.show(&app, &visitor),
    };
    form(&app, &visitor, asks, &SignInForm::default(), None)
}

/// `POST /signin/bound`.
pub(super) async fn submit(
    State(app): State<App>,
    Query(from): Query<From>,
    visitor: Visitor,
    form: Result<Form<SignInForm>, FormRejection>,
) -> Response {
    let mut typed = match form {
        Ok(Form(form)) => form,
        Err(rejection) => return unreadable(&rejection).show(&app, &visitor),
    };
    if !visitor.may_post(&app, &typed.csrf) {
        return Failure::Csrf.show(&app, &visitor);
    }
    if typed.site.is_empty() {
        (typed.site, typed.procedure) = (from.site, from.procedure);
    }
    let (asks, party) = match Asks::find(&app, &visitor, &typed.site, &typed.procedure) {
        Ok((asks, _)) if !asks.offers(Method::PageBound) => return Failure::MethodRefused.show(&app, &visitor),
        Ok(found) => found,
        Err(failure) => return failure.show(&app, &visitor),
    };
    let mut checked = match typed.check() {
        Ok(checked) => checked,
        Err(refusals) => {
            let errors = check::errors(&Page::new(&app, &visitor, HERE), refusals);
            return self::form(&app, &visitor, asks, &typed, Some(errors));
        }
    };
    // Its eight digits are all that is asked for.
    checked.own_key = None;
    check::make(&app, &visitor, &asks, &party, checked, Method::PageBound).await
}

/// The form, perhaps with what was typed and what is wrong with it.
fn form(app: &App, visitor: &Visitor, asks: Asks, typed: &SignInForm, errors: Option<FieldErrors>) -> Response {
    let page = Page::new(app, visitor, &asks.start_at(HERE));
    let ways = ways::ways(&page, visitor, &asks, Method::PageBound);
    let errors = errors.unwrap_or_default();
    let code = check::code(&errors);
    let template = BoundPage {
        page,
        asks,
        csrf: visitor.csrf(app),
        errors,
        errors_heading: "signin-errors-heading",
        code: code.map(ErrorCode::as_str),
        document: &typed.document,
        contrast: &typed.contrast,
        ways,
    };
    let reply = Reply::new(app, visitor);
    match code {
        Some(code) => reply.status(status_of(code)),
        None => reply,
    }
    .html(&template)
}
