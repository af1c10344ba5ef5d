//! The portal's side of signing in with a certificate: the page that sends the browser to the certificate host, and the ticket
//! that comes back. What happens between them is in [`crate::certificates`].

use aldaba_core::ids::SessionId;
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::policy::seconds;
use aldaba_store::StoreError;
use aldaba_store::certificate_tickets::{self, Begun, Proved, Redemption, Ticket};
use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::asks::Asks;
use super::form::unreadable;
use super::land::land;
use super::ways::{self, Ways};
use crate::app::App;
use crate::certificates::Refusal;
use crate::portal::{Failure, Page, Reply, Visitor, Way};
use crate::sessions::{self, Proof, SignedIn};
use crate::texts::FluentValue;

/// The page's path.
pub(crate) const PAGE: &str = "/signin/certificate";
/// Where the certificate host sends the browser back to.
pub(crate) const RETURN: &str = "/signin/certificate/return";

/// How long the ticket that goes is good, in seconds: long enough to find a card and its PIN.
const TICKET_LIFE: u32 = 300;

/// What the site says when it sends somebody here.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct From {
    site: String,
    procedure: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Begin {
    csrf: String,
    site: String,
    procedure: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Arrival {
    ticket: String,
}

#[derive(Template)]
#[template(path = "signin/certificate.html")]
struct CertificatePage {
    page: Page,
    asks: Asks,
    csrf: String,
    host: String,
    ways: Ways,
}

#[derive(Template)]
#[template(path = "signin/over.html")]
struct RefusedPage {
    page: Page,
    title: String,
    text: String,
    code: String,
    colour: &'static str,
    ways: Vec<Way>,
    asks: Option<Asks>,
    csrf: String,
}

/// What must be known of a sign-in where its certificate is judged, or was refused.
pub(crate) struct Wanted {
    /// The level that the site asks for.
    pub level: Level,
    site: String,
    again: String,
    others: Option<String>,
    /// The site that waits for an answer, on the pages' own host alone: only from there a citizen can say no to it.
    asks: Option<Asks>,
}

/// `GET /signin/certificate`.
pub(super) async fn show(State(app): State<App>, Query(from): Query<From>, visitor: Visitor) -> Response {
    let (asks, party) = match Asks::find(&app, &visitor, &from.site, &from.procedure) {
        Ok(found) => found,
        Err(failure) => return failure.show(&app, &visitor),
    };
    let Some(settings) = app
        .config()
        .certificates
        .as_ref()
        .filter(|_| asks.offers(Method::Certificate))
    else {
        return Failure::MethodRefused.show(&app, &visitor);
    };
    let page = Page::new(&app, &visitor, &asks.start_at(PAGE));
    let ways = ways::ways(&page, &visitor, &asks, Method::Certificate);
    let mut reply = Reply::new(&app, &visitor).form_may_reach(&party.return_url);
    if let Ok(host) = url::Url::parse(settings.public_url.origin()) {
        reply = reply.form_may_reach(&host);
    }
    reply.html(&CertificatePage {
        page,
        asks,
        csrf: visitor.csrf(&app),
        host: settings.public_url.host().to_owned(),
        ways,
    })
}

/// `POST /signin/certificate`: off to the certificate host, with a ticket that only this browser can bring to an end.
pub(super) async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    form: Result<Form<Begin>, FormRejection>,
) -> Response {
    let form = match form {
        Ok(Form(form)) => form,
        Err(rejection) => return unreadable(&rejection).show(&app, &visitor),
    };
    if !visitor.may_post(&app, &form.csrf) {
        return Failure::Csrf.show(&app, &visitor);
    }
    let asks = match Asks::find(&app, &visitor, &form.site, &form.procedure) {
        Ok((asks, _)) => asks,
        Err(failure) => return failure.show(&app, &visitor),
    };
    let Some(settings) = app
        .config()
        .certificates
        .as_ref()
        .filter(|_| asks.offers(Method::Certificate))
    else {
        return Failure::MethodRefused.show(&app, &visitor);
    };
    let begun = Begun {
        level: asked_level(&visitor, &asks.id, &asks.procedure_id),
        relying_party: asks.id,
        procedure: asks.procedure_id,
        language: visitor.language,
    };
    let now = app.now();
    let until = now.plus(seconds(TICKET_LIFE));
    let ticket = Ticket::generate(app.random());
    let (key, binding) = (ticket.clone(), visitor.browser.bytes());
    let made = app
        .store()
        .write(move |tx| {
            Box::pin(async move { certificate_tickets::begin(tx, &key, &binding, &begun, now, until).await })
        })
        .await;
    match made {
        Ok(()) => {
            let target = settings
                .public_url
                .join(&format!("/present?ticket={}", ticket.expose()));
            Reply::new(&app, &visitor).see_other(&target)
        }
        Err(error) => Failure::from(error).show(&app, &visitor),
    }
}

/// `GET /signin/certificate/return?ticket=…`: back from the certificate host.
pub(super) async fn arrive(State(app): State<App>, Query(arrival): Query<Arrival>, visitor: Visitor) -> Response {
    let Some(ticket) = Ticket::parse(&arrival.ticket) else {
        return refused(&app, &visitor, Refusal::Ticket, asking(&app, &visitor, None).as_ref());
    };
    let refusal = match redeem(&app, &ticket, &visitor).await {
        Ok(Ok((proved, signed_in))) => {
            return land(&app, &visitor, &proved.relying_party, &proved.procedure, &signed_in).await;
        }
        Ok(Err(refusal)) => refusal,
        Err(error) => return Failure::from(error).show(&app, &visitor),
    };
    let begun = match refusal {
        // Whoever made another browser begin does not say here where this one is to go on.
        Refusal::OtherBrowser => Ok(None),
        _ => begun_with(&app, ticket).await,
    };
    match begun {
        Ok(begun) => refused(&app, &visitor, refusal, asking(&app, &visitor, begun).as_ref()),
        Err(error) => Failure::from(error).show(&app, &visitor),
    }
}

