//! Public sites: the sample one, and the examples of docs/relying-parties.md, each as its makers would run it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must fail"
)]

mod example;
mod examples;
mod robots;
mod sample_site;
