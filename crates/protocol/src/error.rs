//! Every refusal that leaves the server or reaches the app's screens, by its code. docs/error-codes.md has a line for
//! each, and a test keeps it so.

/// A refusal. Travels as `code` in `application/problem+json` (RFC 9457).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The document number is malformed.
    DocumentInvalid,
    /// The contrast datum is malformed for the document.
    ContrastInvalid,
    /// The request is malformed in another way.
    RequestInvalid,
    /// Unknown person, wrong datum, wrong or expired activation code: one answer for all.
    ActivationFailed,
    /// A signed request does not verify.
    SignatureInvalid,
    /// A signed request came twice.
    SignatureReplayed,
    /// The device's clock is off by more than the window.
    ClockSkew,
    /// No such device.
    DeviceUnknown,
    /// The device was deactivated.
    DeviceRevoked,
    /// The device's counter went back or diverged.
    DeviceFrozen,
    /// No such request, or not this person's.
    RequestUnknown,
    /// Another of the person's devices has it.
    RequestTaken,
    /// The citizen rejected it.
    RequestRejected,
    /// Too many wrong PINs.
    RequestBurnt,
    /// The request's time is over.
    RequestExpired,
    /// The phrase that was chosen is not the page's: the request is over.
    PhraseWrong,
    /// The QR is older than three seconds.
    QrStale,
    /// App: the system did not make sure that it is its owner.
    UnlockRefused,
    /// App: there is no QR of ours in the picture.
    QrUnreadable,
    /// No device has shown the PIN yet.
    PinNotRevealed,
    /// Wrong PIN; `tries_left`.
    PinWrong,
    /// The PIN's time is over.
    PinExpired,
    /// The PIN was used.
    PinUsed,
    /// Another browser or another site.
    RequestMismatch,
    /// Too many wrong self-generated PINs in a row; `retry_after`.
    SelfGeneratedDelayed,
    /// Self-generated PINs are off: one try is evaluated when the longest delay is over and the device has signed something
    /// after it.
    SelfGeneratedDisabled,
    /// Unknown person, no password, wrong password: one answer for all.
    PasswordWrong,
    /// The new password is not good enough.
    PasswordRefused,
    /// The password was right, and is over.
    PasswordExpired,
    /// Too many wrong passwords; `retry_after`.
    PasswordDelayed,
    /// Passwords are off until one is recovered: one try is evaluated when the longest delay is over and a device of the owner
    /// has signed something after it.
    PasswordDisabled,
    /// The password was right; its owner has no device, or no SMS can go to them.
    SecondStepUnavailable,
    /// Too many calls from one address; `retry_after`.
    RateLimited,
    /// A needed part (database) is not there now.
    Unavailable,
    /// No such resource.
    NotFound,
    /// Not with this method.
    MethodNotAllowed,
    /// The body is too large.
    PayloadTooLarge,
    /// The server took too long.
    Timeout,
    /// A fault of ours.
    Internal,
    /// App: the system has no keychain.
    NoSecureStore,
    /// App: the keychain is locked.
    SecureStoreLocked,
    /// App: what the keychain holds is damaged.
    SecureStoreCorrupted,
    /// App: the keychain no longer holds the device's entry.
    SecureStoreMissingEntry,
    /// App: the server cannot be reached.
    Network,
    /// App: the address is no Aldaba server that this version understands.
    ServerUnsupported,
    /// App: the address is neither https nor loopback http.
    ServerInsecure,
    /// App: there is no activated device here.
    NotActivated,
}

impl ErrorCode {
    /// Every code, in the order of docs/error-codes.md.
    pub const ALL: [Self; 47] = [
        Self::DocumentInvalid,
        Self::ContrastInvalid,
        Self::RequestInvalid,
        Self::ActivationFailed,
        Self::SignatureInvalid,
        Self::SignatureReplayed,
        Self::ClockSkew,
        Self::DeviceUnknown,
        Self::DeviceRevoked,
        Self::DeviceFrozen,
        Self::RequestUnknown,
        Self::RequestTaken,
        Self::RequestRejected,
        Self::RequestBurnt,
        Self::RequestExpired,
        Self::PhraseWrong,
        Self::QrStale,
        Self::UnlockRefused,
        Self::QrUnreadable,
        Self::PinNotRevealed,
        Self::PinWrong,
        Self::PinExpired,
        Self::PinUsed,
        Self::RequestMismatch,
        Self::SelfGeneratedDelayed,
        Self::SelfGeneratedDisabled,
        Self::PasswordWrong,
        Self::PasswordRefused,
        Self::PasswordExpired,
        Self::PasswordDelayed,
        Self::PasswordDisabled,
        Self::SecondStepUnavailable,
        Self::RateLimited,
        Self::Unavailable,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::PayloadTooLarge,
        Self::Timeout,
        Self::Internal,
        Self::NoSecureStore,
        Self::SecureStoreLocked,
        Self::SecureStoreCorrupted,
        Self::SecureStoreMissingEntry,
        Self::Network,
        Self::ServerUnsupported,
        Self::ServerInsecure,
        Self::NotActivated,
    ];

