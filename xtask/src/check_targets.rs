//! `cargo xtask check-targets`: type-checks the app for the systems that this machine is not.
//!
//! A check needs no linker and no SDK, only a standard library for the target, and that can be built from source. Debian's
//! `rustc-web` package brings a compiler with its sources; C parts are "compiled" by a stub that writes empty objects,
//! since nothing is ever linked. What it finds is real: a missing `cfg`, a store that does not exist on that system, a
//! plugin's changed interface. What it cannot find is whatever only a linker or a device would say; the workflow in
//! .github builds on the systems themselves.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::{command, places};

/// The targets, and the package each needs besides the compiler.
const TARGETS: [&str; 4] = [
    "aarch64-linux-android",
    "aarch64-apple-ios",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-gnu",
];

/// Debian's compiler, its cargo, and the packages that bring them.
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const PACKAGES: &str = "rustc-web cargo-web rust-web-src mingw-w64";

/// Arguments of the task.
#[derive(clap::Args)]
pub struct Arguments {
    /// Only these targets; all four when none is named.
    targets: Vec<String>,
}

/// Checks each target in turn; fails after the last if any failed.
pub fn run(arguments: &Arguments) -> Result<()> {
    let targets: Vec<&str> = if arguments.targets.is_empty() {
        TARGETS.to_vec()
    } else {
        arguments.targets.iter().map(String::as_str).collect()
    };
    if let Some(unknown) = targets.iter().find(|target| !TARGETS.contains(*target)) {
        bail!("{unknown} is none of {}", TARGETS.join(", "));
    }
    if !Path::new(RUSTC).is_file() || !Path::new(CARGO).is_file() {
        bail!("needs a compiler with its sources: apt-get install {PACKAGES}");
    }
    let stubs = write_stubs()?;
    let mut failed = Vec::new();
    for target in targets {
        let begun = Instant::now();
        println!("checking {target}");
        match check(target, &stubs) {
            Ok(()) => println!("{target}: checked in {}", command::spoken(begun.elapsed())),
            Err(error) => {
                eprintln!("{target}: {error:#}");
                failed.push(target);
            }
        }
    }
    if !failed.is_empty() {
        bail!("{} did not check", failed.join(", "));
    }
    Ok(())
}

/// A folder of its own: the compiler is another than the developer's, and a check must not make cargo forget its builds.
fn folder() -> PathBuf {
    places::target().join("check-targets")
}

fn check(target: &str, stubs: &Path) -> Result<()> {
    let underscored = target.replace('-', "_");
    let path = std::env::join_paths([
        // Only `xcrun`: what is built for this machine needs the real compiler.
        stubs.join("bin"),
        PathBuf::from("/usr/local/bin"),
        PathBuf::from("/usr/bin"),
        PathBuf::from("/bin"),
    ])?;
    let mut cargo = command::new(CARGO);
    cargo
        .args(["check", "--package", "aldaba", "--lib", "-Zbuild-std=std,panic_abort"])
        .args(["--target", target])
        .arg("--target-dir")
        .arg(folder())
        .env("PATH", path)
        .env("RUSTC", RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        // Ours is chosen by rust-toolchain or the environment; this compiler is named by hand.
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("RUSTFLAGS");
    for (tool, stub) in [("CC", "cc"), ("CXX", "cxx"), ("AR", "ar")] {
        cargo.env(format!("{tool}_{underscored}"), stubs.join(stub));
    }
    if target.contains("apple") {
        cargo.env("SDKROOT", stubs);
    }
    command::run(&mut cargo)
}

/// Writes the programs that stand in for each system's C toolchain.
fn write_stubs() -> Result<PathBuf> {
    let stubs = folder().join("stubs");
    fs::create_dir_all(stubs.join("bin"))?;
    // Whatever `-o` names becomes an empty file; so does the archive that `ar` is asked for.
    let compiler =
        "#!/bin/sh\nwhile [ $# -gt 0 ]; do\n  if [ \"$1\" = -o ]; then shift; : > \"$1\"; fi\n  shift\ndone\n";
    let archiver = "#!/bin/sh\nprintf '!<arch>\\n' > \"$2\"\n";
    // Where the SDK is, and which version: nobody looks inside.
    let xcrun = format!(
        "#!/bin/sh\ncase \"$*\" in\n  *version*) echo 17.0 ;;\n  *) echo '{}' ;;\nesac\n",
        stubs.display()
    );
    for (name, text) in [
        ("cc", compiler),
        ("cxx", compiler),
        ("ar", archiver),
        ("bin/xcrun", xcrun.as_str()),
    ] {
        let file = stubs.join(name);
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
    }
    Ok(stubs)
}
