//! The JSON bodies. Times are integer milliseconds since 1970 (`…_at`, `time`), durations integer seconds, binary
//! values base64url without padding, identifiers 32 lower-case hexadecimal digits. Unknown fields are refused in what
//! a device sends and ignored in what a server answers, so that servers may learn to say more.
//!
//! Types that carry personal data or codes do not implement `Debug`.

use aldaba_core::level::Level;
use aldaba_core::request::RequestState;
use serde::{Deserialize, Serialize};

/// Body of `POST /v1/activations`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StartActivation {
    /// DNI or NIE, in any usual spelling.
    #[cfg_attr(feature = "openapi", schema(example = "12345678Z", max_length = 64))]
    pub document: String,
    /// Validity date, issue date or support number.
    #[cfg_attr(feature = "openapi", schema(example = "2031-05-17", max_length = 64))]
    pub contrast: String,
    /// What the device says of itself.
    pub device: DeviceDescription,
    /// BCP 47 tag of the language for the SMS.
    #[cfg_attr(feature = "openapi", schema(example = "es", max_length = 35))]
    pub language: String,
    /// P-256 public key that signs the device's requests: SEC 1 compressed, 33 bytes.
    pub signing_key: String,
    /// P-256 public key for the agreement on `K_otp`: SEC 1 compressed, 33 bytes.
    pub agreement_key: String,
}

/// What a device says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeviceDescription {
    /// A name its owner will recognise: 1 to 64 characters.
    #[cfg_attr(feature = "openapi", schema(example = "Portátil de Ana", max_length = 64))]
    pub name: String,
    /// `android`, `ios`, `linux`, `macos`, `windows` or `headless`.
    #[cfg_attr(feature = "openapi", schema(example = "linux", max_length = 16))]
    pub platform: String,
}

/// Answer of `POST /v1/activations`: 202, whoever the person is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActivationStarted {
    /// Identifier of the activation.
    pub activation_id: String,
    /// Life of the code, in seconds.
    pub expires_in: u32,
    /// How many codes may be tried.
    pub tries: u32,
    /// The server's P-256 public agreement key: SEC 1 compressed, 33 bytes.
    pub agreement_key: String,
}

/// Body of `POST /v1/activations/{id}/confirm`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfirmActivation {
    /// The code that came by SMS, in any usual spelling.
    #[cfg_attr(feature = "openapi", schema(example = "7K2M-9QXT", max_length = 32))]
    pub code: String,
    /// ECDSA-P256-SHA256 by the signing key over the transcript: `r ‖ s`, 64 bytes.
    pub signature: String,
}

/// Answer of a confirmed activation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActivationConfirmed {
    /// Identifier of the device: the `keyid` of its signed requests.
    pub device_id: String,
    /// The highest level that this device can reach.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "substantial"))]
    pub level: Level,
    /// The numbers that the device needs.
    pub policy: DevicePolicy,
    /// The server's time.
    pub server_time: i64,
    /// The server's P-256 public signing key: SEC 1 compressed, 33 bytes.
    pub server_key: String,
    /// The server's signature over the transcript and this answer.
    pub signature: String,
}

/// The numbers that a device needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DevicePolicy {
    /// Digits of an incoming PIN.
    pub pin_digits: u32,
    /// Life of a PIN from its reveal.
    pub pin_seconds: u32,
    /// Life of a request.
    pub request_seconds: u32,
    /// Digits of a self-generated PIN.
    pub self_generated_digits: u32,
    /// Life of a self-generated PIN's step.
    pub self_generated_seconds: u32,
}

/// Answer of `POST /v1/activations/{id}/resend`: 202, whatever the activation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodeResent {
    /// Life of the new code, in seconds. Earlier codes stay valid for their own life.
    pub expires_in: u32,
}

/// Answer of `GET /v1/time`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServerTime {
    /// The server's time.
    pub time: i64,
}

/// Answer of `GET /v1/device`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceInfo {
    /// Identifier of the device.
    pub device_id: String,
    /// Its name.
    pub name: String,
    /// Its platform.
    pub platform: String,
    /// The highest level that it can reach.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "substantial"))]
    pub level: Level,
    /// When it was activated.
    pub activated_at: i64,
    /// Counter of the last accepted state-changing call; 0 before the first.
    pub counter: u64,
    /// How many other active devices the person has.
    pub other_devices: u32,
    /// The server's time.
    pub server_time: i64,
}

/// Body of the state-changing calls that say nothing else: `DELETE /v1/device`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// Higher than that of every earlier call; the same only when the very same call is repeated.
    pub counter: u64,
}

/// Answer of `DELETE /v1/device`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceDeactivated {
    /// Identifier of the device that is no more.
    pub device_id: String,
}

/// Answer of `GET /v1/device/requests`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequestList {
    /// Live requests that are not quiet, newest first.
    pub requests: Vec<DeviceRequest>,
    /// The server's time.
    pub server_time: i64,
}

