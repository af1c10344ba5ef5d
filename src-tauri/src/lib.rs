//! The app's shell: a window, the commands that its screens may call, and what the operating system gives
//! (notifications, clipboard). Rules live one floor down, in `aldaba-authenticator`; nothing here decides.
//!
//! | module | what |
//! |---|---|
//! | [`commands`] | what the screens may call, one file a capability |
//! | [`ipc`] | the types that cross to the screens; their TypeScript is generated from here |
//! | [`core`] | what the commands share |
//! | [`links`] | links that open the app |
//! | [`watching`] | the task that follows the device's live stream |
//! | [`platform`] | notifications and clipboard, desktop and mobile |

pub mod commands;
pub mod core;
pub mod ipc;
pub mod links;
pub mod platform;
pub mod texts;
pub mod watching;

use tauri::Manager as _;

use crate::core::Core;

/// Starts the app and returns when it ends.
#[cfg_attr(
    mobile,
    allow(unsafe_code, reason = "the entry point that phones call is an exported symbol")
)]
#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() {
    // A second start of the log cannot happen; if it did, the first one serves.
    let _ = tracing_subscriber::fmt()
        .with_max_level(if cfg!(debug_assertions) {
            tracing::Level::INFO
        } else {
            tracing::Level::WARN
        })
        .with_writer(std::io::stderr)
        .try_init();
    let app = platform::plugins(tauri::Builder::default())
        .invoke_handler(tauri::generate_handler![
            commands::status::app_status,
            commands::status::set_language,
            commands::activation::check_document,
            commands::activation::check_contrast,
            commands::activation::set_server,
            commands::activation::suggested_device_name,
            commands::activation::start_activation,
            commands::activation::resend_code,
            commands::activation::confirm_activation,
            commands::activation::cancel_activation,
            commands::requests::list_requests,
            commands::requests::reveal_request,
            commands::requests::reject_request,
            commands::requests::approve_request,
            commands::requests::lookup_request,
            commands::scan::scan_picture,
            commands::scan::scan_clipboard,
            commands::scan::scan_camera,
            commands::scan::opened_link,
            commands::pins::self_generated_pin,
            commands::pins::page_bound_pin,
            commands::pins::copy_pin,
            commands::device::device_details,
            commands::device::deactivate_device,
            commands::device::forget_device,
        ])
        .on_window_event(|window, event| {
            // A window that comes to the front shows how things are now, also after a network or a phone has slept.
            if matches!(event, tauri::WindowEvent::Focused(true))
                && let Some(core) = window.try_state::<Core>()
            {
                core.wake.notify_one();
            }
        })
        .setup(|app| {
            let core = Core::new(app.handle())?;
            app.manage(core);
            app.state::<Core>().begin();
            links::listen(app.handle());
            watching::start(app.handle().clone());
            Ok(())
        })
        .build(tauri::generate_context!());
    match app {
        Ok(app) => app.run(|app, event| {
            if matches!(event, tauri::RunEvent::Exit)
                && let Some(core) = app.try_state::<Core>()
            {
                core.clipboard.end();
            }
        }),
        Err(error) => {
            platform::start_again_if_alone(&error);
            tracing::error!(%error, "the app could not start");
            std::process::exit(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    const COMMANDS: &[&str] = include!("../command_names.rs");

    #[test]
    fn the_window_may_call_each_command_by_name_and_nothing_else() {
        let capability: serde_json::Value = serde_json::from_str(include_str!("../../capabilities/main.json")).unwrap();
        let allowed: BTreeSet<_> = capability["permissions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one.as_str().unwrap().to_owned())
            .collect();
        let expected: BTreeSet<_> = COMMANDS
            .iter()
            .map(|name| format!("allow-{}", name.replace('_', "-")))
            .chain([
                "core:event:allow-listen".to_owned(),
                "core:event:allow-unlisten".to_owned(),
            ])
            .collect();
        assert_eq!(allowed, expected);
        assert_eq!(capability["windows"], serde_json::json!(["main"]));
    }

    #[test]
    fn every_declared_command_is_handled() {
        let source = include_str!("lib.rs");
        for command in COMMANDS {
            assert!(
                source.contains(&format!("::{command},")),
                "{command} is declared but not handled"
            );
        }
    }

    #[test]
    fn the_web_view_has_no_network() {
        let config: serde_json::Value = serde_json::from_str(include_str!("../../tauri.conf.json")).unwrap();
        let csp = &config["app"]["security"]["csp"];
        assert_eq!(csp["default-src"], "'self'");
        assert_eq!(csp["connect-src"], "ipc: http://ipc.localhost");
        assert!(!csp.to_string().contains("unsafe"), "{csp}");
        assert_eq!(config["app"]["withGlobalTauri"], false);
    }
}
