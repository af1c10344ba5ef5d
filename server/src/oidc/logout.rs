//! `/oidc/logout`: a site sends the browser here to sign out (OpenID Connect RP-Initiated Logout 1.0).
//!
//! Rules:
//! - With an ID token of this browser's own session nothing is asked. Else the citizen is: any page could send them here.
//! - A token that does not verify says nothing: the citizen is asked. One of another client refuses the whole request.
//! - The browser goes on only to an address that is registered for the client, byte for byte.
//! - What a site posts is not put into an address: of its ID token only the session's name goes on, as `logout_hint`.

use std::sync::Arc;

use aldaba_core::oidc::{Parameters, is_registered};
use aldaba_store::{StoreError, authorizations, sessions};
use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::fault::Fault;
use super::{SentForm, answer, asked, authorize, parameters, paths};
use crate::app::App;
use crate::config::RelyingParty;
use crate::portal::cookies::Cookie;
use crate::portal::{Failure, Page, Reply, Visitor, Way};
use crate::texts::FluentValue;

/// Parameters that are understood, and so may come once only.
const KNOWN: [&str; 5] = [
    "id_token_hint",
    "client_id",
    "post_logout_redirect_uri",
    "state",
    "logout_hint",
];

/// Where a site wants the browser to go on, checked.
struct Leaving {
    party: Option<Arc<RelyingParty>>,
    /// The address, without and with the state.
    next: Option<(String, String)>,
    state: String,
    /// The site's name for the session.
    sid: Option<String>,
    /// Whether an ID token of ours says so.
    is_proven: bool,
}

impl Leaving {
    fn client(&self) -> &str {
        self.party.as_ref().map_or("", |party| &party.id)
    }

    fn uri(&self) -> &str {
        self.next.as_ref().map_or("", |(uri, _)| uri)
    }

    /// What may stand in an address.
    fn pairs(&self) -> Vec<(&str, &str)> {
        let pairs = [
            ("client_id", self.client()),
            ("post_logout_redirect_uri", self.uri()),
            ("state", &self.state),
        ];
        pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }
}

#[derive(Template)]
#[template(path = "oidc/logout.html")]
struct AskPage {
    page: Page,
    csrf: String,
    text: String,
    client: String,
    next: String,
    state: String,
}

#[derive(Template)]
#[template(path = "oidc/logged_out.html")]
struct DonePage {
    page: Page,
    way: Way,
}

/// `GET /oidc/logout`.
pub(super) async fn ask(State(app): State<App>, visitor: Visitor, query: SentForm) -> Response {
    let parameters = match parameters(query) {
        Ok(parameters) => parameters,
        Err(unread) => return unread.show(&app, &visitor, Fault::LogoutUri),
    };
    let leaving = match leaving(&app, &parameters).await {
        Ok(Some(leaving)) => leaving,
        Ok(None) => return Fault::LogoutUri.show(&app, &visitor),
        Err(error) => return Failure::from(error).show(&app, &visitor),
    };
    match is_ours(&app, &visitor, &leaving).await {
        Ok(true) => leave(&app, &visitor, &leaving).await,
        Ok(false) => question(&app, &visitor, &leaving),
        Err(error) => Failure::from(error).show(&app, &visitor),
    }
}

/// `POST /oidc/logout`: a site's form brings no cookies along, so that the browser is asked to come again with them, and without
/// the ID token, which may hold a name and a document number.
pub(super) async fn post(State(app): State<App>, visitor: Visitor, form: SentForm) -> Response {
    let parameters = match parameters(form) {
        Ok(parameters) => parameters,
        Err(unread) => return unread.show(&app, &visitor, Fault::LogoutUri),
    };
    match leaving(&app, &parameters).await {
        Ok(Some(leaving)) => {
            let mut pairs = leaving.pairs();
            pairs.extend(leaving.sid.as_deref().map(|sid| ("logout_hint", sid)));
            authorize::come_again(&answer::address(paths::LOGOUT, &pairs))
        }
        Ok(None) => Fault::LogoutUri.show(&app, &visitor),
        Err(error) => Failure::from(error).show(&app, &visitor),
    }
}

/// `POST /oidc/logout/confirmed`: the citizen said yes.
pub(super) async fn confirmed(State(app): State<App>, visitor: Visitor, form: SentForm) -> Response {
    let Ok(parameters) = parameters(form) else {
        return Failure::Csrf.show(&app, &visitor);
    };
    if !visitor.may_post(&app, parameters.get("csrf").unwrap_or_default()) {
        return Failure::Csrf.show(&app, &visitor);
    }
    match leaving(&app, &parameters).await {
        Ok(Some(leaving)) => leave(&app, &visitor, &leaving).await,
        Ok(None) => Fault::LogoutUri.show(&app, &visitor),
        Err(error) => Failure::from(error).show(&app, &visitor),
    }
}

