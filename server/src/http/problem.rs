//! Refusals as `application/problem+json` (RFC 9457), with a stable `code`.

use std::time::Duration;

use aldaba_core::language::Language;
use aldaba_core::time::Timestamp;
use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::wire;
use aldaba_store::StoreError;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use crate::texts::Texts;

/// A refusal on its way out. The edge writes it in the caller's language (see [`crate::http::edge`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which of the documented codes.
    pub code: ErrorCode,
    /// For developers, in English, the same for everybody: never what the caller sent.
    pub detail: Option<&'static str>,
    /// Tries left on this request.
    pub tries_left: Option<u32>,
    /// How long to wait.
    pub retry_after: Option<Duration>,
    /// The server's time, where the caller's clock is off.
    pub server_time: Option<Timestamp>,
}

impl Problem {
    /// A refusal with nothing but its code.
    #[must_use]
    pub const fn new(code: ErrorCode) -> Self {
        Self {
            code,
            detail: None,
            tries_left: None,
            retry_after: None,
            server_time: None,
        }
    }

    /// Says to developers what is wrong.
    #[must_use]
    pub const fn because(mut self, detail: &'static str) -> Self {
        self.detail = Some(detail);
        self
    }

    /// Says how long to wait.
    #[must_use]
    pub const fn after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// The response in that language.
    #[must_use]
    pub fn render(&self, texts: &Texts, language: Language) -> Response {
        let status = self.code.status().and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let seconds = self.retry_after.map(whole_seconds);
        let body = wire::Problem {
            kind: format!("urn:aldaba:error:{}", self.code),
            title: texts.get(language, &title_key(self.code)),
            status: status.as_u16(),
            code: self.code.as_str().to_owned(),
            detail: self.detail.unwrap_or_default().to_owned(),
            tries_left: self.tries_left,
            retry_after: seconds,
            server_time: self.server_time.map(Timestamp::as_millis),
        };
        let mut response = (status, serde_json::to_vec(&body).unwrap_or_default()).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        if let Some(seconds) = seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The key of a code's title in `errors.ftl`: `problem-pin-wrong`.
#[must_use]
pub fn title_key(code: ErrorCode) -> String {
    format!("problem-{}", code.as_str().replace('_', "-"))
}

/// Whole seconds, rounded up: who waits that long is not too early.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.code.status().and_then(|status| StatusCode::from_u16(status).ok());
        let mut response = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<ErrorCode> for Problem {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

impl From<StoreError> for Problem {
    /// Logs the failure here, where it is handled: the caller learns only that the server cannot serve now.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable => tracing::warn!("the database is not available"),
            StoreError::Statement(_)
            | StoreError::Commit(_)
            | StoreError::Corrupt(_)
            | StoreError::ReadOnly
            | StoreError::Panicked => tracing::error!(%error, "the database failed"),
        }
        Self::new(ErrorCode::Unavailable)
    }
}
