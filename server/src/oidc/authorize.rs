//! `GET` and `POST /oidc/authorize`: a browser comes with what a site asks, or with the address of what it asked beforehand.

use std::sync::Arc;

use aldaba_core::ids::AuthorizationId;
use aldaba_core::oidc::{
    AuthorizationError, Bearer, Judged, OPEN_LIFE, PUSHED_LIFE, PageFault, Parameters, Request, judge,
};
use aldaba_core::policy::seconds;
use aldaba_core::time::Timestamp;
use aldaba_store::authorizations::{self, Arrival, Authorization};
use aldaba_store::{StoreError, sessions};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::fault::Fault;
use super::turn::{Next, Turn};
use super::{SentForm, answer, asked, go_on, known, par, parameters, paths};
use crate::app::App;
use crate::config::RelyingParty;
use crate::portal::cookies::Cookie;
use crate::portal::{Failure, Reply, Visitor};
use crate::requests::BrowserBinding;

/// What a browser came with.
enum Coming {
    /// The request itself.
    Request(Box<Request>),
    /// The address of one that was pushed.
    Pushed(Bearer),
}

/// `GET /oidc/authorize`.
pub(super) async fn come(State(app): State<App>, visitor: Visitor, query: SentForm) -> Response {
    let parameters = match parameters(query) {
        Ok(parameters) => parameters,
        Err(unread) => return unread.show(&app, &visitor, Fault::Client),
    };
    let Some(party) = client(&app, &parameters) else {
        return Fault::Client.show(&app, &visitor);
    };
    let coming = match pushed(&parameters) {
        Some(Some(uri)) => Coming::Pushed(uri),
        Some(None) => return Fault::RequestUri.show(&app, &visitor),
        None => match judged(&app, &party, &parameters).await {
            Ok(Judged::Good(request)) => Coming::Request(request),
            Ok(judged) => return no(&app, &visitor, judged),
            Err(error) => return Failure::from(error).show(&app, &visitor),
        },
    };
    arrive(&app, &visitor, party, coming).await
}

/// `POST /oidc/authorize`. A form that another site's page sends brings no cookies along (`SameSite=Lax`): the request is kept
/// as if it had been pushed, and the browser asked to come again with them.
pub(super) async fn post(State(app): State<App>, visitor: Visitor, form: SentForm) -> Response {
    let parameters = match parameters(form) {
        Ok(parameters) => parameters,
        Err(unread) => return unread.show(&app, &visitor, Fault::Client),
    };
    let Some(party) = client(&app, &parameters) else {
        return Fault::Client.show(&app, &visitor);
    };
    let uri = match pushed(&parameters) {
        Some(Some(uri)) => uri,
        Some(None) => return Fault::RequestUri.show(&app, &visitor),
        None => match judged(&app, &party, &parameters).await {
            Ok(Judged::Good(request)) => match par::keep(&app, &party, *request).await {
                Ok(uri) => uri,
                Err(error) => return Failure::from(error).show(&app, &visitor),
            },
            Ok(judged) => return no(&app, &visitor, judged),
            Err(error) => return Failure::from(error).show(&app, &visitor),
        },
    };
    let uri = par::address(&uri);
    come_again(&answer::address(
        paths::AUTHORIZE,
        &[("client_id", party.id.as_str()), ("request_uri", uri.as_str())],
    ))
}

/// The client that the parameters name.
fn client(app: &App, parameters: &Parameters) -> Option<Arc<RelyingParty>> {
    app.relying_party(parameters.get("client_id")?)
}

/// The address of a pushed request, if there is one that looks like ours; the inner None: it cannot be one.
fn pushed(parameters: &Parameters) -> Option<Option<Bearer>> {
    let uri = parameters.get("request_uri")?;
    Some(Bearer::read(uri.strip_prefix(par::PREFIX)?))
}

/// Judges parameters against the client's settings.
pub(super) async fn judged(app: &App, party: &RelyingParty, parameters: &Parameters) -> Result<Judged, StoreError> {
    let asked = asked::read(app, &party.id, parameters).await?;
    Ok(judge(parameters, &known::rules(app, party), asked))
}

