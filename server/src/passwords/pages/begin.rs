//! `/password/create` and `/password/recover`: who, and a code by SMS. Both are one thing, in other words: a code proves the
//! phone, whether or not there was a password.

use aldaba_core::contrast::{Contrast, ContrastError};
use aldaba_protocol::error::ErrorCode;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::response::Response;

use super::form::{Back, Fields, FormPage, Refused, read_document};
use crate::app::App;
use crate::passwords::{Start, start};
use crate::portal::field::Field;
use crate::portal::{Failure, FieldErrors, Page, Reply, Visitor};
use crate::signin::{From, contrast_text, unreadable};

/// In which words.
#[derive(Clone, Copy)]
enum Reason {
    Create,
    Recover,
}

impl Reason {
    const fn path(self) -> &'static str {
        match self {
            Self::Create => "/password/create",
            Self::Recover => "/password/recover",
        }
    }
}

pub(super) async fn show_create(State(app): State<App>, Query(from): Query<From>, visitor: Visitor) -> Response {
    show(&app, &from, &visitor, Reason::Create)
}

pub(super) async fn show_recover(State(app): State<App>, Query(from): Query<From>, visitor: Visitor) -> Response {
    show(&app, &from, &visitor, Reason::Recover)
}

pub(super) async fn submit_create(
    State(app): State<App>,
    Query(from): Query<From>,
    visitor: Visitor,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    submit(&app, &from, &visitor, form, Reason::Create).await
}

pub(super) async fn submit_recover(
    State(app): State<App>,
    Query(from): Query<From>,
    visitor: Visitor,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    submit(&app, &from, &visitor, form, Reason::Recover).await
}

fn show(app: &App, from: &From, visitor: &Visitor, reason: Reason) -> Response {
    let back = Back::read(app, visitor, from);
    let template = page(app, visitor, &back, reason, &Fields::default(), &FieldErrors::default());
    Reply::new(app, visitor).html(&template)
}

async fn submit(
    app: &App,
    from: &From,
    visitor: &Visitor,
    form: Result<Form<Fields>, FormRejection>,
    reason: Reason,
) -> Response {
    let typed = match form {
        Ok(Form(typed)) => typed,
        Err(rejection) => return unreadable(&rejection).show(app, visitor),
    };
    if !visitor.may_post(app, &typed.csrf) {
        return Failure::Csrf.show(app, visitor);
    }
    let back = Back::read(app, visitor, from);
    let frame = Page::new(app, visitor, &back.address(reason.path()));
    let mut refused = Refused::default();
    let document = read_document(&frame, &typed.document, &mut refused);
    let contrast = match &document {
        Some(document) => Contrast::parse_for(document, &typed.contrast).map_err(Some),
        // Which datum goes with it is not known yet; that there is none is.
        None if typed.contrast.trim().is_empty() => Err(Some(ContrastError::Empty)),
        None => Err(None),
    };
    if let Err(Some(error)) = contrast {
        refused.add("contrast", frame.t(contrast_text(error)), ErrorCode::ContrastInvalid);
    }
    let (Some(document), Ok(contrast)) = (document, contrast) else {
        let template = page(app, visitor, &back, reason, &typed, &refused.errors);
        return refused.show(app, visitor, template);
    };
    let asked = Start {
        document,
        contrast,
        binding: &visitor.browser,
        language: visitor.language,
    };
    match start(app, asked).await {
        Ok(()) => Reply::new(app, visitor).see_other(&back.address("/password/new")),
        Err(error) => Failure::from(error).show(app, visitor),
    }
}

fn page(app: &App, visitor: &Visitor, back: &Back, reason: Reason, typed: &Fields, errors: &FieldErrors) -> FormPage {
    let action = back.address(reason.path());
    let page = Page::new(app, visitor, &action);
    let (title, intro) = match reason {
        Reason::Create => ("pwd-create-title", "pwd-create-intro"),
        Reason::Recover => ("pwd-recover-title", "pwd-recover-intro"),
    };
    FormPage {
        screen: "password-begin",
        title,
        intro: vec![page.t(intro)],
        action,
        csrf: visitor.csrf(app),
        id: None,
        fields: vec![
            Field::document(&page, errors, &typed.document),
            Field::contrast(&page, errors, &typed.contrast),
        ],
        explains_documents: true,
        submit: "pwd-begin-submit",
        way: Some(back.way(&page)),
        errors: FieldErrors::default(),
        errors_heading: "signin-errors-heading",
        code: None,
        page,
    }
}
