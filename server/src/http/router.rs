//! All routes.

use aldaba_protocol::error::ErrorCode;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use axum::{Json, Router, middleware};

use super::problem::Problem;
use super::{device_auth, edge, openapi, status};
use crate::app::App;

/// Everything that people, devices and browsers reach.
///
/// `/metrics` is not part of it: figures are the operator's and have a listener of their own ([`admin_router`]). Only the
/// demo, which listens on this machine alone, serves them here.
pub fn router(app: App) -> Router {
    let (api, document) = openapi::api().split_for_parts();
    let document = Json(document);
    let mut router = Router::new()
        .merge(api)
        .route("/openapi.json", get(move || async move { document }))
        .merge(crate::portal::routes())
        .merge(crate::signin::routes())
        .merge(crate::oidc::routes())
        .merge(crate::account::routes())
        .merge(crate::passwords::routes());
    if app.config().demo {
        router = router
            .merge(crate::demo::routes())
            .route("/metrics", get(status::metrics));
    }
    router
        .fallback(|| async { Problem::new(ErrorCode::NotFound) })
        .method_not_allowed_fallback(|| async { Problem::new(ErrorCode::MethodNotAllowed) })
        .layer(DefaultBodyLimit::max(device_auth::LARGEST_BODY))
        .layer(middleware::from_fn_with_state(app.clone(), edge::edge))
        .with_state(app)
}

/// What the operator's own network reaches: figures and health.
pub fn admin_router(app: App) -> Router {
    Router::new()
        .route("/metrics", get(status::metrics))
        .route("/healthz", get(status::healthz))
        .route("/readyz", get(status::readyz))
        .with_state(app)
}
