//! `GET` and `POST /signin/pin`: the request of this browser and the field for its PIN.

use std::time::Duration;

use aldaba_core::ids::RequestId;
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::policy::seconds;
use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::link;
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::response::Response;
use serde::Deserialize;

use super::asks::Asks;
use super::form::unreadable;
use super::land;
use super::over::Over;
use super::qr;
use super::ways;
use crate::app::App;
use crate::portal::{Failure, FieldErrors, Page, Reply, Visitor, minutes, status_of, time_of_day};
use crate::requests::{self, PinPage, TryError, ViewError};
use crate::texts::FluentValue;

/// Remaining seconds at which a screen reader is told of them: sparingly, and enough to hurry or to begin anew.
const ANNOUNCED_AT: [u64; 4] = [300, 120, 60, 0];

#[derive(Template)]
#[template(path = "signin/pin.html")]
struct PinTemplate {
    page: Page,
    title: &'static str,
    asks: Asks,
    csrf: String,
    request: String,
    method: &'static str,
    errors: FieldErrors,
    errors_heading: &'static str,
    code: Option<&'static str>,
    kind: Kind,
    sms_caution: String,
    second_step: bool,
    wants_own_key: bool,
    phrase: String,
    pin_hint: String,
    pin_life: String,
    time: Time,
    again: String,
    code_help: Option<CodeHelp>,
    missing_open: bool,
    sms: Option<SmsOffer>,
}

/// The button that asks for an SMS instead.
struct SmsOffer {
    /// Seconds until a device had its time; 0: it can be pressed.
    wait: u64,
}

pub(super) struct Time {
    pub seconds_left: u64,
    pub left: String,
    pub until: String,
    pub announcements: Vec<Announcement>,
}

pub(super) struct Announcement {
    pub seconds: u64,
    pub text: String,
}

struct CodeHelp {
    /// Opens the app of this very device at this request.
    link: String,
    grouped: String,
    spoken: String,
    /// Drawn on the page itself only where `/signin/qr.svg` would draw another request's; it is the costliest part of the
    /// page, and most people never open it.
    drawn: Option<String>,
    alt: String,
}

/// What is typed on the page. No `Debug`.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct PinForm {
    pin: String,
    own_key: String,
    /// The site that the page was of.
    site: String,
    /// What for, so that of two windows at one site each goes on with its own.
    procedure: String,
    /// The request that the page was of, so that two windows of one browser do not mix theirs up.
    request: String,
    /// Which PIN the page asked for.
    method: String,
    csrf: String,
}

/// `GET /signin/pin`.
pub(super) async fn show(State(app): State<App>, visitor: Visitor) -> Response {
    match visitor.request {
        Some(id) => page(&app, &visitor, &id, None).await,
        None => Over::Missing.show(&app, &visitor, None),
    }
}

/// `POST /signin/pin`.
pub(super) async fn submit(
    State(app): State<App>,
    visitor: Visitor,
    form: Result<Form<PinForm>, FormRejection>,
) -> Response {
    let form = match form {
        Ok(Form(form)) => form,
        Err(rejection) => return unreadable(&rejection).show(&app, &visitor),
    };
    if !visitor.may_post(&app, &form.csrf) {
        return Failure::Csrf.show(&app, &visitor);
    }
    let id = if form.request.is_empty() {
        visitor.request
    } else {
        form.request.parse().ok()
    };
    let Some(id) = id else {
        return Over::Missing.show(&app, &visitor, None);
    };
    // A form that lost its hidden fields is completed from the request itself.
    let (site, method) = match (form.site.as_str(), form.method.parse::<Method>()) {
        (site, Ok(method)) if !site.is_empty() => (site.to_owned(), method),
        (site, _) => match requests::view(&app, &id, &visitor.browser).await {
            Ok(request) if site.is_empty() => (request.relying_party.id, request.method),
            Ok(request) => (site.to_owned(), request.method),
            Err(error) => return unseen(&app, &visitor, error, site),
        },
    };
    let own_key = Some(form.own_key.as_str()).filter(|key| !key.trim().is_empty());
    let tried = match method {
        Method::Incoming | Method::Qr | Method::Password => {
            requests::try_pin(&app, &id, &visitor.browser, &site, method, &form.pin, own_key).await
        }
        Method::SelfGenerated | Method::PageBound => {
            requests::try_self_generated(&app, &id, &visitor.browser, &site, method, &form.pin, own_key).await
        }
        Method::Sms | Method::OwnKeySms => {
            requests::try_sms(&app, &id, &visitor.browser, &site, method, &form.pin, own_key).await
        }
        // Methods with pages of their own.
        _ => Err(TryError::Mismatch),
    };
    match tried {
        Ok(signed_in) => land(&app, &visitor, &site, &form.procedure, &signed_in).await,
        Err(error) => refused(&app, &visitor, &id, &site, &form, error).await,
    }
}

