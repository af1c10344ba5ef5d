//! Pages for what went wrong. Each has its own text: what happened and what to do.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::page::Page;
use crate::provider::ProviderError;
use crate::reply::Reply;
use crate::site::Site;
use crate::visitor::Visitor;

/// Why a page cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The provider does not answer.
    Unreachable,
    /// The citizen did not want to, after all.
    Cancelled,
    /// The sign-in reaches a lower level than was asked for.
    Level,
    /// The provider did not accept what this site asked for.
    Refused,
    /// An answer to nothing that this browser asked.
    State,
    /// An answer, or a request to begin, that is of another provider.
    Issuer,
    /// The code was used, has expired, or is of another site.
    Code,
    /// A token that does not verify.
    Token,
    /// The session was ended at the provider before it began here.
    Ended,
    /// There is no such procedure, level or method.
    Wish,
    /// The form is not of this browser's session.
    Csrf,
    /// There is no such page.
    NotFound,
    /// The page exists, but not for this method.
    Method,
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage {
    page: Page,
    title: String,
    text: String,
    code: &'static str,
    colour: &'static str,
    can_retry: bool,
}

impl Failure {
    /// Its word, in the page and in the names of its texts.
    const fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Cancelled => "cancelled",
            Self::Level => "level",
            Self::Refused => "refused",
            Self::State => "state",
            Self::Issuer => "issuer",
            Self::Code => "code",
            Self::Token => "token",
            Self::Ended => "ended",
            Self::Wish => "wish",
            Self::Csrf => "csrf",
            Self::NotFound => "not-found",
            Self::Method => "method",
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::Unreachable | Self::Token => StatusCode::BAD_GATEWAY,
            Self::Cancelled | Self::Level | Self::Ended | Self::Csrf => StatusCode::FORBIDDEN,
            Self::Refused | Self::State | Self::Issuer | Self::Code | Self::Wish => StatusCode::BAD_REQUEST,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
        }
    }

    /// What an error of an answer (RFC 6749, OpenID Connect Core 3.1.2.6) means here. Unknown ones are refusals.
    pub fn of_answer(error: &str) -> Self {
        match error {
            "access_denied" => Self::Cancelled,
            "unmet_authentication_requirements" => Self::Level,
            "server_error" | "temporarily_unavailable" => Self::Unreachable,
            _ => Self::Refused,
        }
    }

    /// The page for it.
    pub fn show(self, site: &Site, visitor: &Visitor) -> Response {
        let code = self.code();
        let page = Page::new(site, visitor);
        let can_retry = !matches!(
            self,
            Self::Issuer | Self::Wish | Self::Csrf | Self::NotFound | Self::Method
        );
        let template = FailurePage {
            title: format!("sede-error-{code}-title"),
            text: page.t(&format!("sede-error-{code}-text")),
            code,
            colour: if self.status().is_server_error() {
                "danger"
            } else {
                "warning"
            },
            can_retry,
            page,
        };
        Reply::new(site, visitor).status(self.status()).html(&template)
    }
}

impl From<ProviderError> for Failure {
    /// The cause is logged here, once.
    fn from(error: ProviderError) -> Self {
        tracing::warn!(%error, "a sign-in did not come to its end");
        match error {
            ProviderError::Unreachable(_) => Self::Unreachable,
            ProviderError::CodeRefused(_) => Self::Code,
            ProviderError::Token(_) => Self::Token,
        }
    }
}
