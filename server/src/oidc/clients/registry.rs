//! The clients that are let in, as this node holds them in memory.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use aldaba_core::time::Timestamp;
use aldaba_store::clients::{self, ClientState};
use aldaba_store::{StoreError, versions};
use subtle::{Choice, ConstantTimeEq};

use super::jwks::{self, ClientKey};
use crate::app::App;
use crate::config::RelyingParty;

/// An active client. No `Debug`: hashes of secrets are nobody's business.
pub struct Client {
    /// Its settings.
    pub party: Arc<RelyingParty>,
    /// The keys it signs assertions with; empty: it has secrets.
    pub keys: Vec<ClientKey>,
    secrets: Vec<LiveSecret>,
}

struct LiveSecret {
    hash: [u8; 32],
    ends_at: Option<Timestamp>,
}

impl Client {
    /// Whether it proves itself by signed assertions (`private_key_jwt`) and not by a secret.
    #[must_use]
    pub fn signs(&self) -> bool {
        self.party.jwks.is_some()
    }

    /// Whether that is the hash of a secret that is valid now. Looks at all of them, whichever it is.
    #[must_use]
    pub fn knows(&self, hash: &[u8; 32], now: Timestamp) -> bool {
        let live = self
            .secrets
            .iter()
            .filter(|secret| secret.ends_at.is_none_or(|end| now < end));
        live.fold(Choice::from(0), |found, secret| found | secret.hash.ct_eq(hash))
            .into()
    }
}

/// What was read at once.
#[derive(Default)]
struct Snapshot {
    version: Option<u64>,
    clients: HashMap<String, Arc<Client>>,
}

/// The clients of this node. Empty until it is first read.
#[derive(Default)]
pub struct Registry(RwLock<Arc<Snapshot>>);

impl Registry {
    /// The active client of that id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Arc<Client>> {
        self.snapshot().clients.get(id).cloned()
    }

    /// The only active client, if there is one only.
    #[must_use]
    pub fn only(&self) -> Option<Arc<Client>> {
        let snapshot = self.snapshot();
        let mut all = snapshot.clients.values();
        match (all.next(), all.next()) {
            (Some(only), None) => Some(Arc::clone(only)),
            _ => None,
        }
    }

    /// All active clients, by id.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Client>> {
        let mut all: Vec<_> = self.snapshot().clients.values().cloned().collect();
        all.sort_by(|one, other| one.party.id.cmp(&other.party.id));
        all
    }

    /// The count of changes that is held in memory. None: nothing was read yet.
    pub(crate) fn version(&self) -> Option<u64> {
        self.snapshot().version
    }

    /// Reads all clients again.
    ///
    /// # Errors
    /// The database. What was held before stays.
    pub async fn refresh(&self, app: &App) -> Result<(), StoreError> {
        // The count first: a change that comes between the statements is read now, and once more at the next look.
        let (version, stored, secrets) = app
            .store()
            .read(|tx| {
                Box::pin(async move {
                    let version = versions::read(tx).await?.clients;
                    Ok::<_, StoreError>((version, clients::list(tx).await?, clients::secrets(tx).await?))
                })
            })
            .await?;
        let mut snapshot = Snapshot {
            version: Some(version),
            clients: HashMap::with_capacity(stored.len()),
        };
        for client in stored.into_iter().filter(|client| client.state == ClientState::Active) {
            // Written by another version of this program, perhaps: this client is refused, the others are not.
            let Ok(party) = serde_json::from_str::<RelyingParty>(&client.settings) else {
                tracing::error!(
                    client = client.id,
                    "a client's stored settings cannot be read; it is refused"
                );
                continue;
            };
            let keys = match party.jwks.as_ref().map(jwks::read).transpose() {
                Ok(keys) => keys.unwrap_or_default(),
                Err(why) => {
                    tracing::error!(
                        client = client.id,
                        why,
                        "a client's stored keys cannot be used; it is refused"
                    );
                    continue;
                }
            };
            let of_client = secrets.iter().filter(|secret| secret.client_id == client.id);
            let secrets = of_client.map(|secret| LiveSecret {
                hash: secret.hash,
                ends_at: secret.ends_at,
            });
            let known = Client {
                secrets: secrets.collect(),
                party: Arc::new(party),
                keys,
            };
            snapshot.clients.insert(client.id, Arc::new(known));
        }
        self.replace(Arc::new(snapshot));
        Ok(())
    }

    /// Holds what another node of a test holds.
    #[cfg(feature = "testing")]
    pub(crate) fn copy(&self, other: &Self) {
        self.replace(other.snapshot());
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Of two that were read at the same time, the later one stays.
    fn replace(&self, snapshot: Arc<Snapshot>) {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if held.version <= snapshot.version {
            *held = snapshot;
        }
    }
}