/// Why a try leads back to the page.
enum Refused {
    EmptyPin,
    MalformedPin,
    EmptyOwnKey,
    MalformedOwnKey,
    Wrong { tries_left: u32 },
    NotRevealed,
    Delayed(Duration),
}

async fn refused(
    app: &App,
    visitor: &Visitor,
    id: &RequestId,
    site: &str,
    form: &PinForm,
    error: TryError,
) -> Response {
    let back = match error {
        TryError::MalformedPin if form.pin.trim().is_empty() => Refused::EmptyPin,
        TryError::MalformedPin => Refused::MalformedPin,
        TryError::MalformedOwnKey if form.own_key.trim().is_empty() => Refused::EmptyOwnKey,
        TryError::MalformedOwnKey => Refused::MalformedOwnKey,
        TryError::Wrong { tries_left } => Refused::Wrong { tries_left },
        TryError::NotRevealed => Refused::NotRevealed,
        TryError::Delayed { retry_after } => Refused::Delayed(retry_after),
        TryError::Unknown => return unseen(app, visitor, ViewError::Unknown, site),
        TryError::Mismatch => return unseen(app, visitor, ViewError::Mismatch, site),
        TryError::Burnt => return over(app, visitor, id, site, Over::Burnt).await,
        TryError::Expired => return over(app, visitor, id, site, Over::PinExpired).await,
        TryError::Used => return over(app, visitor, id, site, Over::Used).await,
        TryError::Rejected => return over(app, visitor, id, site, Over::Rejected).await,
        TryError::Disabled => return over(app, visitor, id, site, Over::Disabled).await,
        TryError::Store(error) => return Failure::from(error).show(app, visitor),
    };
    page(app, visitor, id, Some(back)).await
}

/// A request that cannot be shown to this browser. The site, where it is ours, offers to begin anew.
pub(super) fn unseen(app: &App, visitor: &Visitor, error: ViewError, site: &str) -> Response {
    let asks = Asks::find(app, visitor, site, "").ok().map(|(asks, _)| asks);
    match error {
        ViewError::Unknown => Over::Missing.show(app, visitor, asks.as_ref()),
        ViewError::Mismatch => Over::Mismatch.show(app, visitor, asks.as_ref()),
        ViewError::Store(error) => Failure::from(error).show(app, visitor),
    }
}

/// The page of a request that ended with this try; the way to begin anew keeps its procedure.
pub(super) async fn over(app: &App, visitor: &Visitor, id: &RequestId, site: &str, why: Over) -> Response {
    match requests::view(app, id, &visitor.browser).await {
        Ok(request) => {
            let asks = Asks::of_request(app, visitor, &request.relying_party.id, &request.procedure)
                .ok()
                .map(|(asks, _)| asks);
            let precise = match why {
                Over::Disabled => why,
                _ => Over::of(&request).unwrap_or(why),
            };
            precise.show_of(app, visitor, asks.as_ref(), request.method)
        }
        Err(error) => unseen(app, visitor, error, site),
    }
}

