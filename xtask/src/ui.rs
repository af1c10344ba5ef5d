//! The front end's packages and scripts.

use std::fs;

use anyhow::{Context, Result};

use crate::tally::Tally;
use crate::{command, places};

/// `npm ci` when package-lock.json is another than the one that was installed.
pub fn install() -> Result<()> {
    let lock = fs::read(places::ui().join("package-lock.json")).context("ui/package-lock.json cannot be read")?;
    let record = places::ui().join("node_modules").join(".installed-lock.json");
    if fs::read(&record).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("  npm ci in ui/");
    command::run(command::npm().args(["ci", "--no-fund", "--no-audit", "--loglevel=error"]))?;
    fs::write(&record, lock).with_context(|| format!("cannot write {}", record.display()))
}

/// Builds ui/dist, which the app embeds.
pub fn build() -> Result<()> {
    command::run(command::npm().args(["run", "--silent", "build"]))
}

/// Builds server/assets/portal.css, which the server embeds, from the same design.
pub fn build_portal_style() -> Result<()> {
    command::run(command::npm().args(["run", "--silent", "build:portal"]))
}

/// The strict type check.
pub fn type_check() -> Result<()> {
    command::run(command::npm().args(["run", "--silent", "typecheck"]))
}

/// The unit tests of the screens, counted.
pub fn unit_tests() -> Result<Tally> {
    let results = places::target().join("vitest.json");
    // A result of an earlier run must never be taken for this one's.
    let _ = fs::remove_file(&results);
    let status = command::npm()
        .args(["run", "--silent", "test", "--", "--reporter=default", "--reporter=json"])
        .arg(format!("--outputFile.json={}", results.display()))
        .status()
        .context("cannot start npm")?;
    let text = fs::read_to_string(&results).context("vitest left no results")?;
    let value: serde_json::Value = serde_json::from_str(&text).context("vitest's results cannot be read")?;
    let number = |name: &str| value.get(name).and_then(serde_json::Value::as_u64).unwrap_or(0);
    let mut tally = Tally {
        passed: number("numPassedTests"),
        failed: number("numFailedTests"),
    };
    // A file that does not even load has no tests to count.
    if !status.success() && tally.failed == 0 {
        tally.failed = 1;
    }
    Ok(tally)
}

/// Whether the committed style sheet of the portal is what the design gives; writes nothing.
pub fn check_portal_style() -> Result<()> {
    command::run(command::npm().args(["run", "--silent", "build:portal", "--", "--check"]))
}
