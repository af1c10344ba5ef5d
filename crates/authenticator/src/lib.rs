//! The device's use cases.
