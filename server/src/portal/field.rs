//! One text field of a form, as `parts/fields.html` draws it.

use super::{FieldErrors, Page};

/// A text field.
pub struct Field {
    /// Its name and id.
    pub name: &'static str,
    /// What it asks for.
    pub label: String,
    /// How to write it; empty: nothing is said.
    pub hint: String,
    /// What is wrong with what was typed.
    pub error: Option<String>,
    /// `text` or `password`.
    pub kind: &'static str,
    /// What was typed, where that may be shown again.
    pub value: String,
    /// What browsers and password managers fill in.
    pub autocomplete: &'static str,
    /// Whether phones offer capitals.
    pub capitals: bool,
    /// Characters that it takes.
    pub longest: u32,
}

impl Field {
    /// The document number, which password managers take for the name of the account.
    #[must_use]
    pub fn document(page: &Page, errors: &FieldErrors, value: &str) -> Self {
        Self {
            name: "document",
            label: page.t("signin-document-label"),
            hint: page.t("signin-document-hint"),
            error: errors.of("document").map(str::to_owned),
            kind: "text",
            value: value.to_owned(),
            autocomplete: "username",
            capitals: true,
            longest: 64,
        }
    }

    /// The contrast datum.
    #[must_use]
    pub fn contrast(page: &Page, errors: &FieldErrors, value: &str) -> Self {
        Self {
            name: "contrast",
            label: page.t("signin-contrast-label"),
            hint: page.t("signin-contrast-hint"),
            error: errors.of("contrast").map(str::to_owned),
            autocomplete: "off",
            ..Self::document(page, errors, value)
        }
    }

    /// A code that came by SMS; never shown again.
    #[must_use]
    pub fn code(page: &Page, errors: &FieldErrors) -> Self {
        Self {
            name: "code",
            label: page.t("pwd-code-label"),
            hint: page.t("pwd-code-hint"),
            error: errors.of("code").map(str::to_owned),
            kind: "text",
            value: String::new(),
            autocomplete: "one-time-code",
            capitals: true,
            longest: 64,
        }
    }

    /// A password that exists; never shown again.
    #[must_use]
    pub fn password(page: &Page, errors: &FieldErrors) -> Self {
        Self {
            name: "password",
            label: page.t("pwd-label"),
            hint: String::new(),
            error: errors.of("password").map(str::to_owned),
            kind: "password",
            value: String::new(),
            autocomplete: "current-password",
            capitals: false,
            // More than any password has: what is too long is told, never cut off.
            longest: 1000,
        }
    }

    /// A new password, and the same again.
    #[must_use]
    pub fn new_password(page: &Page, errors: &FieldErrors) -> [Self; 2] {
        ["new_password", "new_password_again"].map(|name| {
            let first = name == "new_password";
            let label = if first { "pwd-new-label" } else { "pwd-again-label" };
            Self {
                name,
                label: page.t(label),
                hint: if first { page.t("pwd-new-hint") } else { String::new() },
                error: errors.of(name).map(str::to_owned),
                autocomplete: "new-password",
                ..Self::password(page, errors)
            }
        })
    }

    /// The ids of what describes it.
    #[must_use]
    pub fn described_by(&self) -> Option<String> {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.name));
        match (hint, error) {
            (Some(hint), Some(error)) => Some(format!("{hint} {error}")),
            (hint, error) => hint.or(error),
        }
    }
}
