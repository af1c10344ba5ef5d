//! `GET` and `POST /signin/password`: document and password, and on to the second step where one is needed or wanted.

use std::sync::Arc;

use aldaba_core::document::Document;
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::password::{LONGEST, Password, PasswordError};
use aldaba_protocol::error::ErrorCode;
use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::asks::Asks;
use super::check::document_text;
use super::form::{From, unreadable};
use super::land::land;
use super::{password_code, ways};
use crate::app::App;
use crate::config::RelyingParty;
use crate::passwords::{self, Next, SignIn, SignInError, Step};
use crate::portal::cookies::Cookie;
use crate::portal::field::Field;
use crate::portal::{Failure, FieldErrors, Page, Reply, Visitor, Way, status_of};
use crate::texts::FluentValue;

/// The page's path.
pub(super) const PATH: &str = "/signin/password";

#[derive(Template)]
#[template(path = "signin/password.html")]
struct PasswordPage {
    page: Page,
    asks: Asks,
    csrf: String,
    intro: &'static str,
    fields: Vec<Field>,
    steps: Vec<StepButton>,
    links: Vec<Way>,
    ways: ways::Ways,
    errors: FieldErrors,
    errors_heading: &'static str,
    code: Option<&'static str>,
}

/// A button that says what comes after the password.
struct StepButton {
    value: &'static str,
    text: &'static str,
}

/// What is typed on the page. No `Debug`.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct PasswordForm {
    document: String,
    password: String,
    /// What comes after the password, by the button that was pressed.
    step: String,
    site: String,
    procedure: String,
    csrf: String,
}

/// `GET /signin/password`.
pub(super) async fn show(State(app): State<App>, Query(from): Query<From>, visitor: Visitor) -> Response {
    match find(&app, &visitor, &from.site, &from.procedure) {
        Ok((asks, party)) => {
            let template = page(&app, &visitor, asks, &party, "", FieldErrors::default());
            Reply::new(&app, &visitor)
                .form_may_reach(&party.return_url)
                .html(&template)
        }
        Err(failure) => failure.show(&app, &visitor),
    }
}

/// `POST /signin/password`.
pub(super) async fn submit(
    State(app): State<App>,
    Query(from): Query<From>,
    visitor: Visitor,
    form: Result<Form<PasswordForm>, FormRejection>,
) -> Response {
    let mut typed = match form {
        Ok(Form(typed)) => typed,
        Err(rejection) => return unreadable(&rejection).show(&app, &visitor),
    };
    if !visitor.may_post(&app, &typed.csrf) {
        return Failure::Csrf.show(&app, &visitor);
    }
    if typed.site.is_empty() {
        (typed.site, typed.procedure) = (from.site, from.procedure);
    }
    let (asks, party) = match find(&app, &visitor, &typed.site, &typed.procedure) {
        Ok(found) => found,
        Err(failure) => return failure.show(&app, &visitor),
    };
    let step = match (typed.step.as_str(), asks.level) {
        ("sms", Level::Low) if offers_sms(&app, &party) => Step::Sms,
        ("sms", _) => return Failure::MethodRefused.show(&app, &visitor),
        ("app", _) | (_, Level::Substantial | Level::High) => Step::App,
        (_, Level::Low) => Step::None,
    };
    let frame = Page::new(&app, &visitor, &asks.start_at(PATH));
    let mut refused = Refused::default();
    let document = Document::parse(&typed.document)
        .map_err(|error| refused.add("document", frame.t(document_text(error)), ErrorCode::DocumentInvalid));
    let password = Password::read(&typed.password).map_err(|error| {
        let text = match error {
            PasswordError::Empty => frame.t("pwd-error-empty"),
            PasswordError::Short | PasswordError::Long | PasswordError::Control => {
                let longest = FluentValue::from(u64::try_from(LONGEST).unwrap_or(u64::MAX));
                frame.with("pwd-error-long", &[("longest", longest)])
            }
        };
        refused.add("password", text, ErrorCode::RequestInvalid);
    });
    let (Ok(document), Ok(password)) = (document, password) else {
        return refused.show(&app, &visitor, asks, &party, &typed.document);
    };
    let next = passwords::sign_in(
        &app,
        SignIn {
            relying_party: &party,
            procedure_id: &asks.procedure_id,
            procedure: &asks.procedure,
            document,
            password,
            step,
            browser: visitor.info.clone(),
            binding: &visitor.browser,
            language: visitor.language,
        },
    )
    .await;
    let error = match next {
        Ok(Next::SignedIn(signed_in)) => return land(&app, &visitor, &asks.id, &asks.procedure_id, &signed_in).await,
        Ok(Next::App(id)) => {
            return Reply::new(&app, &visitor)
                .cookie(Cookie::Request, &id.to_string())
                .see_other("/signin/pin");
        }
        Ok(Next::Code) => return Reply::new(&app, &visitor).see_other(password_code::PATH),
        Err(error) => error,
    };
    match error {
        SignInError::Expired => {
            let other = ways::instead_of(Method::Password, &asks).map(|href| Way {
                href,
                text: frame.t("pwd-other-ways"),
            });
            passwords::expired(&app, &visitor, &asks.start_at("/password/recover"), other)
        }
        SignInError::NoDevice => {
            let text = frame.t("pwd-error-no-device");
            Refused::of("password", text, ErrorCode::SecondStepUnavailable).show(
                &app,
                &visitor,
                asks,
                &party,
                &typed.document,
            )
        }
        SignInError::NoSms => {
            let text = frame.t("pwd-error-no-sms");
            Refused::of("password", text, ErrorCode::SecondStepUnavailable).show(
                &app,
                &visitor,
                asks,
                &party,
                &typed.document,
            )
        }
        SignInError::Prove(error) => match passwords::told(&frame, error) {
            Ok((text, code, wait)) => {
                let refused = Refused {
                    wait,
                    ..Refused::of("password", text, code)
                };
                refused.show(&app, &visitor, asks, &party, &typed.document)
            }
            Err(failure) => failure.show(&app, &visitor),
        },
    }
}