/// What was begun with a ticket, however it ended.
///
/// # Errors
/// The database.
pub(crate) async fn begun_with(app: &App, ticket: Ticket) -> Result<Option<Begun>, StoreError> {
    app.store()
        .read(move |tx| Box::pin(async move { certificate_tickets::begun_with(tx, &ticket).await }))
        .await
}

/// Where a browser goes on whose ticket is of no use: at the site of the ticket, else at the one that asked this browser last.
fn asking(app: &App, visitor: &Visitor, begun: Option<Begun>) -> Option<Wanted> {
    let (site, procedure) = match (begun, visitor.asked_last()) {
        (Some(begun), _) => (begun.relying_party, begun.procedure),
        (None, Some(open)) => (
            open.client_id.clone(),
            open.request.procedure.clone().unwrap_or_default(),
        ),
        (None, None) => return None,
    };
    let (asks, _) = Asks::find(app, visitor, &site, &procedure).ok()?;
    Some(Wanted {
        asks: asks.asked.is_some().then(|| asks.clone()),
        ..Wanted::of(app, asks)
    })
}

/// Uses the ticket up and opens the session, in one transaction.
async fn redeem(
    app: &App,
    ticket: &Ticket,
    visitor: &Visitor,
) -> Result<Result<(Proved, SignedIn), Refusal>, StoreError> {
    let now = app.now();
    let session = SessionId::generate(app.random());
    let (app, ticket, binding) = (app.clone(), ticket.clone(), visitor.browser.bytes());
    let (info, language) = (visitor.info.clone(), visitor.language);
    let brought = visitor.browser.brought().clone();
    app.clone()
        .store()
        .write(move |tx| {
            Box::pin(async move {
                let proved = match certificate_tickets::redeem(tx, &ticket, &binding, now).await? {
                    Redemption::Proved(proved) => proved,
                    Redemption::OtherBrowser => return Ok(Err(Refusal::OtherBrowser)),
                    Redemption::Over => return Ok(Err(Refusal::Ticket)),
                };
                // What the site asks for may have changed meanwhile.
                let asks = Asks::of_site(&app, language, &proved.relying_party, &proved.procedure);
                if !asks.is_ok_and(|(asks, _)| asks.offers(Method::Certificate) && proved.level >= asks.level) {
                    return Ok(Err(Refusal::Level));
                }
                let proof = Proof {
                    person: proved.person,
                    device: None,
                    request: None,
                    relying_party: proved.relying_party.clone(),
                    method: Method::Certificate,
                    second_step: None,
                    level: proved.level,
                    browser: info.browser.unwrap_or_default(),
                    system: info.system.unwrap_or_default(),
                    brought,
                };
                let signed_in = sessions::open(tx, session, proof, now).await?;
                Ok(Ok((proved, signed_in)))
            })
        })
        .await
}

/// The level without which the site would not take the answer, where it waits for one (OpenID Connect).
fn asked_level(visitor: &Visitor, site: &str, procedure: &str) -> Level {
    visitor
        .asked_on_page(site, procedure)
        .map_or(Level::Low, |open| open.request.level)
}

/// What the site of a ticket asks for.
///
/// # Errors
/// The site or procedure is not there any more.
pub(crate) fn wanted(app: &App, begun: &Begun) -> Result<Wanted, Failure> {
    let (asks, _) = Asks::of_site(app, begun.language, &begun.relying_party, &begun.procedure)?;
    Ok(Wanted {
        level: asks.level.max(begun.level),
        ..Wanted::of(app, asks)
    })
}

impl Wanted {
    fn of(app: &App, asks: Asks) -> Self {
        let public = &app.config().public_url;
        Self {
            level: asks.level,
            again: public.join(&asks.start_at(PAGE)),
            others: ways::instead_of(Method::Certificate, &asks).map(|other| public.join(&other)),
            site: asks.name,
            asks: None,
        }
    }
}

/// The page of a refusal, on either host. Each has its own text.
pub(crate) fn refused(app: &App, visitor: &Visitor, refusal: Refusal, wanted: Option<&Wanted>) -> Response {
    let home = app.config().public_url.join("/");
    let page = Page::new(app, visitor, wanted.map_or(&home, |wanted| &wanted.again));
    let site = wanted.map_or_else(String::new, |wanted| wanted.site.clone());
    let text = page.with(
        &format!("certificate-{}-text", refusal.word()),
        &[("site", FluentValue::from(site))],
    );
    let ways = match wanted {
        Some(wanted) => {
            let again = Way {
                href: wanted.again.clone(),
                text: page.t("certificate-again"),
            };
            let other = wanted.others.clone().map(|href| Way {
                href,
                text: page.t("certificate-others"),
            });
            std::iter::once(again).chain(other).collect()
        }
        None => vec![Way {
            href: home,
            text: page.t("error-back-home"),
        }],
    };
    let template = RefusedPage {
        page,
        title: format!("certificate-{}-title", refusal.word()),
        text,
        code: refusal.code(),
        colour: if refusal == Refusal::Forged { "danger" } else { "petrol" },
        ways,
        asks: wanted.and_then(|wanted| wanted.asks.clone()),
        csrf: visitor.csrf(app),
    };
    Reply::new(app, visitor).status(refusal.status()).html(&template)
}
