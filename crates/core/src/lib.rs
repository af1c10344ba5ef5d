//! The rules of Aldaba: pure, no I/O.