/// A request as its owner's devices see it. It carries no PIN and no document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceRequest {
    /// Identifier of the request.
    pub id: String,
    /// Who asks.
    pub relying_party: RelyingPartyInfo,
    /// For what.
    pub procedure: String,
    /// Browser in which it began, as far as it says.
    pub browser: String,
    /// Operating system of that browser, as far as it says.
    pub system: String,
    /// Rough place, where the operator has a GeoIP database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The two words that the page shows too.
    pub phrase: String,
    /// Set when it began with the page's QR and may be approved: three phrases, of which the page shows one. Its owner says
    /// which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choices: Option<Vec<String>>,
    /// `pending` or `revealed`.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "pending"))]
    pub state: RequestState,
    /// Whether a device approved it; its `state` is then `revealed`: a device has answered it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub approved: bool,
    /// Whether this device is the one that revealed or approved it.
    pub revealed_here: bool,
    /// When it was made.
    pub created_at: i64,
    /// When it ends.
    pub expires_at: i64,
    /// When a device revealed or approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revealed_at: Option<i64>,
    /// When its PIN ends, once revealed; its approval, once approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin_expires_at: Option<i64>,
}

/// A public site, as its citizens see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelyingPartyInfo {
    /// Identifier; enters the PIN.
    pub id: String,
    /// Name.
    pub name: String,
    /// Domain.
    pub domain: String,
}

/// Body of `POST /v1/requests/{id}/reveal`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RevealRequest {
    /// As in [`Counted`].
    pub counter: u64,
    /// Whether the system made sure, just now, that it is the device's owner (its own lock: face, finger, code). Left out:
    /// it did not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub user_verified: bool,
}

/// Body of `POST /v1/requests/{id}/approve`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ApproveRequest {
    /// As in [`Counted`].
    pub counter: u64,
    /// As in [`RevealRequest`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub user_verified: bool,
    /// The one of the `choices` that its owner sees on the page. A wrong one ends the request.
    #[cfg_attr(feature = "openapi", schema(example = "faro azul", max_length = 64))]
    pub phrase: String,
}

/// Answer of `POST /v1/requests/{id}/approve`: the page may sign in now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequestApproved {
    /// Identifier of the request.
    pub id: String,
    /// Until when the page may spend the approval.
    pub approval_expires_at: i64,
    /// The server's time.
    pub server_time: i64,
}

/// Body of `POST /v1/requests/scan`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ScanRequest {
    /// The text of the page's QR, as it was read.
    #[cfg_attr(feature = "openapi", schema(max_length = 128))]
    pub payload: String,
}

/// Answer of `POST /v1/requests/{id}/reveal`: from now on the device may show the PIN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequestRevealed {
    /// Identifier of the request.
    pub id: String,
    /// Relying party that enters the PIN.
    pub relying_party_id: String,
    /// When the PIN ends.
    pub pin_expires_at: i64,
    /// The server's time.
    pub server_time: i64,
}

/// Why a citizen rejects a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    /// "No he sido yo": counts towards muting.
    NotMe,
    /// It was me, but I changed my mind.
    ChangedMind,
}

/// Body of `POST /v1/requests/{id}/reject`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RejectRequest {
    /// As in [`Counted`].
    pub counter: u64,
    /// Why.
    pub reason: RejectReason,
}

/// Answer of `POST /v1/requests/{id}/reject`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequestRejected {
    /// Identifier of the request.
    pub id: String,
    /// Until when requests started by typing the document stay quiet, if they now do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<i64>,
}

/// Body of `POST /v1/requests/lookup`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LookupRequest {
    /// The 8-character code that the page shows, in any usual spelling.
    #[cfg_attr(feature = "openapi", schema(example = "7K2M-9QXT", max_length = 32))]
    pub code: String,
}

/// Data of an `event: request` on `GET /v1/device/events`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequestEvent {
    /// Identifier of the request.
    pub id: String,
    /// Its state now.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "pending"))]
    pub state: RequestState,
}

/// Data of an `event: device` on `GET /v1/device/events`; the stream ends after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceEvent {
    /// `frozen` or `revoked`.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "revoked"))]
    pub state: aldaba_core::device::DeviceState,
}

/// Data of an `event: notice` on `GET /v1/device/events`: something that the citizen should know. Not resumed: the same
/// goes to the phone by SMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoticeEvent {
    /// What happened.
    pub kind: NoticeKind,
}

/// What a citizen should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// Another device was activated for the same person.
    DeviceActivated,
}

/// A refusal: `application/problem+json` (RFC 9457).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `urn:aldaba:error:CODE`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// Short English title.
    #[serde(default)]
    pub title: String,
    /// HTTP status.
    #[serde(default)]
    pub status: u16,
    /// Stable code (docs/error-codes.md).
    pub code: String,
    /// What to do, in English, for developers. Never holds what was sent.
    #[serde(default)]
    pub detail: String,
    /// With `pin_wrong`: tries left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries_left: Option<u32>,
    /// With `self_generated_delayed` and `rate_limited`: seconds to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// With `clock_skew`: the server's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_time: Option<i64>,
}
