//! The queue of messages to people: a row for each, delivered by a [`MessageSender`].
//!
//! A code is tried while it lives (the row says until when); what has no end, such as the word that a device was activated in
//! somebody's name, for as long as [`Patience`] lasts. A code that has run out unsent is given up. What the gateway refuses for
//! itself is given up at once.

use std::sync::Arc;

use aldaba_store::{StoreError, outbox};
use tokio::sync::Notify;
use tracing::{info, warn};

use super::{Message, MessageSender, SendError};
use crate::app::App;
use crate::delivery::{Patience, Queue};

/// Messages that are given up in one transaction.
const MOST_OVER: u32 = 1000;

/// The outbox, and who takes what is in it.
pub struct Outbox {
    app: App,
    sender: Arc<dyn MessageSender>,
    patience: Patience,
}

impl Outbox {
    /// That server's, with that patience.
    #[must_use]
    pub fn new(app: App, sender: Arc<dyn MessageSender>, patience: Patience) -> Self {
        Self { app, sender, patience }
    }
}

impl Queue for Outbox {
    type Row = outbox::Message;
    const NAME: &str = "the outbox";

    fn app(&self) -> &App {
        &self.app
    }

    fn due(&self) -> &Notify {
        self.app.messages_due()
    }

    /// What is over meanwhile is given up here, where it would have been claimed, and counted: nobody else would.
    async fn claim(&self, most: u32) -> Result<Vec<outbox::Message>, StoreError> {
        let (now, lease) = (self.app.now(), self.patience.lease());
        let (over, claimed) = self
            .app
            .store()
            .write(move |tx| {
                Box::pin(async move {
                    let over = outbox::give_up_over(tx, now, MOST_OVER).await?;
                    Ok::<_, StoreError>((over, outbox::claim_due(tx, now, lease, most).await?))
                })
            })
            .await?;
        if over > 0 {
            self.app.metrics().messages("given_up", over);
            warn!(messages = over, "messages not sent while they were of use");
        }
        Ok(claimed)
    }

    async fn deliver(&self, row: outbox::Message) -> Result<(), StoreError> {
        let (app, id, attempts) = (&self.app, row.id, row.attempts);
        let message = Message {
            id,
            to: row.to.e164().to_owned(),
            text: row.text,
        };
        let answer = self.sender.send(&message).await;
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
                let next = match error {
                    SendError::Later(_) => self.patience.again(row.created_at, attempts, done, app.random()),
                    SendError::Refused(_) => None,
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
}
