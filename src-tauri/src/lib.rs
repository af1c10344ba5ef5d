//! The app's shell.
