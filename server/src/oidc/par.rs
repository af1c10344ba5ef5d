//! `POST /oidc/par`: a client pushes its request before it sends the browser (RFC 9126), so that the browser carries nothing but
//! an address of ours, good once and for a minute.

use aldaba_core::ids::AuthorizationId;
use aldaba_core::oidc::{Bearer, Judged, PUSHED_LIFE, Request};
use aldaba_store::{StoreError, authorizations};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};

use super::client_auth;
use super::refusal::{never_cached, refused};
use super::token::client_form;
use super::{SentForm, authorize, parameters};
use crate::app::App;
use crate::config::RelyingParty;
use crate::http::problem::Problem;

/// What every address of a pushed request begins with (RFC 9126 section 2.2).
pub(super) const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// The address of a pushed request.
pub(super) fn address(uri: &Bearer) -> String {
    format!("{PREFIX}{}", uri.expose())
}

/// `POST /oidc/par`.
pub(super) async fn push(State(app): State<App>, headers: HeaderMap, form: SentForm) -> Response {
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
    if parameters.get("request_uri").is_some() {
        return refused("invalid_request", "request_uri cannot be pushed");
    }
    let request = match authorize::judged(&app, &party, &parameters).await {
        Ok(Judged::Good(request)) => *request,
        Ok(Judged::Page(_)) => {
            return refused(
                "invalid_request",
                "redirect_uri is missing or is not registered for this client",
            );
        }
        Ok(Judged::Refused { refusal, .. }) => return refused(refusal.error.as_str(), refusal.why),
        Err(error) => return Problem::from(error).into_response(),
    };
    match keep(&app, &party, request).await {
        Ok(uri) => {
            let body = serde_json::json!({ "request_uri": address(&uri), "expires_in": PUSHED_LIFE });
            never_cached((StatusCode::CREATED, Json(body)).into_response())
        }
        Err(error) => Problem::from(error).into_response(),
    }
}

/// Keeps a request for its browser.
pub(super) async fn keep(app: &App, party: &RelyingParty, request: Request) -> Result<Bearer, StoreError> {
    let (id, uri) = (AuthorizationId::generate(app.random()), Bearer::generate(app.random()));
    let (client, now, pushed) = (party.id.clone(), app.now(), uri.clone());
    app.store()
        .write(move |tx| {
            Box::pin(async move {
                let until = authorize::pushed_until(now);
                authorizations::push(tx, &id, &client, &pushed, &request, now, until).await
            })
        })
        .await?;
    Ok(uri)
}
