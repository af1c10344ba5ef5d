//! The sample public site: the town hall of a place that does not exist.
//!
//! To the server it is what any site is: an OpenID Connect client of which it knows an id, addresses and a secret. It
//! shares no code with the server, runs in a process of its own and keeps its own sessions. How to build the like with
//! other tools is in docs/relying-parties.md.
//!
//! ```text
//! GET  /                     the site; who is signed in
//! GET  /signin               begins a sign-in: ?procedure= &level= &method= &again=      ──303──▶ the provider
//! GET  /callback             the provider's answer ──303──▶ where it began               pages/signin.rs
//! GET  /login                a sign-in that began elsewhere (OpenID Connect Core, 4)
//! GET  /claims               what the provider told of who is signed in
//! GET  /ask                  a form to ask for a level and a method
//! POST /signout              ends the session here ──303──▶ the provider's end of session
//! GET  /signed-out           back from there
//! POST /backchannel-logout   the provider ends sessions (Back-Channel Logout 1.0)        logout_token.rs
//! ```
//!
//! Rules:
//! - An answer counts only in the browser that asked, for what it asked: state, issuer, nonce, audience, signature, time,
//!   level (`provider/`, `pages/signin.rs`).
//! - A session ends after an hour without use, by signing out, and when the provider says so; also when it says so before
//!   the sign-in has come to its end (`sessions.rs`).
//! - What people are told is chosen by a code, never made of what somebody sent.

mod assets;
pub mod cli;
mod cookies;
mod failure;
mod logout_token;
mod page;
mod pages;
mod provider;
mod reply;
mod serve;
mod sessions;
mod settings;
mod site;
mod texts;
mod visitor;

pub use pages::router;
pub use serve::serve;
pub use settings::{Secret, Settings, UnsafeSettings};
pub use site::{Parts, Site};
