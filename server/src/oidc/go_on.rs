//! `GET /oidc/continue`: what comes next in this browser's sign-in at that site.

use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::oidc::Request;
use aldaba_store::authorizations::Authorization;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::fault::Fault;
use super::turn::{Next, Question, Said, StepUp, Turn};
use super::{answer, paths};
use crate::app::App;
use crate::config::RelyingParty;
use crate::portal::cookies::Cookie;
use crate::portal::{Failure, Page, Reply, Visitor, date_and_time};
use crate::signin::Asks;
use crate::texts::FluentValue;

/// Which sign-in.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Which {
    pub site: String,
    pub procedure: String,
}

#[derive(Template)]
#[template(path = "oidc/step_up.html")]
struct StepUpPage {
    page: Page,
    title: String,
    text: String,
    needed: String,
    how: String,
    way: Option<Way>,
    sign_in: String,
    csrf: String,
    site: String,
    procedure: String,
    as_i_am: Option<String>,
}

/// The way that reaches the level on whatever device the citizen is.
struct Way {
    href: String,
    text: String,
}

/// Such a way, as its page's path and the names of its texts.
struct Surest {
    method: Method,
    path: &'static str,
    name: &'static str,
    how: &'static str,
}

const BOUND: Surest = Surest {
    method: Method::PageBound,
    path: crate::signin::BOUND,
    name: "oidc-step-up-bound",
    how: "oidc-step-up-how-bound",
};
const CERTIFICATE: Surest = Surest {
    method: Method::Certificate,
    path: crate::signin::certificate::PAGE,
    name: "oidc-step-up-certificate",
    how: "oidc-step-up-how-certificate",
};

#[derive(Template)]
#[template(path = "oidc/consent.html")]
struct ConsentPage {
    page: Page,
    csrf: String,
    site: String,
    procedure: String,
    title: String,
    who: String,
    domain: String,
    logo: Option<String>,
    shown: Vec<Shown>,
    words: String,
    sid: String,
    other: String,
}

struct Shown {
    label: String,
    value: String,
}

/// `GET /oidc/continue`.
pub(super) async fn show(State(app): State<App>, Query(which): Query<Which>, visitor: Visitor) -> Response {
    take(&app, &visitor, &which, None).await
}

/// Takes the next step.
pub(super) async fn take(app: &App, visitor: &Visitor, which: &Which, said: Option<Said>) -> Response {
    let Some((authorization, party)) = open(app, visitor, which) else {
        return Fault::Nothing.show(app, visitor);
    };
    let Some(binding) = &visitor.authorizing else {
        return Fault::Nothing.show(app, visitor);
    };
    let turn = Turn::new(app, visitor, binding.bytes());
    let (asked, asking) = (authorization.clone(), std::sync::Arc::clone(&party));
    let next = app
        .store()
        .write(move |tx| Box::pin(async move { turn.take(tx, &asked, &asking, said.as_ref()).await }))
        .await;
    match next {
        Ok(next) => follow(app, visitor, authorization, &party, next),
        Err(error) => Failure::from(error).show(app, visitor),
    }
}

/// The open request of that site in this browser for that procedure, or for none, and the site.
pub(super) fn open<'a>(
    app: &App,
    visitor: &'a Visitor,
    which: &Which,
) -> Option<(&'a Authorization, std::sync::Arc<RelyingParty>)> {
    let party = app.relying_party(&which.site)?;
    Some((visitor.asked(&which.site, &which.procedure)?, party))
}

/// Shows what comes next, or goes there.
pub(super) fn follow(
    app: &App,
    visitor: &Visitor,
    authorization: &Authorization,
    party: &RelyingParty,
    next: Next,
) -> Response {
    let request = &authorization.request;
    match next {
        Next::Back(target) => {
            let mut reply = Reply::new(app, visitor);
            if visitor.asked_count() <= 1 {
                reply = reply.without(Cookie::Authorization);
            }
            reply.see_other(&target)
        }
        Next::SignIn => Reply::new(app, visitor).see_other(&sign_in(&party.id, request)),
        Next::StepUp(step) => step_up(app, visitor, request, party, step),
        Next::Ask(question) => ask(app, visitor, request, party, *question),
        Next::Gone => Fault::Nothing.show(app, visitor),
    }
}

/// A page of this sign-in. Its address names site and procedure, and nothing else.
pub(super) fn place(path: &str, site: &str, request: &Request) -> String {
    let mut pairs = vec![("site", site)];
    pairs.extend(request.procedure.as_deref().map(|id| ("procedure", id)));
    answer::address(path, &pairs)
}

/// The page where people choose how to sign in.
pub(super) fn sign_in(site: &str, request: &Request) -> String {
    place("/signin", site, request)
}

