//! A private PostgreSQL for the tests: its own data folder, loopback and a free port, durable writes as in production,
//! gone when the tests are over.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{command, places};

/// The oldest version that the store supports.
const OLDEST: u32 = 15;

/// The folder with initdb and postgres, of the newest version that is installed.
pub fn programs() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for entry in fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten() {
        let version = entry.file_name().to_string_lossy().parse().unwrap_or(0);
        found.push((version, entry.path().join("bin")));
    }
    // A link in a folder of links does not tell where the other programs are; what it points to does.
    let on_path = places::program(&["postgres"]).and_then(|file| file.canonicalize().ok());
    if let Some(folder) = on_path.as_deref().and_then(Path::parent) {
        found.push((version_of(folder), folder.to_path_buf()));
    }
    let needed = ["initdb", "postgres", "pg_isready"];
    found.retain(|(version, folder)| *version >= OLDEST && needed.iter().all(|name| folder.join(name).is_file()));
    found.into_iter().max().map(|(_, folder)| folder)
}

fn version_of(folder: &Path) -> u32 {
    let text = Command::new(folder.join("postgres"))
        .arg("--version")
        .output()
        .map(|output| output.stdout);
    let text = String::from_utf8(text.unwrap_or_default()).unwrap_or_default();
    let number = text
        .split_whitespace()
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    number
        .and_then(|number| number.split(['.', 'b', 'r']).next()?.parse().ok())
        .unwrap_or(0)
}

/// A running server; stops and leaves nothing behind when dropped.
pub struct Postgres {
    server: Child,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// Initialises and starts one. As root the server runs as `postgres` or `nobody`, because PostgreSQL refuses root.
    pub fn start() -> Result<Self> {
        let programs = programs().with_context(|| format!("PostgreSQL {OLDEST} or newer is not installed"))?;
        let user = if command::is_root() {
            Some(unprivileged_user()?)
        } else {
            None
        };
        let as_user = |program: PathBuf| match user {
            None => command::new(program),
            Some(name) => {
                let mut command = command::new("setpriv");
                command
                    .arg(format!("--reuid={name}"))
                    .arg(format!("--regid={}", group_of(name)));
                command.arg("--clear-groups").arg("--").arg(program);
                command
            }
        };
        // Not below target/: the repository may lie in a folder that the other user cannot enter.
        let folder = std::env::temp_dir().join(format!("aldaba-postgres-{}", std::process::id()));
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        if let Some(name) = user {
            command::run(command::new("chown").arg(name).arg(&folder))?;
        }
        let data = folder.join("data");
        let log = fs::File::create(places::target().join("postgres.log"))?;
        let mut initdb = as_user(programs.join("initdb"));
        initdb.arg("-D").arg(&data).args([
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
            "--no-sync",
        ]);
        command::run(
            initdb
                .current_dir("/")
                .stdout(log.try_clone()?)
                .stderr(log.try_clone()?),
        )?;

        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut server = as_user(programs.join("postgres"));
        server
            .arg("-D")
            .arg(&data)
            .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-k"])
            .arg(&folder);
        for setting in [
            "fsync=on",
            "synchronous_commit=on",
            "max_connections=400",
            "shared_buffers=256MB",
        ] {
            server.args(["-c", setting]);
        }
        let server = server
            .current_dir("/")
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("cannot start postgres")?;
        let mut postgres = Self { server, folder, port };
        postgres.wait_until_ready(&programs)?;
        Ok(postgres)
    }

    fn wait_until_ready(&mut self, programs: &Path) -> Result<()> {
        let started = Instant::now();
        let port = self.port.to_string();
        let asks = ["-q", "-h", "127.0.0.1", "-U", "postgres", "-d", "postgres", "-p", &port];
        while !command::succeeds(Command::new(programs.join("pg_isready")).args(asks)) {
            if let Some(status) = self.server.try_wait()? {
                bail!("postgres stopped at once ({status}); see target/postgres.log");
            }
            if started.elapsed() > Duration::from_secs(60) {
                bail!("postgres is not ready after a minute; see target/postgres.log");
            }
            sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Where it answers, for ALDABA_TEST_POSTGRES.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGINT is PostgreSQL's fast shutdown: connections are cut, its own children and shared memory go.
        command::succeeds(Command::new("kill").args(["-INT", &self.server.id().to_string()]));
        let started = Instant::now();
        while matches!(self.server.try_wait(), Ok(None)) && started.elapsed() < Duration::from_secs(20) {
            sleep(Duration::from_millis(20));
        }
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn unprivileged_user() -> Result<&'static str> {
    let known = |name: &&&str| command::succeeds(command::new("id").arg(name));
    ["postgres", "nobody"]
        .iter()
        .find(known)
        .copied()
        .context("no user `postgres` or `nobody` to run PostgreSQL as")
}

fn group_of(user: &str) -> String {
    command::output(command::new("id").args(["-gn", user]))
        .map_or_else(|_| user.to_owned(), |name| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_answers_and_leaves_nothing() {
        let postgres = Postgres::start().unwrap();
        let folder = postgres.folder.clone();
        let mut ask = Command::new(programs().unwrap().join("psql"));
        let answer = command::output(ask.args(["-Atc", "show fsync", &postgres.url()])).unwrap();
        assert_eq!(answer.trim(), "on");
        drop(postgres);
        assert!(!folder.exists());
    }
}
