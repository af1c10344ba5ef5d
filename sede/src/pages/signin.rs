//! Signing in: the question, and what comes of its answer.

use aldaba_core::level::Level;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::procedures;
use crate::cookies::Cookie;
use crate::failure::Failure;
use crate::provider::{Binding, Person, Wish};
use crate::reply::Reply;
use crate::sessions::{Begun, Session};
use crate::site::Site;
use crate::visitor::Visitor;

/// What a link or form of this site asks for; empty words ask for nothing.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    procedure: String,
    level: String,
    method: String,
    again: String,
}

/// The provider's answer (RFC 6749 section 4.1.2, RFC 9207).
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Answer {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// A sign-in that begins elsewhere (OpenID Connect Core, 4).
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Elsewhere {
    iss: Option<String>,
    target_link_uri: Option<String>,
}

/// `GET /signin`.
pub(super) async fn begin(State(site): State<Site>, Query(asked): Query<Asked>, visitor: Visitor) -> Response {
    match wish(&asked, &visitor) {
        Some(wish) => ask(&site, &visitor, &wish, "/".to_owned()).await,
        None => Failure::Wish.show(&site, &visitor),
    }
}

/// `GET /login`.
pub(super) async fn begin_elsewhere(
    State(site): State<Site>,
    Query(from): Query<Elsewhere>,
    visitor: Visitor,
) -> Response {
    elsewhere(&site, &visitor, &from).await
}

/// `POST /login`.
pub(super) async fn begin_elsewhere_by_post(
    State(site): State<Site>,
    visitor: Visitor,
    form: Result<Form<Elsewhere>, FormRejection>,
) -> Response {
    let from = form.map(|Form(form)| form).unwrap_or_default();
    elsewhere(&site, &visitor, &from).await
}

async fn elsewhere(site: &Site, visitor: &Visitor, from: &Elsewhere) -> Response {
    if !site.provider().is_issuer(from.iss.as_deref()) {
        return Failure::Issuer.show(site, visitor);
    }
    let wish = Wish {
        language: visitor.language.tag(),
        ..Wish::default()
    };
    let then = from
        .target_link_uri
        .as_deref()
        .and_then(|target| own_page(site, target));
    ask(site, visitor, &wish, then.unwrap_or_else(|| "/".to_owned())).await
}

/// The path of an address that is this site's; nobody is sent anywhere else.
fn own_page(site: &Site, target: &str) -> Option<String> {
    let url = Url::parse(target).ok()?;
    (url.origin() == site.settings().public_url.origin()).then(|| match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    })
}

fn wish(asked: &Asked, visitor: &Visitor) -> Option<Wish> {
    let procedure = match asked.procedure.as_str() {
        "" => None,
        id => Some(procedures::find(id)?),
    };
    let level = match asked.level.as_str() {
        "" => procedure.map(|procedure| procedure.level),
        word => Some(
            word.parse::<Level>()
                .ok()?
                .max(procedure.map_or(Level::Low, |procedure| procedure.level)),
        ),
    };
    let method = match asked.method.as_str() {
        "" => None,
        word => Some(word.parse().ok()?),
    };
    Some(Wish {
        procedure: procedure.map(|procedure| procedure.id.to_owned()),
        level,
        method,
        again: !asked.again.is_empty(),
        language: visitor.language.tag(),
    })
}

async fn ask(site: &Site, visitor: &Visitor, wish: &Wish, then: String) -> Response {
    let (state, nonce, verifier) = (site.secret(), site.secret(), site.secret());
    let binding = Binding {
        state: &state,
        nonce: &nonce,
        verifier: &verifier,
    };
    let url = match site.provider().authorize_url(wish, &binding).await {
        Ok(url) => url,
        Err(error) => return Failure::from(error).show(site, visitor),
    };
    let begun = Begun {
        nonce: nonce.clone(),
        verifier: verifier.clone(),
        level: wish.level,
        procedure: wish.procedure.clone(),
        then,
    };
    site.sessions().begin(&visitor.browser, &state, begun, site.now());
    Reply::new(site, visitor).see_other(&url)
}

/// `GET /callback`.
pub(super) async fn finish(State(site): State<Site>, Query(answer): Query<Answer>, visitor: Visitor) -> Response {
    match accept(&site, &visitor, answer).await {
        Ok((secret, then)) => Reply::new(&site, &visitor)
            .cookie(Cookie::Session, &secret)
            .see_other(&then),
        Err(failure) => failure.show(&site, &visitor),
    }
}

/// Opens a session for an answer that holds; its secret, and where the sign-in began.
async fn accept(site: &Site, visitor: &Visitor, answer: Answer) -> Result<(String, String), Failure> {
    if !site.provider().is_issuer(answer.iss.as_deref()) {
        return Err(Failure::Issuer);
    }
    let state = answer.state.unwrap_or_default();
    let begun = site
        .sessions()
        .finish(&visitor.browser, &state, site.now())
        .ok_or(Failure::State)?;
    if let Some(error) = answer.error {
        return Err(Failure::of_answer(&error));
    }
    let code = answer.code.ok_or(Failure::Refused)?;
    let binding = Binding {
        state: &state,
        nonce: &begun.nonce,
        verifier: &begun.verifier,
    };
    let person = site.provider().person(code, &binding).await?;
    // The provider was asked for no less; that it answered so is checked all the same.
    if begun
        .level
        .is_some_and(|asked| person.level.is_none_or(|reached| reached < asked))
    {
        return Err(Failure::Level);
    }
    let secret = site.secret();
    let session = session(site, person, begun.procedure);
    let earlier = visitor.secret.as_deref();
    if !site.sessions().open(&secret, session, earlier, site.now()) {
        return Err(Failure::Ended);
    }
    Ok((secret, begun.then))
}

fn session(site: &Site, person: Person, procedure: Option<String>) -> Session {
    let claim = |name: &str| person.userinfo.get(name).and_then(Value::as_str).map(str::to_owned);
    let parts = [claim("given_name"), claim("family_name")];
    let joined = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let name = claim("name").unwrap_or(joined);
    Session {
        name: if name.is_empty() { person.sub.clone() } else { name },
        sub: person.sub,
        sid: person.sid,
        level: person.level,
        amr: person.amr,
        since: person.since,
        procedure,
        id_token: person.id_token,
        id_claims: person.id_claims,
        userinfo: person.userinfo,
        csrf: site.secret(),
    }
}
