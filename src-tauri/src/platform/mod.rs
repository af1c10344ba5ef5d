//! What the operating system gives: notifications, clipboard, the window, its lock, the camera. Two files for desktop systems, one for phones;
//! both offer the same functions.

#[cfg(desktop)]
mod clipboard;
#[cfg(desktop)]
mod desktop;
#[cfg(mobile)]
mod mobile;

#[cfg(desktop)]
pub use clipboard::Clipboard;
#[cfg(desktop)]
pub use desktop::{
    HAS_CAMERA, bring_up, is_looked_at, notify, plugins, start_again_if_alone, step_back, user_verification,
};
#[cfg(mobile)]
pub use mobile::{
    Clipboard, HAS_CAMERA, bring_up, is_looked_at, notify, plugins, start_again_if_alone, step_back, user_verification,
};

/// How long a PIN stays on the clipboard.
const CLIPBOARD_LIFE: std::time::Duration = std::time::Duration::from_secs(30);
