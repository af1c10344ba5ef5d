//! Where things are in the repository and on the machine.

use std::env;
use std::path::{Path, PathBuf};

/// The repository's root: the folder above xtask/.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Cargo's output folder; CARGO_TARGET_DIR is honoured.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// Where `cargo xtask setup` installs the cargo tools that are not on PATH.
pub fn tools() -> PathBuf {
    target().join("tools")
}

/// The front end's package.
pub fn ui() -> PathBuf {
    root().join("ui")
}

/// A program that cargo built with the development profile.
pub fn built(name: &str) -> PathBuf {
    target().join("debug").join(name)
}

/// The first of `names` found on PATH (or in target/tools/bin), with its full path.
pub fn program(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::iter::once(tools().join("bin"))
        .chain(env::split_paths(&path))
        .collect();
    names.iter().find_map(|name| {
        folders
            .iter()
            .map(|folder| folder.join(name))
            .find(|file| file.is_file())
    })
}

/// PATH with target/tools/bin in front, for the programs that we start.
pub fn path_with_tools() -> std::ffi::OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(tools().join("bin")).chain(env::split_paths(&path));
    env::join_paths(folders).unwrap_or(path)
}
