//! Signing in with a QR: no document is typed. The page shows a QR that changes every second and a code; a device brings the
//! request up by one of them, its owner approves it there, and the page spends that once.
//!
//! Without scripts the picture is as old as the page; the code is always good, and a button asks whether it was approved.
//! The page never loads itself again: who reads slowly, or with a screen reader, would lose their place.

use aldaba_core::ids::RequestId;
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::request::RequestState;
use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::link;
use aldaba_protocol::qr::FreshQr;
use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::asks::Asks;
use super::form::{From, unreadable};
use super::land::land;
use super::over::Over;
use super::pin::{Time, over, spoken, time, unseen};
use super::qr;
use super::ways::{self, Ways};
use crate::app::App;
use crate::portal::cookies::Cookie;
use crate::portal::{Failure, FieldErrors, Page, Reply, Visitor, status_of};
use crate::requests::{self, PinPage, QrStart, TryError, ViewError};

const HERE: &str = "/signin/qr";
const PAGE: &str = "/signin/qr/page";

#[derive(Template)]
#[template(path = "signin/qr.html")]
struct StartPage {
    page: Page,
    asks: Asks,
    csrf: String,
    ways: Ways,
}

#[derive(Template)]
#[template(path = "signin/qr_page.html")]
struct QrPage {
    page: Page,
    asks: Asks,
    csrf: String,
    request: String,
    errors: FieldErrors,
    errors_heading: &'static str,
    code: Option<&'static str>,
    phrase: String,
    grouped: String,
    spoken: String,
    link: String,
    state: Standing,
    time: Time,
    again: String,
}

/// How a request stands, as the page tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
    /// No device has brought it up.
    Waiting,
    /// A device shows it.
    Claimed,
    /// A device approved it.
    Approved,
    /// A device shows its PIN, to be typed.
    Revealed,
    /// It is over.
    Over,
}

impl Standing {
    fn of(request: &PinPage) -> Self {
        match request.state {
            RequestState::Pending if request.claimed => Self::Claimed,
            RequestState::Pending => Self::Waiting,
            RequestState::Approved => Self::Approved,
            RequestState::Revealed => Self::Revealed,
            RequestState::Spent | RequestState::Rejected | RequestState::Burnt | RequestState::Expired => Self::Over,
        }
    }
}

/// Hidden fields of the page.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct QrForm {
    site: String,
    procedure: String,
    /// The request that the page was of, so that two windows of one browser do not mix theirs up.
    request: String,
    csrf: String,
}

/// `GET /signin/qr`.
pub(super) async fn show(State(app): State<App>, Query(from): Query<From>, visitor: Visitor) -> Response {
    let asks = match Asks::find(&app, &visitor, &from.site, &from.procedure) {
        Ok((asks, _)) if !asks.offers(Method::Qr) => return Failure::MethodRefused.show(&app, &visitor),
        Ok((asks, _)) => asks,
        Err(failure) => return failure.show(&app, &visitor),
    };
    let page = Page::new(&app, &visitor, &asks.start_at(HERE));
    let ways = ways::ways(&page, &visitor, &asks, Method::Qr);
    let template = StartPage {
        page,
        asks,
        csrf: visitor.csrf(&app),
        ways,
    };
    Reply::new(&app, &visitor).html(&template)
}

/// `POST /signin/qr`.
pub(super) async fn start(
    State(app): State<App>,
    visitor: Visitor,
    form: Result<Form<QrForm>, FormRejection>,
) -> Response {
    let form = match form {
        Ok(Form(form)) => form,
        Err(rejection) => return unreadable(&rejection).show(&app, &visitor),
    };
    if !visitor.may_post(&app, &form.csrf) {
        return Failure::Csrf.show(&app, &visitor);
    }
    let (asks, party) = match Asks::find(&app, &visitor, &form.site, &form.procedure) {
        Ok((asks, _)) if !asks.offers(Method::Qr) => return Failure::MethodRefused.show(&app, &visitor),
        Ok(found) => found,
        Err(failure) => return failure.show(&app, &visitor),
    };
    let made = requests::start_qr(
        &app,
        QrStart {
            relying_party: &party,
            procedure: &asks.procedure,
            browser: visitor.info.clone(),
            binding: &visitor.browser,
            language: visitor.language,
        },
    )
    .await;
    match made {
        Ok(id) => Reply::new(&app, &visitor)
            .cookie(Cookie::Request, &id.to_string())
            .see_other(PAGE),
        Err(error) => Failure::from(error).show(&app, &visitor),
    }
}

/// `GET /signin/qr/page`.
pub(super) async fn page(State(app): State<App>, visitor: Visitor) -> Response {
    match visitor.request {
        Some(id) => waiting(&app, &visitor, &id, false).await,
        None => Over::Missing.show(&app, &visitor, None),
    }
}

