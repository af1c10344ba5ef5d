//! What crosses between the screens and the Rust side. The TypeScript under ui/src/bindings is generated from these
//! types (`cargo test -p aldaba bindings`), committed, and compared by CI.
//!
//! Times are milliseconds on this machine's clock.

use aldaba_authenticator::error::Error;
use aldaba_authenticator::{ActivationProgress, BroughtUp, RequestView};
use aldaba_core::request::RequestState;
use aldaba_protocol::wire;
use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;
use zeroize::Zeroizing;

/// Why a command failed. The screens choose their text by `code`, never by `detail`'s sentence.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS), ts(export, optional_fields))]
pub struct UiError {
    /// A code of docs/error-codes.md.
    pub code: String,
    /// Tries that are left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tries_left: Option<u32>,
    /// Seconds after which trying again makes sense.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional, as = "Option<u32>"))]
    pub retry_after: Option<u64>,
    /// Server's time minus local time in seconds, with `clock_skew`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional, as = "Option<u32>"))]
    pub clock_offset: Option<i64>,
    /// A word that narrows the code down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl From<Error> for UiError {
    fn from(error: Error) -> Self {
        Self {
            code: error.code.as_str().to_owned(),
            tries_left: error.tries_left,
            retry_after: error.retry_after,
            clock_offset: error.clock_offset,
            detail: error.detail,
        }
    }
}

/// Where the app stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum AppState {
    /// Not activated, and ready to be.
    New,
    /// An activation waits for its code.
    Activating,
    /// Activated.
    Active,
    /// There is no keychain.
    NoSecureStore,
    /// The keychain is locked.
    SecureStoreLocked,
    /// What the keychain holds is damaged.
    SecureStoreCorrupted,
    /// The keychain no longer holds the device's entry.
    SecureStoreMissingEntry,
    /// The server froze this device.
    DeviceFrozen,
    /// This device was deactivated elsewhere.
    DeviceRevoked,
}

/// Level of assurance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Low.
    Low,
    /// Substantial.
    Substantial,
    /// High.
    High,
}

impl From<aldaba_core::level::Level> for Level {
    fn from(level: aldaba_core::level::Level) -> Self {
        match level {
            aldaba_core::level::Level::Low => Self::Low,
            aldaba_core::level::Level::Substantial => Self::Substantial,
            aldaba_core::level::Level::High => Self::High,
        }
    }
}

/// This device.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS), ts(export))]
pub struct DeviceSummary {
    /// The name its owner gave it.
    pub name: String,
    /// `linux`, `android`, …
    pub platform: String,
    /// Level of assurance it reaches.
    pub level: Level,
    /// When it was activated.
    #[cfg_attr(test, ts(type = "number"))]
    pub activated_at: i64,
    /// Its backend.
    pub server_url: String,
}

impl From<aldaba_authenticator::DeviceSummary> for DeviceSummary {
    fn from(device: aldaba_authenticator::DeviceSummary) -> Self {
        Self {
            name: device.name,
            platform: device.platform,
            // The marker keeps the word that the server's type wrote.
            level: device
                .level
                .parse()
                .map_or(Level::Low, |level: aldaba_core::level::Level| level.into()),
            activated_at: device.activated_at,
            server_url: device.server.into(),
        }
    }
}

/// This device, with what only the server knows.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS), ts(export, optional_fields))]
pub struct DeviceDetails {
    /// The name its owner gave it.
    pub name: String,
    /// `linux`, `android`, …
    pub platform: String,
    /// Level of assurance it reaches.
    pub level: Level,
    /// When it was activated.
    #[cfg_attr(test, ts(type = "number"))]
    pub activated_at: i64,
    /// Its backend.
    pub server_url: String,
    /// How many other active devices the person has; absent without a network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_devices: Option<u32>,
    /// Whether the server answered.
    pub online: bool,
}

/// Which backend is in use.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS), ts(export))]
pub struct ServerChoice {
    /// Its address; empty when none was chosen and none is preset.
    pub url: String,
    /// Whether it is the one that the program was built for.
    pub preset: bool,
}

