//! `POST /account/sessions`: closes one session of the person, or all of them.

use aldaba_core::ids::PersonId;
use aldaba_store::{StoreError, audit, sessions as stored};
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::response::Response;
use serde::Deserialize;

use super::{PATH, signed_in};
use crate::app::App;
use crate::audit::entry;
use crate::portal::cookies::Cookie;
use crate::portal::{Failure, Reply, Visitor};
use crate::signin::unreadable;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct CloseForm {
    csrf: String,
    /// The handle of one; without it, all.
    session: String,
}

/// `POST /account/sessions`.
pub(super) async fn submit(
    State(app): State<App>,
    visitor: Visitor,
    form: Result<Form<CloseForm>, FormRejection>,
) -> Response {
    let form = match form {
        Ok(Form(form)) => form,
        Err(rejection) => return unreadable(&rejection).show(&app, &visitor),
    };
    if !visitor.may_post(&app, &form.csrf) {
        return Failure::Csrf.show(&app, &visitor);
    }
    let current = match signed_in(&app, &visitor).await {
        Ok(current) => current,
        Err(answer) => return *answer,
    };
    let one = match form.session.as_str() {
        "" => None,
        handle => match handle_of(handle) {
            Some(handle) => Some(handle),
            None => return Failure::Csrf.show(&app, &visitor),
        },
    };
    let is_this = one.is_none() || one == visitor.session.as_ref().map(stored::handle);
    if let Err(error) = close(&app, current.person, one).await {
        return Failure::from(error).show(&app, &visitor);
    }
    let reply = Reply::new(&app, &visitor);
    if is_this {
        reply.without(Cookie::Session).without(Cookie::Request).see_other("/")
    } else {
        reply.see_other(&format!("{PATH}?done=closed"))
    }
}

fn handle_of(text: &str) -> Option<[u8; 32]> {
    hex::decode(text).ok()?.try_into().ok()
}

async fn close(app: &App, person: PersonId, one: Option<[u8; 32]>) -> Result<(), StoreError> {
    let now = app.now();
    app.store()
        .write(move |tx| {
            Box::pin(async move {
                let ended = match one {
                    Some(handle) => u64::from(stored::end_one(tx, &person, &handle, now).await?),
                    None => stored::end_all(tx, &person, now).await?,
                };
                if ended > 0 {
                    let mut said = entry(now, "person.closed_sessions", Some(person));
                    said.detail = serde_json::json!({ "sessions": ended });
                    audit::append(tx, &said).await?;
                }
                Ok(())
            })
        })
        .await
}
