//! Starting other programs and saying clearly what went wrong when they fail.

use std::ffi::OsStr;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::places;

/// A command in the repository's root with the installed tools on PATH and nothing to read from standard input, so that
/// a program that asks a question fails instead of hanging.
pub fn new(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(places::root())
        .env("PATH", places::path_with_tools())
        .stdin(Stdio::null());
    command
}

/// The cargo that runs us.
pub fn cargo() -> Command {
    let mut command = new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Set by `cargo xtask` for xtask itself; build scripts would take them for their own and run again each time.
    let of_xtask = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(of_xtask) {
            command.env_remove(name);
        }
    }
    command
}

/// `cargo TASK --workspace`, always with the same features, so that clippy, build and tests share what is compiled. The app
/// serves its built screens from inside, as an installed one does.
pub fn cargo_workspace(task: &[&str]) -> Command {
    let mut command = cargo();
    command
        .args(task)
        .args(["--workspace", "--features", "aldaba/custom-protocol"]);
    command
}

/// npm in ui/.
pub fn npm() -> Command {
    let mut command = new("npm");
    command
        .current_dir(places::ui())
        .env("npm_config_fund", "false")
        .env("npm_config_audit", "false");
    command
}

/// What a person would type to run the same.
pub fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Runs to the end, output to the terminal. An error when it cannot be started or exits with another code than 0.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start `{}`", shown(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", shown(command));
    }
    Ok(())
}

/// Runs to the end and returns standard output; standard error goes to the terminal.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start `{}`", shown(command)))?;
    if !output.status.success() {
        bail!("`{}` failed ({})", shown(command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether it runs and exits with 0; silent.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Whether we run as root.
pub fn is_root() -> bool {
    output(new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// `75.3 s`, `4 min 05 s`.
pub fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 100.0 {
        format!("{seconds:.1} s")
    } else {
        let whole = duration.as_secs();
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}
