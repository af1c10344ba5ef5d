//! Signing out.

use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::response::Response;
use serde::Deserialize;

use super::form::unreadable;
use crate::app::App;
use crate::portal::cookies::Cookie;
use crate::portal::{Failure, Reply, Visitor};
use crate::sessions;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct SignOutForm {
    csrf: String,
}

/// `POST /signout`.
pub(super) async fn sign_out(
    State(app): State<App>,
    visitor: Visitor,
    form: Result<Form<SignOutForm>, FormRejection>,
) -> Response {
    let form = match form {
        Ok(Form(form)) => form,
        Err(rejection) => return unreadable(&rejection).show(&app, &visitor),
    };
    if !visitor.may_post(&app, &form.csrf) {
        return Failure::Csrf.show(&app, &visitor);
    }
    if let Some(session) = visitor.session.clone()
        && let Err(error) = sessions::end(&app, session).await
    {
        // The cookie stays: the person can press again, and is not told that they are out when they are not.
        return Failure::from(error).show(&app, &visitor);
    }
    Reply::new(&app, &visitor)
        .without(Cookie::Session)
        .without(Cookie::Request)
        .see_other("/")
}
