//! A window with one line of text: what any Tauri app costs, and the least that ours could.

/// Starts the app and returns when it ends.
pub fn run() {
    if let Err(error) = tauri::Builder::default().run(tauri::generate_context!()) {
        eprintln!("the bare app could not start: {error}");
        std::process::exit(1);
    }
}
