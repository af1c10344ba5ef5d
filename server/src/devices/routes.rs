//! `GET /v1/device` and `DELETE /v1/device`.

use std::sync::Arc;

use aldaba_protocol::wire;
use aldaba_store::{StoreError, devices};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::revoke;
use crate::app::App;
use crate::http::device_auth::{DeviceRefusal, SignedCall};
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
    let (device, active) = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                if let Err(refusal) = call.admit(tx, now).await? {
                    return Ok::<_, StoreError>(Err(refusal));
                }
                match devices::get(tx, &call.device.id).await? {
                    Some(device) => Ok(Ok((device, devices::count_active(tx, &call.device.person).await?))),
                    None => Ok(Err(DeviceRefusal::Unknown)),
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
        other_devices: active.saturating_sub(1),
        server_time: now.as_millis(),
    }))
}

/// Deactivates the calling device.
#[utoipa::path(delete, path = "/v1/device", tag = "device", security(("device-signature" = [])), request_body = wire::Counted,
    responses((status = 200, body = wire::DeviceDeactivated), (status = "default", body = wire::Problem, content_type = "application/problem+json")))]
pub async fn end_device(State(app): State<App>, call: SignedCall) -> Result<Json<wire::DeviceDeactivated>, Problem> {
    let wire::Counted { counter } = call.json()?;
    let device = Arc::clone(&call.device);
    let job = (app.clone(), Arc::clone(&call.device));
    let done = call
        .once(&app, counter, move |tx, caller| {
            Box::pin(async move {
                let (app, device) = job;
                revoke::revoke_in(&app, tx, device.id, device.person, &device.name, caller.now).await?;
                Ok(Ended::Deactivated)
            })
        })
        .await?;
    if done.fresh {
        revoke::announce(&app, device.id, device.person);
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
