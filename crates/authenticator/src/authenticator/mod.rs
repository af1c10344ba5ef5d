//! The device's use cases.
//!
//! ```text
//!             start                    confirm: secrets written, read back, marker written
//!   New ───────────────► Activating ─────────────────────────────────────────────► Active
//!    ▲ ◄────────────────     │ cancel, or the process ends                            │ the server refuses it
//!    │                                                                                ▼
//!    └──────────── deactivate, forget: marker removed, secrets deleted ◄────────── Refused
//!
//!   In any state the keychain may be absent, locked, damaged or emptied by hand: `Status::Store`.
//! ```
//!
//! Killed between any two steps of `confirm`, the next start finds either both marker and secrets (Active), or no
//! marker (New; secrets without a marker are then deleted).

mod activation;
mod calls;
mod device;
mod requests;
mod watch;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aldaba_core::ids::{DeviceId, RequestId};
use aldaba_core::random::{self, Random};
use aldaba_core::time::Clock;
use aldaba_protocol::b64;
use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::wire::DeviceRequest;

use crate::client::{Client, Signer};
use crate::error::{Error, Result};
use crate::marker::{DataDir, DataError, Marker, Refused, Settings};
use crate::secrets::DeviceSecrets;
use crate::secure_store::{Entry, GuardedStore, SecureStore, StoreError};
use crate::server_clock::ServerClock;
use crate::server_url::ServerUrl;
use crate::user_verification::UserVerification;

pub use activation::{ActivationProgress, StartRequest};
pub use requests::{BroughtUp, RequestView, SelfGeneratedPin};
pub use watch::Signal;

/// What an authenticator is made of.
pub struct Parts {
    /// Where secrets live.
    pub store: Arc<dyn SecureStore>,
    /// How long a call to it may take before its owner is told that it is locked.
    pub store_deadline: Duration,
    /// Where everything else lives.
    pub data: DataDir,
    /// This machine's clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness for keys and nonces.
    pub random: Arc<dyn Random>,
    /// The system's lock.
    pub verification: Arc<dyn UserVerification>,
    /// The backend that was chosen when the program was built or started.
    pub preset: Option<ServerUrl>,
    /// Whether an activation outlives the process. The app's does not: killed, it starts clean. The headless device's
    /// must, for there each step is a process of its own.
    pub keep_activation: bool,
}

/// An activated device, as shown to its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceSummary {
    /// The name its owner gave it.
    pub name: String,
    /// `linux`, `android`, …
    pub platform: String,
    /// Level of assurance: `low`, `substantial` or `high`.
    pub level: String,
    /// When it was activated, in milliseconds.
    pub activated_at: i64,
    /// Its backend.
    pub server: ServerUrl,
}

/// Where the device stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Not activated, and ready to be.
    New,
    /// An activation waits for its code.
    Activating(ActivationProgress),
    /// Activated.
    Active(DeviceSummary),
    /// The secure store cannot be used; with the device's summary if it is activated.
    Store(StoreError, Option<DeviceSummary>),
    /// The server does not take this device any more.
    Refused(Refused, DeviceSummary),
}

/// The use cases of one device. Cheap to share behind an `Arc`; every method may be called at any time.
pub struct Authenticator {
    store: GuardedStore,
    data: DataDir,
    client: Client,
    clock: Arc<ServerClock>,
    random: Arc<dyn Random>,
    verification: Arc<dyn UserVerification>,
    preset: Option<ServerUrl>,
    keep_activation: bool,
    active: tokio::sync::Mutex<Option<Arc<ActiveDevice>>>,
    /// Held for the whole of every step of an activation, so that no two run at once and none is cleaned up midway.
    activation: tokio::sync::Mutex<Option<activation::Pending>>,
    progress: Mutex<Option<ActivationProgress>>,
    /// Requests that the server has told of, by id.
    known: Mutex<HashMap<RequestId, DeviceRequest>>,
}

/// The secrets and the marker of an activated device, in memory.
struct ActiveDevice {
    id: DeviceId,
    server: ServerUrl,
    secrets: DeviceSecrets,
    pin_digits: u32,
    /// Held while a counted call is under way: counters must arrive in order.
    ledger: tokio::sync::Mutex<Marker>,
}

impl ActiveDevice {
    fn signer(&self) -> Signer<'_> {
        Signer {
            device: &self.id,
            key: &self.secrets.signing,
        }
    }
}

