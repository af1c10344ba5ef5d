//! The site's cookies. None is one of the provider's: on one machine cookies are shared by all ports.
//!
//! | name | holds | life |
//! |---|---|---|
//! | `sede_browser` | 32 random bytes: ties a sign-in to the browser that began it | the browser's |
//! | `sede_session` | 32 random bytes: the session, new at each sign-in | the browser's; 60 minutes idle |
//! | `sede_lang` | `es` or `en` | a year |
//!
//! All are `HttpOnly`, `SameSite=Lax`, `Path=/`. Under https they are `Secure` and begin with `__Host-`.

use http::{HeaderMap, HeaderValue, header};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    Browser,
    Session,
    Language,
}

impl Cookie {
    pub fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Browser, true) => "__Host-sede_browser",
            (Self::Browser, false) => "sede_browser",
            (Self::Session, true) => "__Host-sede_session",
            (Self::Session, false) => "sede_session",
            (Self::Language, true) => "__Host-sede_lang",
            (Self::Language, false) => "sede_lang",
        }
    }

    /// Its value. A name that comes twice is nobody's: the browser never sends that.
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

    /// The header that gives it this value, which is base64url or a word; an empty one removes it.
    pub fn set(self, secure: bool, value: &str) -> Option<HeaderValue> {
        let life = match (self, value) {
            (_, "") => "; Max-Age=0",
            (Self::Language, _) => "; Max-Age=31536000",
            (Self::Browser | Self::Session, _) => "",
        };
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

    #[test]
    fn cookies_end_with_the_browser_and_a_planted_second_value_makes_both_void() {
        let set = Cookie::Session.set(true, "abc").unwrap();
        assert_eq!(set, "__Host-sede_session=abc; Path=/; HttpOnly; SameSite=Lax; Secure");
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "a=1; sede_session=abc".parse().unwrap());
        assert_eq!(Cookie::Session.read(&headers, false), Some("abc"));
        assert_eq!(Cookie::Session.read(&headers, true), None);
        headers.append(header::COOKIE, "sede_session=theirs".parse().unwrap());
        assert_eq!(Cookie::Session.read(&headers, false), None);
    }
}
