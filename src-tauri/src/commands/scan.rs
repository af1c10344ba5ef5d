//! Reading what a page shows: pictures, the camera, and links that open the app.

use aldaba_authenticator::error::Error;
use aldaba_authenticator::{BroughtUp, picture};
use aldaba_protocol::error::ErrorCode;
use tauri::State;
use tauri::ipc::{InvokeBody, Request};

use super::Answer;
use super::requests::tell_if_refused;
use crate::core::Core;
use crate::ipc::BroughtUpView;

/// Brings up what the QR in a picture names. The file's bytes are the whole message.
#[tauri::command]
pub async fn scan_picture(core: State<'_, Core>, request: Request<'_>) -> Answer<BroughtUpView> {
    let InvokeBody::Raw(bytes) = request.body() else {
        return Err(Error::with_detail(ErrorCode::QrUnreadable, "format").into());
    };
    let bytes = bytes.clone();
    let text = tauri::async_runtime::spawn_blocking(move || picture::read_file(&bytes))
        .await
        .unwrap_or_else(|_| Err(Error::with_detail(ErrorCode::QrUnreadable, "format")))?;
    scan(&core, &text).await
}

/// The same with the picture on the clipboard, such as one of the screen.
#[tauri::command]
pub async fn scan_clipboard(core: State<'_, Core>) -> Answer<BroughtUpView> {
    let text = core.clipboard.picture().await?;
    scan(&core, &text).await
}

/// The same with what a phone's camera read.
#[tauri::command]
pub async fn scan_camera(core: State<'_, Core>, text: String) -> Answer<BroughtUpView> {
    scan(&core, &text).await
}

/// Brings up what the link names that the app was opened with, once; `null` when there is none.
#[tauri::command]
pub async fn opened_link(core: State<'_, Core>) -> Answer<Option<BroughtUpView>> {
    let Some(link) = core.take_link() else {
        return Ok(None);
    };
    let found = core.authenticator().await?.open_link(&link).await;
    let found = told(&core, found).await?;
    core.by_link.came(match &found {
        BroughtUpView::Request { request } => request.id.clone(),
        BroughtUpView::Challenge { challenge } => format!("bound:{challenge}"),
    });
    Ok(Some(found))
}

async fn scan(core: &Core, text: &str) -> Answer<BroughtUpView> {
    let found = core.authenticator().await?.scan(text).await;
    told(core, found).await
}

async fn told(core: &Core, found: Result<BroughtUp, Error>) -> Answer<BroughtUpView> {
    tell_if_refused(core, found.as_ref().err().map(|error| error.code.as_str())).await;
    Ok(found?.into())
}
