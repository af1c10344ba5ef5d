//! The device's use cases, without a screen: activate, watch, reveal, self-generate, deactivate. The app puts a window
//! on them, the headless device a command line.
//!
//! | module | what |
//! |---|---|
//! | [`authenticator`] | the use cases |
//! | [`secure_store`] | the keychain and its stand-in for tests |
//! | [`marker`] | what is kept outside the keychain |
//! | [`server_url`] | which backends are acceptable |
//! | [`server_clock`] | the server's time |
//! | [`user_verification`] | the system's lock |
//! | [`picture`] | QRs in pictures |
//! | [`error`] | what can go wrong, by code |

pub mod authenticator;
mod client;
pub mod error;
pub mod marker;
pub mod picture;
mod secrets;
pub mod secure_store;
pub mod server_clock;
pub mod server_url;
pub mod user_verification;

pub use authenticator::{
    ActivationProgress, Authenticator, BroughtUp, DeviceSummary, Parts, RequestView, SelfGeneratedPin, Signal,
    StartRequest, Status,
};
pub use error::{Error, Result};
