//! `serve`.

use std::path::{Path, PathBuf};

use anyhow::Context;
use tokio::net::TcpListener;

use super::{Outcome, start};
use crate::app::App;
use crate::config::Config;
use crate::oidc::clients;

pub(super) fn run(file: &Path) -> Outcome {
    let config = Config::load(file)?;
    let file = file.to_owned();
    start::log(&config)?;
    start::block_on(config.worker_threads, async move {
        let listen = config.listen;
        let admin_listen = config.admin_listen;
        let app = start::open(config).await?;
        clients::sync(&app, app.config().relying_parties.clone())
            .await
            .context("relying_parties")?;
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("listen: {listen}"))?;
        let admin = match admin_listen {
            Some(address) => Some(
                TcpListener::bind(address)
                    .await
                    .with_context(|| format!("admin_listen: {address}"))?,
            ),
            None => None,
        };
        crate::serve::start_messages(&app).context("messages")?;
        stop_on_signals(&app)?;
        read_clients_on_hangup(&app, file)?;
        tracing::info!(address = %listener.local_addr()?, public = %app.config().public_url, "serving");
        crate::serve::serve(app, listener, admin).await?;
        tracing::info!("stopped");
        Ok(())
    })
}

/// Reads the clients of the settings file again on SIGHUP. Settings that cannot be used change nothing.
fn read_clients_on_hangup(app: &App, file: PathBuf) -> Outcome {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hangup = signal(SignalKind::hangup()).context("signals")?;
    let app = app.clone();
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            let read = match Config::load(&file) {
                Ok(config) => clients::sync(&app, config.relying_parties)
                    .await
                    .map_err(anyhow::Error::from),
                Err(error) => Err(error.into()),
            };
            match read {
                Ok(_) => tracing::info!("the clients of the settings file were read again"),
                Err(error) => tracing::error!("the clients stay as they were: {error:#}"),
            }
        }
    });
    Ok(())
}

/// Stops gently on SIGTERM and SIGINT.
pub(super) fn stop_on_signals(app: &App) -> Outcome {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("signals")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("signals")?;
    let stopping = app.stopping().clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        stopping.cancel();
    });
    Ok(())
}
