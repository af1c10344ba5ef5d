//! One example, copied to a folder of its own, registered with a server and running.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use aldaba_tests::process::{Background, free_port};
use aldaba_tests::programs;
use aldaba_tests::server::DemoServer;
use aldaba_tests::waiting::until;
use anyhow::{Context, Result, ensure};

/// What installing makes, too large to be copied.
const INSTALLED: [&str; 2] = ["node_modules", ".venv"];

/// What registering makes: whoever tried the example by hand has one of their own.
const REGISTERED: [&str; 3] = ["client.secret", "client.key.json", "client.jwks.json"];

/// A public site that runs.
pub struct Example {
    program: Background,
    /// Its front page.
    pub url: String,
}

impl Example {
    /// Registers the example `name` with its script `register`, which leaves `kept` beside it, and starts it: all by the
    /// scripts that the documentation prints.
    pub async fn start(name: &str, (register, kept): (&str, &str), server: &DemoServer, folder: &Path) -> Result<Self> {
        let folder = folder.join(name);
        let original = programs::repository().join("examples/relying-parties").join(name);
        copy(&original, &folder)?;
        let port = free_port()?.to_string();
        let run = |script: &str| -> Result<Command> {
            let mut command = Command::new("sh");
            command
                .arg(script)
                .current_dir(&folder)
                .env("PATH", path_with_ours()?)
                .env("ALDABA_DATA", server.folder().canonicalize()?)
                .env("ISSUER", server.url())
                .env("PORT", &port);
            Ok(command)
        };
        let registered = run(register)?.output()?;
        ensure!(
            registered.status.success(),
            "{register}: {}",
            String::from_utf8_lossy(&registered.stderr)
        );
        let secret = fs::read_to_string(folder.join(kept))?;
        ensure!(secret.trim().len() > 30, "no secret was made");
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(folder.join(kept))?.permissions());
        ensure!(mode & 0o077 == 0, "others may read the secret");

        let program = Background::start(&mut run("run.sh")?, &folder.join("run.log"))?;
        let example = Self {
            program,
            url: format!("http://127.0.0.1:{port}/"),
        };
        until(&format!("{name} serves"), async || {
            Ok(std::net::TcpStream::connect(("127.0.0.1", port.parse::<u16>()?)).ok())
        })
        .await
        .with_context(|| example.program.written())?;
        Ok(example)
    }

    /// What it wrote.
    pub fn log(&self) -> String {
        self.program.written()
    }
}

/// PATH with this build's programs in front.
fn path_with_ours() -> Result<std::ffi::OsString> {
    let ours = programs::ours("aldaba-server")?;
    let ours = ours.parent().context("a program in no folder")?.to_path_buf();
    let path = std::env::var_os("PATH").unwrap_or_default();
    Ok(std::env::join_paths(
        std::iter::once(ours).chain(std::env::split_paths(&path)),
    )?)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target): (PathBuf, PathBuf) = (entry.path(), to.join(entry.file_name()));
        if INSTALLED.iter().any(|made| entry.file_name() == *made) {
            std::os::unix::fs::symlink(source, target)?;
        } else if source.is_dir() {
            copy(&source, &target)?;
        } else if !REGISTERED.iter().any(|made| entry.file_name() == *made) {
            fs::copy(&source, &target)?;
        }
    }
    Ok(())
}

/// A temporary folder that a web server under another user may read.
pub fn folder() -> Result<tempfile::TempDir> {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::Builder::new().prefix("aldaba-").tempdir()?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    Ok(folder)
}
