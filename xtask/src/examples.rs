//! The examples for public sites: each installed as its own `install.sh` says, which is what the documentation prints.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::{command, places};

/// Folder, its lock file, and what installing makes. Apache's comes with the system packages.
const EXAMPLES: [(&str, &str, &str); 2] = [
    ("node", "package-lock.json", "node_modules"),
    ("python", "requirements.txt", ".venv"),
];

fn folder(name: &str) -> PathBuf {
    places::root().join("examples").join("relying-parties").join(name)
}

/// Installs those whose lock file is another than the one that was installed.
pub fn install() -> Result<()> {
    for (name, lock, made) in EXAMPLES {
        let folder = folder(name);
        let wanted = fs::read(folder.join(lock)).with_context(|| format!("examples/relying-parties/{name}/{lock}"))?;
        let record = folder.join(made).join(".installed-lock");
        if fs::read(&record).is_ok_and(|installed| installed == wanted) {
            continue;
        }
        println!("  install.sh in examples/relying-parties/{name}");
        command::run(command::new("sh").arg("install.sh").current_dir(&folder))?;
        fs::write(&record, wanted).with_context(|| format!("cannot write {}", record.display()))?;
    }
    Ok(())
}
