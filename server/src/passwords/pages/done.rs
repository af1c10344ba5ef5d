//! `/password/done`, and the notices about a password that is over or ends soon.

use aldaba_protocol::error::ErrorCode;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use http::header;
use serde::Deserialize;

use super::form::Back;
use crate::app::App;
use crate::passwords::ending;
use crate::portal::{Failure, Page, Reply, Visitor, Way, day_of, status_of};
use crate::sessions::SignedIn;
use crate::signin::From;
use crate::texts::FluentValue;

/// What was done.
#[derive(Clone, Copy)]
pub(super) enum Done {
    Set,
    Changed,
    Cancelled,
}

impl Done {
    const ALL: [Self; 3] = [Self::Set, Self::Changed, Self::Cancelled];

    const fn word(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Changed => "changed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Its page, which remembers where somebody came from.
    pub fn address(self, back: &Back) -> String {
        let address = back.address("/password/done");
        let joint = if address.contains('?') { '&' } else { '?' };
        format!("{address}{joint}what={}", self.word())
    }
}

#[derive(Template)]
#[template(path = "password/notice.html")]
struct Notice {
    page: Page,
    screen: &'static str,
    title: &'static str,
    text: String,
    code: Option<&'static str>,
    colour: &'static str,
    ways: Vec<Way>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct What {
    what: String,
}

/// `GET /password/done`. It says only what somebody did in this browser, and knows nothing of whom.
pub(super) async fn show(
    State(app): State<App>,
    Query(from): Query<From>,
    Query(what): Query<What>,
    visitor: Visitor,
) -> Response {
    let Some(done) = Done::ALL.into_iter().find(|done| done.word() == what.what) else {
        return Failure::NotFound.show(&app, &visitor);
    };
    let back = Back::read(&app, &visitor, &from);
    let page = Page::new(&app, &visitor, &done.address(&back));
    let (title, text) = match done {
        Done::Set => ("pwd-done-set-title", "pwd-done-set-text"),
        Done::Changed => ("pwd-done-changed-title", "pwd-done-changed-text"),
        Done::Cancelled => ("pwd-done-cancelled-title", "pwd-done-cancelled-text"),
    };
    let template = Notice {
        screen: "password-done",
        title,
        text: page.t(text),
        code: None,
        colour: "petrol",
        ways: vec![back.way(&page)],
        page,
    };
    Reply::new(&app, &visitor).html(&template)
}

/// The code that this browser waited for is over, used, or was never asked for.
pub(super) fn over(app: &App, visitor: &Visitor, back: &Back) -> Response {
    let page = Page::new(app, visitor, &back.address("/password/new"));
    let ways = vec![
        Way {
            href: back.address("/password/recover"),
            text: page.t("pwd-another-code"),
        },
        back.way(&page),
    ];
    let code = ErrorCode::RequestExpired;
    let template = Notice {
        screen: "password-over",
        title: "pwd-over-title",
        text: page.t("pwd-over-text"),
        code: Some(code.as_str()),
        colour: "petrol",
        ways,
        page,
    };
    Reply::new(app, visitor).status(status_of(code)).html(&template)
}

/// The password was right, and is over: its two years have passed.
pub(crate) fn expired(app: &App, visitor: &Visitor, recover: &str, other: Option<Way>) -> Response {
    let page = Page::new(app, visitor, recover);
    let mut ways = vec![Way {
        href: recover.to_owned(),
        text: page.t("pwd-expired-recover"),
    }];
    ways.extend(other);
    let code = ErrorCode::PasswordExpired;
    let template = Notice {
        screen: "password-expired",
        title: "pwd-expired-title",
        text: page.t("pwd-expired-text"),
        code: Some(code.as_str()),
        colour: "warning",
        ways,
        page,
    };
    Reply::new(app, visitor).status(status_of(code)).html(&template)
}

/// Signed in with a password that ends soon: that is said before going on to where `on` leads. The session is open already.
pub(crate) async fn warned(app: &App, visitor: &Visitor, from: &From, signed_in: &SignedIn, on: Response) -> Response {
    let ends = match ending(app, signed_in.person).await {
        Ok(Some(ends)) => ends,
        Ok(None) => return on,
        Err(error) => {
            // Somebody who is signed in is not kept out by a warning.
            let _logged = Failure::from(error);
            return on;
        }
    };
    let Some(target) = on
        .headers()
        .get(header::LOCATION)
        .and_then(|target| target.to_str().ok())
    else {
        return on;
    };
    let change = Back::read(app, visitor, from).address("/password/change");
    let page = Page::new(app, visitor, &change);
    let day = day_of(app.texts(), visitor.language, ends);
    let template = Notice {
        screen: "password-ending",
        title: "pwd-ending-title",
        text: page.with("pwd-ending-text", &[("day", FluentValue::from(day))]),
        code: None,
        colour: "warning",
        ways: vec![
            Way {
                href: target.to_owned(),
                text: page.t("pwd-ending-go-on"),
            },
            Way {
                href: change,
                text: page.t("pwd-change-title"),
            },
        ],
        page,
    };
    let mut response = Reply::new(app, visitor).html(&template);
    for cookie in on.headers().get_all(header::SET_COOKIE) {
        response.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    response
}
