//! What the commands share: the authenticator, the last list of requests, the language.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aldaba_authenticator::error::Error;
use aldaba_authenticator::marker::{DataDir, Refused};
use aldaba_authenticator::secure_store::{KeychainStore, StoreError};
use aldaba_authenticator::server_url::ServerUrl;
use aldaba_authenticator::user_verification::UserVerification;
use aldaba_authenticator::{Authenticator, Parts, Status};
use aldaba_core::language::Language;
use aldaba_core::random::OsRandom;
use aldaba_core::time::{Clock as _, SystemClock};
use aldaba_protocol::error::ErrorCode;
use tauri::async_runtime::JoinHandle;
use tauri::{AppHandle, Emitter as _, Manager as _};
use tokio::sync::{Notify, OnceCell, watch};

use crate::ipc::{AppState, AppStatus, PendingActivation, RequestCard, RequestsView, ServerChoice, UiError};
use crate::links::BroughtUpByLink;
use crate::platform::{self, Clipboard};
use crate::texts;

/// A keychain that takes longer shows a prompt; its owner is told meanwhile, and can try again.
const STORE_DEADLINE: Duration = Duration::from_secs(4);

/// What the screen has, for the eye and for a screen reader, before the app steps back behind the browser.
const LAST_WORD: Duration = Duration::from_secs(2);

/// What the commands share.
pub struct Core {
    app: AppHandle,
    data: PathBuf,
    preset: Option<String>,
    authenticator: OnceCell<Arc<Authenticator>>,
    first: Mutex<Option<JoinHandle<Result<AppStatus, Error>>>>,
    requests: Mutex<Option<RequestsView>>,
    online: AtomicBool,
    link: Mutex<Option<String>>,
    /// What a link has brought up.
    pub by_link: BroughtUpByLink,
    /// The clipboard that PINs are put on.
    pub clipboard: Clipboard,
    /// Where the app was found to stand last. What follows it never asks the keychain by itself: each question to a
    /// locked one raises a prompt, and only its owner should cause that.
    pub state: watch::Sender<AppState>,
    /// Rung when the requests should be looked at again: the window came up.
    pub wake: Notify,
}

impl Core {
    /// Finds the data folder; opens nothing yet, so that the window is up first.
    ///
    /// # Errors
    /// Tauri's, when the system names no data folder.
    pub fn new(app: &AppHandle) -> tauri::Result<Self> {
        // Debug builds, which tests drive, may be pointed elsewhere; what people install may not.
        let from_environment = |name: &str| {
            if cfg!(debug_assertions) {
                std::env::var(name).ok()
            } else {
                None
            }
        };
        let data = match from_environment("ALDABA_DATA_DIR") {
            Some(folder) => PathBuf::from(folder),
            None => app.path().app_data_dir()?,
        };
        Ok(Self {
            app: app.clone(),
            data,
            preset: from_environment("ALDABA_SERVER").or(option_env!("ALDABA_PRESET_SERVER").map(str::to_owned)),
            authenticator: OnceCell::new(),
            first: Mutex::new(None),
            requests: Mutex::new(None),
            online: AtomicBool::new(false),
            clipboard: Clipboard::new(app),
            link: Mutex::new(None),
            by_link: BroughtUpByLink::default(),
            state: watch::Sender::new(AppState::New),
            wake: Notify::new(),
        })
    }

    /// The use cases, put together on first use and away from the main thread.
    ///
    /// # Errors
    /// `internal` when the data folder cannot be used; tried again at the next call.
    pub async fn authenticator(&self) -> Result<Arc<Authenticator>, Error> {
        let assembled = self.authenticator.get_or_try_init(|| async {
            let (folder, preset) = (self.data.clone(), self.preset.clone());
            let service = self.app.config().identifier.clone();
            let lock = platform::user_verification(&self.app);
            tauri::async_runtime::spawn_blocking(move || assemble(folder, preset, &service, lock))
                .await
                .unwrap_or_else(|_| Err(Error::with_detail(ErrorCode::Internal, "start")))
        });
        assembled.await.cloned()
    }

    /// Asks the keychain while the window loads its page, so that the page's own first question is answered at once.
    pub fn begin(&self) {
        let app = self.app.clone();
        let asked = tauri::async_runtime::spawn(async move {
            let core = app.state::<Core>();
            let mut status = core.status().await?;
            if status.state == AppState::Active {
                // Without it the screen asks for it itself, and says what is wrong.
                let generated = core.authenticator().await?.self_generated_pin().await.ok();
                status.pin = generated.map(Into::into);
            }
            Ok(status)
        });
        *self.first.lock().unwrap_or_else(PoisonError::into_inner) = Some(asked);
    }

    /// The answer that [`Self::begin`] asked for, once; later, where the app stands then.
    ///
    /// # Errors
    /// As [`Self::status`].
    pub async fn first_status(&self) -> Result<AppStatus, Error> {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        match first {
            Some(asked) => match asked.await {
                Ok(answered) => answered,
                Err(_) => self.status().await,
            },
            None => self.status().await,
        }
    }