/// The site and procedure, if they admit passwords.
fn find(app: &App, visitor: &Visitor, site: &str, procedure: &str) -> Result<(Asks, Arc<RelyingParty>), Failure> {
    let found = Asks::find(app, visitor, site, procedure)?;
    if found.0.offers(Method::Password) {
        Ok(found)
    } else {
        Err(Failure::MethodRefused)
    }
}

/// Whether people of that site may have a second step by SMS: somebody has to pay for it, and the operator may switch SMS off.
fn offers_sms(app: &App, party: &RelyingParty) -> bool {
    party.sms_per_month > 0 && app.serves(Method::Sms)
}

/// What was typed leads nowhere.
#[derive(Default)]
struct Refused {
    errors: FieldErrors,
    code: Option<ErrorCode>,
    wait: Option<std::time::Duration>,
}

impl Refused {
    fn of(field: &'static str, text: String, code: ErrorCode) -> Self {
        let mut refused = Self::default();
        refused.add(field, text, code);
        refused
    }

    fn add(&mut self, field: &'static str, text: String, code: ErrorCode) {
        self.errors.add(field, text);
        self.code.get_or_insert(code);
    }

    /// The page again, with the document as it was typed and never the password.
    fn show(self, app: &App, visitor: &Visitor, asks: Asks, party: &RelyingParty, document: &str) -> Response {
        let mut template = page(app, visitor, asks, party, document, self.errors);
        let mut reply = Reply::new(app, visitor).form_may_reach(&party.return_url);
        if let Some(code) = self.code {
            template.code = Some(code.as_str());
            reply = reply.status(status_of(code));
        }
        if let Some(wait) = self.wait {
            reply = reply.retry_after(wait.as_secs().saturating_add(1));
        }
        reply.html(&template)
    }
}

fn page(
    app: &App,
    visitor: &Visitor,
    asks: Asks,
    party: &RelyingParty,
    document: &str,
    errors: FieldErrors,
) -> PasswordPage {
    let page = Page::new(app, visitor, &asks.start_at(PATH));
    let button = |value, text| StepButton { value, text };
    let (intro, mut steps) = if asks.level > Level::Low {
        ("pwd-signin-intro-step", vec![button("app", "pwd-signin-continue")])
    } else {
        let (plain, app) = (
            button("none", "pwd-signin-submit"),
            button("app", "pwd-signin-submit-app"),
        );
        match asks.wished {
            None => ("pwd-signin-intro", vec![plain, app]),
            Some(_) => ("pwd-signin-intro-wished", vec![app, plain]),
        }
    };
    if asks.level == Level::Low && offers_sms(app, party) {
        steps.push(button("sms", "pwd-signin-submit-sms"));
    }
    let links = [
        ("/password/create", "pwd-link-create"),
        ("/password/recover", "pwd-link-recover"),
        ("/password/change", "pwd-link-change"),
        ("/password/cancel", "pwd-link-cancel"),
    ];
    PasswordPage {
        csrf: visitor.csrf(app),
        intro,
        fields: vec![
            Field::document(&page, &errors, document),
            Field::password(&page, &errors),
        ],
        steps,
        links: links
            .map(|(path, text)| Way {
                href: asks.start_at(path),
                text: page.t(text),
            })
            .into(),
        ways: ways::ways(&page, visitor, &asks, Method::Password),
        errors,
        errors_heading: "pin-errors-heading",
        code: None,
        asks,
        page,
    }
}
