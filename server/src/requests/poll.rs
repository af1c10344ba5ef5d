//! Once a second, what other processes changed is told to the streams of this node: other nodes' requests, where there
//! may be other nodes (PostgreSQL), and devices that the operator revoked from the command line.

use std::collections::HashMap;
use std::time::Duration;

use aldaba_core::ids::RequestId;
use aldaba_core::time::Timestamp;
use aldaba_store::{Backend, StoreError, changes};

use super::events::Live;
use crate::app::App;

const EVERY: Duration = Duration::from_secs(1);
/// Transactions may commit later than their times say; what is told twice does no harm.
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
    /// Told before, so that the overlap tells nothing again.
    told: HashMap<RequestId, Timestamp>,
}

impl Poll {
    /// Begins now.
    #[must_use]
    pub fn new(app: &App) -> Self {
        Self {
            since: app.now(),
            told: HashMap::new(),
        }
    }

    /// Asks once and tells the hub.
    ///
    /// # Errors
    /// The database.
    pub async fn once(&mut self, app: &App) -> Result<(), StoreError> {
        let now = app.now();
        let since = self.since.minus(OVERLAP);
        let nodes = app.store().backend() == Backend::Postgres;
        let (requests, devices) = app
            .store()
            .read(move |tx| {
                Box::pin(async move {
                    let requests = if nodes {
                        changes::requests_since(tx, since, now).await?
                    } else {
                        Vec::new()
                    };
                    Ok::<_, StoreError>((requests, changes::devices_closed_since(tx, since).await?))
                })
            })
            .await?;
        self.since = now;
        self.told.retain(|_, updated_at| *updated_at >= since);
        for request in requests {
            if self.told.insert(request.id, request.updated_at) != Some(request.updated_at)
                && !app.hub().has_told(&request.id, request.updated_at)
            {
                let event = Live::Request {
                    id: request.id,
                    state: request.state,
                    updated_at: request.updated_at,
                };
                app.hub().publish(&request.person, event);
            }
        }
        for device in devices {
            app.hub().publish(
                &device.person,
                Live::DeviceEnded {
                    device: device.id,
                    state: device.state,
                },
            );
        }
        Ok(())
    }
}
