//! The page of a request that cannot go on: each reason has its own text and its own way out.

use aldaba_core::method::Method;
use aldaba_core::policy::Policy;
use aldaba_core::request::RequestState;
use aldaba_protocol::error::ErrorCode;
use askama::Template;
use axum::response::Response;

use super::asks::{Asks, return_address};
use super::{password_code, ways};
use crate::app::App;
use crate::portal::{Page, Reply, Visitor, Way, status_of};
use crate::requests::PinPage;
use crate::texts::FluentValue;

/// Why a request is over for this browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// The request's own time passed.
    Expired,
    /// The PIN's time passed.
    PinExpired,
    /// The time of what a device answered to a request that began with a QR passed.
    AnswerExpired,
    /// The PIN was used.
    Used,
    /// Too many wrong PINs.
    Burnt,
    /// The citizen said no on a device.
    Rejected,
    /// Another browser, window or site.
    Mismatch,
    /// Self-generated PINs are off: one try is evaluated when the longest delay is over and the device has signed something
    /// after it.
    Disabled,
    /// This browser has no request.
    Missing,
    /// The code of the second step after a password expired, was used, or was wrong too often.
    Code,
}

#[derive(Template)]
#[template(path = "signin/over.html")]
struct OverPage<'a> {
    page: Page,
    title: String,
    text: String,
    code: &'static str,
    colour: &'static str,
    ways: Vec<Way>,
    asks: Option<&'a Asks>,
    csrf: String,
}

impl Over {
    /// Why a request cannot go on. None: it can.
    pub fn of(request: &PinPage) -> Option<Self> {
        match request.state {
            RequestState::Pending | RequestState::Revealed | RequestState::Approved => None,
            RequestState::Spent => Some(Self::Used),
            RequestState::Rejected => Some(Self::Rejected),
            RequestState::Burnt => Some(Self::Burnt),
            RequestState::Expired if request.pin_expires_at.is_none() => Some(Self::Expired),
            RequestState::Expired if request.method == Method::Qr => Some(Self::AnswerExpired),
            RequestState::Expired => Some(Self::PinExpired),
        }
    }

    /// The page for it. `asks` is the site that the person came from, where that is known.
    pub fn show(self, app: &App, visitor: &Visitor, asks: Option<&Asks>) -> Response {
        self.show_of(app, visitor, asks, Method::Incoming)
    }

    /// The same where it is known by which method the person wanted to sign in.
    pub fn show_of(self, app: &App, visitor: &Visitor, asks: Option<&Asks>, method: Method) -> Response {
        let here = match self {
            Self::Mismatch | Self::Disabled => asks.map_or_else(|| "/".to_owned(), Asks::start),
            Self::Code => password_code::PATH.to_owned(),
            _ => "/signin/pin".to_owned(),
        };
        let page = Page::new(app, visitor, &here);
        let (key, code) = self.names(method);
        let text = page.with(&format!("over-{key}-text"), &self.variables(app.policy()));
        let ways = self.ways(app, &page, asks, method);
        let colour = if self == Self::Rejected { "danger" } else { "petrol" };
        let template = OverPage {
            page,
            title: format!("over-{key}-title"),
            text,
            code: code.as_str(),
            colour,
            ways,
            // A site that waits for an answer can be given one.
            asks: asks.filter(|asks| asks.asked.is_some()),
            csrf: visitor.csrf(app),
        };
        Reply::new(app, visitor).status(status_of(code)).html(&template)
    }

    fn names(self, method: Method) -> (&'static str, ErrorCode) {
        match self {
            // Who waits for an SMS need not have an app that could be spoken of.
            Self::Expired | Self::PinExpired if method.by_sms() => ("sms-expired", ErrorCode::RequestExpired),
            Self::Burnt if method.by_sms() => ("sms-burnt", ErrorCode::RequestBurnt),
            Self::Expired => ("expired", ErrorCode::RequestExpired),
            Self::PinExpired => ("pin-expired", ErrorCode::PinExpired),
            Self::AnswerExpired => ("answer-expired", ErrorCode::RequestExpired),
            Self::Used => ("used", ErrorCode::PinUsed),
            Self::Burnt => ("burnt", ErrorCode::RequestBurnt),
            Self::Rejected => ("rejected", ErrorCode::RequestRejected),
            Self::Mismatch => ("mismatch", ErrorCode::RequestMismatch),
            Self::Disabled => ("disabled", ErrorCode::SelfGeneratedDisabled),
            Self::Missing => ("missing", ErrorCode::RequestUnknown),
            Self::Code => ("code", ErrorCode::RequestExpired),
        }
    }

    fn variables(self, policy: &Policy) -> Vec<(&'static str, FluentValue<'static>)> {
        match self {
            Self::Expired => vec![("minutes", FluentValue::from(policy.request_life.div_ceil(60)))],
            Self::PinExpired => vec![("minutes", FluentValue::from(policy.pin_life.div_ceil(60)))],
            Self::Burnt => vec![("tries", FluentValue::from(policy.pin_tries))],
            Self::AnswerExpired
            | Self::Used
            | Self::Rejected
            | Self::Mismatch
            | Self::Disabled
            | Self::Missing
            | Self::Code => Vec::new(),
        }
    }

    fn ways(self, app: &App, page: &Page, asks: Option<&Asks>, method: Method) -> Vec<Way> {
        let Some((asks, party)) = asks.and_then(|asks| Some((asks, app.relying_party(&asks.id)?))) else {
            return vec![Way {
                href: "/".to_owned(),
                text: page.t("error-back-home"),
            }];
        };
        let start = match self {
            Self::Mismatch | Self::Missing | Self::Code => "over-start",
            // What begins there is not asking for a PIN.
            _ if matches!(method, Method::Qr | Method::Password) => "over-start",
            _ => "over-new-pin",
        };
        let site = [("site", FluentValue::from(asks.name.clone()))];
        let mut ways = vec![Way {
            href: asks.start_at(ways::path_of(method)),
            text: page.t(start),
        }];
        // A site that waits for an answer is given one: see `parts/cancel.html`.
        if asks.asked.is_none() {
            ways.push(Way {
                href: return_address(app, &party),
                text: page.with("over-back-to-site", &site),
            });
        }
        ways
    }
}
