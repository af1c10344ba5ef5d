//! What the operating system gives: notifications, clipboard, the window. One file for desktop systems, one for phones;
//! both offer the same functions.

#[cfg(desktop)]
mod desktop;
#[cfg(mobile)]
mod mobile;

#[cfg(desktop)]
pub use desktop::{Clipboard, is_looked_at, notify, plugins};
#[cfg(mobile)]
pub use mobile::{Clipboard, is_looked_at, notify, plugins};

/// How long a PIN stays on the clipboard.
const CLIPBOARD_LIFE: std::time::Duration = std::time::Duration::from_secs(30);
