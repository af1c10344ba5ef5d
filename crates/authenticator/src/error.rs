//! What a use case can fail with. A code and numbers, never a text for people, a secret or a datum of a person.

use aldaba_protocol::error::ErrorCode;

use crate::marker::DataError;
use crate::secure_store::StoreError;
use crate::server_clock::Skew;
use crate::server_url::ServerUrlError;

/// Why a use case failed. Every code has a line in docs/error-codes.md.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", code.as_str())]
pub struct Error {
    /// What happened.
    pub code: ErrorCode,
    /// Tries that are left.
    pub tries_left: Option<u32>,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<u64>,
    /// Server's time minus local time in seconds, with `clock_skew`.
    pub clock_offset: Option<i64>,
    /// A word that narrows the code down (`letter`, `permanent`, …), or the server's English sentence.
    pub detail: Option<String>,
}

/// What use cases return.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error with nothing but its code.
    pub fn new(code: ErrorCode) -> Self {
        Self {
            code,
            tries_left: None,
            retry_after: None,
            clock_offset: None,
            detail: None,
        }
    }

    /// The same, narrowed down by a word.
    pub fn with_detail(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            detail: Some(detail.into()),
            ..Self::new(code)
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Absent | StoreError::Failed => Self::new(ErrorCode::NoSecureStore),
            StoreError::Locked | StoreError::TimedOut => Self::new(ErrorCode::SecureStoreLocked),
            StoreError::Corrupted => Self::new(ErrorCode::SecureStoreCorrupted),
            StoreError::MissingEntry => Self::new(ErrorCode::SecureStoreMissingEntry),
        }
    }
}

impl From<ServerUrlError> for Error {
    fn from(error: ServerUrlError) -> Self {
        let code = match error {
            ServerUrlError::NotSecure => ErrorCode::ServerInsecure,
            _ => ErrorCode::RequestInvalid,
        };
        Self::with_detail(code, error.as_str())
    }
}

impl From<Skew> for Error {
    fn from(skew: Skew) -> Self {
        Self {
            clock_offset: Some(skew.seconds),
            ..Self::new(ErrorCode::ClockSkew)
        }
    }
}

impl From<DataError> for Error {
    fn from(error: DataError) -> Self {
        tracing::error!(%error, "data folder");
        Self::with_detail(ErrorCode::Internal, "data_folder")
    }
}
