//! `/password/change`: the old password, and the new one twice.

use aldaba_protocol::error::ErrorCode;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::response::Response;

use super::done::{Done, expired};
use super::form::{Back, Fields, FormPage, Refused, read_document, read_new, read_password};
use crate::app::App;
use crate::passwords::{ChangeError, change};
use crate::portal::field::Field;
use crate::portal::{Failure, FieldErrors, Page, Reply, Visitor};
use crate::signin::{From, unreadable};

const PATH: &str = "/password/change";

pub(super) async fn show(State(app): State<App>, Query(from): Query<From>, visitor: Visitor) -> Response {
    let back = Back::read(&app, &visitor, &from);
    let template = page(&app, &visitor, &back, "", &FieldErrors::default());
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
    let frame = Page::new(&app, &visitor, &back.address(PATH));
    let again = |refused: Refused| {
        let template = page(&app, &visitor, &back, &typed.document, &refused.errors);
        refused.show(&app, &visitor, template)
    };
    let mut refused = Refused::default();
    let document = read_document(&frame, &typed.document, &mut refused);
    let old = read_password(&frame, &typed.password, &mut refused);
    let new = read_new(&frame, &typed, &mut refused);
    let (Some(document), Some(old), Some(new)) = (document, old, new) else {
        return again(refused);
    };
    let refused = match change(&app, &document, &old, &new, &visitor.browser).await {
        Ok(()) => return Reply::new(&app, &visitor).see_other(&Done::Changed.address(&back)),
        Err(ChangeError::Expired) => {
            return expired(
                &app,
                &visitor,
                &back.address("/password/recover"),
                Some(back.way(&frame)),
            );
        }
        Err(ChangeError::Same) => {
            let text = frame.t("pwd-error-same");
            Ok(Refused::of("new_password", text, ErrorCode::PasswordRefused))
        }
        Err(ChangeError::Prove(error)) => Refused::proving(&frame, error),
        Err(ChangeError::Set(error)) => Refused::setting(&frame, error),
    };
    match refused {
        Ok(refused) => again(refused),
        Err(failure) => failure.show(&app, &visitor),
    }
}

fn page(app: &App, visitor: &Visitor, back: &Back, document: &str, errors: &FieldErrors) -> FormPage {
    let action = back.address(PATH);
    let page = Page::new(app, visitor, &action);
    let mut old = Field::password(&page, errors);
    old.label = page.t("pwd-old-label");
    let [first, again] = Field::new_password(&page, errors);
    FormPage {
        screen: "password-change",
        title: "pwd-change-title",
        intro: vec![page.t("pwd-change-intro")],
        action,
        csrf: visitor.csrf(app),
        id: None,
        fields: vec![Field::document(&page, errors, document), old, first, again],
        explains_documents: false,
        submit: "pwd-change-submit",
        way: Some(back.way(&page)),
        errors: FieldErrors::default(),
        errors_heading: "signin-errors-heading",
        code: None,
        page,
    }
}
