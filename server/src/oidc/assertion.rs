//! What a client with keys proves itself by: a JWT that it signed (RFC 7523 section 3, OpenID Connect Core section 9).
//!
//! Rules:
//! - Signed with ES256, RS256 or PS256, by a key that was registered for that very algorithm. What the header says of keys
//!   (`jwk`, `jku`, `x5c` …) is never looked at; what it calls critical is not understood, so it is refused.
//! - `iss` and `sub` are the client. Every `aud` is this server: an assertion meant for others too could be theirs to replay.
//! - It ends at most an hour from now, and its `jti` is good once.
//!
//! The library reads and verifies; what time it is, and what is good enough, is said here.

use aldaba_core::time::Timestamp;
use jsonwebtoken::{Algorithm, Validation};
use serde::Deserialize;

use super::clients::Client;
use super::clients::jwks::ClientKey;
use super::paths;
use crate::app::App;

/// How far ahead an assertion may end, in seconds.
const LONGEST_LIFE: i64 = 3600;
/// How far a client's clock may be off, in seconds.
const LEEWAY: i64 = 10;
/// The longest assertion that is read, in bytes.
const LONGEST: usize = 8 * 1024;
/// The longest `jti`, in bytes.
const LONGEST_JTI: usize = 255;

/// Algorithms that a client may sign with.
pub const ALGORITHMS: [Algorithm; 3] = [Algorithm::ES256, Algorithm::RS256, Algorithm::PS256];

/// An algorithm's registered name; empty for those that nobody may use.
#[must_use]
pub const fn name(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::ES256 => "ES256",
        Algorithm::RS256 => "RS256",
        Algorithm::PS256 => "PS256",
        _ => "",
    }
}

/// An assertion that holds, but for its `jti`.
pub struct Proven {
    /// To be used up.
    pub jti: String,
    /// Until then it must be remembered.
    pub expires_at: Timestamp,
}

#[derive(Deserialize)]
pub(crate) struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: f64,
    #[serde(default)]
    iat: Option<f64>,
    #[serde(default)]
    nbf: Option<f64>,
    jti: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn all(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

/// Whom an assertion says it is of. Nothing of it is proven.
#[must_use]
pub fn claimed_client(assertion: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Claimed {
        sub: String,
    }
    if assertion.len() > LONGEST {
        return None;
    }
    let claimed = jsonwebtoken::dangerous::insecure_decode_claims::<Claimed>(assertion).ok()?;
    Some(claimed.sub)
}

/// Verifies an assertion of that client. Why not is for the client's developers.
///
/// # Errors
/// What is wrong with it.
pub fn verify(app: &App, client: &Client, assertion: &str) -> Result<Proven, &'static str> {
    check(app, client, signed(&client.keys, assertion)?)
}

/// What one of those keys signed.
pub(crate) fn signed(keys: &[ClientKey], assertion: &str) -> Result<Claims, &'static str> {
    if assertion.len() > LONGEST {
        return Err("client_assertion is too long");
    }
    let header = jsonwebtoken::decode_header(assertion)
        .map_err(|_| "client_assertion is no JWT signed with ES256, RS256 or PS256")?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err("client_assertion must be signed with ES256, RS256 or PS256");
    }
    if header.crit.is_some() {
        return Err("client_assertion has critical headers that are not understood");
    }
    let fits = |key: &&ClientKey| {
        key.algorithms.contains(&header.alg) && header.kid.as_ref().is_none_or(|kid| key.kid.as_ref() == Some(kid))
    };
    let mut validation = Validation::new(header.alg);
    // All of these are looked at below, by this server's clock.
    validation.required_spec_claims.clear();
    (
        validation.validate_exp,
        validation.validate_nbf,
        validation.validate_aud,
    ) = (false, false, false);
    keys.iter()
        .filter(fits)
        .find_map(|key| jsonwebtoken::decode::<Claims>(assertion, &key.key, &validation).ok())
        .map(|token| token.claims)
        .ok_or("client_assertion has no signature of a registered key over iss, sub, aud, exp and jti")
}

fn check(app: &App, client: &Client, claims: Claims) -> Result<Proven, &'static str> {
    let id = &client.party.id;
    if claims.iss != *id || claims.sub != *id {
        return Err("client_assertion: iss and sub must be the client_id");
    }
    let public = &app.config().public_url;
    let ours = [
        public.origin().to_owned(),
        public.join(paths::TOKEN),
        public.join(paths::PAR),
    ];
    let audience = claims.aud.all();
    if audience.is_empty() || !audience.iter().all(|one| ours.contains(one)) {
        return Err("client_assertion: aud must be the issuer and nobody else");
    }
    let now = app.now().as_secs();
    let exp = seconds(claims.exp)?;
    if exp <= now - LEEWAY {
        return Err("client_assertion has expired");
    }
    if exp > now + LONGEST_LIFE + LEEWAY {
        return Err("client_assertion must expire within an hour");
    }
    for begins in [claims.iat, claims.nbf].into_iter().flatten() {
        if seconds(begins)? > now + LEEWAY {
            return Err("client_assertion is from the future; check the clock");
        }
    }
    if claims.jti.is_empty() || claims.jti.len() > LONGEST_JTI {
        return Err("client_assertion: jti must be a text of 1 to 255 bytes");
    }
    Ok(Proven {
        jti: claims.jti,
        expires_at: Timestamp::from_secs(exp + LEEWAY + 1),
    })
}

/// A NumericDate (RFC 7519 section 2), which may have a fraction.
fn seconds(date: f64) -> Result<i64, &'static str> {
    // Far beyond every date that is accepted, and far below where whole seconds get lost.
    if date.is_finite() && date.abs() < 1e12 {
        Ok(date.floor() as i64)
    } else {
        Err("client_assertion has a date that is none")
    }
}
