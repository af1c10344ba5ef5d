//! The operator's command that checks the audit log.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::programs;
use crate::server::DemoServer;

/// Runs `aldaba-server audit verify` on the data of a demo server that has ended; `database` as in its settings.
///
/// # Errors
/// When the chain is broken, or the command fails.
pub fn verify(server: &DemoServer, database: Option<&str>) -> Result<()> {
    let folder = server.folder().canonicalize()?;
    let sqlite = format!("sqlite://{}", folder.join("aldaba.db").display());
    let settings = folder.join("audit.toml");
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
    let mut command = Command::new(programs::ours("aldaba-server")?);
    let output = command
        .args(["audit", "verify", "--config"])
        .arg(&settings)
        .output()
        .context("audit verify")?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "audit verify: {}", complaint.trim());
    Ok(())
}
