//! What a device learns of itself, and how it ends: by its owner, by staff, or because its counter went back.

pub mod known;
pub mod notice;
pub mod revoke;
mod routes;

pub use routes::{api, device_info, end_device};
