//! What these forms share: what is typed, how it is checked, and refusals in words.

use std::time::Duration;

use aldaba_core::document::Document;
use aldaba_core::password::{LONGEST, Password, PasswordError, SHORTEST};
use aldaba_protocol::error::ErrorCode;
use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use crate::app::App;
use crate::passwords::{Judgement, ProveError, SetError};
use crate::portal::field::Field;
use crate::portal::{Failure, FieldErrors, Page, Reply, Visitor, Way, minutes, status_of};
use crate::signin::{Asks, From as CameFrom, document_text};
use crate::texts::FluentValue;

/// What is typed on these pages. No `Debug`.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Fields {
    pub document: String,
    pub contrast: String,
    pub code: String,
    pub password: String,
    pub new_password: String,
    pub new_password_again: String,
    /// The code that the page was of.
    pub id: String,
    pub csrf: String,
}

/// Where somebody came from.
pub(super) struct Back {
    asks: Option<Asks>,
}

impl Back {
    /// Reads `?site=…&procedure=…`. What names nobody is nowhere.
    pub fn read(app: &App, visitor: &Visitor, from: &CameFrom) -> Self {
        let asks = Asks::find(app, visitor, &from.site, &from.procedure).ok();
        Self {
            asks: asks.map(|(asks, _)| asks).filter(|_| !from.site.is_empty()),
        }
    }

    /// One of these pages, which remembers it.
    pub fn address(&self, path: &str) -> String {
        match &self.asks {
            Some(asks) => asks.start_at(path),
            None => path.to_owned(),
        }
    }

    /// The way to sign in there.
    pub fn way(&self, page: &Page) -> Way {
        match &self.asks {
            Some(asks) => Way {
                href: asks.start_at("/signin/password"),
                text: page.t("pwd-back-signin"),
            },
            None => Way {
                href: "/".to_owned(),
                text: page.t("error-back-home"),
            },
        }
    }
}

#[derive(Template)]
#[template(path = "password/form.html")]
pub(super) struct FormPage {
    pub page: Page,
    pub screen: &'static str,
    pub title: &'static str,
    pub intro: Vec<String>,
    pub action: String,
    pub csrf: String,
    pub id: Option<String>,
    pub fields: Vec<Field>,
    pub explains_documents: bool,
    pub submit: &'static str,
    pub way: Option<Way>,
    pub errors: FieldErrors,
    pub errors_heading: &'static str,
    pub code: Option<&'static str>,
}

/// What was typed is not taken.
#[derive(Default)]
pub(super) struct Refused {
    pub errors: FieldErrors,
    code: Option<ErrorCode>,
    wait: Option<Duration>,
}

impl Refused {
    /// One field's error.
    pub fn of(field: &'static str, text: String, code: ErrorCode) -> Self {
        let mut refused = Self::default();
        refused.add(field, text, code);
        refused
    }

    /// One more; the first says the code.
    pub fn add(&mut self, field: &'static str, text: String, code: ErrorCode) {
        self.errors.add(field, text);
        self.code.get_or_insert(code);
    }

    /// What is said of a password that was not right, or not looked at.
    pub fn proving(page: &Page, error: ProveError) -> Result<Self, Failure> {
        let (text, code, wait) = told(page, error)?;
        Ok(Self {
            wait,
            ..Self::of("password", text, code)
        })
    }

    /// What is said of a new password that was not taken.
    pub fn setting(page: &Page, error: SetError) -> Result<Self, Failure> {
        let (field, text, code) = match error {
            SetError::Refused(Judgement::Unknown) => {
                ("new_password", page.t("pwd-error-unknown"), ErrorCode::Unavailable)
            }
            SetError::Refused(judgement) => (
                "new_password",
                refused_text(page, &judgement),
                ErrorCode::PasswordRefused,
            ),
            SetError::Personal => ("new_password", page.t("pwd-error-personal"), ErrorCode::PasswordRefused),
            SetError::Failed => ("code", page.t("pwd-error-failed"), ErrorCode::ActivationFailed),
            SetError::Busy => ("new_password", page.t("pwd-error-busy"), ErrorCode::Unavailable),
            SetError::Store(error) => return Err(error.into()),
        };
        let wait = (code == ErrorCode::Unavailable).then_some(SHORTLY);
        Ok(Self {
            wait,
            ..Self::of(field, text, code)
        })
    }

