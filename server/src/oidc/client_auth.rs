//! A client proves who it is, at the token endpoint and wherever else it calls (RFC 6749 section 2.3).
//!
//! Rules:
//! - Exactly one method a request, and it is the one that the client is registered for: `private_key_jwt` where it has keys,
//!   else `client_secret_basic`. There is no `none` and no secret in a body.
//! - An unknown client, a disabled one and a wrong secret have one answer, and cost the same work.
//! - Errors are those of RFC 6749 section 5.2; their descriptions are for developers and repeat nothing that was sent.

use std::fmt;
use std::sync::Arc;

use aldaba_store::{StoreError, clients};
use axum::Json;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::assertion;
use super::clients::Client;
use crate::app::App;
use crate::config::RelyingParty;
use crate::http::problem::Problem;

/// The one type of assertion (RFC 7523 section 2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The fields of a form that tell who calls. `Debug` prints none of them.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ClientForm {
    /// `client_id`.
    pub client_id: Option<String>,
    /// `client_secret`: only so that it can be refused.
    pub client_secret: Option<String>,
    /// `client_assertion_type`.
    pub client_assertion_type: Option<String>,
    /// `client_assertion`.
    pub client_assertion: Option<String>,
}

impl fmt::Debug for ClientForm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ClientForm(…)")
    }
}

/// Why a client is not let in.
#[derive(Debug, thiserror::Error)]
pub enum ClientAuthError {
    /// The request itself is wrong: `invalid_request`, 400.
    #[error("invalid_request: {0}")]
    InvalidRequest(&'static str),
    /// Nobody, somebody unknown, or not proven: `invalid_client`, 401.
    #[error("invalid_client: {0}")]
    InvalidClient(&'static str),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an unknown client and a wrong secret are told.
const NOT_PROVEN: ClientAuthError = ClientAuthError::InvalidClient("unknown client, or wrong secret");

impl ClientAuthError {
    /// The code of RFC 6749 section 5.2.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::InvalidClient(_) => "invalid_client",
            Self::Store(_) => "server_error",
        }
    }
}

impl IntoResponse for ClientAuthError {
    fn into_response(self) -> Response {
        let code = self.code();
        let (status, why) = match self {
            Self::InvalidRequest(why) => (StatusCode::BAD_REQUEST, why),
            Self::InvalidClient(why) => (StatusCode::UNAUTHORIZED, why),
            Self::Store(error) => return Problem::from(error).into_response(),
        };
        let body = serde_json::json!({ "error": code, "error_description": why });
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Basic realm=\"aldaba\", charset=\"UTF-8\"");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// The client that calls. The `jti` of its assertion is used up, durably, whatever becomes of the call.
///
/// # Errors
/// [`ClientAuthError`].
pub async fn authenticate(
    app: &App,
    headers: &HeaderMap,
    form: &ClientForm,
) -> Result<Arc<RelyingParty>, ClientAuthError> {
    use ClientAuthError::{InvalidClient, InvalidRequest};
    let mut authorizations = headers.get_all(header::AUTHORIZATION).iter();
    let authorization = match (authorizations.next(), authorizations.next()) {
        (_, Some(_)) => return Err(InvalidRequest("more than one Authorization header")),
        (first, None) => first,
    };
    let asserts = form.client_assertion.is_some() || form.client_assertion_type.is_some();
    let methods = [authorization.is_some(), asserts, form.client_secret.is_some()];
    if methods.into_iter().filter(|used| *used).count() > 1 {
        return Err(InvalidRequest("more than one method of client authentication"));
    }
    if form.client_secret.is_some() {
        return Err(InvalidClient(
            "client_secret in the body is not accepted; use client_secret_basic",
        ));
    }
    if let Some(value) = authorization {
        return by_secret(app, value, form);
    }
    if asserts {
        return by_assertion(app, form).await;
    }
    Err(InvalidClient(
        "no client authentication; use client_secret_basic or private_key_jwt",
    ))
}

fn by_secret(app: &App, value: &HeaderValue, form: &ClientForm) -> Result<Arc<RelyingParty>, ClientAuthError> {
    let (id, secret) = basic(value).ok_or(ClientAuthError::InvalidClient(
        "the Authorization header is not Basic with client_id and client_secret (RFC 6749 section 2.3.1)",
    ))?;
    if form.client_id.as_ref().is_some_and(|other| *other != id) {
        return Err(ClientAuthError::InvalidRequest(
            "client_id is not that of the Authorization header",
        ));
    }
    // Hashed before anybody is looked for.
    let hash = clients::secret_hash(&secret);
    let client = app.clients().find(&id).ok_or(NOT_PROVEN)?;
    if client.signs() {
        return Err(ClientAuthError::InvalidClient(
            "this client is registered for private_key_jwt",
        ));
    }
    if client.knows(&hash, app.now()) {
        Ok(Arc::clone(&client.party))
    } else {
        Err(NOT_PROVEN)
    }
}

/// User and password of a Basic header, each form-urlencoded before (RFC 6749 section 2.3.1).
pub(crate) fn basic(value: &HeaderValue) -> Option<(String, Zeroizing<String>)> {
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = Zeroizing::new(STANDARD.decode(encoded.trim()).ok()?);
    let text = std::str::from_utf8(&decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((form_decoded(id)?, Zeroizing::new(form_decoded(secret)?)))
}

fn form_decoded(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

async fn by_assertion(app: &App, form: &ClientForm) -> Result<Arc<RelyingParty>, ClientAuthError> {
    use ClientAuthError::{InvalidClient, InvalidRequest};
    if form.client_assertion_type.as_deref() != Some(ASSERTION_TYPE) {
        return Err(InvalidRequest(
            "client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ));
    }
    let assertion = form
        .client_assertion
        .as_deref()
        .ok_or(InvalidRequest("client_assertion is missing"))?;
    let id = assertion::claimed_client(assertion).ok_or(InvalidClient("client_assertion is no JWT with a sub"))?;
    if form.client_id.as_ref().is_some_and(|other| *other != id) {
        return Err(InvalidRequest("client_id is not the sub of client_assertion"));
    }
    let client: Arc<Client> = app.clients().find(&id).ok_or(NOT_PROVEN)?;
    if !client.signs() {
        return Err(InvalidClient("this client is registered for client_secret_basic"));
    }
    let proven = assertion::verify(app, &client, assertion).map_err(InvalidClient)?;
    let fresh = app
        .store()
        .write(move |tx| Box::pin(async move { clients::use_assertion(tx, &id, &proven.jti, proven.expires_at).await }))
        .await?;
    if fresh {
        Ok(Arc::clone(&client.party))
    } else {
        Err(InvalidClient("client_assertion was used before"))
    }
}
