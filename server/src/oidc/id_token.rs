//! What a client is told of a sign-in, signed (OpenID Connect Core section 2).

use std::collections::BTreeSet;

use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::oidc::{Bearer, ID_TOKEN_LIFE};
use aldaba_core::time::Timestamp;
use aldaba_protocol::b64;
use aldaba_store::authorizations::{Authorization, Grant};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::released::Released;
use super::{keys, paths};
use crate::app::App;

/// The ID token of a sign-in.
///
/// # Errors
/// [`keys::SignError`].
pub async fn make(
    app: &App,
    authorization: &Authorization,
    grant: &Grant,
    token: &Bearer,
    released: Vec<Released>,
    now: Timestamp,
) -> Result<String, keys::SignError> {
    keys::sign(app, "JWT", &claims(app, authorization, grant, token, released, now)).await
}

fn claims(
    app: &App,
    authorization: &Authorization,
    grant: &Grant,
    token: &Bearer,
    released: Vec<Released>,
    now: Timestamp,
) -> Map<String, Value> {
    let request = &authorization.request;
    let issued = now.as_secs();
    let mut claims = Map::new();
    let mut tell = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    tell("iss", json!(paths::issuer(app)));
    tell("sub", json!(grant.subject));
    tell("aud", json!(authorization.client_id));
    tell("exp", json!(issued + i64::from(ID_TOKEN_LIFE)));
    tell("iat", json!(issued));
    tell("auth_time", json!(grant.auth_time.as_secs()));
    if let Some(nonce) = &request.nonce {
        tell("nonce", json!(nonce));
    }
    tell("acr", json!(request.acr_for(grant.level).acr()));
    tell("amr", json!(amr(grant.method, grant.second_step, grant.level)));
    tell("sid", json!(grant.sid));
    tell("at_hash", json!(at_hash(token)));
    for Released { name, value } in released {
        tell(name, json!(value));
    }
    claims
}

/// How the person signed in (RFC 8176). A second step makes it `mfa`.
fn amr(method: Method, second_step: Option<Method>, level: Level) -> Vec<&'static str> {
    let mut all = method.amr(level).to_vec();
    if let Some(second) = second_step {
        all.extend(second.amr(level));
        all.push("mfa");
    }
    let mut seen = BTreeSet::new();
    all.retain(|word| seen.insert(*word));
    all
}

/// The left half of the hash of what the client holds (section 3.1.3.6).
fn at_hash(token: &Bearer) -> String {
    let hash = Sha256::digest(token.expose().as_bytes());
    b64::encode(hash.get(..16).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    // REQ-OIDC-23
    #[test]
    fn a_second_step_is_told() {
        assert_eq!(amr(Method::Incoming, None, Level::Low), ["otp", "swk"]);
        assert_eq!(
            amr(Method::Password, Some(Method::Sms), Level::Low),
            ["pwd", "otp", "sms", "mfa"]
        );
        // A card is claimed only where it was proven.
        assert_eq!(amr(Method::Certificate, None, Level::High), ["sc"]);
        assert_eq!(amr(Method::Certificate, None, Level::Substantial), ["pop"]);
    }
}
