//! Once a second: did another node, or the operator's command line, change clients or keys? One small statement tells.

use std::time::Duration;

use aldaba_store::{StoreError, versions};

use crate::app::App;

const EVERY: Duration = Duration::from_secs(1);

/// Runs until the server stops.
pub async fn run(app: App) {
    let mut failing = false;
    loop {
        tokio::select! {
            () = app.stopping().cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        match once(&app).await {
            Ok(()) => failing = false,
            Err(error) if !failing => {
                failing = true;
                tracing::warn!(%error, "changes of clients and keys could not be read");
            }
            Err(_) => {}
        }
    }
}

/// Looks once, and reads again what has changed.
///
/// # Errors
/// The database.
pub async fn once(app: &App) -> Result<(), StoreError> {
    let versions = app
        .store()
        .read(|tx| Box::pin(async move { versions::read(tx).await }))
        .await?;
    if app.clients().version() != Some(versions.clients) {
        app.clients().refresh(app).await?;
    }
    if app.oidc_keys().version() != Some(versions.oidc_keys) {
        app.oidc_keys().refresh(app).await?;
    }
    Ok(())
}
