//! `GET /ask`: a form to ask for a procedure, a level and a method, for whoever tries out the provider.

use aldaba_core::level::Level;
use aldaba_core::method::Method;
use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::procedures::PROCEDURES;
use crate::page::Page;
use crate::reply::Reply;
use crate::site::Site;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "ask.html")]
struct AskPage {
    procedures: Vec<Choice>,
    levels: Vec<Choice>,
    methods: Vec<Choice>,
    page: Page,
}

struct Choice {
    value: &'static str,
    text: String,
}

/// `GET /ask`.
pub(super) async fn show(State(site): State<Site>, visitor: Visitor) -> Response {
    let page = Page::new(&site, &visitor);
    let choice = |value: &'static str, key: String| Choice {
        value,
        text: page.t(&key),
    };
    let template = AskPage {
        procedures: PROCEDURES
            .iter()
            .map(|procedure| choice(procedure.id, format!("sede-service-{}", procedure.id)))
            .collect(),
        levels: [Level::Low, Level::Substantial, Level::High]
            .map(|level| choice(level.as_str(), format!("level-{}", level.as_str())))
            .into(),
        methods: Method::ALL
            .map(|method| choice(method.as_str(), format!("method-{}", method.as_str().replace('_', "-"))))
            .into(),
        page,
    };
    Reply::new(&site, &visitor).html(&template)
}
