//! Activation of this device.

use aldaba_authenticator::StartRequest;
use aldaba_authenticator::error::Error;
use aldaba_core::contrast::Contrast;
use aldaba_core::document::Document;
use aldaba_protocol::error::ErrorCode;
use tauri::State;

use super::Answer;
use crate::core::Core;
use crate::ipc::{ActivationView, AppStatus, ContrastCheck, ContrastKind, DocumentCheck, DocumentKind, ServerChoice};

/// Whether this can be a document. Rejects with `document_invalid`; detail `empty`, `shape` or `letter`.
#[tauri::command]
pub async fn check_document(document: String) -> Answer<DocumentCheck> {
    let document = parse(&document)?;
    let kind = match document.kind() {
        aldaba_core::document::DocumentKind::Dni => DocumentKind::Dni,
        aldaba_core::document::DocumentKind::Nie => DocumentKind::Nie,
        aldaba_core::document::DocumentKind::Nif => DocumentKind::Nif,
    };
    Ok(DocumentCheck { kind })
}

/// Whether this can be the datum that goes with it. Rejects with `contrast_invalid`; detail `empty`, `date`,
/// `permanent` or `support`.
#[tauri::command]
pub async fn check_contrast(document: String, contrast: String) -> Answer<ContrastCheck> {
    let contrast = Contrast::parse_for(&parse(&document)?, &contrast)
        .map_err(|error| Error::with_detail(ErrorCode::ContrastInvalid, error.as_str()))?;
    let kind = match &contrast {
        Contrast::Date(_) => ContrastKind::Date,
        Contrast::SupportNumber(_) => ContrastKind::SupportNumber,
    };
    Ok(ContrastCheck {
        kind,
        normalized: contrast.canonical(),
    })
}

/// Chooses the backend, after asking whether it is one.
#[tauri::command]
pub async fn set_server(core: State<'_, Core>, url: String) -> Answer<ServerChoice> {
    let authenticator = core.authenticator().await?;
    let server = authenticator.set_server(&url).await?;
    let preset = authenticator.preset() == Some(&server);
    Ok(ServerChoice {
        url: server.into(),
        preset,
    })
}

/// A name by which its owner will know this device: what the machine calls itself.
#[tauri::command]
pub async fn suggested_device_name() -> Answer<String> {
    let system = match std::env::consts::OS {
        "linux" => "Linux",
        "macos" => "Mac",
        "windows" => "Windows",
        "android" => "Android",
        "ios" => "iPhone",
        other => other,
    };
    let host = gethostname::gethostname()
        .to_string_lossy()
        .chars()
        .take(40)
        .collect::<String>();
    let host = host.split('.').next().unwrap_or_default();
    Ok(if host.is_empty() || host == "localhost" {
        system.to_owned()
    } else {
        format!("{host} ({system})")
    })
}

/// Asks for an activation code by SMS.
#[tauri::command]
pub async fn start_activation(
    core: State<'_, Core>,
    document: String,
    contrast: String,
    device_name: String,
) -> Answer<ActivationView> {
    let language = core.language().await;
    let authenticator = core.authenticator().await?;
    let progress = authenticator
        .start_activation(StartRequest {
            document: &document,
            contrast: &contrast,
            device_name: &device_name,
            platform: std::env::consts::OS,
            language: language.tag(),
        })
        .await?;
    Ok(ActivationView::new(&progress, authenticator.clock_offset()))
}

/// Asks for another code; earlier ones stay valid.
#[tauri::command]
pub async fn resend_code(core: State<'_, Core>) -> Answer<ActivationView> {
    let authenticator = core.authenticator().await?;
    let progress = authenticator.resend_code().await?;
    Ok(ActivationView::new(&progress, authenticator.clock_offset()))
}

/// Ends the activation with the code of the SMS.
#[tauri::command]
pub async fn confirm_activation(core: State<'_, Core>, code: String) -> Answer<AppStatus> {
    core.authenticator().await?.confirm_activation(&code).await?;
    core.changed_status().await
}

/// Drops the activation that waits.
#[tauri::command]
pub async fn cancel_activation(core: State<'_, Core>) -> Answer<AppStatus> {
    core.authenticator().await?.cancel_activation().await?;
    core.changed_status().await
}

fn parse(document: &str) -> Answer<Document> {
    Document::parse(document).map_err(|error| Error::with_detail(ErrorCode::DocumentInvalid, error.as_str()).into())
}
