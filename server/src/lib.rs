//! The verification backend.
