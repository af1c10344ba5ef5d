//! JSON bodies of calls that nobody signed.

use axum::extract::{FromRequest, Request};
use http::header;
use serde::de::DeserializeOwned;

use super::device_auth::read_body;
use super::problem::Problem;
use crate::app::App;
use aldaba_protocol::error::ErrorCode;

/// A JSON body of at most 16 KiB. What does not fit the shape is refused without repeating it.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let is_json = parts
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| {
                value
                    .split(';')
                    .next()
                    .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
            });
        // A browser sends other types across origins without asking first.
        if !is_json {
            return Err(Problem::new(ErrorCode::RequestInvalid).because("content-type must be application/json"));
        }
        let body = read_body(&parts.headers, body).await?;
        serde_json::from_slice(&body)
            .map(Self)
            .map_err(|_| Problem::new(ErrorCode::RequestInvalid).because("malformed body"))
    }
}