/// The page with the PIN field, or why there is none (any more).
async fn page(app: &App, visitor: &Visitor, id: &RequestId, refused: Option<Refused>) -> Response {
    let request = match requests::view(app, id, &visitor.browser).await {
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
    let kind = Kind::of(request.method);
    let digits = requests::digits(app.policy(), request.method);
    let page = Page::new(app, visitor, "/signin/pin");
    let mut reply = Reply::new(app, visitor).form_may_reach(&party.return_url);
    let mut errors = FieldErrors::default();
    let mut code = None;
    let missing_open = matches!(refused, Some(Refused::NotRevealed));
    if let Some(refused) = refused {
        let told = refused.tell(&page, &request, digits);
        errors.add(told.field, told.text);
        code = Some(told.code.as_str());
        reply = reply.status(status_of(told.code));
        if let Some(wait) = told.wait {
            reply = reply.retry_after(wait.as_secs().saturating_add(1));
        }
    }
    let code_help = match kind {
        Kind::SelfGenerated | Kind::Sms => None,
        Kind::Bound => challenge(&page, &request),
        Kind::Device => code_help(&page, &request, visitor.request == Some(*id)),
    };
    let template = PinTemplate {
        title: match request.method {
            Method::SelfGenerated => "pin-self-title",
            Method::PageBound => "pin-bound-title",
            Method::Sms => "pin-sms-title",
            Method::OwnKeySms => "pin-key-title",
            _ => "pin-title",
        },
        second_step: request.method == Method::Password,
        csrf: visitor.csrf(app),
        request: id.to_string(),
        method: request.method.as_str(),
        errors,
        errors_heading: "pin-errors-heading",
        code,
        kind,
        sms_caution: page.with(
            "pin-sms-missing-limit",
            &[("count", FluentValue::from(app.policy().sms_per_day))],
        ),
        sms: sms_offer(app, &asks, &request),
        wants_own_key: request.wants_own_key,
        pin_hint: page.with("pin-hint", &[("digits", FluentValue::from(digits))]),
        pin_life: page.with(
            "pin-time-pin",
            &[("minutes", FluentValue::from(app.policy().pin_life.div_ceil(60)))],
        ),
        time: time(app, &page, &request),
        again: asks.start_at(ways::path_of(request.method)),
        asks,
        code_help,
        missing_open,
        phrase: request.phrase,
        page,
    };
    reply.html(&template)
}

/// An SMS takes the app's place where the site offers it and no device has shown the PIN.
fn sms_offer(app: &App, asks: &Asks, request: &PinPage) -> Option<SmsOffer> {
    let waits = request.method == Method::Incoming && request.pin_expires_at.is_none();
    let since = request.created_at.plus(seconds(app.policy().sms_wait));
    (waits && asks.offers(Method::Sms)).then(|| SmsOffer {
        wait: u64::try_from(since.since(app.now()).as_millis().div_ceil(1000)).unwrap_or(0),
    })
}

pub(super) fn time(app: &App, page: &Page, request: &PinPage) -> Time {
    // What the page can count on: the PIN's own life begins in the app, which shows it.
    let left = request.expires_at.since(app.now());
    let in_words = |left: Duration| match left.as_secs() {
        0 => page.t("pin-time-over"),
        1..60 => page.with("pin-time-left", &[("minutes", FluentValue::from(0))]),
        _ => page.with("pin-time-left", &[("minutes", minutes(left))]),
    };
    Time {
        seconds_left: left.as_secs(),
        left: in_words(left),
        until: page.with(
            "pin-time-until",
            &[("time", FluentValue::from(time_of_day(page, request.expires_at)))],
        ),
        announcements: ANNOUNCED_AT
            .map(|seconds| Announcement {
                seconds,
                text: in_words(Duration::from_secs(seconds)),
            })
            .into(),
    }
}

fn code_help(page: &Page, request: &PinPage, is_the_browsers_last: bool) -> Option<CodeHelp> {
    let alt = page.t("pin-missing-qr-alt");
    Some(CodeHelp {
        link: link::to_request(&request.code),
        grouped: request.code.grouped(),
        spoken: spoken(page, request),
        drawn: if is_the_browsers_last {
            None
        } else {
            Some(qr::draw(request.code.canonical(), &alt)?)
        },
        alt,
    })
}

/// The challenge of a page, whose QR is the link that opens the app's PIN for it.
fn challenge(page: &Page, request: &PinPage) -> Option<CodeHelp> {
    let alt = page.t("pin-bound-qr-alt");
    let link = link::to_challenge(&request.code);
    Some(CodeHelp {
        drawn: Some(qr::draw(&link, &alt)?),
        link,
        grouped: request.code.grouped(),
        spoken: spoken(page, request),
        alt,
    })
}

/// The code for ears.
pub(super) fn spoken(page: &Page, request: &PinPage) -> String {
    let spelled: Vec<String> = request.code.canonical().chars().map(String::from).collect();
    page.with(
        "pin-missing-code-spoken",
        &[("spelled", FluentValue::from(spelled.join(" ")))],
    )
}

/// Where the PIN that the page asks for comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A device shows it once it was revealed.
    Device,
    /// The home screen of any device.
    SelfGenerated,
    /// Any device, given the page's challenge.
    Bound,
    /// A message to the person's telephone.
    Sms,
}

