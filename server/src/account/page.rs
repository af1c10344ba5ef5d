//! `GET /account`.

use aldaba_core::method::Method;
use aldaba_core::policy::seconds;
use aldaba_store::{StoreError, persons, sessions as stored};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::{PATH, sign_in_first, signed_in};
use crate::app::App;
use crate::portal::{Failure, Page, Reply, Visitor, date_and_time};
use crate::sessions::Current;
use crate::signin::offered_methods;
use crate::texts::FluentValue;

/// What a form did, so that the page can say so.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Done {
    done: String,
}

#[derive(Template)]
#[template(path = "account/account.html")]
struct AccountPage {
    page: Page,
    csrf: String,
    done: Option<&'static str>,
    name: String,
    level: String,
    level_explained: String,
    sessions: Vec<SessionView>,
    methods: Vec<MethodView>,
}

struct SessionView {
    handle: String,
    site: String,
    how: String,
    browser: String,
    since: String,
    used: String,
    is_this: bool,
}

struct MethodView {
    word: &'static str,
    name: String,
    reaches: String,
    is_on: bool,
    is_fixed: bool,
    position: usize,
    positions: Vec<usize>,
}

/// `GET /account`: for who is signed in; anybody else signs in first.
pub(super) async fn show(State(app): State<App>, Query(done): Query<Done>, visitor: Visitor) -> Response {
    let current = match signed_in(&app, &visitor).await {
        Ok(current) => current,
        Err(answer) => return *answer,
    };
    match load(&app, &current).await {
        Ok(Some((person, open))) => render(&app, &visitor, &current, &person, &open, done.done.as_str()),
        // Gone between the two statements.
        Ok(None) => sign_in_first(&app, &visitor),
        Err(error) => Failure::from(error).show(&app, &visitor),
    }
}

async fn load(app: &App, current: &Current) -> Result<Option<(persons::Person, Vec<stored::Open>)>, StoreError> {
    let (person, now, idle) = (current.person, app.now(), seconds(app.policy().session_idle));
    app.store()
        .read(move |tx| {
            Box::pin(async move {
                let open = stored::list_open(tx, &person, now, idle).await?;
                Ok(persons::get(tx, &person).await?.map(|person| (person, open)))
            })
        })
        .await
}

fn render(
    app: &App,
    visitor: &Visitor,
    current: &Current,
    person: &persons::Person,
    open: &[stored::Open],
    done: &str,
) -> Response {
    let page = Page::new(app, visitor, PATH);
    let here = visitor.session.as_ref().map(stored::handle);
    let template = AccountPage {
        csrf: visitor.csrf(app),
        done: match done {
            "closed" => Some("account-done-closed"),
            "methods" => Some("account-done-methods"),
            _ => None,
        },
        name: current.name.clone(),
        level: page.level(current.level),
        level_explained: page.level_explained(current.level),
        sessions: open.iter().map(|one| session(app, &page, one, here)).collect(),
        methods: methods(app, &page, person),
        page,
    };
    Reply::new(app, visitor).html(&template)
}

fn session(app: &App, page: &Page, open: &stored::Open, here: Option<[u8; 32]>) -> SessionView {
    let session = &open.session;
    let site = app.relying_party(&session.relying_party);
    let on = [
        ("browser", FluentValue::from(or_unknown(page, &session.browser))),
        ("system", FluentValue::from(or_unknown(page, &session.system))),
    ];
    let moment = |key, at| page.with(key, &[("when", FluentValue::from(date_and_time(page, at)))]);
    SessionView {
        handle: hex::encode(open.handle),
        site: site.map_or_else(|| session.relying_party.clone(), |site| site.name.clone()),
        how: format!("{} · {}", name(page, session.method), page.level(session.level)),
        browser: page.with("account-session-browser", &on),
        since: moment("account-session-since", session.created_at),
        used: moment("account-session-used", session.used_at),
        is_this: here == Some(open.handle),
    }
}

fn or_unknown(page: &Page, text: &str) -> String {
    if text.is_empty() {
        page.t("account-session-unknown")
    } else {
        text.to_owned()
    }
}

/// The methods that this server offers, in the person's order.
fn methods(app: &App, page: &Page, person: &persons::Person) -> Vec<MethodView> {
    let offered = offered_methods(app);
    let count = offered.len();
    in_order(offered, &person.methods_order)
        .into_iter()
        .enumerate()
        .map(|(index, method)| MethodView {
            word: method.as_str(),
            name: name(page, method),
            reaches: page.with(
                "account-method-reaches",
                &[("level", FluentValue::from(page.level(method.reaches())))],
            ),
            is_on: person.uses(method),
            is_fixed: method == Method::Incoming,
            position: index + 1,
            positions: (1..=count).collect(),
        })
        .collect()
}

/// Those of `order` first, in its order; then the rest in theirs.
pub(super) fn in_order(mut methods: Vec<Method>, order: &[Method]) -> Vec<Method> {
    methods.sort_by_key(|method| order.iter().position(|wanted| wanted == method).unwrap_or(usize::MAX));
    methods
}

fn name(page: &Page, method: Method) -> String {
    page.t(&format!("method-{}", method.as_str().replace('_', "-")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_put_first_comes_first_and_nothing_is_lost() {
        let ours = vec![Method::Incoming, Method::Sms, Method::Password];
        let order = [Method::Password, Method::Certificate];
        assert_eq!(
            in_order(ours, &order),
            [Method::Password, Method::Incoming, Method::Sms]
        );
    }
}
