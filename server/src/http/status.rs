//! The server's time, and whether it is well.

use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::wire;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::Problem;
use crate::app::App;

/// The routes of this file.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(server_time))
        .routes(routes!(healthz))
        .routes(routes!(readyz))
}

/// The server's time, for a device to measure how far its clock is off.
#[utoipa::path(get, path = "/v1/time", tag = "status", responses((status = 200, body = wire::ServerTime)))]
pub async fn server_time(State(app): State<App>) -> Json<wire::ServerTime> {
    Json(wire::ServerTime {
        time: app.now().as_millis(),
    })
}

/// Whether the process answers.
#[utoipa::path(get, path = "/healthz", tag = "status", responses((status = 200, body = String)))]
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether it can serve: the database answers, and it is not about to stop.
#[utoipa::path(get, path = "/readyz", tag = "status",
    responses((status = 200, body = String), (status = 503, body = wire::Problem, content_type = "application/problem+json")))]
pub async fn readyz(State(app): State<App>) -> Result<&'static str, Problem> {
    if app.stopping().is_cancelled() {
        return Err(ErrorCode::Unavailable.into());
    }
    app.store().ping().await?;
    Ok("ready\n")
}

/// The figures in Prometheus' text format.
pub async fn metrics(State(app): State<App>) -> Response {
    let mut response = app.metrics().render().into_response();
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
