//! Android and iOS, through Tauri's plugins.

use tauri::{AppHandle, Builder, Manager as _, Wry};
use tauri_plugin_clipboard_manager::ClipboardExt as _;
use tauri_plugin_notification::NotificationExt as _;
use zeroize::Zeroizing;

use super::CLIPBOARD_LIFE;

/// The plugins that reach Kotlin and Swift. The screens may call neither: no capability names them.
pub fn plugins(builder: Builder<Wry>) -> Builder<Wry> {
    builder
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_clipboard_manager::init())
}

/// Whether the app is in front.
pub fn is_looked_at(app: &AppHandle) -> bool {
    app.get_webview_window("main")
        .is_some_and(|window| window.is_focused().unwrap_or(false))
}

/// Shows a notification; tapping it brings the app, which the system does by itself.
pub fn notify(app: &AppHandle, title: String, body: String, _open: String) {
    // The system asks its owner once; a refusal is remembered there and is no fault here.
    if let Err(error) = app.notification().request_permission() {
        tracing::debug!(%error, "no permission to notify");
        return;
    }
    if let Err(error) = app.notification().builder().title(title).body(body).show() {
        tracing::debug!(%error, "no notification");
    }
}

/// The clipboard.
pub struct Clipboard(AppHandle);

impl Clipboard {
    /// Of this app.
    pub fn new(app: &AppHandle) -> Self {
        Self(app.clone())
    }

    /// Puts `text` there and takes it off after 30 s if it is still there.
    ///
    /// # Errors
    /// When the system refuses.
    pub async fn put(&self, text: Zeroizing<String>) -> Result<(), ()> {
        self.0.clipboard().write_text(text.as_str()).map_err(drop)?;
        let app = self.0.clone();
        tauri::async_runtime::spawn(async move {
            tokio::time::sleep(CLIPBOARD_LIFE).await;
            let still_there = app
                .clipboard()
                .read_text()
                .map(Zeroizing::new)
                .is_ok_and(|now| *now == *text);
            if still_there && let Err(error) = app.clipboard().clear() {
                tracing::warn!(%error, "the clipboard was not cleared");
            }
        });
        Ok(())
    }
}