    /// The form again. Passwords and codes are never shown again.
    pub fn show(self, app: &App, visitor: &Visitor, mut form: FormPage) -> Response {
        let mut reply = Reply::new(app, visitor);
        if let Some(code) = self.code {
            form.code = Some(code.as_str());
            reply = reply.status(status_of(code));
        }
        if let Some(wait) = self.wait {
            reply = reply.retry_after(wait.as_secs().saturating_add(1));
        }
        form.errors = self.errors;
        reply.html(&form)
    }
}

/// When to come back where nothing says how long it takes.
const SHORTLY: Duration = Duration::from_secs(2);

/// A password that was not right, or not looked at, in words.
pub(crate) fn told(page: &Page, error: ProveError) -> Result<(String, ErrorCode, Option<Duration>), Failure> {
    Ok(match error {
        ProveError::Wrong => (page.t("pwd-error-wrong"), ErrorCode::PasswordWrong, None),
        ProveError::Delayed { retry_after } => {
            let text = page.with("pwd-error-delayed", &[("minutes", minutes(retry_after))]);
            (text, ErrorCode::PasswordDelayed, Some(retry_after))
        }
        ProveError::Disabled => (page.t("pwd-error-disabled"), ErrorCode::PasswordDisabled, None),
        ProveError::Busy => (page.t("pwd-error-busy"), ErrorCode::Unavailable, Some(SHORTLY)),
        ProveError::Store(error) => return Err(error.into()),
    })
}

/// Why a new password is not good enough, and what would help.
fn refused_text(page: &Page, judgement: &Judgement) -> String {
    match judgement {
        Judgement::Weak(weak) => {
            let mut sentences = vec![page.t(weak.warning)];
            for suggestion in &weak.suggestions {
                let sentence = page.t(suggestion);
                if !sentences.contains(&sentence) {
                    sentences.push(sentence);
                }
            }
            sentences.join(" ")
        }
        Judgement::Leaked => page.t("pwd-error-leaked"),
        Judgement::Unknown | Judgement::Good => page.t("pwd-error-unknown"),
    }
}

/// Reads a document, or says why not.
pub(super) fn read_document(page: &Page, typed: &str, refused: &mut Refused) -> Option<Document> {
    Document::parse(typed)
        .map_err(|error| refused.add("document", page.t(document_text(error)), ErrorCode::DocumentInvalid))
        .ok()
}

/// Reads a password that exists, or says why that cannot be one.
pub(super) fn read_password(page: &Page, typed: &str, refused: &mut Refused) -> Option<Password> {
    Password::read(typed)
        .map_err(|error| {
            let key = match error {
                PasswordError::Empty => "pwd-error-empty",
                PasswordError::Short | PasswordError::Long | PasswordError::Control => "pwd-error-long",
            };
            refused.add("password", shape_text(page, key), ErrorCode::RequestInvalid);
        })
        .ok()
}

/// Reads a new password that was typed twice, or says why not.
pub(super) fn read_new(page: &Page, typed: &Fields, refused: &mut Refused) -> Option<Password> {
    let chosen = match Password::choose(&typed.new_password) {
        Ok(chosen) => chosen,
        Err(error) => {
            let key = match error {
                PasswordError::Empty => "pwd-error-new-empty",
                PasswordError::Short => "pwd-error-short",
                PasswordError::Long => "pwd-error-long",
                PasswordError::Control => "pwd-error-control",
            };
            refused.add("new_password", shape_text(page, key), ErrorCode::PasswordRefused);
            return None;
        }
    };
    if Password::read(&typed.new_password_again).as_ref() != Ok(&chosen) {
        let text = page.t("pwd-error-different");
        refused.add("new_password_again", text, ErrorCode::RequestInvalid);
        return None;
    }
    Some(chosen)
}

fn shape_text(page: &Page, key: &str) -> String {
    let number = |number: usize| FluentValue::from(u64::try_from(number).unwrap_or(u64::MAX));
    page.with(key, &[("shortest", number(SHORTEST)), ("longest", number(LONGEST))])
}
