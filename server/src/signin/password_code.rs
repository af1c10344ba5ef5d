//! `GET` and `POST /signin/password/code`: the second step by SMS.

use aldaba_core::code::ShortCode;
use aldaba_core::ids::PasswordCodeId;
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_protocol::error::ErrorCode;
use aldaba_store::passwords::codes::Purpose;
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::response::Response;
use serde::Deserialize;

use super::asks::Asks;
use super::form::unreadable;
use super::land::land;
use super::over::Over;
use super::password;
use crate::app::App;
use crate::passwords::{CodeError, CodePage, code_page, try_code};
use crate::portal::field::Field;
use crate::portal::{Failure, FieldErrors, Page, Reply, Visitor, status_of};
use crate::texts::FluentValue;

/// The page's path.
pub(super) const PATH: &str = "/signin/password/code";

#[derive(Template)]
#[template(path = "signin/password_code.html")]
struct CodeTemplate {
    page: Page,
    asks: Asks,
    csrf: String,
    id: String,
    intro: String,
    fields: Vec<Field>,
    again: String,
    errors: FieldErrors,
    errors_heading: &'static str,
    code: Option<&'static str>,
}

/// What is typed on the page. No `Debug`.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct CodeForm {
    code: String,
    /// The code that the page was of.
    id: String,
    csrf: String,
}

/// `GET /signin/password/code`.
pub(super) async fn show(State(app): State<App>, visitor: Visitor) -> Response {
    match code_page(&app, &visitor.browser, Purpose::SecondStep).await {
        Ok(Some(code)) if code.is_live => page(&app, &visitor, &code, None),
        Ok(Some(code)) => over(&app, &visitor, &code),
        Ok(None) => Over::Missing.show(&app, &visitor, None),
        Err(error) => Failure::from(error).show(&app, &visitor),
    }
}

/// `POST /signin/password/code`.
pub(super) async fn submit(
    State(app): State<App>,
    visitor: Visitor,
    form: Result<Form<CodeForm>, FormRejection>,
) -> Response {
    let typed = match form {
        Ok(Form(typed)) => typed,
        Err(rejection) => return unreadable(&rejection).show(&app, &visitor),
    };
    if !visitor.may_post(&app, &typed.csrf) {
        return Failure::Csrf.show(&app, &visitor);
    }
    let shown = match code_page(&app, &visitor.browser, Purpose::SecondStep).await {
        Ok(Some(code)) => code,
        Ok(None) => return Over::Code.show_of(&app, &visitor, None, Method::Password),
        Err(error) => return Failure::from(error).show(&app, &visitor),
    };
    let Some(id) = typed.id.parse::<PasswordCodeId>().ok().filter(|_| shown.is_live) else {
        return over(&app, &visitor, &shown);
    };
    if typed.code.trim().is_empty() {
        return page(&app, &visitor, &shown, Some(Wrong::Empty));
    }
    let code = ShortCode::parse(&typed.code);
    match try_code(&app, id, &visitor.browser, code, &visitor.info).await {
        Ok(signed_in) => land(&app, &visitor, &shown.relying_party, &shown.procedure, &signed_in).await,
        Err(CodeError::Wrong { tries_left }) => page(&app, &visitor, &shown, Some(Wrong::Wrong { tries_left })),
        Err(CodeError::Over) => over(&app, &visitor, &shown),
        Err(CodeError::Store(error)) => Failure::from(error).show(&app, &visitor),
    }
}

/// The code is over: back to the password, at the same site.
fn over(app: &App, visitor: &Visitor, shown: &CodePage) -> Response {
    let asks = Asks::find(app, visitor, &shown.relying_party, &shown.procedure).ok();
    let asks = asks.as_ref().map(|(asks, _)| asks);
    Over::Code.show_of(app, visitor, asks, Method::Password)
}

enum Wrong {
    Empty,
    Wrong { tries_left: u32 },
}

fn page(app: &App, visitor: &Visitor, shown: &CodePage, wrong: Option<Wrong>) -> Response {
    let (asks, party) = match Asks::find(app, visitor, &shown.relying_party, &shown.procedure) {
        Ok(found) => found,
        Err(failure) => return failure.show(app, visitor),
    };
    let page = Page::new(app, visitor, PATH);
    let mut errors = FieldErrors::default();
    let mut reply = Reply::new(app, visitor).form_may_reach(&party.return_url);
    let code = wrong.map(|wrong| match wrong {
        Wrong::Empty => {
            errors.add("code", page.t("pwd-error-code-empty"));
            ErrorCode::RequestInvalid
        }
        Wrong::Wrong { tries_left } => {
            let left = [("tries", FluentValue::from(tries_left))];
            errors.add("code", page.with("pwd-error-code-wrong", &left));
            ErrorCode::PinWrong
        }
    });
    if let Some(code) = code {
        reply = reply.status(status_of(code));
    }
    let life = [("minutes", FluentValue::from(app.policy().activation_life.div_ceil(60)))];
    let template = CodeTemplate {
        csrf: visitor.csrf(app),
        id: shown.id.to_string(),
        intro: page.with("pwd-step-intro", &life),
        fields: vec![Field::code(&page, &errors)],
        again: asks.start_at(password::PATH),
        errors,
        errors_heading: "pin-errors-heading",
        code: code.map(ErrorCode::as_str),
        asks,
        page,
    };
    reply.html(&template)
}