impl Kind {
    const fn of(method: Method) -> Self {
        match method {
            Method::SelfGenerated => Self::SelfGenerated,
            Method::PageBound => Self::Bound,
            Method::Sms | Method::OwnKeySms => Self::Sms,
            _ => Self::Device,
        }
    }
}

/// A refusal in words.
struct Told {
    field: &'static str,
    text: String,
    code: ErrorCode,
    wait: Option<Duration>,
}

impl Refused {
    fn tell(self, page: &Page, request: &PinPage, digits: u32) -> Told {
        let told = |field, text, code| Told {
            field,
            text,
            code,
            wait: None,
        };
        match self {
            Self::EmptyPin if request.method.by_sms() => {
                told("pin", page.t("pin-sms-error-empty"), ErrorCode::RequestInvalid)
            }
            Self::EmptyPin => told("pin", page.t("pin-error-empty"), ErrorCode::RequestInvalid),
            Self::MalformedPin => {
                let text = page.with("pin-error-shape", &[("digits", FluentValue::from(digits))]);
                told("pin", text, ErrorCode::RequestInvalid)
            }
            Self::EmptyOwnKey => told("own_key", page.t("pin-error-own-key-empty"), ErrorCode::RequestInvalid),
            Self::MalformedOwnKey => told("own_key", page.t("pin-error-own-key-shape"), ErrorCode::RequestInvalid),
            Self::Wrong { tries_left } => {
                let key = match (request.method, request.wants_own_key) {
                    (Method::SelfGenerated, _) => "pin-error-wrong-self",
                    (Method::PageBound, _) => "pin-error-wrong-bound",
                    (_, true) => "pin-error-wrong-own-key",
                    (_, false) => "pin-error-wrong",
                };
                let text = page.with(key, &[("tries", FluentValue::from(tries_left))]);
                told("pin", text, ErrorCode::PinWrong)
            }
            Self::NotRevealed => told("pin", page.t("pin-error-not-revealed"), ErrorCode::PinNotRevealed),
            Self::Delayed(wait) => {
                let text = page.with("pin-error-delayed", &[("minutes", minutes(wait))]);
                Told {
                    wait: Some(wait),
                    ..told("pin", text, ErrorCode::SelfGeneratedDelayed)
                }
            }
        }
    }
}
