//! What is checked of the form before anything else happens (shapes, never whether somebody exists), and the request that comes
//! of one that is well formed.

use aldaba_core::contrast::{Contrast, ContrastError};
use aldaba_core::document::{Document, DocumentError};
use aldaba_core::method::Method;
use aldaba_core::own_key::OwnKey;
use aldaba_protocol::error::ErrorCode;
use axum::response::Response;
use serde::Deserialize;

use super::asks::Asks;
use crate::app::App;
use crate::config::RelyingParty;
use crate::portal::cookies::Cookie;
use crate::portal::{Failure, FieldErrors, Page, Reply, Visitor};
use crate::requests::{self, NewSignIn, RequestError};

/// The fields of the sign-in form, as they were typed. No `Debug`: they are personal data.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct SignInForm {
    pub document: String,
    pub contrast: String,
    pub own_key: String,
    pub own_key_again: String,
    /// `self_generated` when the second button was pressed.
    pub method: String,
    /// The method that was asked for by name, which may have a page of its own.
    pub way: String,
    pub site: String,
    pub procedure: String,
    pub csrf: String,
}

/// A form that is well formed.
pub(super) struct Checked {
    pub document: Document,
    pub contrast: Contrast,
    pub own_key: Option<OwnKey>,
    pub method: Method,
}

/// Why one field is refused: the key of its text.
pub(super) type Refusal = (&'static str, &'static str);

impl SignInForm {
    /// Whether something was typed to personalise.
    pub fn is_personalised(&self) -> bool {
        !self.own_key.is_empty() || !self.own_key_again.is_empty()
    }

    /// Checks every field, so that all errors are told at once.
    pub fn check(&self) -> Result<Checked, Vec<Refusal>> {
        let mut refusals = Vec::new();
        let document = Document::parse(&self.document).map_err(document_text);
        let contrast = match &document {
            Ok(document) => Contrast::parse_for(document, &self.contrast).map_err(contrast_text),
            // Which datum goes with it is not known yet; that there is none is.
            Err(_) if self.contrast.trim().is_empty() => Err(contrast_text(ContrastError::Empty)),
            Err(_) => Err(""),
        };
        if let Err(text) = document {
            refusals.push(("document", text));
        }
        if let Err(text) = contrast
            && !text.is_empty()
        {
            refusals.push(("contrast", text));
        }
        let own_key = self.check_own_key();
        if let Err(refusal) = own_key {
            refusals.push(refusal);
        }
        let method = if self.method == Method::SelfGenerated.as_str() {
            Method::SelfGenerated
        } else {
            Method::Incoming
        };
        match (document, contrast, own_key) {
            (Ok(document), Ok(contrast), Ok(own_key)) => Ok(Checked {
                document,
                contrast,
                own_key,
                method,
            }),
            _ => Err(refusals),
        }
    }

    fn check_own_key(&self) -> Result<Option<OwnKey>, Refusal> {
        let (typed, again) = (self.own_key.trim(), self.own_key_again.trim());
        if typed.is_empty() && again.is_empty() {
            return Ok(None);
        }
        let key = OwnKey::parse(typed).ok_or(("own_key", "signin-error-own-key-shape"))?;
        if again.is_empty() {
            return Err(("own_key_again", "signin-error-own-key-again"));
        }
        if OwnKey::parse(again).is_none_or(|again| again != key) {
            return Err(("own_key_again", "signin-error-own-key-different"));
        }
        Ok(Some(key))
    }
}

/// The refusals in the page's language.
pub(super) fn errors(page: &Page, refusals: Vec<Refusal>) -> FieldErrors {
    let mut errors = FieldErrors::default();
    for (field, text) in refusals {
        errors.add(field, page.t(text));
    }
    errors
}

