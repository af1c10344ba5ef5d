//! Public sites as OpenID Connect clients.
//!
//! ```text
//! settings file, clients_file ──sync.rs──▶ database ◀──admin.rs── aldaba-server client …
//!                                              │
//!                                        registry.rs   what every node holds in memory, at most a second old
//! ```
//!
//! Rules:
//! - A client's settings are checked (check.rs, jwks.rs) before they are written, wherever they come from.
//! - A disabled client, and one gone from its file, is unknown everywhere.
//! - The file never holds secrets. A secret is shown once, when it is made; what is kept is its hash.

pub mod admin;
pub mod check;
pub mod jwks;
pub mod registry;
pub mod sync;

use aldaba_core::time::Timestamp;
use aldaba_store::audit::Entry;
use aldaba_store::clients::Settings;
use aldaba_store::{StoreError, Transaction, audit};

use crate::audit::entry;
use crate::config::RelyingParty;

pub use registry::{Client, Registry};
pub use sync::{Synced, sync};

/// A client's settings as they are stored.
fn settings(party: &RelyingParty) -> Result<Settings, StoreError> {
    Ok(Settings {
        id: party.id.clone(),
        json: serde_json::to_string(party).map_err(|_| StoreError::Corrupt("a client's settings"))?,
        sms_per_month: party.sms_per_month,
    })
}

/// Tells the audit log what became of a client.
async fn tell(tx: &Transaction, now: Timestamp, kind: &'static str, client: &str) -> Result<(), StoreError> {
    let told = Entry {
        detail: serde_json::json!({ "client": client }),
        ..entry(now, kind, None)
    };
    audit::append(tx, &told).await
}
