//! The keys that sign tokens (ES256), the same on every node.
//!
//! ```text
//! made, published ── publish_ahead ──▶ signs ── life, then its successor does ──▶ published ── kept ──▶ deleted
//! ```
//!
//! Rules:
//! - A key is published before it signs, so that who verifies has it by then; and after it signed, for as long as a token that
//!   it signed may still be shown.
//! - Which key signs follows from the keys' times alone: nodes need not agree on anything.
//! - The private half is sealed in the database and in no file. A key that may have leaked is withdrawn at once.
//! - Signatures are deterministic (RFC 6979): signing needs no randomness.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use aldaba_core::time::Timestamp;
use aldaba_protocol::b64;
use aldaba_protocol::keys::{SigningKey, VerifyingKey};
use aldaba_store::oidc_keys::{self, OidcKey};
use aldaba_store::{StoreError, Transaction, audit, versions};
use p256::elliptic_curve::sec1::ToSec1Point as _;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::audit::entry;

/// The longest token of ours that is read back, in bytes.
const LONGEST: usize = 16 * 1024;

/// One key, ready to use.
struct Key {
    stored: OidcKey,
    signing: SigningKey,
    verifying: VerifyingKey,
    /// When its successor begins to sign.
    ends_at: Option<Timestamp>,
}

/// What was read at once, the key that signed first first.
#[derive(Default)]
struct Snapshot {
    version: Option<u64>,
    keys: Vec<Key>,
}

/// The keys as this node holds them in memory. Empty until they are first read.
#[derive(Default)]
pub struct Keys(RwLock<Arc<Snapshot>>);

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Published, and not yet signing.
    Announced,
    /// Signs.
    Signing,
    /// Published for the tokens that it signed.
    Retired,
    /// No longer published.
    Over,
    /// It may have leaked.
    Withdrawn,
}

impl KeyState {
    /// A word for the operator.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Signing => "signing",
            Self::Retired => "retired",
            Self::Over => "over",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A key, for the operator.
#[derive(Clone, Debug)]
pub struct ListedKey {
    /// Its RFC 7638 thumbprint.
    pub kid: String,
    /// Where it is in its life.
    pub state: KeyState,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it signs.
    pub active_at: Timestamp,
    /// When its successor begins to sign.
    pub ends_at: Option<Timestamp>,
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The claims are no JSON object.
    #[error("the claims cannot be written: {0}")]
    Claims(#[from] serde_json::Error),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A public key as `GET /oidc/jwks` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Jwk {
    alg: &'static str,
    crv: &'static str,
    kid: String,
    kty: &'static str,
    #[serde(rename = "use")]
    usage: &'static str,
    x: String,
    y: String,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    kid: &'a str,
    typ: &'a str,
}

/// Signs claims as a JWT of that `typ` (`JWT`, `logout+jwt`, `at+jwt`).
///
/// # Errors
/// [`SignError`].
pub async fn sign<T: Serialize + ?Sized>(app: &App, typ: &str, claims: &T) -> Result<String, SignError> {
    let now = app.now();
    let mut snapshot = app.oidc_keys().snapshot();
    if snapshot.signing(now).is_none() {
        look_after(app).await?;
        snapshot = app.oidc_keys().snapshot();
    }
    let key = snapshot.signing(now).ok_or(StoreError::Corrupt("no key signs"))?;
    let header = Header {
        alg: "ES256",
        kid: &key.stored.kid,
        typ,
    };
    let mut token = b64::encode(&serde_json::to_vec(&header)?);
    token.push('.');
    token.push_str(&b64::encode(&serde_json::to_vec(claims)?));
    let signature = key.signing.sign(token.as_bytes());
    token.push('.');
    token.push_str(&b64::encode(&signature));
    Ok(token)
}

/// Reads a token that this server signed, of that `typ`. None: it is none, or of a key that is no longer published. Whether
/// its claims hold now (`exp`, `aud`) is the caller's to say.
///
/// # Errors
/// The database.
pub async fn verify<T: DeserializeOwned>(app: &App, typ: &str, token: &str) -> Result<Option<T>, StoreError> {
    let Some(parts) = Parts::read(typ, token) else {
        return Ok(None);
    };
    if app.oidc_keys().snapshot().find(&parts.kid).is_none() {
        // Another node may have made it: one small statement tells.
        super::watch::once(app).await?;
    }
    let (snapshot, now, kept) = (app.oidc_keys().snapshot(), app.now(), kept(app));
    let key = snapshot.find(&parts.kid).filter(|key| key.is_published(now, kept));
    let claims = key.and_then(|key| parts.signed_by(&key.verifying));
    Ok(claims.and_then(|claims| serde_json::from_slice(claims).ok()))
}

/// A token taken apart. Nothing of it is proven.
pub(crate) struct Parts<'t> {
    kid: String,
    signed: &'t str,
    claims: Vec<u8>,
    signature: Vec<u8>,
}

impl<'t> Parts<'t> {
    /// None: it is no token of that `typ` as this server writes them.
    pub(crate) fn read(typ: &str, token: &'t str) -> Option<Self> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Read {
            alg: String,
            kid: String,
            typ: String,
        }
        if token.len() > LONGEST {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header: Read = serde_json::from_slice(&b64::decode(header)?).ok()?;
        (header.alg == "ES256" && header.typ == typ).then_some(Self {
            kid: header.kid,
            signed,
            claims: b64::decode(claims)?,
            signature: b64::decode(signature)?,
        })
    }