/// What a program is told of a form with these errors: of its first wrong field. None: nothing is wrong.
pub(super) fn code(errors: &FieldErrors) -> Option<ErrorCode> {
    if errors.is_empty() {
        None
    } else if errors.has("document") {
        Some(ErrorCode::DocumentInvalid)
    } else if errors.has("contrast") {
        Some(ErrorCode::ContrastInvalid)
    } else {
        Some(ErrorCode::RequestInvalid)
    }
}

/// Makes the request of a form that is well formed; the browser goes on to the page for its PIN.
pub(super) async fn make(
    app: &App,
    visitor: &Visitor,
    asks: &Asks,
    party: &RelyingParty,
    checked: Checked,
    method: Method,
) -> Response {
    let new = NewSignIn {
        relying_party: party,
        procedure: &asks.procedure,
        document: checked.document,
        contrast: checked.contrast,
        own_key: checked.own_key,
        browser: visitor.info.clone(),
        binding: &visitor.browser,
        language: visitor.language,
        method,
    };
    match requests::create(app, new).await {
        Ok(made) => Reply::new(app, visitor)
            .cookie(Cookie::Request, &made.id.to_string())
            .see_other("/signin/pin"),
        Err(RequestError::Store(error)) => Failure::from(error).show(app, visitor),
    }
}

/// The key of the text for a document that is none.
pub(crate) fn document_text(error: DocumentError) -> &'static str {
    match error {
        DocumentError::Empty => "signin-error-document-empty",
        DocumentError::Shape => "signin-error-document-shape",
        DocumentError::Letter => "signin-error-document-letter",
    }
}

/// The key of the text for a contrast datum that is none.
pub(crate) fn contrast_text(error: ContrastError) -> &'static str {
    match error {
        ContrastError::Empty => "signin-error-contrast-empty",
        ContrastError::Date => "signin-error-contrast-date",
        ContrastError::Permanent => "signin-error-contrast-permanent",
        ContrastError::Support => "signin-error-contrast-support",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(document: &str, contrast: &str) -> SignInForm {
        SignInForm {
            document: document.to_owned(),
            contrast: contrast.to_owned(),
            ..SignInForm::default()
        }
    }

    fn refusals(form: &SignInForm) -> Vec<Refusal> {
        form.check().map(|_| ()).unwrap_err()
    }

    #[test]
    fn all_errors_are_told_at_once() {
        assert_eq!(
            refusals(&form("", "")),
            [
                ("document", "signin-error-document-empty"),
                ("contrast", "signin-error-contrast-empty")
            ]
        );
        assert_eq!(
            refusals(&form("12345678A", "whatever")),
            [("document", "signin-error-document-letter")]
        );
        assert_eq!(
            refusals(&form("12345678Z", "01/01/9999")),
            [("contrast", "signin-error-contrast-permanent")]
        );
        assert_eq!(
            refusals(&form("X1234567L", "17/05/2031")),
            [("contrast", "signin-error-contrast-support")]
        );
    }

    #[test]
    fn spellings_are_forgiven() {
        let checked = form(" 12.345.678-z ", "17 5 2031").check().ok().unwrap();
        assert_eq!(
            (checked.document.canonical(), checked.contrast.canonical().as_str()),
            ("12345678Z", "2031-05-17")
        );
        assert_eq!(checked.method, Method::Incoming);
    }

    #[test]
    fn the_own_key_is_typed_twice_or_not_at_all() {
        let mut typed = form("12345678Z", "17/05/2031");
        typed.own_key_again = "ab12".to_owned();
        assert_eq!(refusals(&typed), [("own_key", "signin-error-own-key-shape")]);
        typed.own_key = "AB12".to_owned();
        assert!(typed.check().is_ok_and(|checked| checked.own_key.is_some()));
        typed.own_key_again = "ab13".to_owned();
        assert_eq!(refusals(&typed), [("own_key_again", "signin-error-own-key-different")]);
        typed.own_key_again.clear();
        assert_eq!(refusals(&typed), [("own_key_again", "signin-error-own-key-again")]);
    }
}
