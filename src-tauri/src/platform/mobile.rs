//! Android and iOS, through Tauri's plugins.

use std::sync::Arc;

use aldaba_authenticator::error::Error;
use aldaba_authenticator::user_verification::{Answer, Outcome, Purpose, UserVerification};
use aldaba_protocol::error::ErrorCode;
use tauri::{AppHandle, Builder, Manager as _, Wry};
use tauri_plugin_biometric::{AuthOptions, BiometricExt as _};
use tauri_plugin_clipboard_manager::ClipboardExt as _;
use tauri_plugin_notification::NotificationExt as _;
use zeroize::Zeroizing;

use super::CLIPBOARD_LIFE;
use crate::core::Core;
use crate::texts;

/// The plugins that reach Kotlin and Swift. The screens may call none of them but the camera, which has no other door
/// (capabilities/phone.json).
pub fn plugins(builder: Builder<Wry>) -> Builder<Wry> {
    builder
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_biometric::init())
        .plugin(tauri_plugin_barcode_scanner::init())
}

/// Phones read with their camera.
pub const HAS_CAMERA: bool = true;

/// A phone starts one app once.
pub fn start_again_if_alone(_error: &tauri::Error) {}

/// The app is in front once the system has opened its link.
pub fn bring_up(_app: &AppHandle) {}

/// Nothing that a program may do on both systems: iOS shows the way back to the browser itself, on Android it is the back gesture.
pub fn step_back(_app: &AppHandle) {}

/// The phone's own lock.
pub fn user_verification(app: &AppHandle) -> Arc<dyn UserVerification> {
    Arc::new(PhoneLock(app.clone()))
}

struct PhoneLock(AppHandle);

impl UserVerification for PhoneLock {
    fn is_available(&self) -> bool {
        self.0.biometric().status().is_ok_and(|status| status.is_available)
    }

    fn verify(&self, purpose: Purpose) -> Answer<'_> {
        Box::pin(async move {
            if !self.is_available() {
                return Outcome::Unavailable;
            }
            let language = self.0.state::<Core>().language().await;
            let reason = match purpose {
                Purpose::Reveal => texts::unlock_reveal(language),
                Purpose::Approve => texts::unlock_approve(language),
            };
            let app = self.0.clone();
            // Waits for the person, so it must not hold up the runtime.
            let asked = tauri::async_runtime::spawn_blocking(move || {
                let options = AuthOptions {
                    allow_device_credential: true,
                    ..AuthOptions::default()
                };
                app.biometric().authenticate(reason, options)
            });
            match asked.await {
                Ok(Ok(())) => Outcome::Verified,
                Ok(Err(_)) | Err(_) => Outcome::Declined,
            }
        })
    }
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

    /// Phones end apps without telling them.
    pub fn end(&self) {}

    /// Phones read pictures from a file; their clipboard is not looked at.
    ///
    /// # Errors
    /// Always.
    pub async fn picture(&self) -> Result<String, Error> {
        Err(Error::with_detail(ErrorCode::QrUnreadable, "clipboard"))
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
