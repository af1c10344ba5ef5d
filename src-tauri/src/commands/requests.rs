//! Requests for a PIN.

use tauri::State;

use super::{Answer, request_id};
use crate::core::Core;
use crate::ipc::{RejectOutcome, RejectReason, RequestCard, RequestsView};

/// The live requests; without a network those known last, and why.
#[tauri::command]
pub async fn list_requests(core: State<'_, Core>) -> Answer<RequestsView> {
    let view = core.refresh().await;
    tell_if_refused(&core, view.error.as_ref().map(|error| error.code.as_str())).await;
    Ok(view)
}

/// Shows the PIN of a request, once the server knows that it is being shown.
#[tauri::command]
pub async fn reveal_request(core: State<'_, Core>, id: String) -> Answer<RequestCard> {
    let id = request_id(&id)?;
    let revealed = core.authenticator().await?.reveal(&id).await;
    tell_if_refused(&core, revealed.as_ref().err().map(|error| error.code.as_str())).await;
    Ok(revealed?.into())
}

/// Refuses a request.
#[tauri::command]
pub async fn reject_request(core: State<'_, Core>, id: String, reason: RejectReason) -> Answer<RejectOutcome> {
    let id = request_id(&id)?;
    let rejected = core.authenticator().await?.reject(&id, reason.into()).await;
    tell_if_refused(&core, rejected.as_ref().err().map(|error| error.code.as_str())).await;
    let muted_until = rejected?;
    core.answered(&id.to_string());
    Ok(RejectOutcome { muted_until })
}

/// Approves a request that began with a page's QR: `phrase` is the one that its owner sees there.
#[tauri::command]
pub async fn approve_request(core: State<'_, Core>, id: String, phrase: String) -> Answer<RequestCard> {
    let id = request_id(&id)?;
    let approved = core.authenticator().await?.approve(&id, &phrase).await;
    tell_if_refused(&core, approved.as_ref().err().map(|error| error.code.as_str())).await;
    let approved = approved?;
    core.answered(&id.to_string());
    Ok(approved.into())
}

/// Brings up the request of the page that shows this code.
#[tauri::command]
pub async fn lookup_request(core: State<'_, Core>, code: String) -> Answer<RequestCard> {
    let found = core.authenticator().await?.lookup(&code).await;
    tell_if_refused(&core, found.as_ref().err().map(|error| error.code.as_str())).await;
    Ok(found?.into())
}

/// A device that the server refuses has another screen.
pub(super) async fn tell_if_refused(core: &Core, code: Option<&str>) {
    if matches!(code, Some("device_frozen" | "device_revoked" | "device_unknown")) {
        // What went wrong here is told by the command's own answer.
        let _ = core.changed_status().await;
    }
}
