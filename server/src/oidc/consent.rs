//! `POST /oidc/consent`, `POST /oidc/as-i-am` and `POST /oidc/cancel`: what the citizen says.

use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use super::go_on::{self, Which};
use super::turn::Said;
use crate::app::App;
use crate::portal::{Failure, Visitor};

/// The form of the question, and of every page with a way back.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct AnswerForm {
    csrf: String,
    site: String,
    procedure: String,
    /// Of the button that says no: the procedure for which the site waits, whatever the page is for.
    asked: Option<String>,
    claims: String,
    session: String,
    decision: String,
    as_i_am: String,
}

/// The form, if it came from a page that this browser was shown.
fn read(
    app: &App,
    visitor: &Visitor,
    form: Result<Form<AnswerForm>, FormRejection>,
) -> Result<(Which, AnswerForm), Failure> {
    let Form(mut form) = form.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
        _ => Failure::Csrf,
    })?;
    if !visitor.may_post(app, &form.csrf) {
        return Err(Failure::Csrf);
    }
    let which = Which {
        site: std::mem::take(&mut form.site),
        procedure: form.asked.take().unwrap_or_else(|| std::mem::take(&mut form.procedure)),
    };
    Ok((which, form))
}

/// `POST /oidc/consent`. Anything but yes and no is the question once more.
pub(super) async fn decide(
    State(app): State<App>,
    visitor: Visitor,
    form: Result<Form<AnswerForm>, FormRejection>,
) -> Response {
    let (which, form) = match read(&app, &visitor, form) {
        Ok(read) => read,
        Err(failure) => return failure.show(&app, &visitor),
    };
    match form.decision.as_str() {
        "no" => go_on::deny(&app, &visitor, &which).await,
        "yes" => {
            let said = Said::Agreed {
                words: form.claims,
                sid: form.session,
            };
            go_on::take(&app, &visitor, &which, Some(said)).await
        }
        _ => go_on::take(&app, &visitor, &which, None).await,
    }
}

/// `POST /oidc/as-i-am`: the site's wish for a higher level is left at that. Of another request or session than the page's, it
/// is the question once more.
pub(super) async fn as_i_am(
    State(app): State<App>,
    visitor: Visitor,
    form: Result<Form<AnswerForm>, FormRejection>,
) -> Response {
    match read(&app, &visitor, form) {
        Ok((which, form)) => go_on::take(&app, &visitor, &which, Some(Said::AsIAm(form.as_i_am))).await,
        Err(failure) => failure.show(&app, &visitor),
    }
}

/// `POST /oidc/cancel`.
pub(super) async fn cancel(
    State(app): State<App>,
    visitor: Visitor,
    form: Result<Form<AnswerForm>, FormRejection>,
) -> Response {
    match read(&app, &visitor, form) {
        Ok((which, _)) => go_on::deny(&app, &visitor, &which).await,
        Err(failure) => failure.show(&app, &visitor),
    }
}
