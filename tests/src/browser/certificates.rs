//! The store of certificates that Chromium has on Linux: an NSS database in the home folder.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::programs;

/// The password of the demo's file; the demo's front page tells it to people.
const PASSWORD: &str = "aldaba";

/// Imports the demo's authority and, if `own`, the certificate of its first citizen, as a person does in the settings.
pub(super) fn import(home: &Path, demo: &Path, own: bool) -> Result<()> {
    let store = home.join(".pki").join("nssdb");
    std::fs::create_dir_all(&store)?;
    let database = format!("sql:{}", store.display());
    let folder = demo.join("certificates");
    run("certutil", &["-N", "-d", &database, "--empty-password"])?;
    let authority = folder.join("authority.pem").display().to_string();
    let trusted = ["-A", "-d", &database, "-n", "authority", "-t", "C,,", "-i", &authority];
    run("certutil", &trusted)?;
    if own {
        let file = std::fs::read_dir(&folder)?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .find(|path| path.extension().is_some_and(|kind| kind == "p12"))
            .context("the demo has no certificate to import")?;
        let file = file.display().to_string();
        run("pk12util", &["-i", &file, "-d", &database, "-W", PASSWORD, "-K", ""])?;
    }
    Ok(())
}

fn run(program: &str, arguments: &[&str]) -> Result<()> {
    let output = Command::new(programs::system(&[program])?).args(arguments).output()?;
    ensure!(
        output.status.success(),
        "{program}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