    /// Where the app stands, found out anew.
    ///
    /// # Errors
    /// `internal` when the data folder cannot be used.
    pub async fn status(&self) -> Result<AppStatus, Error> {
        let authenticator = self.authenticator().await?;
        let status = authenticator.status().await?;
        let (state, device, activation) = match status {
            Status::New => (AppState::New, None, None),
            Status::Activating(progress) => {
                let activation = PendingActivation {
                    expires_at: progress.expires_at,
                    life: progress.expires_in,
                    tries: progress.tries,
                    server_url: progress.server.into(),
                };
                (AppState::Activating, None, Some(activation))
            }
            Status::Active(device) => (AppState::Active, Some(device), None),
            Status::Store(error, device) => (store_problem(error), device, None),
            Status::Refused(Refused::Frozen, device) => (AppState::DeviceFrozen, Some(device), None),
            Status::Refused(Refused::Revoked, device) => (AppState::DeviceRevoked, Some(device), None),
        };
        self.state
            .send_if_modified(|now| std::mem::replace(now, state) != state);
        let server = authenticator.server().await?;
        let preset = server.is_some() && server.as_ref() == authenticator.preset();
        Ok(AppStatus {
            state,
            device: device.map(Into::into),
            server: ServerChoice {
                url: server.map(String::from).unwrap_or_default(),
                preset,
            },
            language: authenticator.settings().await.language,
            version: self.app.package_info().version.to_string(),
            platform: std::env::consts::OS.to_owned(),
            unlock: authenticator.verifies_user(),
            camera: platform::HAS_CAMERA,
            activation,
            pin: None,
        })
    }

    /// The status after something changed it; also told to the screens.
    ///
    /// # Errors
    /// As [`Self::status`].
    pub async fn changed_status(&self) -> Result<AppStatus, UiError> {
        let status = self.status().await?;
        if status.state != AppState::Active {
            self.set_requests(None);
        }
        self.emit("status-changed", status.clone());
        Ok(status)
    }

    /// Asks the server for the requests. Without an answer, what was known last, and why.
    pub async fn refresh(&self) -> RequestsView {
        let listed = match self.authenticator().await {
            Ok(authenticator) => authenticator.requests().await,
            Err(error) => Err(error),
        };
        let view = match listed {
            Ok(requests) => {
                let view = RequestsView {
                    requests: requests.into_iter().map(Into::into).collect(),
                    online: true,
                    error: None,
                };
                self.set_requests(Some(view.clone()));
                view
            }
            Err(error) => {
                let last = self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let requests = last.map(|view| still_alive(view.requests)).unwrap_or_default();
                RequestsView {
                    requests,
                    online: error.code != ErrorCode::Network,
                    error: Some(error.into()),
                }
            }
        };
        self.set_online(view.online);
        view
    }

    /// Keeps whether the server answers, and tells the screens when that changed.
    pub fn set_online(&self, online: bool) {
        if self.online.swap(online, Ordering::SeqCst) != online {
            self.emit("connection-changed", crate::ipc::ConnectionView { online });
        }
    }

    /// Keeps a link until the screens ask for what it names.
    pub fn set_link(&self, link: String) {
        *self.link.lock().unwrap_or_else(PoisonError::into_inner) = Some(link);
    }

    /// The link that waits, once.
    pub fn take_link(&self) -> Option<String> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The owner has answered a request, or has a page's PIN on the clipboard. If a link had brought it up, the browser comes
    /// to the front again, once the screen has had the time to say what became of it.
    pub fn answered(&self, what: &str) {
        if self.by_link.was_answered(what) {
            let app = self.app.clone();
            tauri::async_runtime::spawn(async move {
                tokio::time::sleep(LAST_WORD).await;
                platform::step_back(&app);
            });
        }
    }

    /// The language for notifications.
    pub async fn language(&self) -> Language {
        let chosen = match self.authenticator().await {
            Ok(authenticator) => authenticator.settings().await.language,
            Err(_) => None,
        };
        chosen
            .and_then(|tag| tag.parse().ok())
            .unwrap_or_else(texts::system_language)
    }

    /// Tells the screens.
    pub fn emit<T: serde::Serialize + Clone>(&self, event: &str, payload: T) {
        if let Err(error) = self.app.emit_to("main", event, payload) {
            tracing::warn!(%error, event, "the window was not told");
        }
    }

    fn set_requests(&self, view: Option<RequestsView>) {
        *self.requests.lock().unwrap_or_else(PoisonError::into_inner) = view;
    }
}

fn assemble(
    folder: PathBuf,
    preset: Option<String>,
    service: &str,
    verification: Arc<dyn UserVerification>,
) -> Result<Arc<Authenticator>, Error> {
    let data = DataDir::open(&folder).map_err(|error| {
        tracing::error!(%error, "the data folder cannot be opened");
        Error::with_detail(ErrorCode::Internal, "data_folder")
    })?;
    let preset = match preset.as_deref().map(ServerUrl::parse).transpose() {
        Ok(preset) => preset,
        Err(error) => {
            tracing::error!(%error, "the preset server is not an address");
            None
        }
    };
    let parts = Parts {
        store: Arc::new(KeychainStore::new(service)),
        store_deadline: STORE_DEADLINE,
        data,
        clock: Arc::new(SystemClock),
        random: Arc::new(OsRandom),
        verification,
        preset,
        keep_activation: false,
    };
    Ok(Arc::new(Authenticator::new(parts)?))
}

/// What is left of a list that cannot be asked for again now.
fn still_alive(mut requests: Vec<RequestCard>) -> Vec<RequestCard> {
    let now = SystemClock.now().as_millis();
    requests.retain(|card| card.expires_at > now);
    for card in &mut requests {
        if card.pin_expires_at.is_some_and(|end| end <= now) {
            card.pin = None;
        }
    }
    requests
}

fn store_problem(error: StoreError) -> AppState {
    match error {
        StoreError::Absent | StoreError::Failed => AppState::NoSecureStore,
        StoreError::Locked | StoreError::TimedOut => AppState::SecureStoreLocked,
        StoreError::Corrupted => AppState::SecureStoreCorrupted,
        StoreError::MissingEntry => AppState::SecureStoreMissingEntry,
    }
}
