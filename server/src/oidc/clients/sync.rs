//! What the file says of the clients is brought into the database: at start, on SIGHUP, and by `aldaba-server client sync`.

use std::collections::BTreeSet;

use aldaba_store::clients::{self, ClientState, Origin};
use aldaba_store::{StoreError, Transaction};

use super::{settings, tell};
use crate::app::App;
use crate::config::RelyingParty;
use aldaba_core::time::Timestamp;

/// What was different.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Synced {
    /// Clients that are new, or in the file again.
    pub added: usize,
    /// Clients whose settings changed, or that were added by command and stand in the file now.
    pub changed: usize,
    /// Clients that are gone from the file: they are refused from now on.
    pub gone: usize,
}

/// Writes those clients, checked before, and marks as absent what came from the file and is not among them. All or nothing.
///
/// # Errors
/// The database.
pub async fn sync(app: &App, parties: Vec<RelyingParty>) -> Result<Synced, StoreError> {
    let now = app.now();
    let synced = app
        .store()
        .write(move |tx| Box::pin(async move { write(tx, &parties, now).await }))
        .await?;
    app.clients().refresh(app).await?;
    if synced != Synced::default() {
        let Synced { added, changed, gone } = synced;
        tracing::info!(added, changed, gone, "clients of the settings file");
    }
    Ok(synced)
}

async fn write(tx: &Transaction, parties: &[RelyingParty], now: Timestamp) -> Result<Synced, StoreError> {
    let before = clients::list(tx).await?;
    let mut synced = Synced::default();
    for party in parties {
        let known = before.iter().find(|client| client.id == party.id);
        if !clients::put_from_file(tx, &settings(party)?, now).await? {
            continue;
        }
        if known.is_some_and(|known| known.state != ClientState::Absent) {
            synced.changed += 1;
            tell(tx, now, "client.changed", &party.id).await?;
        } else {
            synced.added += 1;
            tell(tx, now, "client.added", &party.id).await?;
        }
    }
    let named: BTreeSet<&str> = parties.iter().map(|party| party.id.as_str()).collect();
    for client in before {
        if client.origin == Origin::File
            && !named.contains(client.id.as_str())
            && clients::mark_absent(tx, &client.id, now).await?
        {
            synced.gone += 1;
            tell(tx, now, "client.absent", &client.id).await?;
        }
    }
    Ok(synced)
}
