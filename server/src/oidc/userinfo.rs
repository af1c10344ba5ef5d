//! `GET` and `POST /oidc/userinfo`: what the bearer of an access token may learn (OpenID Connect Core section 5.3, RFC 6750).

use aldaba_core::oidc::Bearer;
use aldaba_core::policy::seconds;
use aldaba_store::{StoreError, authorizations, persons};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

use super::refusal::never_cached;
use super::released::released;
use crate::app::App;
use crate::http::problem::Problem;

/// `GET` and `POST /oidc/userinfo`.
pub(super) async fn show(State(app): State<App>, headers: HeaderMap) -> Response {
    let token = match bearer(&headers) {
        Ok(token) => token,
        Err(refused) => return refused.into_response(),
    };
    match told(&app, token).await {
        Ok(Some(claims)) => never_cached(Json(Value::Object(claims)).into_response()),
        Ok(None) => Refused::Token.into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}

/// Why nothing is told (RFC 6750 section 3.1).
enum Refused {
    /// There is no token: how to send one is said, and nothing else.
    Nothing,
    /// There are several.
    Several,
    /// It is none, or no longer.
    Token,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, challenge) = match self {
            Self::Nothing => (StatusCode::UNAUTHORIZED, "Bearer realm=\"aldaba\""),
            Self::Several => (
                StatusCode::BAD_REQUEST,
                "Bearer realm=\"aldaba\", error=\"invalid_request\", error_description=\"more than one Authorization header\"",
            ),
            Self::Token => (
                StatusCode::UNAUTHORIZED,
                "Bearer realm=\"aldaba\", error=\"invalid_token\", error_description=\"the access token is unknown, expired or \
                 revoked\"",
            ),
        };
        let challenge = [(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))];
        never_cached((status, challenge).into_response())
    }
}

fn bearer(headers: &HeaderMap) -> Result<Bearer, Refused> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let value = match (all.next(), all.next()) {
        (None, _) => return Err(Refused::Nothing),
        (Some(_), Some(_)) => return Err(Refused::Several),
        (Some(value), None) => value.to_str().map_err(|_| Refused::Token)?,
    };
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Bearer::read(token.trim()).ok_or(Refused::Token)
        }
        _ => Err(Refused::Nothing),
    }
}

/// What the site may know now: what was granted, unless the operator has taken it back since.
async fn told(app: &App, token: Bearer) -> Result<Option<Map<String, Value>>, StoreError> {
    let (now, idle, job) = (app.now(), seconds(app.policy().session_idle), app.clone());
    app.store()
        .read(move |tx| {
            Box::pin(async move {
                let Some(authorization) = authorizations::of_token(tx, &token, now, idle).await? else {
                    return Ok(None);
                };
                let Some(party) = job.relying_party(&authorization.client_id) else {
                    return Ok(None);
                };
                let grant = authorization.grant.ok_or(StoreError::Corrupt("a token of nobody"))?;
                let Some((person, names)) = persons::get_with_names(tx, &grant.person).await? else {
                    return Ok(None);
                };
                let asked = authorization.request.userinfo.intersection(&grant.claims).copied();
                let may = asked.filter(|claim| party.claims.contains(claim)).collect();
                let mut claims = Map::new();
                claims.insert("sub".to_owned(), json!(grant.subject));
                for claim in released(&may, &person, &names) {
                    claims.insert(claim.name.to_owned(), json!(claim.value));
                }
                Ok(Some(claims))
            })
        })
        .await
}
