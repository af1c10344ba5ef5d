//! What is on the screen, asked of the X server.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{ChangeWindowAttributesAux, ConnectionExt as _, EventMask, ImageFormat};
use x11rb::rust_connection::RustConnection;

pub use x11rb::protocol::xproto::Window;

/// Smaller windows are menus, tooltips and the like.
const LARGE: u16 = 300;
/// How much darker or lighter than the ground a dot of ink is, of 255.
const CONTRAST: u32 = 80;

/// A rectangle of a window, in dots.
#[derive(Clone, Copy)]
pub struct Area {
    /// From the left.
    pub x: i16,
    /// From the top.
    pub y: i16,
    /// Dots across.
    pub width: u16,
    /// Dots down.
    pub height: u16,
}

/// A connection to an X server, told of every window that opens.
pub struct Screen {
    connection: RustConnection,
}

impl Screen {
    /// Connects to the X server of that DISPLAY.
    pub fn open(display: &str) -> Result<Self> {
        let (connection, number) = x11rb::connect(Some(display))?;
        let root = connection.setup().roots.get(number).map(|screen| screen.root);
        let Some(root) = root else {
            bail!("{display} has no screen");
        };
        let told = ChangeWindowAttributesAux::new().event_mask(EventMask::SUBSTRUCTURE_NOTIFY);
        connection.change_window_attributes(root, &told)?.check()?;
        Ok(Self { connection })
    }

    /// Forgets what happened so far.
    pub fn forget_windows(&self) -> Result<()> {
        while self.connection.poll_for_event()?.is_some() {}
        Ok(())
    }

    /// The next large window that is put on the screen.
    pub fn next_window(&self, patience: Duration) -> Result<Window> {
        let begun = Instant::now();
        while begun.elapsed() < patience {
            let Some(event) = self.connection.poll_for_event()? else {
                std::thread::sleep(Duration::from_micros(500));
                continue;
            };
            let Event::MapNotify(mapped) = event else { continue };
            if mapped.override_redirect {
                continue;
            }
            // A window that is gone already has no size any more.
            if let Ok(size) = self.connection.get_geometry(mapped.window)?.reply()
                && size.width >= LARGE
                && size.height >= LARGE
            {
                return Ok(mapped.window);
            }
        }
        bail!("no window came")
    }

    /// How many dots of a window's area stand out from its ground, the commonest brightness there. None while the window
    /// does not reach so far.
    pub fn ink(&self, window: Window, area: Area) -> Result<usize> {
        let image = self.connection.get_image(
            ImageFormat::Z_PIXMAP,
            window,
            area.x,
            area.y,
            area.width,
            area.height,
            u32::MAX,
        )?;
        let Ok(image) = image.reply() else { return Ok(0) };
        let mut brightnesses: HashMap<u32, usize> = HashMap::new();
        for dot in image.data.chunks_exact(4) {
            if let [blue, green, red, _] = dot {
                let brightness = (u32::from(*red) * 3 + u32::from(*green) * 6 + u32::from(*blue)) / 10;
                *brightnesses.entry(brightness).or_default() += 1;
            }
        }
        let ground = brightnesses.iter().max_by_key(|(_, count)| **count);
        let ground = ground.map_or(0, |(brightness, _)| *brightness);
        let stands_out = brightnesses
            .iter()
            .filter(|(brightness, _)| brightness.abs_diff(ground) > CONTRAST);
        Ok(stands_out.map(|(_, count)| count).sum())
    }
}
