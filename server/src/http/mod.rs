//! HTTP: one router, and what stands around it.

pub mod body;
pub mod client;
pub mod device_auth;
pub mod edge;
pub mod limits;
pub mod openapi;
pub mod problem;
pub mod router;
pub mod status;
pub mod takeover;

pub use router::{admin_router, router};