    /// Its claims, if that key signed them.
    pub(crate) fn signed_by(&self, key: &VerifyingKey) -> Option<&[u8]> {
        key.verify(self.signed.as_bytes(), &self.signature)
            .then_some(self.claims.as_slice())
    }
}

/// The public keys that tokens are verified with now, in the order in which they sign.
///
/// # Errors
/// The database.
pub async fn published(app: &App) -> Result<Vec<Jwk>, StoreError> {
    let now = app.now();
    let mut snapshot = app.oidc_keys().snapshot();
    if snapshot.signing(now).is_none() {
        look_after(app).await?;
        snapshot = app.oidc_keys().snapshot();
    }
    let kept = kept(app);
    let live = snapshot.keys.iter().filter(|key| key.is_published(now, kept));
    live.map(|key| jwk(&key.stored.kid, &key.stored.public)).collect()
}

/// Makes the first key, makes the next one when it is time, and deletes those that are over. To be called now and then.
///
/// # Errors
/// The database.
pub async fn look_after(app: &App) -> Result<(), StoreError> {
    app.oidc_keys().refresh(app).await?;
    let settings = app.config().signing_keys;
    let (now, snapshot) = (app.now(), app.oidc_keys().snapshot());
    let newest = snapshot.keys.iter().rfind(|key| key.stored.withdrawn_at.is_none());
    let made = match newest {
        // Nobody can have older keys: it may sign at once.
        None => make(app, now, Some(Timestamp::from_millis(i64::MIN))).await?,
        Some(newest) => {
            let due = now.minus(settings.life().saturating_sub(settings.publish_ahead()));
            match newest.stored.active_at <= due {
                true => make(app, now.plus(settings.publish_ahead()), Some(due)).await?,
                false => None,
            }
        }
    };
    if let Some(kid) = made {
        tracing::info!(kid, "a key for signing tokens was made");
    }
    let before = now.minus(settings.kept());
    let deleted = app
        .store()
        .write(move |tx| Box::pin(async move { oidc_keys::purge(tx, before).await }))
        .await?;
    if deleted > 0 {
        tracing::info!(keys = deleted, "keys that signed tokens were deleted");
    }
    app.oidc_keys().refresh(app).await
}

/// Makes a new key now, whatever there is: it signs after it was published for a while. Its kid.
///
/// # Errors
/// The database.
pub async fn rotate(app: &App) -> Result<String, StoreError> {
    let at = app.now().plus(app.config().signing_keys.publish_ahead());
    let kid = make(app, at, None)
        .await?
        .ok_or(StoreError::Corrupt("a key was not made"))?;
    app.oidc_keys().refresh(app).await?;
    Ok(kid)
}

/// For a key that may have leaked: a new one signs at once, and every earlier one is withdrawn. Its kid.
///
/// # Errors
/// The database.
pub async fn replace(app: &App) -> Result<String, StoreError> {
    let now = app.now();
    let key = generate(app, now)?;
    let kid = key.kid.clone();
    app.store()
        .write(move |tx| {
            Box::pin(async move {
                oidc_keys::add(tx, &key, None).await?;
                let withdrawn = oidc_keys::withdraw_others(tx, &key.kid, now).await?;
                tell(tx, now, "oidc_key.made", &key.kid).await?;
                if withdrawn > 0 {
                    audit::append(tx, &entry(now, "oidc_key.withdrawn", None)).await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .await?;
    app.oidc_keys().refresh(app).await?;
    Ok(kid)
}

/// All keys, for the operator.
///
/// # Errors
/// The database.
pub async fn list(app: &App) -> Result<Vec<ListedKey>, StoreError> {
    app.oidc_keys().refresh(app).await?;
    let (now, kept, snapshot) = (app.now(), kept(app), app.oidc_keys().snapshot());
    let listed = snapshot.keys.iter().map(|key| ListedKey {
        kid: key.stored.kid.clone(),
        state: key.state(now, kept),
        created_at: key.stored.created_at,
        active_at: key.stored.active_at,
        ends_at: key.ends_at,
    });
    Ok(listed.collect())
}

async fn make(app: &App, active_at: Timestamp, unless_after: Option<Timestamp>) -> Result<Option<String>, StoreError> {
    let (now, key) = (app.now(), generate(app, active_at)?);
    app.store()
        .write(move |tx| {
            Box::pin(async move {
                if !oidc_keys::add(tx, &key, unless_after).await? {
                    // Another node was first.
                    return Ok(None);
                }
                tell(tx, now, "oidc_key.made", &key.kid).await?;
                Ok::<_, StoreError>(Some(key.kid))
            })
        })
        .await
}

fn generate(app: &App, active_at: Timestamp) -> Result<OidcKey, StoreError> {
    let signing = SigningKey::generate(app.random());
    let public = signing.public();
    Ok(OidcKey {
        kid: thumbprint(&public)?,
        public,
        private: signing.to_bytes(),
        created_at: app.now(),
        active_at,
        withdrawn_at: None,
    })
}

async fn tell(tx: &Transaction, now: Timestamp, kind: &'static str, kid: &str) -> Result<(), StoreError> {
    let told = audit::Entry {
        detail: serde_json::json!({ "kid": kid }),
        ..entry(now, kind, None)
    };
    audit::append(tx, &told).await
}

fn kept(app: &App) -> Duration {
    app.config().signing_keys.kept()
}

/// x and y, 32 bytes each, as base64url.
fn coordinates(public: &[u8; 33]) -> Result<(String, String), StoreError> {
    const BROKEN: StoreError = StoreError::Corrupt("a public key");
    let key = p256::PublicKey::from_sec1_bytes(public).map_err(|_| BROKEN)?;
    let point = key.to_sec1_point(false);
    let (_, both) = point.as_bytes().split_first().ok_or(BROKEN)?;
    let (x, y) = both.split_at_checked(32).ok_or(BROKEN)?;
    Ok((b64::encode(x), b64::encode(y)))
}

/// RFC 7638: SHA-256 of the required members, in this order and without white space.
fn thumbprint(public: &[u8; 33]) -> Result<String, StoreError> {
    let (x, y) = coordinates(public)?;
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    Ok(b64::encode(&Sha256::digest(members.as_bytes())))
}

fn jwk(kid: &str, public: &[u8; 33]) -> Result<Jwk, StoreError> {
    let (x, y) = coordinates(public)?;
    Ok(Jwk {
        alg: "ES256",
        crv: "P-256",
        kid: kid.to_owned(),
        kty: "EC",
        usage: "sig",
        x,
        y,
    })
}

impl Key {
    fn state(&self, now: Timestamp, kept: Duration) -> KeyState {
        if self.stored.withdrawn_at.is_some_and(|at| at <= now) {
            KeyState::Withdrawn
        } else if now < self.stored.active_at {
            KeyState::Announced
        } else if self.ends_at.is_none_or(|end| now < end) {
            KeyState::Signing
        } else if self.ends_at.is_some_and(|end| now < end.plus(kept)) {
            KeyState::Retired
        } else {
            KeyState::Over
        }
    }

    fn is_published(&self, now: Timestamp, kept: Duration) -> bool {
        matches!(
            self.state(now, kept),
            KeyState::Announced | KeyState::Signing | KeyState::Retired
        )
    }
}

impl Snapshot {
    fn signing(&self, now: Timestamp) -> Option<&Key> {
        let may = |key: &&Key| key.state(now, Duration::ZERO) == KeyState::Signing;
        self.keys.iter().find(may)
    }

    fn find(&self, kid: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.stored.kid == kid)
    }
}

impl Keys {
    /// The count of changes that is held in memory. None: nothing was read yet.
    pub(crate) fn version(&self) -> Option<u64> {
        self.snapshot().version
    }

    /// Reads all keys again.
    ///
    /// # Errors
    /// The database, or a key that does not open. What was held before stays.
    pub async fn refresh(&self, app: &App) -> Result<(), StoreError> {
        let (version, stored) = app
            .store()
            .read(|tx| {
                Box::pin(async move {
                    let version = versions::read(tx).await?.oidc_keys;
                    Ok::<_, StoreError>((version, oidc_keys::list(tx).await?))
                })
            })
            .await?;
        let mut keys = Vec::with_capacity(stored.len());
        let mut next = None;
        for key in stored.into_iter().rev() {
            let broken = |_| StoreError::Corrupt("a signing key");
            let ends_at = next;
            if key.withdrawn_at.is_none() {
                next = Some(key.active_at);
            }
            keys.push(Key {
                signing: SigningKey::from_bytes(key.private.expose()).map_err(broken)?,
                verifying: VerifyingKey::from_sec1(&key.public).map_err(broken)?,
                stored: key,
                ends_at,
            });
        }
        keys.reverse();
        let snapshot = Snapshot {
            version: Some(version),
            keys,
        };
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // Of two that were read at the same time, the later one stays.
        if held.version <= snapshot.version {
            *held = Arc::new(snapshot);
        }
        Ok(())
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // REQ-KEY-01
    #[test]
    fn a_key_is_named_by_its_thumbprint() {
        // Computed with another implementation of RFC 7638 for the key of RFC 7517 appendix A.1.
        let x = b64::decode("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4").unwrap();
        let y = b64::decode("4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM").unwrap();
        let mut public = [2 + (y[31] & 1); 33];
        public[1..].copy_from_slice(&x);
        assert_eq!(
            thumbprint(&public).unwrap(),
            "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"
        );
    }
}
