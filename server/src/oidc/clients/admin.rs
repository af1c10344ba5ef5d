//! What the operator does with clients by command. A running server sees it within a second or so.

use std::time::Duration;

use aldaba_core::random;
use aldaba_protocol::b64;
use aldaba_store::clients::{self, ClientState, Origin};
use aldaba_store::sms_budget::{self, Spent};
use aldaba_store::{StoreError, Transaction};
use zeroize::Zeroizing;

use super::{check, jwks, settings, tell};
use crate::app::App;
use crate::config::RelyingParty;

/// How long a secret stays valid after a new one was made, unless the operator says otherwise.
pub const GRACE: Duration = Duration::from_secs(7 * 24 * 3600);

/// Why nothing was done. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The settings are unsafe.
    #[error("{0}")]
    Refused(String),
    /// There is one of that id.
    #[error("there is a client {0} already; choose another --id, or look at it: client show {0}")]
    Exists(String),
    /// There is none of that id.
    #[error("there is no client {0}; client list shows them, client sync reads the settings file again")]
    Unknown(String),
    /// It proves itself by keys.
    #[error(
        "{0} signs with keys of its own (jwks) and has no secret; register other keys instead: client rotate {0} --jwks FILE"
    )]
    Signs(String),
    /// It proves itself by a secret.
    #[error("{0} proves itself by a secret and has no keys; leave out --jwks")]
    HasSecret(String),
    /// The file has the say of its keys.
    #[error("{0} is a site of the settings file; change its jwks there, then client sync")]
    OfFile(String),
    /// It is gone from its file.
    #[error("{0} is gone from the settings file; put it back there")]
    Absent(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A new secret, shown once. Its `Debug` prints nothing.
pub struct NewSecret(Zeroizing<String>);

impl NewSecret {
    fn generate(app: &App) -> Self {
        let bytes = Zeroizing::new(random::bytes::<32>(app.random()));
        Self(Zeroizing::new(b64::encode(&*bytes)))
    }

    /// The text for whoever configures the client.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for NewSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("NewSecret(…)")
    }
}

/// What is known of a client, for the operator.
#[derive(Debug)]
pub struct Listed {
    /// As stored.
    pub client: clients::Client,
    /// Its settings, where they can be read.
    pub party: Option<RelyingParty>,
    /// Its secrets, the newest first; those that ended are left out.
    pub secrets: Vec<clients::Secret>,
}

/// Adds a client. Its new secret, unless it has keys.
///
/// # Errors
/// [`AdminError`].
pub async fn add(app: &App, party: RelyingParty) -> Result<Option<NewSecret>, AdminError> {
    check::check(app.config(), &party).map_err(AdminError::Refused)?;
    let secret = party.jwks.is_none().then(|| NewSecret::generate(app));
    let hash = secret.as_ref().map(|secret| clients::secret_hash(secret.expose()));
    let (now, id) = (app.now(), party.id.clone());
    let added = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                let added = clients::add(tx, &settings(&party)?, now).await?;
                if added {
                    tell(tx, now, "client.added", &party.id).await?;
                    if let Some(hash) = hash {
                        clients::add_secret(tx, &party.id, &hash, now, now).await?;
                    }
                }
                Ok::<_, StoreError>(added)
            })
        })
        .await?;
    if !added {
        return Err(AdminError::Exists(id));
    }
    app.clients().refresh(app).await?;
    Ok(secret)
}

/// Gives a client a new secret; its earlier ones stay valid for `grace`.
///
/// # Errors
/// [`AdminError`].
pub async fn rotate(app: &App, id: &str, grace: Duration) -> Result<NewSecret, AdminError> {
    let secret = NewSecret::generate(app);
    let (now, client, hash) = (app.now(), id.to_owned(), clients::secret_hash(secret.expose()));
    app.store()
        .write(move |tx| {
            Box::pin(async move {
                let party = known(tx, &client).await?.1;
                if party.is_some_and(|party| party.jwks.is_some()) {
                    return Err(AdminError::Signs(client));
                }
                clients::add_secret(tx, &client, &hash, now.plus(grace), now).await?;
                tell(tx, now, "client.secret_made", &client).await?;
                Ok(())
            })
        })
        .await?;
    app.clients().refresh(app).await?;
    Ok(secret)
}

