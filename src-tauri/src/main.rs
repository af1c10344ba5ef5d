//! The app on desktop systems. Phones enter through [`aldaba_app::run`].
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() {
    aldaba_app::run();
}
