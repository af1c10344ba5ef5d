//! `GET /v1/device` and `DELETE /v1/device`.

use aldaba_protocol::wire;
use aldaba_store::{StoreError, devices};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::revoke;
use crate::app::App;
use crate::http::device_auth::SignedCall;
use crate::http::problem::Problem;

/// The routes of this folder.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(device_info, end_device))
}

/// What the server knows of the calling device.
#[utoipa::path(get, path = "/v1/device", tag = "device", security(("device-signature" = [])),
    responses((status = 200, body = wire::DeviceInfo), (status = "default", body = wire::Problem, content_type = "application/problem+json")))]
pub async fn device_info(State(app): State<App>, call: SignedCall) -> Result<Json<wire::DeviceInfo>, Problem> {
    let now = app.now();
    let device = call.device.clone();
    let others = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                match call.admit(tx, now).await? {
                    Ok(()) => Ok::<_, StoreError>(Ok(devices::count_active(tx, &call.device.person).await?)),
                    Err(refusal) => Ok(Err(refusal)),
                }
            })
        })
        .await??;
    Ok(Json(wire::DeviceInfo {
        device_id: device.id.to_string(),
        name: device.name,
        platform: device.platform,
        level: device.level,
        activated_at: device.activated_at.as_millis(),
        counter: device.counter,
        other_devices: others.saturating_sub(1),
        server_time: now.as_millis(),
    }))
}

/// Deactivates the calling device.
#[utoipa::path(delete, path = "/v1/device", tag = "device", security(("device-signature" = [])), request_body = wire::Counted,
    responses((status = 200, body = wire::DeviceDeactivated), (status = "default", body = wire::Problem, content_type = "application/problem+json")))]
pub async fn end_device(State(app): State<App>, call: SignedCall) -> Result<Json<wire::DeviceDeactivated>, Problem> {
    let wire::Counted { counter } = call.json()?;
    let device = call.device.clone();
    let job = (app.clone(), call.device.clone());
    let done = call
        .once(&app, counter, move |tx, caller| {
            Box::pin(async move {
                let (app, device) = job;
                revoke::revoke_in(&app, tx, &device, caller.now).await?;
                Ok(Ended::Deactivated)
            })
        })
        .await?;
    if done.fresh {
        revoke::announce(&app, &device);
    }
    match done.outcome {
        Ended::Deactivated => Ok(Json(wire::DeviceDeactivated {
            device_id: device.id.to_string(),
        })),
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Ended {
    Deactivated,
}