/// An activation that waits.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS), ts(export))]
pub struct PendingActivation {
    /// When its code ends.
    #[cfg_attr(test, ts(type = "number"))]
    pub expires_at: i64,
    /// Life of a code, in seconds.
    pub life: u32,
    /// How many codes may be tried.
    pub tries: u32,
    /// The backend that sends it.
    pub server_url: String,
}

/// Everything that the screens need to choose where to begin.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS), ts(export, optional_fields))]
pub struct AppStatus {
    /// Where the app stands.
    pub state: AppState,
    /// This device, when it is activated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceSummary>,
    /// Which backend.
    pub server: ServerChoice,
    /// The language that was chosen; `null` for the system's.
    #[cfg_attr(test, ts(optional = false))]
    pub language: Option<String>,
    /// The app's version.
    pub version: String,
    /// `linux`, `android`, …
    pub platform: String,
    /// Whether the system's lock is asked for before a PIN is shown or a sign-in approved.
    pub unlock: bool,
    /// Whether QRs are read with a camera.
    pub camera: bool,
    /// The activation that waits, in state `activating`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activation: Option<PendingActivation>,
    /// The PIN that needs no network, as of the start of an activated device: the screen has it with its first answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<SelfGeneratedPin>,
}

/// A document that can be one.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS), ts(export))]
pub struct DocumentCheck {
    /// Which kind.
    pub kind: DocumentKind,
}

/// Kinds of document.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// DNI.
    Dni,
    /// NIE.
    Nie,
    /// NIF K, L or M.
    Nif,
}

/// A datum that goes with its document.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS), ts(export))]
pub struct ContrastCheck {
    /// Which kind.
    pub kind: ContrastKind,
    /// As it will be sent, for its owner to compare.
    pub normalized: String,
}

/// Kinds of contrast datum.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum ContrastKind {
    /// Validity or issue date.
    Date,
    /// Support number.
    SupportNumber,
}

/// An activation that waits for its code.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS), ts(export))]
pub struct ActivationView {
    /// When the code ends.
    #[cfg_attr(test, ts(type = "number"))]
    pub expires_at: i64,
    /// Server's time minus local time, in milliseconds.
    #[cfg_attr(test, ts(type = "number"))]
    pub server_time_offset_ms: i64,
}

impl ActivationView {
    /// From the use case's answer and the clock's offset.
    pub fn new(progress: &ActivationProgress, offset: Option<i64>) -> Self {
        Self {
            expires_at: progress.expires_at,
            server_time_offset_ms: offset.unwrap_or(0),
        }
    }
}

/// A public site.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS), ts(export))]
pub struct RelyingPartyView {
    /// Its identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its domain.
    pub domain: String,
}

/// Whether a request's PIN is being shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum RequestCardState {
    /// Nobody has seen its PIN.
    Pending,
    /// A device shows, or showed, its PIN.
    Revealed,
}

/// A request, as a card on the home screen.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(TS), ts(export, optional_fields))]
pub struct RequestCard {
    /// Its identifier.
    pub id: String,
    /// Who asks.
    pub relying_party: RelyingPartyView,
    /// For what.
    pub procedure: String,
    /// From which browser.
    pub browser: String,
    /// On which system.
    pub system: String,
    /// From where, roughly, if the operator can tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The two words that the page shows too.
    pub phrase: String,
    /// Set when it began with the page's QR and may be approved: its owner says which of these the page shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choices: Option<Vec<String>>,
    /// Whether a device approved it.
    pub approved: bool,
    /// Whether its PIN is being shown.
    pub state: RequestCardState,
    /// Whether by this device.
    pub revealed_here: bool,
    /// When it was made.
    #[cfg_attr(test, ts(type = "number"))]
    pub created_at: i64,
    /// When it ends.
    #[cfg_attr(test, ts(type = "number"))]
    pub expires_at: i64,
    /// When its PIN ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional, as = "Option<u32>"))]
    pub pin_expires_at: Option<i64>,
    /// How long its PIN lives in all, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional, as = "Option<u32>"))]
    pub pin_life: Option<i64>,
    /// The PIN, only when revealed here and alive.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional, as = "Option<String>"))]
    pub pin: Option<Zeroizing<String>>,
}

