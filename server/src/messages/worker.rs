//! The worker that empties the outbox.
//!
//! Rules:
//! - A row is claimed with a lease before it is sent: two workers, or two servers, do not send the same row at the same
//!   time, and a row whose worker died is claimed again when the lease is over.
//! - After a failure the next try waits twice as long each time, give or take a quarter, so that rows that failed
//!   together do not come back together. When the tries are used up, or the gateway refuses the message itself, the row
//!   is given up and stays for whoever looks.
//! - The rows of one claim are sent side by side, so that a gateway that is slow with one keeps no other from leaving.
//! - Told to stop, it finishes the messages in hand and claims no more.

use std::sync::Arc;
use std::time::Duration;

use aldaba_core::random::below;
use aldaba_store::{StoreError, outbox};
use futures::future::join_all;
use tracing::{info, warn};

use super::{Message, MessageSender, SendError};
use crate::app::App;

/// How often the outbox is looked at when nobody says that there is something: other nodes write rows, too.
const LOOK: Duration = Duration::from_secs(5);
/// Rows claimed, and sent, at a time.
const BATCH: u32 = 16;

/// How often, and for how long, a message is tried.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Tries before it is given up.
    pub attempts: u32,
    /// Before the second try.
    pub first_wait: Duration,
    /// What one try may take at most.
    pub deadline: Duration,
}

impl Patience {
    /// The longest wait between two tries.
    const LONGEST: Duration = Duration::from_secs(3600);

    /// How long to wait after so many failed tries.
    #[must_use]
    pub fn wait(&self, failed: u32, random: &dyn aldaba_core::random::Random) -> Duration {
        let doublings = failed.saturating_sub(1).min(20);
        let wait = self.first_wait.saturating_mul(1 << doublings).min(Self::LONGEST);
        let millis = u32::try_from(wait.as_millis()).unwrap_or(u32::MAX);
        let three_quarters = millis / 4 * 3;
        Duration::from_millis(u64::from(three_quarters) + u64::from(below(millis / 2 + 1, random)))
    }
}

/// Sends what is due until the server stops.
pub async fn run(app: App, sender: Arc<dyn MessageSender>, patience: Patience) {
    loop {
        match send_due(&app, &*sender, patience).await {
            // A full batch: there may be more.
            Ok(claimed) if claimed >= BATCH as usize && !app.stopping().is_cancelled() => continue,
            Ok(_) => {}
            Err(error) => warn!(%error, "the outbox cannot be read"),
        }
        tokio::select! {
            () = app.stopping().cancelled() => return,
            () = app.messages_due().notified() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Claims what is due now and sends it. How many were claimed.
///
/// # Errors
/// The database. What was sent and could not be noted is sent again when its lease is over, with the same idempotency key.
pub async fn send_due(app: &App, sender: &dyn MessageSender, patience: Patience) -> Result<usize, StoreError> {
    let now = app.now();
    let lease = patience.deadline + Duration::from_secs(30);
    let claimed = app
        .store()
        .write(move |tx| Box::pin(async move { outbox::claim_due(tx, now, lease, BATCH).await }))
        .await?;
    let count = claimed.len();
    let sent = join_all(claimed.into_iter().map(|row| send(app, sender, patience, row))).await;
    sent.into_iter().collect::<Result<(), _>>()?;
    Ok(count)
}

async fn send(
    app: &App,
    sender: &dyn MessageSender,
    patience: Patience,
    row: outbox::Message,
) -> Result<(), StoreError> {
    let (id, attempts) = (row.id, row.attempts);
    let message = Message {
        id,
        to: row.to.e164().to_owned(),
        text: row.text,
    };
    let answer = sender.send(&message).await;
    let done = app.now();
    match answer {
        Ok(()) => {
            app.metrics().message("sent");
            info!(message = %id, "message sent");
            app.store()
                .write(move |tx| Box::pin(async move { outbox::mark_sent(tx, &id, done).await }))
                .await?;
        }
        Err(error) => {
            let last = attempts >= patience.attempts;
            let next = match error {
                SendError::Later(_) if !last => Some(done.plus(patience.wait(attempts, app.random()))),
                SendError::Later(_) | SendError::Refused(_) => None,
            };
            app.metrics().message(if next.is_some() { "retry" } else { "given_up" });
            warn!(message = %id, %error, again = next.is_some(), "message not sent");
            app.store()
                .write(move |tx| Box::pin(async move { outbox::mark_failed(tx, &id, attempts, next).await }))
                .await?;
        }
    }
    Ok(())
}
