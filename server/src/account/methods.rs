//! `POST /account/methods`: the order in which somebody wants to see the ways to sign in, and those that they switch off.

use std::collections::HashMap;

use aldaba_core::ids::PersonId;
use aldaba_core::method::Method;
use aldaba_store::{StoreError, audit, persons};
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::response::Response;

use super::{PATH, signed_in};
use crate::app::App;
use crate::audit::entry;
use crate::portal::cookies::Cookie;
use crate::portal::{Failure, Reply, Visitor};
use crate::signin::{offered_methods, unreadable};

/// What somebody chose.
#[derive(Debug, PartialEq, Eq)]
struct Choice {
    order: Vec<Method>,
    off: Vec<Method>,
}

/// `POST /account/methods`.
pub(super) async fn submit(
    State(app): State<App>,
    visitor: Visitor,
    form: Result<Form<HashMap<String, String>>, FormRejection>,
) -> Response {
    let form = match form {
        Ok(Form(form)) => form,
        Err(rejection) => return unreadable(&rejection).show(&app, &visitor),
    };
    if !visitor.may_post(&app, form.get("csrf").map_or("", String::as_str)) {
        return Failure::Csrf.show(&app, &visitor);
    }
    let current = match signed_in(&app, &visitor).await {
        Ok(current) => current,
        Err(answer) => return *answer,
    };
    let choice = read(offered_methods(&app), &form);
    let words: Vec<&str> = choice.order.iter().map(|method| method.as_str()).collect();
    let order = words.join("-");
    if let Err(error) = save(&app, current.person, choice).await {
        return Failure::from(error).show(&app, &visitor);
    }
    Reply::new(&app, &visitor)
        .cookie(Cookie::Order, &order)
        .see_other(&format!("{PATH}?done=methods"))
}

/// The fields `position_METHOD` and `on_METHOD` of every method that this server offers. Equal positions keep our order.
fn read(offered: Vec<Method>, form: &HashMap<String, String>) -> Choice {
    let position = |method: &Method| {
        form.get(&format!("position_{}", method.as_str()))
            .and_then(|text| text.trim().parse::<usize>().ok())
            .unwrap_or(usize::MAX)
    };
    let is_off =
        |method: &Method| *method != Method::Incoming && !form.contains_key(&format!("on_{}", method.as_str()));
    let mut order = offered.clone();
    order.sort_by_key(position);
    Choice {
        order,
        off: offered.into_iter().filter(is_off).collect(),
    }
}

async fn save(app: &App, person: PersonId, choice: Choice) -> Result<(), StoreError> {
    let now = app.now();
    app.store()
        .write(move |tx| {
            Box::pin(async move {
                persons::choose_methods(tx, &person, &choice.order, &choice.off).await?;
                let off: Vec<&str> = choice.off.iter().map(|method| method.as_str()).collect();
                let mut said = entry(now, "person.chose_methods", Some(person));
                said.detail = serde_json::json!({ "off": off });
                audit::append(tx, &said).await
            })
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> HashMap<String, String> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        fields.iter().map(owned).collect()
    }

    // REQ-ACC-03
    #[test]
    fn what_is_not_ticked_is_off_but_for_the_incoming_pin() {
        let nothing = read(Method::ALL.into(), &form(&[]));
        assert!(!nothing.off.contains(&Method::Incoming));
        assert!(nothing.off.contains(&Method::SelfGenerated));
        let some = read(
            Method::ALL.into(),
            &form(&[
                ("on_self_generated", "on"),
                ("position_self_generated", "1"),
                ("position_incoming", "2"),
            ]),
        );
        assert!(!some.off.contains(&Method::SelfGenerated));
        assert_eq!(some.order.first(), Some(&Method::SelfGenerated));
    }
}