impl Authenticator {
    /// Puts the parts together. Touches neither store nor network.
    ///
    /// # Errors
    /// `internal` when the system gives no thread or no TLS.
    pub fn new(parts: Parts) -> Result<Self> {
        let clock = Arc::new(ServerClock::new(parts.clock));
        let store = GuardedStore::new(parts.store, parts.store_deadline)
            .map_err(|_| Error::with_detail(ErrorCode::Internal, "thread"))?;
        Ok(Self {
            store,
            data: parts.data,
            client: Client::new(clock.clone(), parts.random.clone())?,
            clock,
            random: parts.random,
            verification: parts.verification,
            preset: parts.preset,
            keep_activation: parts.keep_activation,
            active: tokio::sync::Mutex::new(None),
            activation: tokio::sync::Mutex::new(None),
            progress: Mutex::new(None),
            known: Mutex::new(HashMap::new()),
        })
    }

    /// Where the device stands, found out anew: marker and store are read, so that an entry that was deleted or
    /// locked since is noticed.
    ///
    /// # Errors
    /// `internal` when the data folder cannot be read.
    pub async fn status(&self) -> Result<Status> {
        let marker = match self.on_disk(|data| data.marker()).await {
            Ok(marker) => marker,
            Err(DataError::Damaged(_)) => return Ok(Status::Store(StoreError::Corrupted, None)),
            Err(error) => return Err(error.into()),
        };
        let Some(marker) = marker else {
            return self.status_without_device().await;
        };
        let summary = summary(&marker);
        if let Some(refused) = marker.refused {
            return Ok(Status::Refused(refused, summary));
        }
        match self.load(marker).await {
            Ok(_) => Ok(Status::Active(summary)),
            Err(error) => Ok(Status::Store(error, Some(summary))),
        }
    }

    async fn status_without_device(&self) -> Result<Status> {
        if let Some(progress) = self.progress() {
            return Ok(Status::Activating(progress));
        }
        let Ok(pending) = self.activation.try_lock() else {
            // A step is just beginning or ending; it says how it went itself.
            return Ok(Status::New);
        };
        if pending.is_some() {
            return Ok(Status::New);
        }
        *self.active.lock().await = None;
        if let Err(error) = self.store.probe(self.token()).await {
            return Ok(Status::Store(error, None));
        }
        // What an activation that never ended has left behind.
        let mut orphans = self.store.delete(Entry::Device).await;
        if !self.keep_activation {
            orphans = orphans.and(self.store.delete(Entry::Activation).await);
        }
        match orphans {
            Ok(()) => Ok(Status::New),
            Err(error) => Ok(Status::Store(error, None)),
        }
    }

    /// Reads the secrets that go with `marker` and keeps them.
    async fn load(&self, marker: Marker) -> std::result::Result<Arc<ActiveDevice>, StoreError> {
        let mut active = self.active.lock().await;
        let secrets = match self.read_secrets(&marker).await {
            Ok(secrets) => secrets,
            Err(error) => {
                *active = None;
                return Err(error);
            }
        };
        // The device in memory stays: its ledger may be ahead of the marker that was read a moment ago.
        if let Some(device) = active.as_ref().filter(|device| device.id == secrets.device) {
            return Ok(device.clone());
        }
        let device = Arc::new(ActiveDevice {
            id: secrets.device,
            server: marker.server.clone(),
            secrets,
            pin_digits: marker.pin_digits,
            ledger: tokio::sync::Mutex::new(marker),
        });
        *active = Some(device.clone());
        Ok(device)
    }

    async fn read_secrets(&self, marker: &Marker) -> std::result::Result<DeviceSecrets, StoreError> {
        let Some(text) = self.store.read(Entry::Device).await? else {
            // "No such entry" is also what a keychain without any keyring says (REQ-DEV-05).
            self.store.probe(self.token()).await?;
            return Err(StoreError::MissingEntry);
        };
        let secrets = DeviceSecrets::from_text(&text).ok_or(StoreError::Corrupted)?;
        if secrets.device.to_string() == marker.device_id {
            Ok(secrets)
        } else {
            Err(StoreError::Corrupted)
        }
    }