    /// The stable spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DocumentInvalid => "document_invalid",
            Self::ContrastInvalid => "contrast_invalid",
            Self::RequestInvalid => "request_invalid",
            Self::ActivationFailed => "activation_failed",
            Self::SignatureInvalid => "signature_invalid",
            Self::SignatureReplayed => "signature_replayed",
            Self::ClockSkew => "clock_skew",
            Self::DeviceUnknown => "device_unknown",
            Self::DeviceRevoked => "device_revoked",
            Self::DeviceFrozen => "device_frozen",
            Self::RequestUnknown => "request_unknown",
            Self::RequestTaken => "request_taken",
            Self::RequestRejected => "request_rejected",
            Self::RequestBurnt => "request_burnt",
            Self::RequestExpired => "request_expired",
            Self::PhraseWrong => "phrase_wrong",
            Self::QrStale => "qr_stale",
            Self::UnlockRefused => "unlock_refused",
            Self::QrUnreadable => "qr_unreadable",
            Self::PinNotRevealed => "pin_not_revealed",
            Self::PinWrong => "pin_wrong",
            Self::PinExpired => "pin_expired",
            Self::PinUsed => "pin_used",
            Self::RequestMismatch => "request_mismatch",
            Self::SelfGeneratedDelayed => "self_generated_delayed",
            Self::SelfGeneratedDisabled => "self_generated_disabled",
            Self::PasswordWrong => "password_wrong",
            Self::PasswordRefused => "password_refused",
            Self::PasswordExpired => "password_expired",
            Self::PasswordDelayed => "password_delayed",
            Self::PasswordDisabled => "password_disabled",
            Self::SecondStepUnavailable => "second_step_unavailable",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::PayloadTooLarge => "payload_too_large",
            Self::Timeout => "timeout",
            Self::Internal => "internal",
            Self::NoSecureStore => "no_secure_store",
            Self::SecureStoreLocked => "secure_store_locked",
            Self::SecureStoreCorrupted => "secure_store_corrupted",
            Self::SecureStoreMissingEntry => "secure_store_missing_entry",
            Self::Network => "network",
            Self::ServerUnsupported => "server_unsupported",
            Self::ServerInsecure => "server_insecure",
            Self::NotActivated => "not_activated",
        }
    }

    /// The HTTP status that carries it; `None` for codes that only exist in the app.
    #[must_use]
    pub const fn status(self) -> Option<u16> {
        Some(match self {
            Self::RequestInvalid => 400,
            Self::SignatureInvalid | Self::ClockSkew | Self::DeviceUnknown => 401,
            Self::ActivationFailed
            | Self::DeviceRevoked
            | Self::DeviceFrozen
            | Self::RequestMismatch
            | Self::PinWrong
            | Self::PasswordWrong
            | Self::PasswordExpired => 403,
            Self::RequestUnknown | Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::SignatureReplayed
            | Self::RequestTaken
            | Self::RequestRejected
            | Self::RequestBurnt
            | Self::PhraseWrong
            | Self::PinNotRevealed
            | Self::PinUsed
            | Self::SecondStepUnavailable => 409,
            Self::RequestExpired | Self::QrStale | Self::PinExpired => 410,
            Self::PayloadTooLarge => 413,
            Self::DocumentInvalid | Self::ContrastInvalid | Self::PasswordRefused => 422,
            Self::SelfGeneratedDelayed
            | Self::SelfGeneratedDisabled
            | Self::PasswordDelayed
            | Self::PasswordDisabled
            | Self::RateLimited => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
            Self::Timeout => 504,
            Self::NoSecureStore
            | Self::SecureStoreLocked
            | Self::SecureStoreCorrupted
            | Self::SecureStoreMissingEntry
            | Self::Network
            | Self::ServerUnsupported
            | Self::ServerInsecure
            | Self::UnlockRefused
            | Self::QrUnreadable
            | Self::NotActivated => return None,
        })
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for ErrorCode {
    type Err = aldaba_core::UnknownWord;
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|code| code.as_str() == word)
            .ok_or(aldaba_core::UnknownWord("ErrorCode"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // REQ-ERR-01
    #[test]
    fn every_code_is_spelt_once_and_documented() {
        let documented = include_str!("../../../docs/error-codes.md");
        for (place, code) in ErrorCode::ALL.into_iter().enumerate() {
            assert_eq!(code.as_str().parse(), Ok(code));
            assert_eq!(
                ErrorCode::ALL.iter().position(|other| other.as_str() == code.as_str()),
                Some(place)
            );
            let line = documented
                .lines()
                .find(|line| line.starts_with(&format!("| `{code}` |")))
                .unwrap_or_else(|| panic!("{code} has no line in docs/error-codes.md"));
            let status = code.status().map_or("app".to_owned(), |status| status.to_string());
            assert!(line.contains(&format!("| {status} |")), "{line}");
        }
        let lines = documented.lines().filter(|line| line.starts_with("| `")).count();
        assert_eq!(
            lines,
            ErrorCode::ALL.len(),
            "docs/error-codes.md tells of codes that do not exist"
        );
    }
}
