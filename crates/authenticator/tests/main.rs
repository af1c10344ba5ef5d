//! The device's use cases against the real server's router, over real sockets.

mod activation;
mod calls;
mod clock;
#[cfg(target_os = "linux")]
mod keychain;
mod requests;
mod store;
mod support;
mod watching;
