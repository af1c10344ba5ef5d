//! Where the app stands, and its language.

use aldaba_authenticator::error::Error;
use aldaba_core::language::Language;
use aldaba_protocol::error::ErrorCode;
use tauri::State;

use super::Answer;
use crate::core::Core;
use crate::ipc::AppStatus;

/// Where the app stands, read from disk and keychain: the first time as the app started, then afresh. Also what "try again"
/// calls.
#[tauri::command]
pub async fn app_status(core: State<'_, Core>) -> Answer<AppStatus> {
    Ok(core.first_status().await?)
}

/// Keeps the language of the screens: `es` or `en`.
#[tauri::command]
pub async fn set_language(core: State<'_, Core>, language: String) -> Answer<()> {
    let language: Language = language
        .parse()
        .map_err(|_| Error::with_detail(ErrorCode::RequestInvalid, "language"))?;
    Ok(core.authenticator().await?.set_language(language.tag()).await?)
}
