//! `GET /claims`: what the provider told of who is signed in.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use crate::page::Page;
use crate::reply::Reply;
use crate::site::Site;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "claims.html")]
struct ClaimsPage {
    page: Page,
    tables: Vec<Table>,
}

struct Table {
    heading: &'static str,
    id: &'static str,
    rows: Vec<(String, String)>,
}

/// `GET /claims`; without a session, the front page.
pub(super) async fn show(State(site): State<Site>, visitor: Visitor) -> Response {
    let Some(session) = &visitor.session else {
        return Reply::new(&site, &visitor).see_other("/");
    };
    let template = ClaimsPage {
        tables: vec![
            Table {
                heading: "sede-claims-id-token",
                id: "id-token",
                rows: rows(&session.id_claims),
            },
            Table {
                heading: "sede-claims-userinfo",
                id: "userinfo",
                rows: rows(&session.userinfo),
            },
        ],
        page: Page::new(&site, &visitor),
    };
    Reply::new(&site, &visitor).html(&template)
}

fn rows(claims: &Value) -> Vec<(String, String)> {
    let said = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let claims = claims.as_object().into_iter().flatten();
    claims
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.clone(), said(value)))
        .collect()
}
