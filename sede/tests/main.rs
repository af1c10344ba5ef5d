//! The site against a provider that can be made to misbehave as no real one does, over real HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must fail"
)]

mod browser;
mod logout;
mod pages;
mod provider;
mod signin;
