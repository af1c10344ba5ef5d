//! The self-generated PIN, and the clipboard.

use aldaba_authenticator::error::Error;
use aldaba_protocol::error::ErrorCode;
use tauri::State;
use zeroize::Zeroizing;

use super::{Answer, request_id};
use crate::core::Core;
use crate::ipc::{PageBoundPin, SelfGeneratedPin};

/// The self-generated PIN of this moment; needs no network.
#[tauri::command]
pub async fn self_generated_pin(core: State<'_, Core>) -> Answer<SelfGeneratedPin> {
    Ok(core.authenticator().await?.self_generated_pin().await?.into())
}

/// The PIN for the page that shows this challenge; needs no network.
#[tauri::command]
pub async fn page_bound_pin(core: State<'_, Core>, challenge: String) -> Answer<PageBoundPin> {
    let pin = core.authenticator().await?.page_bound_pin(&challenge).await?;
    Ok(PageBoundPin {
        pin: Zeroizing::new(pin.expose().to_owned()),
    })
}

/// Puts a PIN on the clipboard, marked sensitive where the system can mark it, and takes it off after 30 s if it is
/// still there. `source` is `self`, the id of a request revealed here, or `bound:` and a page's challenge. The PIN does not pass through the screens.
#[tauri::command]
pub async fn copy_pin(core: State<'_, Core>, source: String) -> Answer<()> {
    let authenticator = core.authenticator().await?;
    let pin = if source == "self" {
        Some(authenticator.self_generated_pin().await?.pin)
    } else if let Some(challenge) = source.strip_prefix("bound:") {
        Some(authenticator.page_bound_pin(challenge).await?)
    } else {
        authenticator.revealed_pin(&request_id(&source)?).await?
    };
    let pin = pin.ok_or(Error::new(ErrorCode::PinExpired))?;
    core.clipboard
        .put(Zeroizing::new(pin.expose().to_owned()))
        .await
        .map_err(|()| Error::with_detail(ErrorCode::Internal, "clipboard"))?;
    core.answered(&source);
    Ok(())
}
