//! Sessions that ended: the sites that hang on them are told.
//!
//! Whatever ends a session (signing out, "cerrar todas", a device that is deactivated or frozen, another person at the same
//! browser), on whatever node or command line, the database marks the sites in that transaction (see the migration
//! `m0004_oidc`). Who ends a session here tells them at once; a look once a second finds the others.

use std::time::Duration;

use aldaba_core::time::Timestamp;
use aldaba_store::{StoreError, Transaction, authorizations};

use super::backchannel;
use crate::app::App;

const EVERY: Duration = Duration::from_secs(1);
/// Sites taken in one transaction.
const BATCH: u32 = 100;

/// Runs until the server stops.
pub async fn run(app: App) {
    let mut failing = false;
    loop {
        tokio::select! {
            () = app.stopping().cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        match look(&app).await {
            Ok(_) => failing = false,
            Err(error) if !failing => {
                failing = true;
                tracing::warn!(%error, "ended sessions could not be read");
            }
            Err(_) => {}
        }
    }
}

/// Queues what is due; how many sites.
///
/// # Errors
/// The database.
pub async fn look(app: &App) -> Result<usize, StoreError> {
    let any = app
        .store()
        .read(|tx| Box::pin(async move { authorizations::any_due_logout(tx).await }))
        .await?;
    if !any {
        return Ok(0);
    }
    let now = app.now();
    let queued = app
        .store()
        .write(move |tx| Box::pin(async move { queue(tx, now).await }))
        .await?;
    app.logouts_due().notify_one();
    Ok(queued)
}

/// The same in the transaction that ends a session; [`App::logouts_due`] wakes the worker once it is committed.
///
/// # Errors
/// The database.
pub async fn queue(tx: &Transaction, now: Timestamp) -> Result<usize, StoreError> {
    let due = authorizations::take_due_logouts(tx, BATCH).await?;
    for site in &due {
        backchannel::queue(tx, &site.client_id, &site.subject, &site.sid, now).await?;
    }
    Ok(due.len())
}
