//! `/password/cancel`: with the password, or without it for who is signed in.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::response::Response;

use super::done::Done;
use super::form::{Back, Fields, FormPage, Refused, read_document, read_password};
use crate::app::App;
use crate::passwords::{cancel, cancel_of_session};
use crate::portal::field::Field;
use crate::portal::{Failure, FieldErrors, Page, Reply, Visitor};
use crate::sessions;
use crate::signin::{From, unreadable};

const PATH: &str = "/password/cancel";

pub(super) async fn show(State(app): State<App>, Query(from): Query<From>, visitor: Visitor) -> Response {
    let back = Back::read(&app, &visitor, &from);
    let signed_in = match sessions::current(&app, &visitor).await {
        Ok(current) => current.is_some(),
        Err(error) => return Failure::from(error).show(&app, &visitor),
    };
    let template = page(&app, &visitor, &back, signed_in, "", &FieldErrors::default());
    Reply::new(&app, &visitor).html(&template)
}

pub(super) async fn submit(
    State(app): State<App>,
    Query(from): Query<From>,
    visitor: Visitor,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let typed = match form {
        Ok(Form(typed)) => typed,
        Err(rejection) => return unreadable(&rejection).show(&app, &visitor),
    };
    if !visitor.may_post(&app, &typed.csrf) {
        return Failure::Csrf.show(&app, &visitor);
    }
    let back = Back::read(&app, &visitor, &from);
    let done = || Reply::new(&app, &visitor).see_other(&Done::Cancelled.address(&back));
    match sessions::current(&app, &visitor).await {
        Ok(None) => {}
        // That there was none is as good: there is none now.
        Ok(Some(current)) => match cancel_of_session(&app, current.person).await {
            Ok(_) => return done(),
            Err(error) => return Failure::from(error).show(&app, &visitor),
        },
        Err(error) => return Failure::from(error).show(&app, &visitor),
    }
    let frame = Page::new(&app, &visitor, &back.address(PATH));
    let again = |refused: Refused| {
        let template = page(&app, &visitor, &back, false, &typed.document, &refused.errors);
        refused.show(&app, &visitor, template)
    };
    let mut refused = Refused::default();
    let document = read_document(&frame, &typed.document, &mut refused);
    let password = read_password(&frame, &typed.password, &mut refused);
    let (Some(document), Some(password)) = (document, password) else {
        return again(refused);
    };
    match cancel(&app, &document, &password, &visitor.browser).await {
        Ok(()) => done(),
        Err(error) => match Refused::proving(&frame, error) {
            Ok(refused) => again(refused),
            Err(failure) => failure.show(&app, &visitor),
        },
    }
}

fn page(app: &App, visitor: &Visitor, back: &Back, signed_in: bool, document: &str, errors: &FieldErrors) -> FormPage {
    let action = back.address(PATH);
    let page = Page::new(app, visitor, &action);
    let (intro, fields) = if signed_in {
        ("pwd-cancel-intro-session", Vec::new())
    } else {
        let fields = vec![Field::document(&page, errors, document), Field::password(&page, errors)];
        ("pwd-cancel-intro", fields)
    };
    FormPage {
        screen: "password-cancel",
        title: "pwd-cancel-title",
        intro: vec![page.t(intro)],
        action,
        csrf: visitor.csrf(app),
        id: None,
        fields,
        explains_documents: false,
        submit: "pwd-cancel-submit",
        way: Some(back.way(&page)),
        errors: FieldErrors::default(),
        errors_heading: "signin-errors-heading",
        code: None,
        page,
    }
}