fn no(app: &App, visitor: &Visitor, judged: Judged) -> Response {
    match judged {
        Judged::Page(PageFault::RedirectUri) => Fault::RedirectUri.show(app, visitor),
        Judged::Refused {
            redirect_uri,
            state,
            refusal,
        } => come_again(&answer::refused(
            app,
            &redirect_uri,
            state.as_deref(),
            refusal.error,
            refusal.why,
        )),
        Judged::Good(_) => Failure::Internal.show(app, visitor),
    }
}

/// A redirect that sets no cookie: whoever comes without cookies may have some.
pub(super) fn come_again(target: &str) -> Response {
    match HeaderValue::from_str(target) {
        Ok(target) => (StatusCode::SEE_OTHER, [(header::LOCATION, target)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn arrive(app: &App, visitor: &Visitor, party: Arc<RelyingParty>, coming: Coming) -> Response {
    let binding = match &visitor.authorizing {
        Some(binding) => binding.clone(),
        None => BrowserBinding::generate(app.random()),
    };
    let (turn, now, id) = (
        Turn::new(app, visitor, binding.bytes()),
        app.now(),
        AuthorizationId::generate(app.random()),
    );
    let answered_at = match &coming {
        Coming::Request(request) => Some((request.redirect_uri.clone(), request.state.clone())),
        // Where it would be answered is only known once it was read.
        Coming::Pushed(_) => None,
    };
    let arrival = Came {
        browser: binding.bytes(),
        session_before: visitor.session.as_ref().map(sessions::handle),
        now,
    };
    let asking = Arc::clone(&party);
    let taken = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                let Some(authorization) = arrival.open(tx, id, &asking, coming).await? else {
                    return Ok::<_, StoreError>(None);
                };
                let next = turn.take(tx, &authorization, &asking, None).await?;
                Ok(Some((authorization, next)))
            })
        })
        .await;
    let (authorization, next) = match taken {
        Ok(Some(taken)) => taken,
        Ok(None) => return Fault::RequestUri.show(app, visitor),
        Err(error) => {
            let failure = Failure::from(error);
            return match answered_at {
                Some((uri, state)) => come_again(&unable(app, &uri, state.as_deref())),
                None => failure.show(app, visitor),
            };
        }
    };
    let mut reply = Reply::new(app, visitor);
    if visitor.authorizing.is_none() {
        reply = reply.cookie(Cookie::Authorization, &binding.to_cookie());
    }
    let request = &authorization.request;
    match next {
        Next::Back(target) => reply.see_other(&target),
        Next::SignIn => reply.see_other(&go_on::sign_in(&party.id, request)),
        Next::StepUp(_) | Next::Ask(_) => reply.see_other(&go_on::place(paths::CONTINUE, &party.id, request)),
        Next::Gone => Fault::RequestUri.show(app, visitor),
    }
}

/// What a site is told when its request cannot be kept (RFC 6749 section 4.1.2.1).
fn unable(app: &App, redirect_uri: &str, state: Option<&str>) -> String {
    let (error, why) = (
        AuthorizationError::ServerError,
        "the request could not be kept; try again",
    );
    answer::refused(app, redirect_uri, state, error, why)
}

/// A browser's arrival, on its way into the transaction.
struct Came {
    browser: [u8; 32],
    session_before: Option<[u8; 32]>,
    now: Timestamp,
}

impl Came {
    async fn open(
        &self,
        tx: &aldaba_store::Transaction,
        id: AuthorizationId,
        party: &RelyingParty,
        coming: Coming,
    ) -> Result<Option<Authorization>, StoreError> {
        let arrival = Arrival {
            browser: &self.browser,
            session_before: self.session_before,
            now: self.now,
            expires_at: self.now.plus(seconds(OPEN_LIFE)),
        };
        match coming {
            Coming::Pushed(uri) => authorizations::open_pushed(tx, &party.id, &uri, arrival).await,
            Coming::Request(request) => {
                authorizations::open(tx, &id, &party.id, &request, arrival).await?;
                Ok(Some(Authorization {
                    id,
                    client_id: party.id.clone(),
                    request: *request,
                    opened_at: arrival.now,
                    session_before: arrival.session_before,
                    expires_at: arrival.expires_at,
                    grant: None,
                }))
            }
        }
    }
}

/// When a request that is kept for its browser ends.
pub(super) fn pushed_until(now: Timestamp) -> Timestamp {
    now.plus(seconds(PUSHED_LIFE))
}
