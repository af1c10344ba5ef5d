//! The part of a desktop that shows notifications, as the Desktop Notifications Specification 1.2 describes it: here they are
//! kept, for tests to read and to click.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use zbus::Connection;
use zbus::zvariant::OwnedValue;

use crate::desktop::Desktop;

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// A notification as it came.
#[derive(Clone, Debug)]
pub struct Notification {
    /// Which program sent it.
    pub program: String,
    /// Its first line.
    pub title: String,
    /// The rest.
    pub body: String,
    /// What can be done with it: names, each followed by what a person reads.
    pub actions: Vec<String>,
}

type Kept = Arc<Mutex<Vec<Notification>>>;

/// Shows the notifications of one desktop.
#[derive(Debug)]
pub struct Notifications {
    kept: Kept,
    connection: Connection,
}

struct Service(Kept);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Service {
    fn get_capabilities(&self) -> Vec<String> {
        ["actions", "body"].map(str::to_owned).to_vec()
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        let [name, vendor, version, specification] = ["tests", "aldaba", "1", "1.2"].map(str::to_owned);
        (name, vendor, version, specification)
    }

    #[expect(clippy::too_many_arguments, reason = "the specification's")]
    fn notify(
        &mut self,
        program: String,
        _replaces: u32,
        _icon: String,
        title: String,
        body: String,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(Notification {
            program,
            title,
            body,
            actions,
        });
        u32::try_from(kept.len()).unwrap_or(u32::MAX)
    }

    fn close_notification(&self, _id: u32) {}
}

impl Notifications {
    /// Begins to show what comes on that desktop.
    ///
    /// # Errors
    /// When its bus does not answer.
    pub async fn start(desktop: &Desktop) -> Result<Self> {
        let kept = Kept::default();
        let connection = zbus::connection::Builder::address(desktop.bus().as_str())?
            .name(NAME)?
            .serve_at(PATH, Service(Arc::clone(&kept)))?
            .build()
            .await
            .context("the desktop's bus")?;
        Ok(Self { kept, connection })
    }

    /// All that came so far, oldest first.
    pub fn all(&self) -> Vec<Notification> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Clicks the newest, which then goes away, as a desktop does.
    ///
    /// # Errors
    /// When the bus is gone.
    pub async fn click(&self) -> Result<()> {
        let id = u32::try_from(self.all().len())?;
        let nobody = None::<&str>;
        self.connection
            .emit_signal(nobody, PATH, NAME, "ActionInvoked", &(id, "default"))
            .await?;
        self.connection
            .emit_signal(nobody, PATH, NAME, "NotificationClosed", &(id, 2_u32))
            .await?;
        Ok(())
    }
}
