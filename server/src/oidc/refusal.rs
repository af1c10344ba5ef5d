//! Errors to programs, as RFC 6749 section 5.2 writes them.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::Unread;

/// An error of the token endpoint or of pushed requests. `why` is for developers and repeats nothing that was sent.
pub(super) fn refused(error: &str, why: &str) -> Response {
    refused_as(StatusCode::BAD_REQUEST, error, why)
}

fn refused_as(status: StatusCode, error: &str, why: &str) -> Response {
    let body = serde_json::json!({ "error": error, "error_description": why });
    never_cached((status, Json(body)).into_response())
}

impl IntoResponse for Unread {
    fn into_response(self) -> Response {
        let (status, why) = match self {
            Self::NoForm => (
                StatusCode::BAD_REQUEST,
                "the body must be application/x-www-form-urlencoded",
            ),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "the body is longer than 16 KiB"),
        };
        refused_as(status, "invalid_request", why)
    }
}

/// As RFC 6749 section 5.1 asks of everything with a token in it.
pub(super) fn never_cached(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
