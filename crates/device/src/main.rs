//! crates/device
fn main() {}
