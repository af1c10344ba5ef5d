//! The real app, the real server, a real browser.

mod environment;
