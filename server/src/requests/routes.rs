//! The device's side of sign-in requests over HTTP. Handlers translate and nothing else.

use aldaba_core::code::ShortCode;
use aldaba_core::ids::RequestId;
use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::wire;
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, header};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::approve::Approved;
use super::reject::Rejected;
use super::scan::Scanned;
use super::{approve, list, lookup, reject, reveal, scan, stream};
use crate::app::App;
use crate::http::device_auth::SignedCall;
use crate::http::problem::Problem;
use crate::http::takeover::Takeover;

/// The routes of this folder.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(device_requests))
        .routes(routes!(device_events))
        .routes(routes!(reveal_request))
        .routes(routes!(approve_request))
        .routes(routes!(reject_request))
        .routes(routes!(lookup_request))
        .routes(routes!(scan_request))
}

/// The person's live requests, newest first.
#[utoipa::path(get, path = "/v1/device/requests", tag = "requests", security(("device-signature" = [])),
    responses((status = 200, body = wire::RequestList), (status = "default", body = wire::Problem, content_type = "application/problem+json")))]
pub async fn device_requests(State(app): State<App>, call: SignedCall) -> Result<Json<wire::RequestList>, Problem> {
    Ok(Json(list::list(&app, call).await?))
}

/// The live stream: `request` events (data: RequestEvent) and one `device` event (data: DeviceEvent) before the end.
#[utoipa::path(get, path = "/v1/device/events", tag = "requests", security(("device-signature" = [])),
    params(("Last-Event-ID" = Option<String>, Header, description = "Resume after this event")),
    responses((status = 200, description = "server-sent events", content_type = "text/event-stream", body = String),
        (status = "default", body = wire::Problem, content_type = "application/problem+json")))]
pub async fn device_events(State(app): State<App>, headers: HeaderMap, call: SignedCall) -> Result<Response, Problem> {
    if app.stopping().is_cancelled() || app.metrics().open_streams() >= app.config().limits.streams {
        return Err(Problem::new(ErrorCode::Unavailable));
    }
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let since = last.and_then(stream::resume_point);
    let stream = stream::open(&app, call, since).await?;
    let mut response = Response::new(Body::new(stream));
    response.extensions_mut().insert(Takeover);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response
        .headers_mut()
        .insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// "Ver PIN": from now on the device may show the PIN.
#[utoipa::path(post, path = "/v1/requests/{id}/reveal", tag = "requests", security(("device-signature" = [])),
    params(("id" = String, Path, description = "Identifier of the request")), request_body = wire::RevealRequest,
    responses((status = 200, body = wire::RequestRevealed), (status = "default", body = wire::Problem, content_type = "application/problem+json")))]
pub async fn reveal_request(
    State(app): State<App>,
    Path(id): Path<String>,
    call: SignedCall,
) -> Result<Json<wire::RequestRevealed>, Problem> {
    let body: wire::RevealRequest = call.json()?;
    let id = request_id(&id)?;
    let revealed = reveal::reveal(&app, call, id, &body).await??;
    Ok(Json(wire::RequestRevealed {
        id: id.to_string(),
        relying_party_id: revealed.relying_party,
        pin_expires_at: revealed.pin_expires_at.as_millis(),
        server_time: app.now().as_millis(),
    }))
}

/// "Aprobar": the page of a request that began with a QR may sign in.
#[utoipa::path(post, path = "/v1/requests/{id}/approve", tag = "requests", security(("device-signature" = [])),
    params(("id" = String, Path, description = "Identifier of the request")), request_body = wire::ApproveRequest,
    responses((status = 200, body = wire::RequestApproved), (status = "default", body = wire::Problem, content_type = "application/problem+json")))]
pub async fn approve_request(
    State(app): State<App>,
    Path(id): Path<String>,
    call: SignedCall,
) -> Result<Json<wire::RequestApproved>, Problem> {
    let body: wire::ApproveRequest = call.json()?;
    let id = request_id(&id)?;
    match approve::approve(&app, call, id, body).await? {
        Approved::Done { approval_expires_at } => Ok(Json(wire::RequestApproved {
            id: id.to_string(),
            approval_expires_at,
            server_time: app.now().as_millis(),
        })),
        Approved::PhraseWrong => Err(ErrorCode::PhraseWrong.into()),
        Approved::Refused(why) => Err(why.into()),
    }
}

/// "No he sido yo".
#[utoipa::path(post, path = "/v1/requests/{id}/reject", tag = "requests", security(("device-signature" = [])),
    params(("id" = String, Path, description = "Identifier of the request")), request_body = wire::RejectRequest,
    responses((status = 200, body = wire::RequestRejected), (status = "default", body = wire::Problem, content_type = "application/problem+json")))]
pub async fn reject_request(
    State(app): State<App>,
    Path(id): Path<String>,
    call: SignedCall,
) -> Result<Json<wire::RequestRejected>, Problem> {
    let wire::RejectRequest { counter, reason } = call.json()?;
    let id = request_id(&id)?;
    match reject::reject(&app, call, id, reason, counter).await? {
        Rejected::Done { muted_until } => Ok(Json(wire::RequestRejected {
            id: id.to_string(),
            muted_until,
        })),
        Rejected::Refused(why) => Err(why.into()),
    }
}

/// The request of the code that its page shows.
#[utoipa::path(post, path = "/v1/requests/lookup", tag = "requests", security(("device-signature" = [])),
    request_body = wire::LookupRequest,
    responses((status = 200, body = wire::DeviceRequest), (status = "default", body = wire::Problem, content_type = "application/problem+json")))]
pub async fn lookup_request(State(app): State<App>, call: SignedCall) -> Result<Json<wire::DeviceRequest>, Problem> {
    let wire::LookupRequest { code } = call.json()?;
    match lookup::lookup(&app, call, ShortCode::parse(&code)).await? {
        Some(request) => Ok(Json(request)),
        None => Err(ErrorCode::RequestUnknown.into()),
    }
}

/// The request of the QR that its page shows: it becomes this person's.
#[utoipa::path(post, path = "/v1/requests/scan", tag = "requests", security(("device-signature" = [])),
    request_body = wire::ScanRequest,
    responses((status = 200, body = wire::DeviceRequest), (status = "default", body = wire::Problem, content_type = "application/problem+json")))]
pub async fn scan_request(State(app): State<App>, call: SignedCall) -> Result<Json<wire::DeviceRequest>, Problem> {
    let wire::ScanRequest { payload } = call.json()?;
    match scan::scan(&app, call, &payload).await? {
        Scanned::Found(request) => Ok(Json(*request)),
        Scanned::Stale => Err(ErrorCode::QrStale.into()),
        Scanned::Unknown => Err(ErrorCode::RequestUnknown.into()),
    }
}

fn request_id(text: &str) -> Result<RequestId, Problem> {
    text.parse().map_err(|_| ErrorCode::RequestUnknown.into())
}
