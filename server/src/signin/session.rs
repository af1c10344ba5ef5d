//! Who is signed in, and signing out.

use aldaba_core::ids::SessionId;
use aldaba_core::level::Level;
use aldaba_core::policy::seconds;
use aldaba_core::request::Method;
use aldaba_core::time::Timestamp;
use aldaba_store::{StoreError, persons, sessions};
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::response::Response;
use serde::Deserialize;

use super::form::unreadable;
use crate::app::App;
use crate::portal::cookies::Cookie;
use crate::portal::{Failure, Reply, Visitor};

/// The person that a browser is signed in as, at one site.
#[derive(Clone)]
pub struct Current {
    /// Name and surnames.
    pub name: String,
    /// What the sign-in proved.
    pub level: Level,
    /// By which PIN.
    pub method: Method,
    /// When.
    pub since: Timestamp,
}

/// Who is signed in at that site in this browser, if the session was used within its idle time. Using it prolongs it.
///
/// # Errors
/// The database.
pub async fn current(app: &App, visitor: &Visitor, site: &str) -> Result<Option<Current>, StoreError> {
    let Some(id) = visitor.session.clone() else {
        return Ok(None);
    };
    let (now, idle) = (app.now(), seconds(app.policy().session_idle));
    let found = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                let Some(session) = sessions::use_session(tx, &id, now, idle).await? else {
                    return Ok::<_, StoreError>(None);
                };
                Ok(persons::get(tx, &session.person)
                    .await?
                    .map(|person| (session, person.name)))
            })
        })
        .await?;
    Ok(found
        .filter(|(session, _)| session.relying_party == site)
        .map(|(session, name)| Current {
            name,
            level: session.level,
            method: session.method,
            since: session.created_at,
        }))
}

/// Ends a session; unknown and ended ones are none.
pub(super) async fn end(app: &App, id: SessionId) -> Result<(), StoreError> {
    let now = app.now();
    app.store()
        .write(move |tx| {
            Box::pin(async move {
                sessions::end(tx, &id, now).await?;
                Ok::<_, StoreError>(())
            })
        })
        .await
}

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
        && let Err(error) = end(&app, session).await
    {
        // The cookie stays: the person can press again, and is not told that they are out when they are not.
        return Failure::from(error).show(&app, &visitor);
    }
    let target = if app.config().demo {
        "/demo/sede?signed_out=1"
    } else {
        "/"
    };
    Reply::new(&app, &visitor)
        .without(Cookie::Session)
        .without(Cookie::Request)
        .see_other(target)
}