/// Checks where the browser is to go. None: an address that is not the client's, a client that is not known, or parameters that
/// contradict each other.
async fn leaving(app: &App, parameters: &Parameters) -> Result<Option<Leaving>, StoreError> {
    if parameters.repeats_any(&KNOWN) {
        return Ok(None);
    }
    let client = parameters.get("client_id");
    let hint = match parameters.get("id_token_hint") {
        None => None,
        Some(token) => asked::hint(app, token, None).await?,
    };
    if let (Some(hint), Some(client)) = (&hint, client)
        && hint.aud != client
    {
        return Ok(None);
    }
    let id = client.or(hint.as_ref().map(|hint| hint.aud.as_str()));
    let party = match id.map(|id| app.relying_party(id)) {
        None => None,
        Some(Some(party)) => Some(party),
        Some(None) => return Ok(None),
    };
    let state = parameters.get("state").unwrap_or_default();
    let next = match (parameters.get("post_logout_redirect_uri"), &party) {
        (None, _) => None,
        (Some(uri), Some(party)) if is_registered(&party.post_logout_redirect_uris, uri) => {
            let pairs: Vec<_> = parameters
                .get("state")
                .map(|state| ("state", state))
                .into_iter()
                .collect();
            let whole = answer::address(uri, &pairs);
            Some((uri.to_owned(), whole))
        }
        (Some(_), _) => return Ok(None),
    };
    Ok(Some(Leaving {
        party,
        next,
        state: state.to_owned(),
        is_proven: hint.is_some(),
        sid: hint
            .map(|hint| hint.sid)
            .or_else(|| parameters.get("logout_hint").map(str::to_owned)),
    }))
}

/// Whether the ID token is of the session that this browser is in, so that nothing needs to be asked.
async fn is_ours(app: &App, visitor: &Visitor, leaving: &Leaving) -> Result<bool, StoreError> {
    let (Some(party), Some(sid)) = (&leaving.party, &leaving.sid) else {
        return Ok(false);
    };
    let Some(session) = visitor.session.as_ref().map(sessions::handle) else {
        // There is no session to end. If the token is ours, who sent the browser is known.
        return Ok(leaving.is_proven);
    };
    let (client, sid) = (party.id.clone(), sid.clone());
    app.store()
        .read(move |tx| Box::pin(async move { authorizations::is_of_session(tx, &client, &sid, &session).await }))
        .await
}

async fn leave(app: &App, visitor: &Visitor, leaving: &Leaving) -> Response {
    if let Some(session) = visitor.session.clone()
        && let Err(error) = crate::sessions::end(app, session).await
    {
        // The cookie stays: the person is not told that they are out when they are not.
        return Failure::from(error).show(app, visitor);
    }
    let reply = Reply::new(app, visitor)
        .without(Cookie::Session)
        .without(Cookie::Request);
    if let Some((_, target)) = &leaving.next {
        return reply.see_other(target);
    }
    let page = Page::new(app, visitor, "/");
    let way = match &leaving.party {
        Some(party) => Way {
            href: party.return_url.to_string(),
            text: page.with("over-back-to-site", &[("site", FluentValue::from(party.name.clone()))]),
        },
        None => Way {
            href: "/".to_owned(),
            text: page.t("error-back-home"),
        },
    };
    reply.html(&DonePage { page, way })
}

fn question(app: &App, visitor: &Visitor, leaving: &Leaving) -> Response {
    // The links to other languages repeat no token.
    let page = Page::new(app, visitor, &answer::address(paths::LOGOUT, &leaving.pairs()));
    let text = match &leaving.party {
        Some(party) => page.with("oidc-logout-text", &[("site", FluentValue::from(party.name.clone()))]),
        None => page.t("oidc-logout-text-nobody"),
    };
    let template = AskPage {
        csrf: visitor.csrf(app),
        text,
        client: leaving.client().to_owned(),
        next: leaving.uri().to_owned(),
        state: leaving.state.clone(),
        page,
    };
    let mut reply = Reply::new(app, visitor);
    if let Some(url) = leaving.next.as_ref().and_then(|(uri, _)| uri.parse().ok()) {
        reply = reply.form_may_reach(&url);
    }
    reply.html(&template)
}
