//! The operator's command line, on the data of a demo server.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::programs;
use crate::server::DemoServer;

/// Runs `aldaba-server` with two words of a command, the settings of that server, and what else the command takes; `database`
/// as in its settings. What it wrote.
///
/// # Errors
/// When the command fails.
pub fn run(server: &DemoServer, database: Option<&str>, command: [&str; 2], rest: &[&str]) -> Result<String> {
    let folder = server.folder().canonicalize()?;
    let sqlite = format!("sqlite://{}", folder.join("aldaba.db").display());
    let settings = folder.join("operator.toml");
    fs::write(
        &settings,
        format!(
            "listen = \"127.0.0.1:0\"\npublic_url = \"{}\"\ndatabase = \"{}\"\nkey_file = \"{}\"\n\
             [messages]\nkind = \"gateway\"\nurl = \"http://127.0.0.1:9/?to={{to}}&text={{text}}\"\n",
            server.url(),
            database.unwrap_or(&sqlite),
            folder.join("server.keys").display(),
        ),
    )?;
    let mut program = Command::new(programs::ours("aldaba-server")?);
    let output = program
        .args(command)
        .arg("--config")
        .arg(&settings)
        .args(rest)
        .output()
        .context("aldaba-server")?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}: {}", command.join(" "), complaint.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Checks the audit log of a server that has ended.
///
/// # Errors
/// When the chain is broken, or the command fails.
pub fn verify_audit(server: &DemoServer, database: Option<&str>) -> Result<()> {
    run(server, database, ["audit", "verify"], &[]).map(drop)
}
