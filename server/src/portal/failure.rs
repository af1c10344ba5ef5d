//! Pages for what went wrong outside a form.

use std::time::Duration;

use aldaba_protocol::error::ErrorCode;
use aldaba_store::StoreError;
use askama::Template;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{StatusCode, header};

use super::{Page, Reply, Visitor, Way, minutes};
use crate::app::App;
use crate::http::problem::Problem;

/// Why no page can be shown. Each has its own text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// `?site=` names nobody.
    UnknownSite,
    /// `?procedure=` is none of the site's.
    UnknownProcedure,
    /// The site or the level it asks for does not admit that way to sign in.
    MethodRefused,
    /// There is no such page.
    NotFound,
    /// The form did not come from a page shown to this browser.
    Csrf,
    /// The page exists, but not for this method.
    Method,
    /// More was sent than any form here holds.
    TooLarge,
    /// Too many calls from this address.
    RateLimited {
        /// Until the next is allowed.
        wait: Duration,
    },
    /// A fault of ours.
    Internal,
    /// The database is away.
    Unavailable,
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage {
    page: Page,
    title: &'static str,
    text: String,
    code: &'static str,
    colour: &'static str,
    way: Way,
}

impl Failure {
    /// The page for it.
    pub fn show(self, app: &App, visitor: &Visitor) -> Response {
        let (title, text) = self.keys();
        // The address that failed may be of a POST, or not be ours: the links to other languages lead home.
        let page = Page::new(app, visitor, "/");
        let text = match self {
            Self::RateLimited { wait } => page.with(text, &[("minutes", minutes(wait))]),
            _ => page.t(text),
        };
        let way = Way {
            href: "/".to_owned(),
            text: page.t("error-back-home"),
        };
        let colour = if self.status().is_server_error() {
            "danger"
        } else {
            "warning"
        };
        let template = FailurePage {
            page,
            title,
            text,
            code: self.code(),
            colour,
            way,
        };
        let mut reply = Reply::new(app, visitor).status(self.status());
        if let Self::RateLimited { wait } = self {
            reply = reply.retry_after(wait.as_secs().saturating_add(1));
        }
        reply.html(&template)
    }

    /// Its HTTP status alone, where not even a page can be made.
    pub(super) fn plain(self) -> Response {
        self.status().into_response()
    }

    /// Its HTTP status.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::UnknownSite | Self::UnknownProcedure | Self::NotFound => StatusCode::NOT_FOUND,
            Self::Csrf | Self::MethodRefused => StatusCode::FORBIDDEN,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::UnknownSite | Self::UnknownProcedure | Self::NotFound => "not_found",
            Self::Csrf => "csrf",
            Self::MethodRefused => "method_refused",
            Self::Method => "method_not_allowed",
            Self::TooLarge => "payload_too_large",
            Self::RateLimited { .. } => "rate_limited",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
        }
    }

    fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::UnknownSite => ("error-unknown-site-title", "error-unknown-site-text"),
            Self::UnknownProcedure => ("error-unknown-procedure-title", "error-unknown-procedure-text"),
            Self::MethodRefused => ("error-method-refused-title", "error-method-refused-text"),
            Self::NotFound => ("error-not-found-title", "error-not-found-text"),
            Self::Csrf => ("error-csrf-title", "error-csrf-text"),
            Self::Method => ("error-method-title", "error-method-text"),
            Self::TooLarge => ("error-too-large-title", "error-too-large-text"),
            Self::RateLimited { .. } => ("signin-error-rate-title", "signin-error-rate"),
            Self::Internal => ("error-internal-title", "error-internal-text"),
            Self::Unavailable => ("error-unavailable-title", "error-unavailable-text"),
        }
    }
}

impl From<&Problem> for Failure {
    /// What a page says where a program would get that problem.
    fn from(problem: &Problem) -> Self {
        match problem.code {
            ErrorCode::NotFound => Self::NotFound,
            ErrorCode::MethodNotAllowed => Self::Method,
            ErrorCode::PayloadTooLarge => Self::TooLarge,
            ErrorCode::RateLimited => Self::RateLimited {
                wait: problem.retry_after.unwrap_or_default(),
            },
            ErrorCode::Unavailable | ErrorCode::Timeout => Self::Unavailable,
            _ => Self::Internal,
        }
    }
}

impl From<StoreError> for Failure {
    /// Logs the failure here, where it is handled.
    fn from(error: StoreError) -> Self {
        Self::from(&Problem::from(error))
    }
}

/// A browser's request for a page, remembered until it is known whether it can be answered.
pub struct PageRequest(Parts);

impl PageRequest {
    /// None: the caller is no browser, or asks for what is no page.
    #[must_use]
    pub fn of(request: &axum::extract::Request) -> Option<Self> {
        let accept = request
            .headers()
            .get(header::ACCEPT)
            .and_then(|value| value.to_str().ok());
        let is_page =
            accept.is_some_and(|accept| accept.contains("text/html")) && !request.uri().path().starts_with("/v1/");
        if !is_page {
            return None;
        }
        let (mut parts, ()) = http::Request::new(()).into_parts();
        parts.uri = request.uri().clone();
        parts.headers = request.headers().clone();
        Some(Self(parts))
    }

    /// The problem as a page. None: it is the caller's, and no page has words for it; a page of ours would say that we failed.
    pub fn fail(&self, app: &App, problem: &Problem) -> Option<Response> {
        let failure = Failure::from(problem);
        let is_ours = problem.code.status().is_none_or(|status| status >= 500);
        let has_words = is_ours || !matches!(failure, Failure::Internal);
        has_words.then(|| failure.show(app, &Visitor::read(app, &self.0)))
    }
}