/// `POST /signin/qr/page`: "Ya lo he aprobado".
pub(super) async fn finish(
    State(app): State<App>,
    visitor: Visitor,
    form: Result<Form<QrForm>, FormRejection>,
) -> Response {
    let form = match form {
        Ok(Form(form)) => form,
        Err(rejection) => return unreadable(&rejection).show(&app, &visitor),
    };
    if !visitor.may_post(&app, &form.csrf) {
        return Failure::Csrf.show(&app, &visitor);
    }
    let Ok(id) = form.request.parse::<RequestId>() else {
        return Over::Missing.show(&app, &visitor, None);
    };
    let site = form.site.as_str();
    let error = match requests::finish(&app, &id, &visitor.browser, site).await {
        Ok(signed_in) => return land(&app, &visitor, site, &form.procedure, &signed_in).await,
        Err(error) => error,
    };
    match error {
        TryError::NotRevealed => waiting(&app, &visitor, &id, true).await,
        TryError::Unknown => unseen(&app, &visitor, ViewError::Unknown, site),
        TryError::Mismatch => unseen(&app, &visitor, ViewError::Mismatch, site),
        TryError::Burnt => over(&app, &visitor, &id, site, Over::Burnt).await,
        TryError::Used => over(&app, &visitor, &id, site, Over::Used).await,
        TryError::Rejected => over(&app, &visitor, &id, site, Over::Rejected).await,
        TryError::Store(error) => Failure::from(error).show(&app, &visitor),
        _ => over(&app, &visitor, &id, site, Over::Expired).await,
    }
}

/// What a script is told once a second.
#[derive(Serialize)]
struct Now {
    state: Standing,
    /// The QR of this moment, while no device has the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
}

/// `POST /signin/qr/now`: how the page's request stands, and its QR. Changes nothing; a POST, so that the request is named in
/// no address.
pub(super) async fn now(
    State(app): State<App>,
    visitor: Visitor,
    form: Result<Form<QrForm>, FormRejection>,
) -> Response {
    let id = match form {
        Ok(Form(form)) if visitor.may_post(&app, &form.csrf) => form.request.parse::<RequestId>().ok(),
        Ok(_) | Err(_) => None,
    };
    let Some(id) = id else {
        return StatusCode::FORBIDDEN.into_response();
    };
    match requests::view(&app, &id, &visitor.browser).await {
        Ok(request) if request.method == Method::Qr => {
            let state = Standing::of(&request);
            let page = Page::new(&app, &visitor, PAGE);
            let image = (state == Standing::Waiting).then(|| draw(&app, &page, id)).flatten();
            Reply::new(&app, &visitor).json(&Now { state, image })
        }
        Ok(_) | Err(ViewError::Unknown | ViewError::Mismatch) => StatusCode::NOT_FOUND.into_response(),
        Err(ViewError::Store(error)) => Failure::from(error).status().into_response(),
    }
}

/// `GET /signin/qr/now.svg`: the QR of the last request of this browser, as of now.
pub(super) async fn image(State(app): State<App>, visitor: Visitor) -> Response {
    let Some(id) = visitor.request else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match requests::view(&app, &id, &visitor.browser).await {
        Ok(request) if request.method == Method::Qr && Standing::of(&request) == Standing::Waiting => {
            let page = Page::new(&app, &visitor, PAGE);
            match draw(&app, &page, id) {
                Some(image) => Reply::new(&app, &visitor).svg(image),
                None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }
        }
        Ok(_) | Err(ViewError::Unknown | ViewError::Mismatch) => StatusCode::NOT_FOUND.into_response(),
        Err(ViewError::Store(error)) => Failure::from(error).status().into_response(),
    }
}

fn draw(app: &App, page: &Page, id: RequestId) -> Option<String> {
    let text = FreshQr::draw(&requests::scan::key(app), id, app.now()).text();
    qr::draw(&text, &page.t("qr-alt"))
}

/// The page of a request that waits, or why it does not.
async fn waiting(app: &App, visitor: &Visitor, id: &RequestId, too_soon: bool) -> Response {
    let request = match requests::view(app, id, &visitor.browser).await {
        Ok(request) if request.method != Method::Qr => return Over::Missing.show(app, visitor, None),
        Ok(request) => request,
        Err(error) => return unseen(app, visitor, error, ""),
    };
    let (asks, party) = match Asks::of_request(app, visitor, &request.relying_party.id, &request.procedure) {
        Ok(found) => found,
        Err(failure) => return failure.show(app, visitor),
    };
    if let Some(over) = Over::of(&request) {
        return over.show_of(app, visitor, Some(&asks), request.method);
    }
    let page = Page::new(app, visitor, PAGE);
    let mut reply = Reply::new(app, visitor).form_may_reach(&party.return_url);
    let mut errors = FieldErrors::default();
    if too_soon {
        errors.add("approved", page.t("qr-error-not-approved"));
        reply = reply.status(status_of(ErrorCode::PinNotRevealed));
    }
    let template = QrPage {
        csrf: visitor.csrf(app),
        request: id.to_string(),
        code: too_soon.then_some(ErrorCode::PinNotRevealed.as_str()),
        errors,
        errors_heading: "pin-errors-heading",
        grouped: request.code.grouped(),
        spoken: spoken(&page, &request),
        link: link::to_request(&request.code),
        state: Standing::of(&request),
        time: time(app, &page, &request),
        again: asks.start_at(HERE),
        phrase: request.phrase,
        asks,
        page,
    };
    reply.html(&template)
}
