//! A PostgreSQL database of one's own, on the server that `cargo xtask test` starts.

use std::env;
use std::process;

use anyhow::{Context, Result};
use sea_orm::{ConnectionTrait, Database as Connection};

/// An empty database.
#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
    url: String,
}

impl Database {
    /// Makes one on the server that ALDABA_TEST_POSTGRES names.
    ///
    /// # Errors
    /// When none is named, or it refuses.
    pub async fn create() -> Result<Self> {
        let server = env::var("ALDABA_TEST_POSTGRES")
            .context("ALDABA_TEST_POSTGRES is not set; `cargo xtask test` starts a PostgreSQL and sets it")?;
        let name = format!("aldaba_e2e_{}", process::id());
        let (base, _) = server
            .rsplit_once('/')
            .context("ALDABA_TEST_POSTGRES names no database")?;
        let url = format!("{base}/{name}");
        run(&server, &format!("DROP DATABASE IF EXISTS {name}")).await?;
        run(&server, &format!("CREATE DATABASE {name}")).await?;
        Ok(Self { server, name, url })
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Removes it.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn remove(self) -> Result<()> {
        run(&self.server, &format!("DROP DATABASE {} WITH (FORCE)", self.name)).await
    }
}

async fn run(server: &str, statement: &str) -> Result<()> {
    let connection = Connection::connect(server).await?;
    connection.execute_unprepared(statement).await?;
    Ok(connection.close().await?)
}
