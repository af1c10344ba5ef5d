//! Pages and redirects on their way out, with the headers that keep them safe.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::cookies::Cookie;
use crate::site::Site;
use crate::visitor::Visitor;

/// A response to a visitor, being put together.
pub(crate) struct Reply<'a> {
    site: &'a Site,
    visitor: &'a Visitor,
    status: StatusCode,
    cookies: Vec<HeaderValue>,
}

impl<'a> Reply<'a> {
    pub fn new(site: &'a Site, visitor: &'a Visitor) -> Self {
        let mut reply = Self {
            site,
            visitor,
            status: StatusCode::OK,
            cookies: Vec::new(),
        };
        if visitor.is_new {
            reply = reply.cookie(Cookie::Browser, &visitor.browser);
        }
        if visitor.chose_language {
            reply = reply.cookie(Cookie::Language, visitor.language.tag());
        }
        reply
    }

    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Sets a cookie; an empty value removes it.
    pub fn cookie(mut self, cookie: Cookie, value: &str) -> Self {
        self.cookies.extend(cookie.set(self.site.settings().is_secure(), value));
        self
    }

    /// A page. Its forms may end at the provider: browsers hold `form-action` also against the redirect that answers one.
    pub fn html(self, template: &impl Template) -> Response {
        let body = match template.render() {
            Ok(body) => body,
            Err(error) => {
                tracing::error!(%error, "a page could not be written");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        };
        let policy = format!(
            "default-src 'none'; base-uri 'none'; font-src 'self'; form-action 'self' {}; frame-ancestors 'none'; \
             img-src 'self' data:; style-src 'self'",
            self.site.settings().issuer.origin().ascii_serialization(),
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

    /// 303: the browser asks for that page by GET.
    pub fn see_other(self, target: &str) -> Response {
        let mut response = StatusCode::SEE_OTHER.into_response();
        match HeaderValue::from_str(target) {
            Ok(target) => {
                response.headers_mut().insert(header::LOCATION, target);
                self.finish(response)
            }
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }

    fn finish(self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::X_FRAME_OPTIONS, "DENY"),
            // The answer's code stands in an address of ours: nobody else is told that.
            (header::REFERRER_POLICY, "same-origin"),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
            (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if self.site.settings().is_secure() {
            headers.insert(
                header::STRICT_TRANSPORT_SECURITY,
                HeaderValue::from_static("max-age=63072000"),
            );
        }
        for cookie in self.cookies {
            headers.append(header::SET_COOKIE, cookie);
        }
        response
    }
}