/// Gives a client that was added by command other keys in the place of its earlier ones, which end at once. Who needs both for a
/// while registers both, side by side.
///
/// # Errors
/// [`AdminError`].
pub async fn rotate_keys(app: &App, id: &str, keys: serde_json::Value) -> Result<(), AdminError> {
    jwks::read(&keys).map_err(|why| AdminError::Refused(format!("{id}: {why}")))?;
    let (now, client) = (app.now(), id.to_owned());
    app.store()
        .write(move |tx| {
            Box::pin(async move {
                let (stored, party) = known(tx, &client).await?;
                let Some(mut party) = party else {
                    return Err(StoreError::Corrupt("a client's settings").into());
                };
                if party.jwks.is_none() {
                    return Err(AdminError::HasSecret(client));
                }
                if stored.origin == Origin::File {
                    return Err(AdminError::OfFile(client));
                }
                party.jwks = Some(keys);
                if !clients::change(tx, &settings(&party)?, now).await? {
                    return Err(AdminError::OfFile(client));
                }
                tell(tx, now, "client.keys_replaced", &client).await?;
                Ok(())
            })
        })
        .await?;
    app.clients().refresh(app).await?;
    Ok(())
}

/// Refuses a client everywhere from now on. `false`: it was disabled before.
///
/// # Errors
/// [`AdminError`].
pub async fn disable(app: &App, id: &str) -> Result<bool, AdminError> {
    let (now, client) = (app.now(), id.to_owned());
    let disabled = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                known(tx, &client).await?;
                let disabled = clients::disable(tx, &client, now).await?;
                if disabled {
                    tell(tx, now, "client.disabled", &client).await?;
                }
                Ok::<_, AdminError>(disabled)
            })
        })
        .await?;
    app.clients().refresh(app).await?;
    Ok(disabled)
}

/// Lets a disabled client in again. `false`: it was not disabled. What came from a file and is gone from it meanwhile leaves
/// again when the file is read next.
///
/// # Errors
/// [`AdminError`].
pub async fn enable(app: &App, id: &str) -> Result<bool, AdminError> {
    let (now, client) = (app.now(), id.to_owned());
    let enabled = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                if known(tx, &client).await?.0.state == ClientState::Absent {
                    return Err(AdminError::Absent(client));
                }
                let enabled = clients::enable(tx, &client, now).await?;
                if enabled {
                    tell(tx, now, "client.enabled", &client).await?;
                }
                Ok(enabled)
            })
        })
        .await?;
    app.clients().refresh(app).await?;
    Ok(enabled)
}

/// All clients in whatever state.
///
/// # Errors
/// The database.
pub async fn list(app: &App) -> Result<Vec<Listed>, StoreError> {
    let (stored, secrets) = app
        .store()
        .read(|tx| {
            Box::pin(async move { Ok::<_, StoreError>((clients::list(tx).await?, clients::secrets(tx).await?)) })
        })
        .await?;
    let now = app.now();
    let is_live = |secret: &&clients::Secret| secret.ends_at.is_none_or(|end| now < end);
    let listed = stored.into_iter().map(|client| Listed {
        party: serde_json::from_str(&client.settings).ok(),
        secrets: secrets
            .iter()
            .filter(|secret| secret.client_id == client.id)
            .filter(is_live)
            .cloned()
            .collect(),
        client,
    });
    Ok(listed.collect())
}

/// What every site took of its SMS in that month (`2027-01`).
///
/// # Errors
/// The database.
pub async fn sms_report(app: &App, month: &str) -> Result<Vec<(Spent, String)>, StoreError> {
    let month = month.to_owned();
    let spent = app
        .store()
        .read(move |tx| Box::pin(async move { sms_budget::report(tx, &month).await }))
        .await?;
    let named = spent.into_iter().map(|spent| {
        let party = serde_json::from_str::<RelyingParty>(&spent.settings).ok();
        let name = party.map(|party| party.name).unwrap_or_default();
        (spent, name)
    });
    Ok(named.collect())
}

async fn known(tx: &Transaction, id: &str) -> Result<(clients::Client, Option<RelyingParty>), AdminError> {
    let client = clients::get(tx, id)
        .await?
        .ok_or_else(|| AdminError::Unknown(id.to_owned()))?;
    let party = serde_json::from_str(&client.settings).ok();
    Ok((client, party))
}
