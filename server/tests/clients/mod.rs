//! Public sites as OpenID Connect clients, and the keys that sign for them.

mod assertions;
mod authentication;
pub mod backchannel;
mod commands;
mod keys;
mod registry;
mod settings;
mod signer;
