//! What the commands share: settings, log, database, and a runtime.

use std::future::Future;
use std::sync::Arc;

use aldaba_core::random::OsRandom;
use aldaba_core::time::SystemClock;
use aldaba_store::{KeyFile, Store, StoreConfig};
use anyhow::Context;
use tracing_subscriber::EnvFilter;

use super::ServerArgs;
use super::demo::existing as demo_config;
use crate::app::{App, Parts};
use crate::certificates::Certificates;
use crate::config::{Config, LogFormat};
use crate::places::Places;

/// Runs a command's future to its end.
pub(super) fn block_on<F>(worker_threads: Option<usize>, future: F) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<()>>,
{
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Some(threads) = worker_threads {
        builder.worker_threads(threads.max(1));
    }
    builder
        .enable_all()
        .build()
        .context("the runtime could not be started")?
        .block_on(future)
}

/// Starts the log, on standard error: standard output belongs to what a command answers.
pub(super) fn log(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log).context("log: not a filter")?;
    let terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(terminal);
    let started = match config.log_format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("the log could not be started: {error}"))
}

/// Opens the database and puts the server together.
pub(super) async fn open(config: Config) -> anyhow::Result<App> {
    let keys = Arc::new(KeyFile::load(&config.key_file).context("key_file")?);
    let store_config = StoreConfig {
        url: config.database.clone(),
        max_connections: config.database_connections,
    };
    let store = Store::open(&store_config, Arc::clone(&keys))
        .await
        .context("database")?;
    let places = match &config.geoip_database {
        Some(file) => Some(Places::open(file).context("geoip_database")?),
        None => None,
    };
    let certificates = match &config.certificates {
        Some(settings) => Some(
            Certificates::open(settings)
                .map_err(anyhow::Error::msg)
                .context("certificates")?,
        ),
        None => None,
    };
    Ok(App::new(Parts {
        config,
        store,
        keys,
        clock: Arc::new(SystemClock),
        random: Arc::new(OsRandom),
        places,
        certificates,
    }))
}

/// For the commands that look after a server: opens what the settings name, does one thing, and closes it again.
pub(super) fn with_app<F, Fut>(server: &ServerArgs, job: F) -> anyhow::Result<()>
where
    F: FnOnce(App) -> Fut,
    Fut: Future<Output = anyhow::Result<()>>,
{
    let config = match (&server.config, &server.data) {
        (Some(file), _) => Config::load(file)?,
        (None, Some(folder)) => demo_config(folder)?,
        (None, None) => anyhow::bail!("--config FILE or --data FOLDER says which server"),
    };
    block_on(Some(1), async move {
        let app = open(config).await?;
        let outcome = job(app.clone()).await;
        app.store().close().await.context("closing the database")?;
        outcome
    })
}
