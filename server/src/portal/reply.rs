//! Pages and redirects on their way out, with the headers that keep them safe.

use std::collections::BTreeSet;

use aldaba_protocol::error::ErrorCode;
use askama::Template;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use url::Url;

use super::cookies::Cookie;
use super::{Failure, Visitor};
use crate::app::App;

/// The HTTP status of a refusal, the same on pages as for programs.
#[must_use]
pub fn status_of(code: ErrorCode) -> StatusCode {
    code.status()
        .and_then(|status| StatusCode::from_u16(status).ok())
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Sites on this machine, where plain http is accepted.
const THIS_MACHINE: [&str; 3] = ["http://127.0.0.1:*", "http://[::1]:*", "http://localhost:*"];

/// A response to a visitor, being put together.
pub struct Reply<'a> {
    app: &'a App,
    visitor: &'a Visitor,
    status: StatusCode,
    cookies: Vec<HeaderValue>,
    form_targets: BTreeSet<&'static str>,
    image_source: Option<String>,
    retry_after: Option<u64>,
}

impl<'a> Reply<'a> {
    /// A reply to that visitor.
    #[must_use]
    pub fn new(app: &'a App, visitor: &'a Visitor) -> Self {
        let mut reply = Self {
            app,
            visitor,
            status: StatusCode::OK,
            cookies: Vec::new(),
            form_targets: BTreeSet::new(),
            image_source: None,
            retry_after: None,
        };
        // Any form may be the last of a sign-in, and browsers hold `form-action` against every redirect that follows.
        for answered_at in visitor.answered_at() {
            if let Ok(url) = Url::parse(answered_at) {
                reply = reply.form_may_reach(&url);
            }
        }
        if visitor.is_new {
            reply = reply.cookie(Cookie::Browser, &visitor.browser.to_cookie());
        }
        if visitor.chose_language {
            reply = reply.cookie(Cookie::Language, visitor.language.tag());
        }
        reply
    }

    /// With that status.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Sets a cookie.
    #[must_use]
    pub fn cookie(mut self, cookie: Cookie, value: &str) -> Self {
        self.cookies
            .extend(cookie.set(self.app.config().public_url.is_secure(), value));
        self
    }

    /// Removes a cookie.
    #[must_use]
    pub fn without(mut self, cookie: Cookie) -> Self {
        self.cookies
            .extend(cookie.clear(self.app.config().public_url.is_secure()));
        self
    }

    /// Allows that a form of this page passes or ends at that site: Chromium holds `form-action` also against every redirect that
    /// follows a form. A site may send the browser on to another of its hosts, which nobody here knows; so all that is https is
    /// allowed then, or all of this machine (docs/adr/0021).
    #[must_use]
    pub fn form_may_reach(mut self, site: &Url) -> Self {
        let is_ours = site.as_str().starts_with(&self.app.config().public_url.join("/"));
        match site.scheme() {
            _ if is_ours => {}
            "https" => drop(self.form_targets.insert("https:")),
            _ => self.form_targets.extend(THIS_MACHINE),
        }
        self
    }

    /// Allows that the page shows that image of another site.
    #[must_use]
    pub fn image(mut self, image: &Url) -> Self {
        // Without query and fragment, which the policy cannot name.
        let mut source = image.clone();
        source.set_query(None);
        source.set_fragment(None);
        self.image_source = Some(source.as_str().replace([';', ',', ' '], ""));
        self
    }

    /// Says when to come back, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// A page.
    pub fn html(self, template: &impl Template) -> Response {
        let body = match template.render() {
            Ok(body) => body,
            Err(error) => {
                tracing::error!(%error, "a page could not be written");
                return Failure::Internal.plain();
            }
        };
        let targets: String = self.form_targets.iter().map(|target| format!(" {target}")).collect();
        let image = self
            .image_source
            .as_ref()
            .map_or_else(String::new, |source| format!(" {source}"));
        let policy = format!(
            "default-src 'none'; base-uri 'none'; connect-src 'self'; font-src 'self'; form-action 'self'{targets}; \
             frame-ancestors 'none'; img-src 'self' data:{image}; script-src 'self'; style-src 'self'"
        );
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
        headers.insert(
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(self.visitor.language.tag()),
        );
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        self.finish(response)
    }

    /// An SVG image.
    pub fn svg(self, image: String) -> Response {
        let mut response = (self.status, image).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'"),
        );
        self.finish(response)
    }

    /// JSON, for programs.
    pub fn json(self, body: &impl serde::Serialize) -> Response {
        let status = self.status;
        self.finish((status, axum::Json(body)).into_response())
    }

    /// 303: the browser asks for that page by GET.
    pub fn see_other(self, target: &str) -> Response {
        let mut response = StatusCode::SEE_OTHER.into_response();
        match HeaderValue::from_str(target) {
            Ok(target) => {
                response.headers_mut().insert(header::LOCATION, target);
                self.finish(response)
            }
            Err(_) => Failure::Internal.plain(),
        }
    }

    fn finish(self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            // Not `no-referrer`: browsers would then send `Origin: null` with the forms.
            (header::REFERRER_POLICY, "same-origin"),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
            (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
            (
                HeaderName::from_static("permissions-policy"),
                "camera=(), geolocation=(), microphone=()",
            ),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        for cookie in self.cookies {
            headers.append(header::SET_COOKIE, cookie);
        }
        response
    }
}
