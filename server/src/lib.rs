//! The verification backend.
//!
//! ```text
//! http/        one router; device signatures, problems, limits, log, health, metrics, OpenAPI
//! activation/  a device is activated: start, confirm, resend
//! requests/    sign-in requests: made, shown, revealed, rejected, spent
//! devices/     what a device learns of itself; revoking
//! oidc/        sites as OpenID Connect clients, the keys that sign for them, logouts
//! sessions/    signed-in browsers, whatever method signed them in
//! certificates/  X.509 certificates: mutual TLS on a host of its own, and what makes one good
//! passwords/   made by code, typed, changed, recovered, cancelled
//! messages/    the outbox's worker and the SMS gateway
//! citizens/    who may sign in: adding, importing, the demo's people
//! account/     the citizen's own pages: open sessions, methods
//! signin/ portal/ demo/   the pages
//! cli/         the commands of `aldaba-server`
//! ```

pub mod account;
pub mod activation;
pub mod app;
pub mod audit;
pub mod certificates;
pub mod citizens;
pub mod cli;
pub mod config;
pub mod delivery;
pub mod demo;
pub mod devices;
pub mod housekeeping;
pub mod http;
pub mod messages;
pub mod metrics;
pub mod oidc;
pub mod passwords;
pub mod places;
pub mod portal;
pub mod requests;
pub mod serve;
pub mod sessions;
pub mod signin;
#[cfg(feature = "testing")]
pub mod testing;
pub mod texts;

pub use app::App;
