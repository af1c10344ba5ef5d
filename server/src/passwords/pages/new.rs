//! `/password/new`: the code that came by SMS, and the new password twice.

use aldaba_core::code::ShortCode;
use aldaba_core::ids::PasswordCodeId;
use aldaba_protocol::error::ErrorCode;
use aldaba_store::passwords::codes::Purpose;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::response::Response;

use super::done::{Done, over};
use super::form::{Back, Fields, FormPage, Refused, read_new};
use crate::app::App;
use crate::passwords::{Finish, code_page, finish};
use crate::portal::field::Field;
use crate::portal::{Failure, FieldErrors, Page, Reply, Visitor};
use crate::signin::{From, unreadable};
use crate::texts::FluentValue;

const PATH: &str = "/password/new";

pub(super) async fn show(State(app): State<App>, Query(from): Query<From>, visitor: Visitor) -> Response {
    let back = Back::read(&app, &visitor, &from);
    match code_page(&app, &visitor.browser, Purpose::Set).await {
        Ok(Some(code)) if code.is_live => {
            let template = page(&app, &visitor, &back, &code.id.to_string(), &FieldErrors::default());
            Reply::new(&app, &visitor).html(&template)
        }
        Ok(_) => over(&app, &visitor, &back),
        Err(error) => Failure::from(error).show(&app, &visitor),
    }
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
    let Ok(id) = typed.id.parse::<PasswordCodeId>() else {
        return over(&app, &visitor, &back);
    };
    let frame = Page::new(&app, &visitor, &back.address(PATH));
    let mut refused = Refused::default();
    if typed.code.trim().is_empty() {
        refused.add("code", frame.t("pwd-error-code-empty"), ErrorCode::RequestInvalid);
    }
    let password = read_new(&frame, &typed, &mut refused);
    let again = |refused: Refused| {
        let template = page(&app, &visitor, &back, &typed.id, &refused.errors);
        refused.show(&app, &visitor, template)
    };
    let Some(password) = password.filter(|_| refused.errors.is_empty()) else {
        return again(refused);
    };
    let finished = finish(
        &app,
        Finish {
            id,
            binding: &visitor.browser,
            code: ShortCode::parse(&typed.code),
            password,
        },
    )
    .await;
    match finished {
        Ok(()) => Reply::new(&app, &visitor).see_other(&Done::Set.address(&back)),
        Err(error) => match Refused::setting(&frame, error) {
            Ok(refused) => again(refused),
            Err(failure) => failure.show(&app, &visitor),
        },
    }
}

fn page(app: &App, visitor: &Visitor, back: &Back, id: &str, errors: &FieldErrors) -> FormPage {
    let action = back.address(PATH);
    let page = Page::new(app, visitor, &action);
    let life = [("minutes", FluentValue::from(app.policy().activation_life.div_ceil(60)))];
    let [first, again] = Field::new_password(&page, errors);
    FormPage {
        screen: "password-new",
        title: "pwd-set-title",
        intro: vec![page.with("pwd-set-intro", &life)],
        action,
        csrf: visitor.csrf(app),
        id: Some(id.to_owned()),
        fields: vec![Field::code(&page, errors), first, again],
        explains_documents: false,
        submit: "pwd-set-submit",
        way: Some(crate::portal::Way {
            href: back.address("/password/recover"),
            text: page.t("pwd-another-code"),
        }),
        errors: FieldErrors::default(),
        errors_heading: "signin-errors-heading",
        code: None,
        page,
    }
}
