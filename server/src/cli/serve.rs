//! `serve`.

use std::path::Path;

use anyhow::Context;
use tokio::net::TcpListener;

use super::{Outcome, start};
use crate::app::App;
use crate::config::Config;

pub(super) fn run(config: &Path) -> Outcome {
    let config = Config::load(config)?;
    start::log(&config)?;
    start::block_on(config.worker_threads, async move {
        let listen = config.listen;
        let admin_listen = config.admin_listen;
        let certificates_listen = config.certificates.as_ref().map(|settings| settings.listen);
        let app = start::open(config).await?;
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
        let certificates = match certificates_listen {
            Some(address) => Some(
                TcpListener::bind(address)
                    .await
                    .with_context(|| format!("certificates.listen: {address}"))?,
            ),
            None => None,
        };
        crate::serve::start_messages(&app).context("messages")?;
        stop_on_signals(&app)?;
        tracing::info!(address = %listener.local_addr()?, public = %app.config().public_url, "serving");
        crate::serve::serve_with_certificates(app, listener, admin, certificates).await?;
        tracing::info!("stopped");
        Ok(())
    })
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
