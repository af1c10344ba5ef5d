//! The ends of a session: "Desconectar", and the provider's word.

use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde::Deserialize;
use serde_json::json;

use crate::cookies::Cookie;
use crate::failure::Failure;
use crate::logout_token::{self, LogoutError};
use crate::reply::Reply;
use crate::site::Site;
use crate::visitor::Visitor;

const SIGNED_OUT: &str = "/signed-out";

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct SignOutForm {
    csrf: String,
}

/// `POST /signout`: the session ends here whatever becomes of it there.
pub(super) async fn sign_out(
    State(site): State<Site>,
    visitor: Visitor,
    form: Result<Form<SignOutForm>, FormRejection>,
) -> Response {
    let form = form.map(|Form(form)| form).unwrap_or_default();
    let (Some(session), Some(secret)) = (&visitor.session, &visitor.secret) else {
        return Reply::new(&site, &visitor)
            .cookie(Cookie::Session, "")
            .see_other(SIGNED_OUT);
    };
    if form.csrf != session.csrf {
        return Failure::Csrf.show(&site, &visitor);
    }
    site.sessions().end(secret);
    let target = match site.provider().logout_url(&session.id_token, &site.secret()).await {
        Ok(url) => url.unwrap_or_else(|| SIGNED_OUT.to_owned()),
        Err(error) => {
            tracing::warn!(%error, "signed out here only");
            SIGNED_OUT.to_owned()
        }
    };
    Reply::new(&site, &visitor)
        .cookie(Cookie::Session, "")
        .see_other(&target)
}

#[derive(Deserialize)]
pub(super) struct LogoutForm {
    logout_token: String,
}

/// `POST /backchannel-logout`.
pub(super) async fn backchannel(
    State(site): State<Site>,
    form: Result<Form<LogoutForm>, FormRejection>,
) -> impl IntoResponse {
    let taken = match form {
        Ok(Form(form)) => logout_token::take(&site, &form.logout_token).await,
        Err(_) => Err(LogoutError::Invalid("there is no logout_token")),
    };
    let (status, body) = match taken {
        Ok(()) => (StatusCode::OK, json!({})),
        Err(LogoutError::Invalid(why)) => (
            StatusCode::BAD_REQUEST,
            json!({ "error": "invalid_request", "error_description": why }),
        ),
        Err(LogoutError::Provider(error)) => {
            tracing::warn!(%error, "a logout token could not be checked");
            (StatusCode::BAD_REQUEST, json!({ "error": "temporarily_unavailable" }))
        }
    };
    (status, [(header::CACHE_CONTROL, "no-store")], axum::Json(body))
}
