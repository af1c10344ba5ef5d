//! `GET /present` of the certificate host: the ticket that came from the portal meets the certificate of the handshake.
//!
//! Looking at a certificate asks other machines and takes a while, so that the ticket is only read at first; what comes of it,
//! good or bad, uses it up in one statement. Of many who present the same ticket one gets an answer that counts.

use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_protocol::error::ErrorCode;
use aldaba_store::certificate_tickets::{self, Begun, Ticket};
use aldaba_store::{StoreError, persons};
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router, middleware};
use serde::Deserialize;

use super::listener::Presented;
use super::{CertificateError, Certificates, Proven, Refusal};
use crate::app::App;
use crate::http::edge;
use crate::http::problem::Problem;
use crate::portal::{self, Failure, Reply, Visitor};
use crate::signin::certificate::{self as portal_side, Wanted};

/// How long the ticket that goes back is good, in seconds: the browser follows a redirect.
pub(super) const RESULT_LIFE: u32 = 60;

/// What the certificate host serves.
pub fn routes(app: App) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/present", get(show))
        .merge(portal::files())
        .fallback(|| async { Problem::new(ErrorCode::NotFound) })
        .method_not_allowed_fallback(|| async { Problem::new(ErrorCode::MethodNotAllowed) })
        .layer(middleware::from_fn_with_state(app.clone(), edge::edge))
        .with_state(app)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Arrival {
    ticket: String,
}

/// `GET /`: nothing is here for anybody who did not come from the portal.
async fn home(State(app): State<App>, visitor: Visitor) -> Response {
    let visitor = visitor.of_another_host(None);
    Reply::new(&app, &visitor).see_other(&app.config().public_url.join("/"))
}

/// `GET /present?ticket=…`.
async fn show(
    State(app): State<App>,
    Query(arrival): Query<Arrival>,
    visitor: Visitor,
    presented: Option<Extension<Presented>>,
) -> Response {
    let visitor = visitor.of_another_host(None);
    let begun = match look(&app, &arrival.ticket).await {
        Ok(Some(begun)) => begun,
        Ok(None) => return over(&app, visitor, &arrival.ticket).await,
        Err(error) => return Failure::from(error).show(&app, &visitor),
    };
    let (ticket, begun) = begun;
    let visitor = visitor.of_another_host(Some(begun.language));
    let wanted = match portal_side::wanted(&app, &begun) {
        Ok(wanted) => wanted,
        Err(failure) => return failure.show(&app, &visitor),
    };
    let presented = presented.map(|Extension(presented)| presented).unwrap_or_default();
    match answer(&app, ticket, &wanted, &presented).await {
        Ok(result) => {
            tracing::info!(outcome = "certificate_good", "a certificate was judged");
            let back = format!("{}?ticket={}", portal_side::RETURN, result.expose());
            Reply::new(&app, &visitor).see_other(&app.config().public_url.join(&back))
        }
        Err(CertificateError::Refused(refusal)) => {
            tracing::info!(outcome = %refusal, "a certificate was judged");
            portal_side::refused(&app, &visitor, refusal, Some(&wanted))
        }
        Err(CertificateError::Store(error)) => Failure::from(error).show(&app, &visitor),
    }
}

/// The page of a ticket that is of no use any more, with the way back to where it began, where that is still known.
async fn over(app: &App, visitor: Visitor, text: &str) -> Response {
    let begun = match Ticket::parse(text) {
        Some(ticket) => portal_side::begun_with(app, ticket).await,
        None => Ok(None),
    };
    match begun {
        Ok(begun) => {
            let visitor = visitor.of_another_host(begun.as_ref().map(|begun| begun.language));
            let wanted = begun.and_then(|begun| portal_side::wanted(app, &begun).ok());
            portal_side::refused(app, &visitor, Refusal::Ticket, wanted.as_ref())
        }
        Err(error) => Failure::from(error).show(app, &visitor),
    }
}

/// What was begun with the ticket of the address, if it is good.
async fn look(app: &App, text: &str) -> Result<Option<(Ticket, Begun)>, StoreError> {
    let Some(ticket) = Ticket::parse(text) else {
        return Ok(None);
    };
    let now = app.now();
    let key = ticket.clone();
    let begun = app
        .store()
        .read(move |tx| Box::pin(async move { certificate_tickets::look(tx, &key, now).await }))
        .await?;
    Ok(begun.map(|begun| (ticket, begun)))
}

/// Judges the certificate and uses the ticket up, whatever comes of it.
async fn answer(app: &App, ticket: Ticket, wanted: &Wanted, presented: &Presented) -> Result<Ticket, CertificateError> {
    let judged = match app.certificates() {
        Some(certificates) => judge(app, certificates, wanted.level, presented).await,
        None => Err(Refusal::Ticket),
    };
    let proven = match judged {
        Ok(proven) => proven,
        Err(refusal) => {
            app.store()
                .write(move |tx| Box::pin(async move { certificate_tickets::refuse(tx, &ticket).await }))
                .await?;
            return Err(refusal.into());
        }
    };
    let now = app.now();
    let until = now.plus(aldaba_core::policy::seconds(RESULT_LIFE));
    let result = Ticket::generate(app.random());
    let back = result.clone();
    let outcome: Result<(), Refusal> = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                let person = match persons::find(tx, &proven.document).await? {
                    Some(person) if person.uses(Method::Certificate) => Ok(person),
                    Some(_) => Err(Refusal::SwitchedOff),
                    None => Err(Refusal::Unregistered),
                };
                let person = match person {
                    Ok(person) => person,
                    Err(refusal) => {
                        certificate_tickets::refuse(tx, &ticket).await?;
                        return Ok::<_, StoreError>(Err(refusal));
                    }
                };
                let won = certificate_tickets::prove(tx, &ticket, &back, &person.id, proven.level, now, until).await?;
                Ok(if won { Ok(()) } else { Err(Refusal::Ticket) })
            })
        })
        .await?;
    outcome?;
    Ok(result)
}

async fn judge(
    app: &App,
    certificates: &Certificates,
    needed: Level,
    presented: &Presented,
) -> Result<Proven, Refusal> {
    let proven = certificates.judge(&presented.0, app.random(), app.now()).await?;
    if proven.level < needed {
        return Err(Refusal::Level);
    }
    Ok(proven)
}
