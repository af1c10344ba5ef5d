//! What comes from npm and PyPI for tests: the examples for public sites and schemathesis; each installed as its own
//! `install.sh` says, which for the examples is what the documentation prints.

use std::fs;

use anyhow::{Context, Result};

use crate::{command, places};

/// Folder, its lock file, and what installing makes. Apache's comes with the system packages.
const EXAMPLES: [(&str, &str, &str); 3] = [
    ("examples/relying-parties/node", "package-lock.json", "node_modules"),
    ("examples/relying-parties/python", "requirements.txt", ".venv"),
    ("tests/hostile/schemathesis", "requirements.txt", ".venv"),
];

/// Installs those whose lock file is another than the one that was installed.
pub fn install() -> Result<()> {
    for (name, lock, made) in EXAMPLES {
        let folder = places::root().join(name);
        let wanted = fs::read(folder.join(lock)).with_context(|| format!("{name}/{lock}"))?;
        let record = folder.join(made).join(".installed-lock");
        if fs::read(&record).is_ok_and(|installed| installed == wanted) {
            continue;
        }
        println!("  install.sh in {name}");
        command::run(command::new("sh").arg("install.sh").current_dir(&folder))?;
        fs::write(&record, wanted).with_context(|| format!("cannot write {}", record.display()))?;
    }
    Ok(())
}
