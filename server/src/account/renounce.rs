//! `GET` and `POST /account/renounce`: a citizen leaves.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::signed_in;
use crate::app::App;
use crate::citizens::renounce;
use crate::portal::cookies::Cookie;
use crate::portal::{Failure, Page, Reply, Visitor};
use crate::signin::unreadable;

pub(super) const PATH: &str = "/account/renounce";
pub(super) const DONE: &str = "/account/renounced";

#[derive(Template)]
#[template(path = "account/renounce.html")]
struct RenouncePage {
    page: Page,
    csrf: String,
    is_missing: bool,
}

#[derive(Template)]
#[template(path = "account/renounced.html")]
struct RenouncedPage {
    page: Page,
}

/// What is sent. Without the tick nothing happens.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct RenounceForm {
    csrf: String,
    sure: String,
}

/// `GET /account/renounce`.
pub(super) async fn show(State(app): State<App>, visitor: Visitor) -> Response {
    match signed_in(&app, &visitor).await {
        Ok(_) => page(&app, &visitor, false),
        Err(answer) => *answer,
    }
}

/// `POST /account/renounce`.
pub(super) async fn submit(
    State(app): State<App>,
    visitor: Visitor,
    form: Result<Form<RenounceForm>, FormRejection>,
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
    if form.sure.is_empty() {
        return page(&app, &visitor, true);
    }
    if let Err(error) = renounce::renounce(&app, current.person).await {
        return Failure::from(error).show(&app, &visitor);
    }
    let mut reply = Reply::new(&app, &visitor);
    for cookie in [Cookie::Session, Cookie::Request, Cookie::Known, Cookie::Method] {
        reply = reply.without(cookie);
    }
    reply.see_other(DONE)
}

/// `GET /account/renounced`. It says nothing of anybody: the session is gone.
pub(super) async fn done(State(app): State<App>, visitor: Visitor) -> Response {
    let template = RenouncedPage {
        page: Page::new(&app, &visitor, DONE),
    };
    Reply::new(&app, &visitor).html(&template)
}

fn page(app: &App, visitor: &Visitor, is_missing: bool) -> Response {
    let template = RenouncePage {
        csrf: visitor.csrf(app),
        is_missing,
        page: Page::new(app, visitor, PATH),
    };
    let reply = Reply::new(app, visitor);
    if is_missing {
        reply.status(StatusCode::UNPROCESSABLE_ENTITY).html(&template)
    } else {
        reply.html(&template)
    }
}
