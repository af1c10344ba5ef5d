//! Signing in with certificates: what makes one good, whether it was revoked, and the way there and back.

mod cases;
pub mod handover;
mod house;
mod openssl;
pub mod pki;
mod revocation;
mod settings;
mod status;
mod web;
