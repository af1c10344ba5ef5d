//! Linux, macOS and Windows.

use std::sync::Arc;

use aldaba_authenticator::user_verification::{NoUserVerification, UserVerification};
use tauri::{AppHandle, Builder, Manager as _, Wry};

/// A computer's camera is not used: a picture or the code does the same.
pub const HAS_CAMERA: bool = false;

/// A second start brings the window of the first, and hands its link on.
pub fn plugins(builder: Builder<Wry>) -> Builder<Wry> {
    builder
        .plugin(tauri_plugin_single_instance::init(|app, _arguments, _folder| {
            bring_up(app)
        }))
        .plugin(tauri_plugin_deep_link::init())
}

/// Set in a start that follows a failed one, so that there is no third.
#[cfg(unix)]
const STARTED_AGAIN: &str = "ALDABA_STARTED_AGAIN";

/// Starts this program once more, in this very process, if the one to which it wanted to hand its start on ended meanwhile:
/// killed or closed, it had the name on the bus for a moment longer than its life, and now nobody has it.
pub fn start_again_if_alone(error: &tauri::Error) {
    #[cfg(unix)]
    if matches!(error, tauri::Error::PluginInitialization(plugin, _) if plugin == "single-instance")
        && std::env::var_os(STARTED_AGAIN).is_none()
        && let Ok(program) = std::env::current_exe()
    {
        use std::os::unix::process::CommandExt as _;
        let mut again = std::process::Command::new(program);
        again.args(std::env::args_os().skip(1)).env(STARTED_AGAIN, "1");
        let failed = again.exec();
        tracing::warn!(error = %failed, "the app could not be started again");
    }
    // Windows frees the name with the process.
    #[cfg(not(unix))]
    let _ = error;
}

/// No desktop system has a lock that this program could ask for (docs/mobile.md says why); none is claimed.
pub fn user_verification(_app: &AppHandle) -> Arc<dyn UserVerification> {
    Arc::new(NoUserVerification)
}

/// Shows the window, in front of the others.
pub fn bring_up(app: &AppHandle) {
    if let Some(window) = app.get_webview_window("main") {
        for done in [window.show(), window.unminimize(), window.set_focus()] {
            if let Err(error) = done {
                tracing::warn!(%error, "the window did not come up");
            }
        }
    }
}

/// Puts the window away: the one that was in front before, the browser, is in front again.
pub fn step_back(app: &AppHandle) {
    if let Some(window) = app.get_webview_window("main")
        && let Err(error) = window.minimize()
    {
        tracing::warn!(%error, "the window did not step back");
    }
}

/// Whether the window is visible and has the focus.
pub fn is_looked_at(app: &AppHandle) -> bool {
    app.get_webview_window("main").is_some_and(|window| {
        let yes = |answer: tauri::Result<bool>| answer.unwrap_or(false);
        yes(window.is_visible()) && yes(window.is_focused()) && !yes(window.is_minimized())
    })
}

/// Shows a notification; clicking it brings the window. Its texts hold no PIN and no document.
pub fn notify(app: &AppHandle, title: String, body: String, open: String) {
    let app = app.clone();
    // Waits for the click, so it has a thread of its own, which ends with the notification.
    let started = std::thread::Builder::new()
        .name("notification".to_owned())
        .spawn(move || {
            let mut notification = notify_rust::Notification::new();
            notification
                .appname("Aldaba")
                .summary(&title)
                .body(&body)
                .icon("aldaba");
            notification.action("default", &open);
            match notification.show() {
                Ok(shown) => wait_for_click(&app, shown),
                // A desktop without notifications is no fault: the request is on the home screen all the same.
                Err(error) => tracing::debug!(%error, "no notification"),
            }
        });
    if let Err(error) = started {
        tracing::warn!(%error, "no thread for a notification");
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn wait_for_click(app: &AppHandle, shown: notify_rust::NotificationHandle) {
    shown.wait_for_action(|action| {
        if action != "__closed" {
            bring_up(app);
        }
    });
}

/// The toasts of Windows and the banners of macOS bring up the app that showed them by themselves.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn wait_for_click(_app: &AppHandle, _shown: notify_rust::NotificationHandle) {}
