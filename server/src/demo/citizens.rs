//! `GET /demo/citizens`: the people of the demo, for programs and for people.
//!
//! As JSON: `[{"document": "…", "contrast": "…", "name": "…", "phone": "+34…", "level": "low", "behaviour": null}]`.
//! Those with a behaviour answer by themselves (`robots/`).

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use super::robots::{Behaviour, ROBOTS};
use crate::app::App;
use crate::citizens::sample::{self, Sample, as_printed};
use crate::portal::{Page, Reply, Visitor};
use crate::texts::FluentValue;

#[derive(Serialize)]
struct Citizen {
    document: &'static str,
    contrast: &'static str,
    name: &'static str,
    phone: &'static str,
    level: &'static str,
    behaviour: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "demo/citizens.html")]
struct CitizensPage {
    page: Page,
    people: Vec<PersonView>,
    robots: Vec<PersonView>,
}

struct PersonView {
    name: &'static str,
    document: &'static str,
    contrast: String,
    phone: &'static str,
    level: String,
    behaviour: Option<String>,
    copy_document: String,
    copy_contrast: String,
}

/// `GET /demo/citizens`.
pub(super) async fn show(State(app): State<App>, visitor: Visitor) -> Response {
    let reply = Reply::new(&app, &visitor);
    if !visitor.prefers_html {
        let people = sample::people().iter().map(|person| citizen(person, None));
        let robots = ROBOTS.iter().map(|robot| citizen(&robot.person, Some(robot.behaviour)));
        return reply.json(&people.chain(robots).collect::<Vec<_>>());
    }
    let page = Page::new(&app, &visitor, &visitor.here);
    let people = sample::people()
        .iter()
        .map(|person| PersonView::new(&page, person, None))
        .collect();
    let robots = ROBOTS
        .iter()
        .map(|robot| PersonView::new(&page, &robot.person, Some(robot.behaviour)))
        .collect();
    reply.html(&CitizensPage { page, people, robots })
}

fn citizen(person: &Sample, behaviour: Option<Behaviour>) -> Citizen {
    Citizen {
        document: person.document,
        contrast: person.contrast,
        name: person.name,
        phone: person.phone,
        level: person.level.as_str(),
        behaviour: behaviour.map(Behaviour::as_str),
    }
}

impl PersonView {
    fn new(page: &Page, person: &Sample, behaviour: Option<Behaviour>) -> Self {
        let name = [("name", FluentValue::from(person.name))];
        Self {
            name: person.name,
            document: person.document,
            contrast: as_printed(person.contrast),
            phone: person.phone,
            level: page.level(person.level),
            behaviour: behaviour.map(|behaviour| page.t(&format!("robots-{}", behaviour.as_str()))),
            copy_document: page.with("citizens-copy-document", &name),
            copy_contrast: page.with("citizens-copy-contrast", &name),
        }
    }
}
