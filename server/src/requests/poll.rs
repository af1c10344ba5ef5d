//! Once a second, what other processes changed is told to the streams of this node: other nodes' requests and new devices, where
//! there may be other nodes (PostgreSQL), and devices that the operator revoked, or erased with their
//! owner, from the command line.

use std::time::Duration;

use aldaba_core::time::Timestamp;
use aldaba_store::{Backend, StoreError, changes};

use super::events::Live;
use crate::app::App;

const EVERY: Duration = Duration::from_secs(1);
/// Transactions may commit later than their times say. The hub does not tell twice what is read twice.
const OVERLAP: Duration = Duration::from_secs(5);

/// Runs until the server stops.
pub async fn run(app: App) {
    let mut poll = Poll::new(&app);
    loop {
        tokio::select! {
            () = app.stopping().cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        if app.hub().watched() == 0 {
            poll.since = app.now();
            app.hub().forget_before(poll.since);
            continue;
        }
        if let Err(error) = poll.once(&app).await {
            tracing::warn!(%error, "changes of other processes could not be read");
        }
    }
}

/// What was asked before.
pub struct Poll {
    since: Timestamp,
}

impl Poll {
    /// Begins now.
    #[must_use]
    pub fn new(app: &App) -> Self {
        Self { since: app.now() }
    }

    /// Asks once and tells the hub.
    ///
    /// # Errors
    /// The database.
    pub async fn once(&mut self, app: &App) -> Result<(), StoreError> {
        let now = app.now();
        let since = self.since.minus(OVERLAP);
        let nodes = app.store().backend() == Backend::Postgres;
        let (requests, activated, closed, erased) = app
            .store()
            .read(move |tx| {
                Box::pin(async move {
                    let (requests, activated) = if nodes {
                        let requests = changes::requests_since(tx, since, now).await?;
                        (requests, changes::devices_activated_since(tx, since).await?)
                    } else {
                        (Vec::new(), Vec::new())
                    };
                    let closed = changes::devices_closed_since(tx, since).await?;
                    let erased = changes::devices_erased_since(tx, since).await?;
                    Ok::<_, StoreError>((requests, activated, closed, erased))
                })
            })
            .await?;
        self.since = now;
        app.hub().forget_before(since);
        for request in requests {
            let event = Live::Request {
                id: request.id,
                state: request.state,
                updated_at: request.updated_at,
            };
            app.hub().publish(&request.person, event);
        }
        for device in activated {
            let event = Live::DeviceActivated {
                device: device.id,
                activated_at: device.activated_at,
            };
            app.hub().publish(&device.person, event);
        }
        for device in closed {
            app.hub().publish(
                &device.person,
                Live::DeviceEnded {
                    device: device.id,
                    state: device.state,
                },
            );
        }
        for device in erased {
            app.hub().end(device);
        }
        Ok(())
    }
}
