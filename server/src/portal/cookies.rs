//! The cookies of the pages.
//!
//! | name | holds | life |
//! |---|---|---|
//! | `aldaba_browser` | 32 random bytes: ties requests and forms to this browser | the browser's |
//! | `aldaba_request` | id of the last request that this browser made | the browser's |
//! | `aldaba_authorization` | 32 random bytes: ties what sites ask (OpenID Connect) to this browser, while something is open | the browser's |
//! | `aldaba_session` | id of the session, new at each sign-in | the browser's; 60 minutes idle |
//! | `aldaba_lang` | `es` or `en` | a year |
//! | `aldaba_known` | 32 bytes that say nothing of anybody: somebody signed in here before | a year |
//! | `aldaba_method` | the method that signed somebody in last, a word such as `incoming`; of nobody in particular | a year |
//! | `aldaba_order` | the order of methods that somebody chose in their account, words with `-` between | a year |
//!
//! All are `HttpOnly`, `SameSite=Lax`, `Path=/`. Under https they are `Secure` and their names start with `__Host-`, so
//! that no other host of the domain can plant one (session fixation). Plain names only on http, that is on loopback.

use http::{HeaderMap, HeaderValue, header};

/// One of the pages' cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// What ties requests and forms to this browser.
    Browser,
    /// The last request that this browser made.
    Request,
    /// What ties the sites' open requests to this browser.
    Authorization,
    /// The signed-in session.
    Session,
    /// The chosen language.
    Language,
    /// By which this browser is known to who signed in here before.
    Known,
    /// The method that signed somebody in last.
    Method,
    /// The chosen order of methods.
    Order,
}

impl Cookie {
    /// Its name under this scheme.
    #[must_use]
    pub fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Browser, true) => "__Host-aldaba_browser",
            (Self::Browser, false) => "aldaba_browser",
            (Self::Request, true) => "__Host-aldaba_request",
            (Self::Request, false) => "aldaba_request",
            (Self::Authorization, true) => "__Host-aldaba_authorization",
            (Self::Authorization, false) => "aldaba_authorization",
            (Self::Session, true) => "__Host-aldaba_session",
            (Self::Session, false) => "aldaba_session",
            (Self::Language, true) => "__Host-aldaba_lang",
            (Self::Language, false) => "aldaba_lang",
            (Self::Known, true) => "__Host-aldaba_known",
            (Self::Known, false) => "aldaba_known",
            (Self::Method, true) => "__Host-aldaba_method",
            (Self::Method, false) => "aldaba_method",
            (Self::Order, true) => "__Host-aldaba_order",
            (Self::Order, false) => "aldaba_order",
        }
    }

    /// Its value in the request's headers. A name that comes twice is nobody's: the browser never sends that.
    #[must_use]
    pub fn read(self, headers: &HeaderMap, secure: bool) -> Option<&str> {
        let name = self.name(secure);
        let mut values = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(found, _)| *found == name)
            .map(|(_, value)| value);
        let first = values.next()?;
        values.next().is_none().then_some(first)
    }

    /// The `Set-Cookie` header that gives it this value, which must be of ASCII letters, digits, `-` and `_`.
    #[must_use]
    pub fn set(self, secure: bool, value: &str) -> Option<HeaderValue> {
        let life = match self {
            Self::Language | Self::Known | Self::Method | Self::Order => "; Max-Age=31536000",
            Self::Browser | Self::Request | Self::Session | Self::Authorization => "",
        };
        self.header(secure, value, life)
    }

    /// The `Set-Cookie` header that removes it.
    #[must_use]
    pub fn clear(self, secure: bool) -> Option<HeaderValue> {
        self.header(secure, "", "; Max-Age=0")
    }

    fn header(self, secure: bool, value: &str, life: &str) -> Option<HeaderValue> {
        let only_https = if secure { "; Secure" } else { "" };
        let name = self.name(secure);
        HeaderValue::from_str(&format!(
            "{name}={value}; Path=/; HttpOnly; SameSite=Lax{only_https}{life}"
        ))
        .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, value.parse().unwrap());
        headers
    }

    #[test]
    fn a_cookie_is_read_by_its_whole_name() {
        let sent = headers("a=1; aldaba_session=abc; aldaba_session_old=x");
        assert_eq!(Cookie::Session.read(&sent, false), Some("abc"));
        assert_eq!(Cookie::Session.read(&sent, true), None);
        assert_eq!(Cookie::Request.read(&sent, false), None);
    }

    #[test]
    fn a_planted_second_value_makes_both_void() {
        assert_eq!(
            Cookie::Session.read(&headers("aldaba_session=mine; aldaba_session=theirs"), false),
            None
        );
    }

    #[test]
    fn session_cookies_end_with_the_browser_and_https_ones_are_secure() {
        let set = Cookie::Session.set(true, "abc").unwrap();
        assert_eq!(set, "__Host-aldaba_session=abc; Path=/; HttpOnly; SameSite=Lax; Secure");
        let plain = Cookie::Browser.set(false, "abc").unwrap();
        assert_eq!(plain, "aldaba_browser=abc; Path=/; HttpOnly; SameSite=Lax");
        assert!(
            Cookie::Language
                .set(false, "en")
                .unwrap()
                .to_str()
                .unwrap()
                .ends_with("Max-Age=31536000")
        );
    }
}
