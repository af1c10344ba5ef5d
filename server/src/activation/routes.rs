//! Activation over HTTP. Handlers translate and nothing else.

use aldaba_core::code::ShortCode;
use aldaba_core::contrast::Contrast;
use aldaba_core::document::Document;
use aldaba_core::ids::ActivationId;
use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::keys::{PublicKey, is_public_key};
use aldaba_protocol::wire;
use aldaba_protocol::{b64, pin};
use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::confirm::{ConfirmError, confirm};
use super::resend::resend;
use super::start::{Start, start};
use crate::app::App;
use crate::http::body::JsonBody;
use crate::http::problem::Problem;

/// The routes of this folder.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(start_activation))
        .routes(routes!(confirm_activation))
        .routes(routes!(resend_code))
}

/// Begins an activation. The answer is the same whoever the person is.
#[utoipa::path(post, path = "/v1/activations", tag = "activation", request_body = wire::StartActivation,
    responses((status = 202, body = wire::ActivationStarted), (status = "default", body = wire::Problem, content_type = "application/problem+json")))]
pub async fn start_activation(
    State(app): State<App>,
    JsonBody(body): JsonBody<wire::StartActivation>,
) -> Result<(StatusCode, Json<wire::ActivationStarted>), Problem> {
    let started = start(&app, read(body)?).await?;
    let answer = wire::ActivationStarted {
        activation_id: started.id.to_string(),
        expires_in: started.expires_in,
        tries: app.policy().activation_tries,
        agreement_key: b64::encode(&started.agreement_key),
    };
    Ok((StatusCode::ACCEPTED, Json(answer)))
}

/// Confirms an activation with the code that came by SMS.
#[utoipa::path(post, path = "/v1/activations/{id}/confirm", tag = "activation", request_body = wire::ConfirmActivation,
    params(("id" = String, Path, description = "Identifier of the activation")),
    responses((status = 200, body = wire::ActivationConfirmed), (status = "default", body = wire::Problem, content_type = "application/problem+json")))]
pub async fn confirm_activation(
    State(app): State<App>,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<wire::ConfirmActivation>,
) -> Result<Json<wire::ActivationConfirmed>, Problem> {
    let Ok(id) = id.parse::<ActivationId>() else {
        return Err(ErrorCode::ActivationFailed.into());
    };
    let signature = b64::decode(&body.signature)
        .ok_or(Problem::new(ErrorCode::RequestInvalid).because("signature is not base64url"))?;
    match confirm(&app, id, ShortCode::parse(&body.code), signature).await {
        Ok(confirmed) => Ok(Json(wire::ActivationConfirmed {
            device_id: confirmed.device.to_string(),
            level: confirmed.level,
            policy: device_policy(&app),
            server_time: confirmed.server_time.as_millis(),
            server_key: b64::encode(&confirmed.server_key),
            signature: b64::encode(&confirmed.signature),
        })),
        Err(ConfirmError::Failed) => Err(ErrorCode::ActivationFailed.into()),
        Err(ConfirmError::Store(error)) => Err(error.into()),
    }
}

/// Sends another code; earlier ones stay valid. The answer is the same whatever the activation.
#[utoipa::path(post, path = "/v1/activations/{id}/resend", tag = "activation",
    params(("id" = String, Path, description = "Identifier of the activation")),
    responses((status = 202, body = wire::CodeResent), (status = "default", body = wire::Problem, content_type = "application/problem+json")))]
pub async fn resend_code(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<wire::CodeResent>), Problem> {
    let expires_in = match id.parse::<ActivationId>() {
        Ok(id) => resend(&app, id).await?,
        Err(_) => app.policy().activation_life,
    };
    Ok((StatusCode::ACCEPTED, Json(wire::CodeResent { expires_in })))
}

fn device_policy(app: &App) -> wire::DevicePolicy {
    let policy = app.policy();
    wire::DevicePolicy {
        pin_digits: policy.pin_digits,
        pin_seconds: policy.pin_life,
        request_seconds: policy.request_life,
        self_generated_digits: u32::from(pin::SELF_GENERATED_DIGITS),
        self_generated_seconds: u32::try_from(pin::SELF_GENERATED_SECONDS).unwrap_or(0),
    }
}

/// Reads what the app sent. Says what is malformed, which it knows without the database; never whether somebody exists.
fn read(body: wire::StartActivation) -> Result<Start, Problem> {
    let invalid = |detail| Problem::new(ErrorCode::RequestInvalid).because(detail);
    let document = Document::parse(&body.document).map_err(|_| Problem::new(ErrorCode::DocumentInvalid))?;
    let contrast =
        Contrast::parse_for(&document, &body.contrast).map_err(|_| Problem::new(ErrorCode::ContrastInvalid))?;
    let name = body.device.name;
    let characters = name.chars().count();
    if !(1..=64).contains(&characters) || name.trim().is_empty() || name.chars().any(char::is_control) {
        return Err(invalid("device.name has 1 to 64 characters"));
    }
    let platform = body.device.platform;
    if !["android", "ios", "linux", "macos", "windows", "headless"].contains(&platform.as_str()) {
        return Err(invalid(
            "device.platform is android, ios, linux, macos, windows or headless",
        ));
    }
    let tag = body.language;
    if tag.is_empty() || tag.len() > 35 || !tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(invalid("language is a BCP 47 tag"));
    }
    let key = |text: &str| -> Option<PublicKey> {
        let bytes = b64::decode(text)?;
        is_public_key(&bytes).then(|| bytes.try_into().ok())?
    };
    Ok(Start {
        document,
        contrast,
        device_name: name,
        platform,
        language_tag: tag,
        signing_key: key(&body.signing_key).ok_or(invalid("signing_key is no P-256 public key"))?,
        agreement_key: key(&body.agreement_key).ok_or(invalid("agreement_key is no P-256 public key"))?,
    })
}
