//! The house keeps its own rules: who may depend on whom, requirements that are tested, files that fit in a head.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot read the repository must fail"
)]

mod bare_app;
mod dependencies;
mod examples;
mod files;
mod requirements;
