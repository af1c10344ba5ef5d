//! Logout tokens (OpenID Connect Back-Channel Logout 1.0, 2.6): the provider says that sessions have ended.
//!
//! The library does not verify them, so each claim is checked here; the signature by the library's keys.

use std::time::Duration;

use aldaba_core::time::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::JsonWebKey;
use openidconnect::core::CoreJwsSigningAlgorithm;
use serde::Deserialize;
use serde_json::{Map, Value};
use thiserror::Error;

use crate::provider::ProviderError;
use crate::sessions::Ending;
use crate::site::Site;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// How old or how far ahead a token may be.
const WINDOW: Duration = Duration::from_secs(5 * 60);

/// The longest token that is looked at.
const LONGEST: usize = 8 * 1024;

/// Why a token ends nothing.
#[derive(Debug, Error)]
pub(crate) enum LogoutError {
    /// It is not a logout token of our provider for this site, now.
    #[error("{0}")]
    Invalid(&'static str),
    /// The provider's keys cannot be read.
    #[error(transparent)]
    Provider(#[from] ProviderError),
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    typ: Option<String>,
    kid: String,
    #[serde(default)]
    crit: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    iat: i64,
    #[serde(default)]
    exp: Option<i64>,
    jti: String,
    events: Map<String, Value>,
    #[serde(default)]
    sub: Option<String>,
    #[serde(default)]
    sid: Option<String>,
    #[serde(default)]
    nonce: Option<Value>,
}

/// Ends what the token names.
pub(crate) async fn take(site: &Site, token: &str) -> Result<(), LogoutError> {
    let invalid = |why| Err(LogoutError::Invalid(why));
    if token.len() > LONGEST {
        return invalid("it is too long");
    }
    let mut parts = token.split('.');
    let (Some(header), Some(payload), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return invalid("it is no JWT");
    };
    let (Some(head), Some(claims), Some(signature)) = (
        read::<Header>(header),
        read::<Claims>(payload),
        URL_SAFE_NO_PAD.decode(signature).ok(),
    ) else {
        return invalid("it is no logout token");
    };
    if head.alg != "ES256" || head.crit.is_some() {
        return invalid("it is signed in another way");
    }
    if !head.typ.is_none_or(|typ| is_type(&typ)) {
        return invalid("it is of another type");
    }
    // First what costs nothing: whatever a stranger sends is refused before the provider is asked for anything.
    let ending = check(site, &claims).map_err(LogoutError::Invalid)?;
    let Some(key) = site.provider().key(&head.kid).await? else {
        return invalid("its key is not the provider's");
    };
    let signed = format!("{header}.{payload}");
    if key
        .verify_signature(&CoreJwsSigningAlgorithm::EcdsaP256Sha256, signed.as_bytes(), &signature)
        .is_err()
    {
        return invalid("its signature does not verify");
    }
    if !site.sessions().end_named(&ending, &claims.jti, site.now()) {
        return invalid("it was taken before");
    }
    Ok(())
}

fn is_type(typ: &str) -> bool {
    let typ = typ.strip_prefix("application/").unwrap_or(typ);
    typ.eq_ignore_ascii_case("logout+jwt") || typ.eq_ignore_ascii_case("JWT")
}

fn read<T: serde::de::DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

fn check(site: &Site, claims: &Claims) -> Result<Ending, &'static str> {
    if !site.provider().is_issuer(Some(&claims.iss)) {
        return Err("it is of another issuer");
    }
    let client = &site.settings().client_id;
    let for_us = match &claims.aud {
        Audience::One(one) => one == client,
        Audience::Many(all) => all.contains(client),
    };
    if !for_us {
        return Err("it is for another site");
    }
    let (now, issued) = (site.now(), Timestamp::from_secs(claims.iat));
    if issued.since(now) > WINDOW || now.since(issued) > WINDOW {
        return Err("it is of another time");
    }
    if claims
        .exp
        .is_some_and(|exp| now.since(Timestamp::from_secs(exp)) > Duration::ZERO)
    {
        return Err("it has expired");
    }
    if claims.nonce.is_some() {
        return Err("it has a nonce: it is an ID token");
    }
    if !claims.events.get(EVENT).is_some_and(Value::is_object) {
        return Err("it tells of no logout");
    }
    if claims.sub.is_none() && claims.sid.is_none() {
        return Err("it names nobody");
    }
    if claims.jti.is_empty() {
        return Err("it has no id");
    }
    Ok(Ending {
        sub: claims.sub.clone(),
        sid: claims.sid.clone(),
    })
}
