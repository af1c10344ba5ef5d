//! The server's time, and whether it is well.

use std::time::Duration;

use aldaba_core::time::Timestamp;
use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::wire;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use tokio::sync::Mutex;
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

/// For how long what the database answered is repeated.
const FRESH: Duration = Duration::from_secs(1);

/// What the database answered last, and when. Anybody may ask as often as they like, and each question would take a place among
/// those of sign-ins; so one is asked at a time, and once a second.
#[derive(Default)]
pub struct Readiness(Mutex<Option<(Timestamp, bool)>>);

impl Readiness {
    async fn ask(&self, app: &App) -> bool {
        let mut last = self.0.lock().await;
        let now = app.now();
        match *last {
            Some((asked, ready)) if asked <= now && now < asked.plus(FRESH) => ready,
            _ => {
                let ready = app.store().ping().await.is_ok();
                *last = Some((app.now(), ready));
                ready
            }
        }
    }
}

/// Whether it can serve: the database answers, and it is not about to stop.
#[utoipa::path(get, path = "/readyz", tag = "status",
    responses((status = 200, body = String), (status = 503, body = wire::Problem, content_type = "application/problem+json")))]
pub async fn readyz(State(app): State<App>) -> Result<&'static str, Problem> {
    if app.stopping().is_cancelled() || !app.readiness().ask(&app).await {
        return Err(ErrorCode::Unavailable.into());
    }
    Ok("ready\n")
}

/// The figures in Prometheus' text format.
pub async fn metrics(State(app): State<App>) -> Response {
    let mut response = app.metrics().render().into_response();
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
