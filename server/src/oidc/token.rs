//! `POST /oidc/token`: a code becomes an access token and an ID token, once (RFC 6749 section 4.1.3).
//!
//! Rules:
//! - The code is its client's, comes with the same redirect URI and the verifier of its challenge (RFC 7636 section 4.6), and
//!   within a minute; its session lives, its device is active. One conditional statement says all of that.
//! - A code that comes any other way is of no use afterwards. One that comes a second time takes along what its first use
//!   produced, and the audit log says so.

use std::collections::BTreeSet;

use aldaba_core::oidc::{ACCESS_TOKEN_LIFE, Bearer, Claim, Parameters};
use aldaba_core::policy::seconds;
use aldaba_core::time::Timestamp;
use aldaba_protocol::b64;
use aldaba_store::authorizations::{self, Authorization, Grant, Redemption};
use aldaba_store::{StoreError, Transaction, audit, persons};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use sha2::{Digest, Sha256};

use super::client_auth::{self, ClientForm};
use super::refusal::{never_cached, refused};
use super::released::{Released, released};
use super::{SentForm, id_token, keys, parameters};
use crate::app::App;
use crate::audit::entry;
use crate::config::RelyingParty;
use crate::http::problem::Problem;

/// Parameters that are understood here, and so may come once only.
const KNOWN: [&str; 8] = [
    "client_assertion",
    "client_assertion_type",
    "client_id",
    "client_secret",
    "code",
    "code_verifier",
    "grant_type",
    "redirect_uri",
];

/// What the parameters say of who calls.
pub(super) fn client_form(parameters: &Parameters) -> Result<ClientForm, &'static str> {
    if parameters.repeats_any(&KNOWN) {
        return Err("a parameter comes more than once");
    }
    let get = |name| parameters.get(name).map(str::to_owned);
    Ok(ClientForm {
        client_id: get("client_id"),
        client_secret: get("client_secret"),
        client_assertion_type: get("client_assertion_type"),
        client_assertion: get("client_assertion"),
    })
}

/// `POST /oidc/token`.
pub(super) async fn redeem(State(app): State<App>, headers: HeaderMap, form: SentForm) -> Response {
    let parameters = match parameters(form) {
        Ok(parameters) => parameters,
        Err(unread) => return unread.into_response(),
    };
    let form = match client_form(&parameters) {
        Ok(form) => form,
        Err(why) => return refused("invalid_request", why),
    };
    let party = match client_auth::authenticate(&app, &headers, &form).await {
        Ok(party) => party,
        Err(error) => return error.into_response(),
    };
    match parameters.get("grant_type") {
        Some("authorization_code") => {}
        Some(_) => return refused("unsupported_grant_type", "grant_type must be authorization_code"),
        None => return refused("invalid_request", "grant_type is missing"),
    }
    let (Some(code), Some(redirect_uri), Some(verifier)) = (
        parameters.get("code"),
        parameters.get("redirect_uri"),
        parameters.get("code_verifier"),
    ) else {
        return refused("invalid_request", "code, redirect_uri and code_verifier are all needed");
    };
    let used = match Bearer::read(code) {
        None => Ok(None),
        Some(code) => use_code(&app, &party, code, redirect_uri, verifier).await,
    };
    match used {
        Ok(Some(used)) => answer(&app, used).await,
        // One answer for all of them: what is wrong with a code is nobody's business who cannot use it.
        Ok(None) => refused(
            "invalid_grant",
            "the code is unknown, used, expired, revoked, or was given to another client, address or verifier",
        ),
        Err(error) => Problem::from(error).into_response(),
    }
}

/// A code that was redeemed.
struct Used {
    authorization: Authorization,
    grant: Grant,
    token: Bearer,
    released: Vec<Released>,
    now: Timestamp,
}

async fn use_code(
    app: &App,
    party: &RelyingParty,
    code: Bearer,
    redirect_uri: &str,
    verifier: &str,
) -> Result<Option<Used>, StoreError> {
    let (now, token) = (app.now(), Bearer::generate(app.random()));
    let (ends, idle) = (now.plus(seconds(ACCESS_TOKEN_LIFE)), seconds(app.policy().session_idle));
    let challenge = challenge_of(verifier);
    let (client, entitled, redirect_uri) = (party.id.clone(), party.claims.clone(), redirect_uri.to_owned());
    app.store()
        .write(move |tx| {
            Box::pin(async move {
                let shown = Redemption {
                    code: &code,
                    client: &client,
                    redirect_uri: &redirect_uri,
                    challenge: &challenge,
                    token: &token,
                };
                let redeemed = authorizations::redeem(tx, shown, now, ends, idle).await?;
                let Some(authorization) = redeemed else {
                    burn(tx, &code, &client, now).await?;
                    return Ok::<_, StoreError>(None);
                };
                let grant = authorization
                    .grant
                    .clone()
                    .ok_or(StoreError::Corrupt("a code of nobody"))?;
                let asked = authorization.request.id_token.intersection(&grant.claims).copied();
                let told: BTreeSet<Claim> = asked.filter(|claim| entitled.contains(claim)).collect();
                let released = if told.is_empty() {
                    // As with most sites: they ask for everything at userinfo. Nobody needs to be read for that.
                    Vec::new()
                } else {
                    let Some((person, names)) = persons::get_with_names(tx, &grant.person).await? else {
                        return Ok(None);
                    };
                    released(&told, &person, &names)
                };
                Ok(Some(Used {
                    released,
                    authorization,
                    grant,
                    token,
                    now,
                }))
            })
        })
        .await
}

/// `S256` of a verifier. None that does not have its shape matches: a challenge has 43 characters.
fn challenge_of(verifier: &str) -> String {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if (43..=128).contains(&verifier.len()) && verifier.bytes().all(is_unreserved) {
        b64::encode(&Sha256::digest(verifier.as_bytes()))
    } else {
        String::new()
    }
}

async fn burn(tx: &Transaction, code: &Bearer, client: &str, now: Timestamp) -> Result<(), StoreError> {
    let Some(burnt) = authorizations::burn(tx, code).await? else {
        return Ok(());
    };
    let kind = if burnt.was_redeemed {
        "authorization.replayed"
    } else {
        "authorization.misused"
    };
    let mut said = entry(now, kind, burnt.person);
    said.detail = serde_json::json!({ "shown_by": client });
    audit::append(tx, &said).await
}

async fn answer(app: &App, used: Used) -> Response {
    let Used {
        authorization,
        grant,
        token,
        released,
        now,
    } = used;
    let signed = match id_token::make(app, &authorization, &grant, &token, released, now).await {
        Ok(signed) => signed,
        Err(keys::SignError::Store(error)) => return Problem::from(error).into_response(),
        Err(keys::SignError::Claims(error)) => {
            tracing::error!(%error, "an ID token could not be written");
            return Problem::new(aldaba_protocol::error::ErrorCode::Internal).into_response();
        }
    };
    let body = serde_json::json!({
        "access_token": token.expose(),
        "token_type": "Bearer",
        "expires_in": ACCESS_TOKEN_LIFE,
        "id_token": signed,
        "scope": authorization.request.scope,
    });
    never_cached(Json(body).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    // REQ-OIDC-06
    #[test]
    fn a_challenge_is_that_of_rfc_7636() {
        // Appendix B.
        assert_eq!(
            challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
        for wrong in ["", "short", &"a".repeat(129), &"ñ".repeat(43), &" ".repeat(50)] {
            assert_eq!(challenge_of(wrong), "");
        }
    }
}