impl From<RequestView> for RequestCard {
    fn from(view: RequestView) -> Self {
        let request = view.request;
        let pin_life = request.pin_expires_at.zip(request.revealed_at);
        Self {
            pin_life: pin_life.map(|(end, start)| (end - start) / 1000),
            id: request.id,
            relying_party: RelyingPartyView {
                id: request.relying_party.id,
                name: request.relying_party.name,
                domain: request.relying_party.domain,
            },
            procedure: request.procedure,
            browser: request.browser,
            system: request.system,
            place: request.place,
            phrase: request.phrase,
            choices: request.choices,
            approved: request.approved,
            // The server lists live requests only, which are in one of these two states.
            state: match request.state {
                RequestState::Pending => RequestCardState::Pending,
                _ => RequestCardState::Revealed,
            },
            revealed_here: request.revealed_here,
            created_at: request.created_at,
            expires_at: request.expires_at,
            pin_expires_at: request.pin_expires_at,
            pin: view.pin.map(|pin| Zeroizing::new(pin.expose().to_owned())),
        }
    }
}

/// What a code, a QR or a link brought up.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(TS), ts(export))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BroughtUpView {
    /// A request, for its owner to decide.
    Request {
        /// Its card.
        request: Box<RequestCard>,
    },
    /// The challenge of a page: its PIN is made here.
    Challenge {
        /// As people read it.
        challenge: String,
    },
}

impl From<BroughtUp> for BroughtUpView {
    fn from(found: BroughtUp) -> Self {
        match found {
            BroughtUp::Request(view) => Self::Request {
                request: Box::new((*view).into()),
            },
            BroughtUp::Challenge(challenge) => Self::Challenge {
                challenge: challenge.grouped(),
            },
        }
    }
}

/// The PIN for one page.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(TS), ts(export))]
pub struct PageBoundPin {
    /// Eight digits.
    #[cfg_attr(test, ts(type = "string"))]
    pub pin: Zeroizing<String>,
}

/// The requests, and whether they are as the server sees them now.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(TS), ts(export, optional_fields))]
pub struct RequestsView {
    /// Live requests, newest first.
    pub requests: Vec<RequestCard>,
    /// Whether the server answered.
    pub online: bool,
    /// Why it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<UiError>,
}

/// Whether the live stream is open.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS), ts(export))]
pub struct ConnectionView {
    /// Whether it is.
    pub online: bool,
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    /// "No he sido yo".
    NotMe,
    /// It was me, but I changed my mind.
    ChangedMind,
}

impl From<RejectReason> for wire::RejectReason {
    fn from(reason: RejectReason) -> Self {
        match reason {
            RejectReason::NotMe => Self::NotMe,
            RejectReason::ChangedMind => Self::ChangedMind,
        }
    }
}

/// What a refusal led to.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS), ts(export, optional_fields))]
pub struct RejectOutcome {
    /// Until when requests that begin by typing the document stay quiet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional, as = "Option<u32>"))]
    pub muted_until: Option<i64>,
}

/// The PIN that needs no network.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(TS), ts(export))]
pub struct SelfGeneratedPin {
    /// Six digits.
    #[cfg_attr(test, ts(type = "string"))]
    pub pin: Zeroizing<String>,
    /// Until when it is the present one.
    #[cfg_attr(test, ts(type = "number"))]
    pub valid_until: i64,
    /// Seconds from one to the next.
    #[cfg_attr(test, ts(type = "number"))]
    pub period: u64,
}

impl std::fmt::Debug for SelfGeneratedPin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SelfGeneratedPin(…)")
    }
}

impl From<aldaba_authenticator::SelfGeneratedPin> for SelfGeneratedPin {
    fn from(generated: aldaba_authenticator::SelfGeneratedPin) -> Self {
        Self {
            pin: Zeroizing::new(generated.pin.expose().to_owned()),
            valid_until: generated.valid_until,
            period: generated.period,
        }
    }
}
