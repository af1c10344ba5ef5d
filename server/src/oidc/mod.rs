//! OpenID Connect: public sites as clients, and what they and this server prove to each other.
//!
//! ```text
//! clients/           who the clients are: from the file and the command line, in memory, the same on every node
//! client_auth.rs     a client proves who it is: by a secret, or by assertion.rs (private_key_jwt)
//! keys.rs            the keys that sign tokens: made, rotated, published
//! discovery.rs       GET /.well-known/…, GET /oidc/jwks
//! backchannel.rs     sites are told of ended sessions
//! sms_budget.rs      SMS that a site pays for
//! watch.rs           once a second: did clients or keys change
//! paths.rs           the addresses
//! ```

pub mod assertion;
pub mod backchannel;
pub mod client_auth;
pub mod clients;
pub mod discovery;
pub mod keys;
pub mod paths;
pub mod sms_budget;
pub mod watch;

pub use discovery::routes;
