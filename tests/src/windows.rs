//! The part of a desktop that places windows and puts them away: a window manager, and what it says of them.

use anyhow::{Context, Result};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, Window};
use x11rb::rust_connection::RustConnection;

use crate::desktop::Desktop;
use crate::process::Background;
use crate::programs;
use crate::waiting::until;

/// `IconicState` of WM_STATE (Inter-Client Communication Conventions Manual, 4.1.3.1).
const ICONIC: u32 = 3;

/// Manages the windows of one desktop.
pub struct Windows {
    connection: RustConnection,
    root: Window,
    _manager: Background,
}

impl Windows {
    /// Begins to manage that desktop's windows.
    ///
    /// # Errors
    /// When the window manager is not installed or does not come up.
    pub async fn manage(desktop: &Desktop) -> Result<Self> {
        let mut openbox = desktop.command(&programs::system(&["openbox"])?);
        openbox.arg("--sm-disable");
        let manager = Background::start(&mut openbox, &desktop.folder().join("openbox.log"))?;
        let (connection, screen) = x11rb::connect(Some(desktop.display()))?;
        let root = connection.setup().roots.get(screen).context("a screen")?.root;
        let windows = Self {
            connection,
            root,
            _manager: manager,
        };
        // The window by which a manager shows that it is there (Extended Window Manager Hints).
        until("the window manager is there", async || {
            let check = windows.numbers(windows.root, "_NET_SUPPORTING_WM_CHECK")?;
            Ok((!check.is_empty()).then_some(()))
        })
        .await?;
        Ok(windows)
    }

    /// Whether the only window is put away.
    ///
    /// # Errors
    /// When there is none, or several.
    pub fn is_minimized(&self) -> Result<bool> {
        let all = self.numbers(self.root, "_NET_CLIENT_LIST")?;
        let [only] = all.as_slice() else {
            anyhow::bail!("{} windows instead of one", all.len());
        };
        Ok(self.numbers(*only, "WM_STATE")?.first() == Some(&ICONIC))
    }

    /// The numbers that a property of a window holds; none where it has no such property.
    fn numbers(&self, window: Window, property: &str) -> Result<Vec<u32>> {
        let name = self.connection.intern_atom(false, property.as_bytes())?.reply()?.atom;
        let kept = self
            .connection
            .get_property(false, window, name, AtomEnum::ANY, 0, 64)?
            .reply()?;
        Ok(kept.value32().map(Iterator::collect).unwrap_or_default())
    }
}
