//! Where the programs are that the tests start.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The repository's root.
pub fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Cargo's output folder, seen from where this program lies in it (`target/debug/…` or `target/debug/deps/…`).
pub fn target() -> PathBuf {
    let here = env::current_exe().unwrap_or_default();
    let marked = here.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
    marked.map_or_else(|| repository().join("target"), Path::to_path_buf)
}

/// A program of this workspace, built with the same profile as this one.
///
/// # Errors
/// When it has not been built.
pub fn ours(name: &str) -> Result<PathBuf> {
    let here = env::current_exe()?;
    let folder = here.parent().context("this program lies in no folder")?;
    let folder = if folder.ends_with("deps") {
        folder.parent().unwrap_or(folder)
    } else {
        folder
    };
    let file = folder.join(name);
    anyhow::ensure!(
        file.is_file(),
        "{} has not been built: `cargo build --workspace --bins`",
        file.display()
    );
    Ok(file)
}

/// A program of the machine: the first of `names` on PATH or among the tools that `cargo xtask setup` installs.
///
/// # Errors
/// When there is none.
pub fn system(names: &[&str]) -> Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::iter::once(target().join("tools/bin"))
        .chain(env::split_paths(&path))
        .collect();
    let found = names.iter().find_map(|name| {
        folders
            .iter()
            .map(|folder| folder.join(name))
            .find(|file| file.is_file())
    });
    found.with_context(|| format!("none of {names:?} is installed: `cargo xtask setup`"))
}

/// Must come before any HTTP client is made: the device's code leaves the choice of a cryptography provider to the
/// program, and a client refuses to exist without one even where it speaks plain HTTP.
pub fn choose_cryptography() {
    // It was chosen before: by an earlier call.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