fn step_up(app: &App, visitor: &Visitor, request: &Request, party: &RelyingParty, step: StepUp) -> Response {
    let here = place(paths::CONTINUE, &party.id, request);
    let page = Page::new(app, visitor, &here);
    let site = ("site", FluentValue::from(party.name.clone()));
    let levels = [
        site,
        ("reached", FluentValue::from(page.level(step.reached))),
        ("needed", FluentValue::from(page.level(step.asked))),
    ];
    let is_low = step.reached < step.asked;
    let ways = if is_low {
        surest(app, visitor, party, request, &step)
    } else {
        Vec::new()
    };
    let how = match step.asked {
        _ if !is_low => Vec::new(),
        Level::High => vec!["oidc-step-up-how-high"],
        _ => std::iter::once("oidc-step-up-how-substantial")
            .chain(ways.iter().map(|way| way.how))
            .collect(),
    };
    let how: Vec<String> = how.into_iter().map(|key| page.t(key)).collect();
    let (title, text) = match step.as_i_am {
        Some(_) => ("oidc-step-up-wish-title", "oidc-step-up-wish-text"),
        None if is_low => ("oidc-step-up-title", "oidc-step-up-text"),
        None => ("oidc-step-up-method-title", "oidc-step-up-method-text"),
    };
    let template = StepUpPage {
        title: page.with(title, &levels),
        text: page.with(text, &levels),
        needed: if is_low {
            page.level_explained(step.asked)
        } else {
            String::new()
        },
        how: how.join(" "),
        way: ways.first().map(|way| Way {
            href: place(way.path, &party.id, request),
            text: page.t(way.name),
        }),
        sign_in: sign_in(&party.id, request),
        csrf: visitor.csrf(app),
        site: party.id.clone(),
        procedure: request.procedure.clone().unwrap_or_default(),
        as_i_am: step.as_i_am,
        page,
    };
    Reply::new(app, visitor).html(&template)
}

/// The ways that prove the level wherever the app runs, the better one first: a PIN that a desktop shows without the system's
/// unlock does not. Only those that the site and this server have, and that the citizen has not switched off.
fn surest(
    app: &App,
    visitor: &Visitor,
    party: &RelyingParty,
    request: &Request,
    step: &StepUp,
) -> Vec<&'static Surest> {
    let procedure = request.procedure.as_deref().unwrap_or_default();
    let Ok((asks, _)) = Asks::find(app, visitor, &party.id, procedure) else {
        return Vec::new();
    };
    let ways: &[&'static Surest] = match step.asked {
        Level::High => &[&CERTIFICATE],
        _ => &[&BOUND, &CERTIFICATE],
    };
    ways.iter()
        .copied()
        .filter(|way| asks.offers(way.method) && step.uses.contains(&way.method))
        .collect()
}

fn ask(app: &App, visitor: &Visitor, request: &Request, party: &RelyingParty, question: Question) -> Response {
    let here = place(paths::CONTINUE, &party.id, request);
    let page = Page::new(app, visitor, &here);
    let site = [("site", FluentValue::from(party.name.clone()))];
    let mut shown: Vec<Shown> = question
        .claims
        .into_iter()
        .map(|claim| Shown {
            label: page.t(&format!("oidc-claim-{}", claim.name.replace('_', "-"))),
            value: claim.value,
        })
        .collect();
    shown.push(Shown {
        label: page.t("oidc-claim-level"),
        value: page.level(question.level),
    });
    let how = page.t(&format!("method-{}", question.method.as_str().replace('_', "-")));
    shown.push(Shown {
        label: page.t("oidc-claim-how"),
        value: format!("{how}. {}", date_and_time(&page, question.since)),
    });
    shown.push(Shown {
        label: page.t("oidc-claim-code"),
        value: page.t("oidc-claim-code-text"),
    });
    let template = ConsentPage {
        csrf: visitor.csrf(app),
        site: party.id.clone(),
        procedure: request.procedure.clone().unwrap_or_default(),
        title: page.with("oidc-consent-title", &site),
        who: page.with("oidc-consent-who", &[("name", FluentValue::from(question.name))]),
        domain: party.domain.clone(),
        logo: party.logo.as_ref().map(ToString::to_string),
        shown,
        words: question.words,
        sid: question.sid,
        other: place("/signin", &party.id, request),
        page,
    };
    let reply = Reply::new(app, visitor);
    match &party.logo {
        Some(logo) => reply.image(logo).html(&template),
        None => reply.html(&template),
    }
}

/// Ends an open request with "no".
pub(super) async fn deny(app: &App, visitor: &Visitor, which: &Which) -> Response {
    let (Some((authorization, party)), Some(binding)) = (open(app, visitor, which), &visitor.authorizing) else {
        return Fault::Nothing.show(app, visitor);
    };
    let turn = Turn::new(app, visitor, binding.bytes());
    let (denied, asking) = (authorization.clone(), std::sync::Arc::clone(&party));
    let next = app
        .store()
        .write(move |tx| Box::pin(async move { turn.deny(tx, &denied, &asking).await }))
        .await;
    match next {
        Ok(next) => follow(app, visitor, authorization, &party, next),
        Err(error) => Failure::from(error).show(app, visitor),
    }
}
