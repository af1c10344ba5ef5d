//! Generated files: made from the code, committed, and compared on every test run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::{command, places, setup, ui};

/// Rewrites every generated file in its place.
pub fn run() -> Result<()> {
    setup::ready(setup::Purpose::Everything)?;
    let folder = committed_bindings();
    command::run(
        command::cargo()
            .args([
                "nextest",
                "run",
                "--package",
                "aldaba",
                "-E",
                "test(export_bindings)",
                "--no-tests=pass",
            ])
            .env("TS_RS_EXPORT_DIR", &folder),
    )?;
    ui::build_portal_style()?;
    println!(
        "\nrewritten: {} and server/assets; `git diff` shows what changed",
        folder.display()
    );
    Ok(())
}

/// Where the tests of a whole run write the bindings, to be compared with those committed.
pub fn fresh_bindings() -> PathBuf {
    places::target().join("codegen").join("bindings")
}

fn committed_bindings() -> PathBuf {
    places::ui().join("src").join("bindings")
}

/// Whether the committed bindings are those that the code gives; the error names each file that differs.
pub fn compare_bindings() -> Result<()> {
    let (fresh, committed) = (read_all(&fresh_bindings())?, read_all(&committed_bindings())?);
    if fresh.is_empty() {
        bail!("the tests wrote no bindings into {}", fresh_bindings().display());
    }
    let names = fresh
        .iter()
        .filter(|(name, text)| committed.get(*name) != Some(*text))
        .map(|(name, _)| name.as_str());
    let differing: Vec<&str> = names.collect();
    if !differing.is_empty() {
        bail!("ui/src/bindings is out of date: {}", differing.join(", "));
    }
    Ok(())
}

/// File name (with the folders below `folder`) → text, of every TypeScript file.
fn read_all(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(current) = waiting.pop() {
        let Ok(entries) = fs::read_dir(&current) else { continue };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "ts") {
                let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
                files.insert(name, fs::read_to_string(&path)?);
            }
        }
    }
    Ok(files)
}
