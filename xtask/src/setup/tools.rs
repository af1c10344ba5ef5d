//! Cargo tools: those on PATH where their version fits, else our own copies in target/tools.

use anyhow::Result;

use super::Purpose;
use crate::{command, places};

struct Tool {
    name: &'static str,
    /// The version that is installed when none fits.
    version: &'static str,
    fits: fn(&Tool) -> bool,
    what_for: &'static str,
}

const TAURI_DRIVER: Tool = Tool {
    name: "tauri-driver",
    version: "2.1.0",
    fits: has_tauri_driver,
    what_for: "opens the app for the tests",
};
const NEXTEST: Tool = Tool {
    name: "cargo-nextest",
    version: "0.9.143",
    fits: |tool| says_version(tool, &["nextest", "--version"], (0, 9)),
    what_for: "runs the tests",
};
const DENY: Tool = Tool {
    name: "cargo-deny",
    version: "0.20.2",
    fits: |tool| says_version(tool, &["--version"], (0, 19)),
    what_for: "checks licences and sources",
};

/// Installs the tools that `purpose` takes.
pub fn install(purpose: Purpose) -> Result<()> {
    if purpose == Purpose::Everything {
        install_components()?;
    }
    let tools: &[Tool] = match purpose {
        Purpose::Everything => &[TAURI_DRIVER, NEXTEST, DENY],
        Purpose::DemoAsPictures => &[TAURI_DRIVER],
        Purpose::DemoOnScreen => &[],
    };
    for (index, tool) in tools.iter().enumerate() {
        if (tool.fits)(tool) {
            continue;
        }
        println!(
            "  {}/{} {} {} ({})",
            index + 1,
            tools.len(),
            tool.name,
            tool.version,
            tool.what_for
        );
        // Unoptimised: they run for seconds, and this takes a third of the time to build.
        command::run(
            command::cargo()
                .args([
                    "install",
                    "--locked",
                    "--debug",
                    "--config",
                    "profile.dev.debug=0",
                    "--root",
                ])
                .arg(places::tools())
                .args(["--version", tool.version, tool.name])
                .env_remove("CARGO_TARGET_DIR"),
        )?;
    }
    Ok(())
}

/// rustfmt and clippy, which a minimal toolchain lacks.
fn install_components() -> Result<()> {
    for (task, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if command::succeeds(command::cargo().args([task, "--version"])) {
            continue;
        }
        println!("  {component} is missing");
        command::run(command::new("rustup").args(["component", "add", component]))?;
    }
    Ok(())
}

/// tauri-driver does not tell its version, so only a copy that cargo recorded counts: ours, or the user's own.
fn has_tauri_driver(tool: &Tool) -> bool {
    let home = std::env::var_os("CARGO_HOME").map(std::path::PathBuf::from);
    let home = home.or_else(|| Some(std::path::PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let wanted = format!("\"{} {} ", tool.name, tool.version);
    [Some(places::tools()), home].into_iter().flatten().any(|folder| {
        let record = std::fs::read_to_string(folder.join(".crates.toml")).unwrap_or_default();
        record.contains(&wanted) && folder.join("bin").join(tool.name).is_file()
    })
}

/// Whether the tool is there and says at least version `least` (major, minor).
fn says_version(tool: &Tool, arguments: &[&str], least: (u32, u32)) -> bool {
    let Some(file) = places::program(&[tool.name]) else {
        return false;
    };
    let Ok(output) = command::new(file).args(arguments).output() else {
        return false;
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.split_whitespace().nth(1).unwrap_or_default();
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= least
}
