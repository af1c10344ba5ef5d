//! `GET /demo/citizens`: the people of the demo, for programs and for people.
//!
//! As JSON: `[{"document": "…", "contrast": "…", "name": "…", "phone": "+34…", "level": "low"}]`.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use crate::app::App;
use crate::citizens::sample::{self, Sample};
use crate::portal::{Page, Reply, Visitor};
use crate::texts::FluentValue;

#[derive(Serialize)]
struct Citizen {
    document: &'static str,
    contrast: &'static str,
    name: &'static str,
    phone: &'static str,
    level: &'static str,
}

#[derive(Template)]
#[template(path = "demo/citizens.html")]
struct CitizensPage {
    page: Page,
    people: Vec<PersonView>,
}

struct PersonView {
    name: &'static str,
    document: &'static str,
    contrast: String,
    phone: &'static str,
    level: String,
    copy_document: String,
    copy_contrast: String,
}

/// `GET /demo/citizens`.
pub(super) async fn show(State(app): State<App>, visitor: Visitor) -> Response {
    let reply = Reply::new(&app, &visitor);
    if !visitor.prefers_html {
        let people: Vec<Citizen> = sample::people().iter().map(citizen).collect();
        return reply.json(&people);
    }
    let page = Page::new(&app, &visitor, &visitor.here);
    let people = sample::people()
        .iter()
        .map(|person| PersonView::new(&page, person))
        .collect();
    reply.html(&CitizensPage { page, people })
}

fn citizen(person: &Sample) -> Citizen {
    Citizen {
        document: person.document,
        contrast: person.contrast,
        name: person.name,
        phone: person.phone,
        level: person.level.as_str(),
    }
}

impl PersonView {
    fn new(page: &Page, person: &Sample) -> Self {
        let name = [("name", FluentValue::from(person.name))];
        Self {
            name: person.name,
            document: person.document,
            contrast: as_printed(person.contrast),
            phone: person.phone,
            level: page.t(&format!("level-{}", person.level.as_str())),
            copy_document: page.with("citizens-copy-document", &name),
            copy_contrast: page.with("citizens-copy-contrast", &name),
        }
    }
}

/// A date as documents and people write it, day first; a support number as it is.
fn as_printed(contrast: &str) -> String {
    match contrast.splitn(3, '-').collect::<Vec<_>>().as_slice() {
        [year, month, day] => format!("{day}/{month}/{year}"),
        _ => contrast.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::as_printed;

    #[test]
    fn dates_are_shown_day_first() {
        assert_eq!(as_printed("2031-05-17"), "17/05/2031");
        assert_eq!(as_printed("C01234567"), "C01234567");
    }
}
