//! Pages where nothing may be redirected: the person is told, here, in their language.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use super::Unread;
use crate::app::App;
use crate::portal::{Failure, Page, Reply, Visitor, Way};

/// Why the browser goes nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// `client_id` is missing, comes twice, or names nobody.
    Client,
    /// The redirect URI is not one of the client's.
    RedirectUri,
    /// The pushed request is unknown, used, or over.
    RequestUri,
    /// This browser has no open request of that site.
    Nothing,
    /// Where to go after signing out is not one of the client's addresses, or the client is not known.
    LogoutUri,
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FaultPage {
    page: Page,
    title: &'static str,
    text: String,
    code: &'static str,
    colour: &'static str,
    way: Way,
}

impl Unread {
    /// The page for it, where what is no form has that fault.
    pub(super) fn show(self, app: &App, visitor: &Visitor, fault: Fault) -> Response {
        match self {
            Self::NoForm => fault.show(app, visitor),
            Self::TooLarge => Failure::TooLarge.show(app, visitor),
        }
    }
}

impl Fault {
    /// The page for it.
    pub fn show(self, app: &App, visitor: &Visitor) -> Response {
        let (title, text, code, status) = match self {
            Self::Client => (
                "oidc-client-title",
                "oidc-client-text",
                "invalid_client",
                StatusCode::BAD_REQUEST,
            ),
            Self::RedirectUri => (
                "oidc-redirect-title",
                "oidc-redirect-text",
                "invalid_redirect_uri",
                StatusCode::BAD_REQUEST,
            ),
            Self::RequestUri => (
                "oidc-request-uri-title",
                "oidc-request-uri-text",
                "invalid_request_uri",
                StatusCode::BAD_REQUEST,
            ),
            Self::Nothing => (
                "oidc-nothing-title",
                "oidc-nothing-text",
                "authorization_unknown",
                StatusCode::NOT_FOUND,
            ),
            Self::LogoutUri => (
                "oidc-logout-uri-title",
                "oidc-logout-uri-text",
                "invalid_redirect_uri",
                StatusCode::BAD_REQUEST,
            ),
        };
        // The address that failed is the site's: the links to other languages lead home.
        let page = Page::new(app, visitor, "/");
        let template = FaultPage {
            title,
            text: page.t(text),
            code,
            colour: "warning",
            way: Way {
                href: "/".to_owned(),
                text: page.t("error-back-home"),
            },
            page,
        };
        Reply::new(app, visitor).status(status).html(&template)
    }
}
