//! What nobody asks for: old rows are thrown away, signing keys are made and rotated, figures are folded.

use std::time::Duration;

use aldaba_core::policy::seconds;
use aldaba_store::{StoreError, maintenance, sessions};

use crate::app::App;
use crate::oidc::keys;
use crate::passwords;

const FOLD: Duration = Duration::from_secs(5);
/// Idle sessions ended in one transaction.
const IDLE_BATCH: u32 = 500;
/// Folds between two purges: ten minutes.
const FOLDS_A_PURGE: u32 = 120;

/// Runs until the server stops.
pub async fn run(app: App) {
    let mut folds = 0;
    signing_keys(&app).await;
    loop {
        tokio::select! {
            () = app.stopping().cancelled() => return,
            () = tokio::time::sleep(FOLD) => {}
        }
        app.metrics().fold();
        folds += 1;
        if folds % FOLDS_A_PURGE == 0 {
            end_idle(&app).await;
            purge(&app).await;
            signing_keys(&app).await;
            warn(&app).await;
        }
    }
}

/// Makes the next key that signs tokens when it is time.
async fn signing_keys(app: &App) {
    if let Err(error) = keys::look_after(app).await {
        tracing::warn!(%error, "the keys that sign tokens could not be looked after");
    }
}

/// Warns those whose passwords end soon.
pub async fn warn(app: &App) {
    match passwords::warn(app).await {
        Ok(0) => {}
        Ok(people) => tracing::info!(people, "warned that their passwords end"),
        Err(error) => tracing::warn!(%error, "nobody could be warned that their password ends"),
    }
}

/// Ends the sessions that were not used for so long that they open nothing any more: the sites that hang on them are told.
pub async fn end_idle(app: &App) {
    let idle = seconds(app.policy().session_idle);
    in_small_steps(app, "idle sessions could not be ended", || async move {
        let now = app.now();
        let ended = app
            .store()
            .write(move |tx| Box::pin(async move { sessions::end_idle(tx, now.minus(idle), now, IDLE_BATCH).await }))
            .await?;
        Ok(ended >= u64::from(IDLE_BATCH))
    })
    .await;
}

/// Throws away what is over and counted by nothing.
pub async fn purge(app: &App) {
    in_small_steps(app, "old rows could not be thrown away", || async move {
        let now = app.now();
        let purged = app
            .store()
            .write(move |tx| Box::pin(async move { maintenance::purge(tx, now).await }))
            .await?;
        if purged.total() > 0 {
            tracing::info!(rows = purged.total(), "old rows thrown away");
        }
        Ok(purged.is_partial())
    })
    .await;
}

/// Takes steps, each a transaction, until one says that there is no more to do: no other write waits long. What goes wrong is
/// left to the next time.
async fn in_small_steps<S>(app: &App, failed: &str, step: impl Fn() -> S)
where
    S: Future<Output = Result<bool, StoreError>>,
{
    loop {
        match step().await {
            Ok(true) if !app.stopping().is_cancelled() => {}
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(%error, "{failed}");
                return;
            }
        }
    }
}
