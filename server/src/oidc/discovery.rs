//! What a client's library reads first: where everything is, what is spoken here, and the public keys.

use aldaba_core::language::Language;
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{HeaderValue, header};
use serde_json::{Value, json};

use super::{assertion, keys, paths};
use crate::app::App;
use crate::http::problem::Problem;

/// How long either answer may be kept. A key is published much longer than that before it signs.
const CACHED: HeaderValue = HeaderValue::from_static("public, max-age=900");

/// Discovery and keys.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/.well-known/openid-configuration", get(configuration))
        .route("/.well-known/oauth-authorization-server", get(configuration))
        .route(paths::JWKS, get(jwks))
}

/// `GET /.well-known/openid-configuration` (OpenID Connect Discovery section 4), and the same at RFC 8414's address.
async fn configuration(State(app): State<App>) -> Response {
    cached(Json(metadata(&app)).into_response())
}

/// `GET /oidc/jwks` (RFC 7517).
async fn jwks(State(app): State<App>) -> Result<Response, Problem> {
    let keys = keys::published(&app).await?;
    Ok(cached(Json(json!({ "keys": keys })).into_response()))
}

fn cached(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, CACHED);
    response
}

/// What this provider is and can do.
#[must_use]
pub fn metadata(app: &App) -> Value {
    let at = |path: &str| app.config().public_url.join(path);
    let levels = [Level::Low, Level::Substantial, Level::High];
    let reached = levels.into_iter().filter(|level| {
        let reaches = |method: &Method| app.serves(*method) && method.reaches() >= *level;
        Method::ALL.iter().any(reaches)
    });
    json!({
        "issuer": paths::issuer(app),
        "authorization_endpoint": at(paths::AUTHORIZE),
        "pushed_authorization_request_endpoint": at(paths::PAR),
        "require_pushed_authorization_requests": false,
        "token_endpoint": at(paths::TOKEN),
        "userinfo_endpoint": at(paths::USERINFO),
        "end_session_endpoint": at(paths::LOGOUT),
        "jwks_uri": at(paths::JWKS),
        "scopes_supported": ["openid", "profile", "document"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "authorization_response_iss_parameter_supported": true,
        "code_challenge_methods_supported": ["S256"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": assertion::ALGORITHMS.map(assertion::name),
        "acr_values_supported": reached.map(Level::acr).collect::<Vec<_>>(),
        "claim_types_supported": ["normal"],
        "claims_supported": [
            "sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "name", "given_name", "family_name", "document",
        ],
        "claims_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "ui_locales_supported": Language::ALL.map(Language::tag),
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
    })
}
