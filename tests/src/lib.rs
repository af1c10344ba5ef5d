//! The real programs, started as a person's machine would start them, and driven from outside.
//!
//! ```text
//! Stage ── DemoServer      aldaba-server demo, its own folder and port
//!       ├─ Desktop ── App  Xvfb, D-Bus, gnome-keyring, a HOME; in it the app, driven through tauri-driver
//!       └─ Browser         headless Chromium, driven through chromedriver
//! ```
//!
//! Every test owns all of these, on free ports and in a temporary folder, and nothing of them outlives it. Nothing waits a
//! fixed time: [`waiting::until`] asks again until what is awaited is there or the deadline has passed.

pub mod accessibility;
pub mod app;
pub mod browser;
pub mod desktop;
pub mod device;
pub mod driver;
pub mod forms;
pub mod gallery;
pub mod notifications;
pub mod operator;
pub mod other_clock;
pub mod pages;
pub mod postgres;
pub mod process;
pub mod programs;
pub mod server;
pub mod stage;
pub mod waiting;
pub mod windows;
