//! Where and how often is measured, and the bare parts beside it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use futures::future::try_join_all;
use reqwest::Client;

use crate::fixture::fresh_postgres;
use crate::floor::Rows;
use crate::process::Server;
use crate::stats::Runs;

/// Where and how often is measured.
pub struct Plan {
    /// How often each figure is taken.
    pub runs: u32,
    /// How long each rate is taken.
    pub during: Duration,
    /// The PostgreSQL server, if there is one.
    pub postgres: Option<String>,
    /// Whether SQLite is left out.
    pub only_postgres: bool,
}

impl Plan {
    /// The databases there are: their names, and whether it is PostgreSQL.
    pub fn backends(&self) -> Vec<(&'static str, bool)> {
        let mut backends = Vec::new();
        if !self.only_postgres {
            backends.push(("SQLite", false));
        }
        if self.postgres.is_some() {
            backends.push(("PostgreSQL", true));
        }
        backends
    }

    /// A database of its own for one measurement: its URL, and the folder that goes with it.
    pub async fn database(&self, postgres: bool) -> Result<(String, tempfile::TempDir)> {
        let folder = tempfile::tempdir()?;
        let url = if postgres {
            fresh_postgres(self.postgres.as_deref().context("no PostgreSQL server")?).await?
        } else {
            format!("sqlite://{}?mode=rwc", folder.path().join("floor.db").display())
        };
        Ok((url, folder))
    }
}

/// Starts the bare server on an empty database.
pub async fn bare(database: &str) -> Result<Server> {
    let mut command = tokio::process::Command::new(std::env::current_exe()?);
    command.args(["--floor", database]);
    Server::start(command).await
}

/// CPU seconds of the bare server for exchanges with answers of these sizes, one after the other.
pub async fn exchanges(client: &Client, bare: &Server, sizes: &[u64], during: Duration) -> Result<f64> {
    let (before, begun) = (bare.cpu_seconds()?, Instant::now());
    let each = (0..16).map(|_| async {
        let mut done = 0u64;
        while begun.elapsed() < during {
            for size in sizes {
                let sent = client
                    .post(format!("{}/exchange/{size}", bare.url))
                    .body("x".repeat(300))
                    .send()
                    .await?;
                sent.bytes().await?;
            }
            done += 1;
        }
        anyhow::Ok(done)
    });
    let done: u64 = try_join_all(each).await?.into_iter().sum();
    Ok((bare.cpu_seconds()? - before) / done as f64)
}

/// The machine's durable single-row commits.
pub struct Commits {
    rows: Rows,
    grouped_by_database: bool,
    singly: Runs,
    together: Runs,
    _folder: tempfile::TempDir,
}

impl Commits {
    /// On an empty database of that kind.
    pub async fn open(plan: &Plan, postgres: bool) -> Result<Self> {
        let (url, folder) = plan.database(postgres).await?;
        Ok(Self {
            rows: Rows::open(&url, if postgres { 64 } else { 1 }).await?,
            grouped_by_database: postgres,
            singly: Runs::default(),
            together: Runs::default(),
            _folder: folder,
        })
    }

    /// Takes them once; the CPU seconds of one.
    pub async fn take(&mut self, during: Duration) -> Result<f64> {
        let (singly, cpu) = self.rows.rate(1, during).await?;
        self.singly.push(singly);
        self.together.push(self.rows.rate(64, during).await?.0);
        Ok(cpu)
    }

    /// Those that so many clients are to be held against, and what they are called. SQLite's driver commits singly, whoever asks.
    pub fn beside(&self, clients: usize) -> (&Runs, &'static str) {
        if self.grouped_by_database && clients > 1 {
            (&self.together, "64 clients")
        } else {
            (&self.singly, "singly")
        }
    }
}
