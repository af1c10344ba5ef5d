//! The device's use cases against the real server's router, over real sockets.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests fail by panicking; the helpers between them are not recognised as tests"
)]

mod activation;
mod calls;
mod clock;
#[cfg(target_os = "linux")]
mod keychain;
mod qr;
mod requests;
mod store;
mod support;
mod watching;