    /// The activated device, from memory or from the store.
    async fn device(&self) -> Result<Arc<ActiveDevice>> {
        if let Some(device) = self.active.lock().await.as_ref() {
            return Ok(device.clone());
        }
        let marker = match self.on_disk(|data| data.marker()).await {
            Ok(marker) => marker.ok_or(Error::new(ErrorCode::NotActivated))?,
            Err(DataError::Damaged(_)) => return Err(StoreError::Corrupted.into()),
            Err(error) => return Err(error.into()),
        };
        match marker.refused {
            Some(Refused::Frozen) => Err(Error::new(ErrorCode::DeviceFrozen)),
            Some(Refused::Revoked) => Err(Error::new(ErrorCode::DeviceRevoked)),
            None => Ok(self.load(marker).await?),
        }
    }

    /// Removes everything that belongs to a device: marker first, so that a kill in between leaves an orphan, which
    /// the next start removes, and never a marker without secrets.
    async fn wipe(&self) -> Result<()> {
        *self.active.lock().await = None;
        *self.activation.lock().await = None;
        self.set_progress(None);
        self.known().clear();
        self.on_disk(|data| data.remove_marker()).await?;
        self.store.delete(Entry::Device).await?;
        self.store.delete(Entry::Activation).await?;
        Ok(())
    }

    /// The backend that is in use, or would be: the device's own, the chosen one, the preset one.
    ///
    /// # Errors
    /// `internal` when the data folder cannot be read.
    pub async fn server(&self) -> Result<Option<ServerUrl>> {
        if let Ok(Some(marker)) = self.on_disk(|data| data.marker()).await {
            return Ok(Some(marker.server));
        }
        Ok(self.settings().await.server.or_else(|| self.preset.clone()))
    }

    /// The backend that was chosen at build or start.
    pub fn preset(&self) -> Option<&ServerUrl> {
        self.preset.as_ref()
    }

    /// Chooses the backend for the next activation, after asking whether it is one.
    ///
    /// # Errors
    /// `request_invalid` or `server_insecure` for the address, `network` or `server_unsupported` for what is there.
    pub async fn set_server(&self, typed: &str) -> Result<ServerUrl> {
        let server = ServerUrl::parse(typed)?;
        self.client.learn_time(&server).await?;
        let mut settings = self.settings().await;
        settings.server = Some(server.clone());
        self.on_disk(move |data| data.write_settings(&settings)).await?;
        Ok(server)
    }

    /// The settings.
    pub async fn settings(&self) -> Settings {
        self.on_disk(|data| Ok(data.settings())).await.unwrap_or_default()
    }

    /// Keeps the language of the screens.
    ///
    /// # Errors
    /// `internal` when the data folder cannot be written.
    pub async fn set_language(&self, language: &str) -> Result<()> {
        let mut settings = self.settings().await;
        settings.language = Some(language.to_owned());
        Ok(self.on_disk(move |data| data.write_settings(&settings)).await?)
    }

    /// Server's time minus local time in milliseconds, if it is known.
    pub fn clock_offset(&self) -> Option<i64> {
        self.clock.offset()
    }

    /// Whether the system has a lock that is asked for before a PIN is shown or a sign-in approved. Without one, these prove
    /// the lowest level only.
    pub fn verifies_user(&self) -> bool {
        self.verification.is_available()
    }

    /// Waits until the secure store answers a call that was given up: the keychain was unlocked, and
    /// [`Self::status`] would now say otherwise.
    pub async fn store_answered_late(&self) {
        self.store.answered_late().await;
    }

    /// Runs disk work on a blocking thread.
    async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&DataDir) -> std::result::Result<T, DataError> + Send + 'static,
    ) -> std::result::Result<T, DataError> {
        let data = self.data.clone();
        tokio::task::spawn_blocking(move || work(&data))
            .await
            .unwrap_or_else(|_| Err(DataError::Io(std::io::Error::other("the disk work did not end"))))
    }

    fn token(&self) -> String {
        b64::encode(&random::bytes::<16>(self.random.as_ref()))
    }

    fn progress(&self) -> Option<ActivationProgress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_progress(&self, progress: Option<ActivationProgress>) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = progress;
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<RequestId, DeviceRequest>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn summary(marker: &Marker) -> DeviceSummary {
    DeviceSummary {
        name: marker.name.clone(),
        platform: marker.platform.clone(),
        level: marker.level.clone(),
        activated_at: marker.activated_at,
        server: marker.server.clone(),
    }
}
