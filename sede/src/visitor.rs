//! Who looks at a page: what their browser sent, read once.

use aldaba_core::language::Language;
use axum::extract::FromRequestParts;
use http::header;
use http::request::Parts;

use crate::cookies::Cookie;
use crate::sessions::Session;
use crate::site::Site;

/// A browser and its cookies.
pub(crate) struct Visitor {
    /// The language of the page.
    pub language: Language,
    /// Whether `?lang=` chose it just now, to be remembered.
    pub chose_language: bool,
    /// The browser's own random value; new for a browser that had none.
    pub browser: String,
    /// Whether `browser` is new and must be set.
    pub is_new: bool,
    /// The secret of its session, whether there is one or not.
    pub secret: Option<String>,
    /// The session.
    pub session: Option<Session>,
    /// The path of this page, for the links to other languages.
    pub here: String,
}

impl FromRequestParts<Site> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Self::Rejection> {
        let headers = &parts.headers;
        let secure = site.settings().is_secure();
        let query = parts.uri.query().unwrap_or_default();
        let chosen = url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "lang")
            .and_then(|(_, value)| value.parse::<Language>().ok());
        let remembered = || Cookie::Language.read(headers, secure)?.parse().ok();
        let accepted = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        let secret = Cookie::Session.read(headers, secure).map(str::to_owned);
        let browser = Cookie::Browser.read(headers, secure).filter(|value| value.len() == 43);
        Ok(Self {
            language: chosen
                .or_else(remembered)
                .unwrap_or_else(|| Language::negotiate(accepted.unwrap_or_default())),
            chose_language: chosen.is_some(),
            is_new: browser.is_none(),
            browser: browser.map_or_else(|| site.secret(), str::to_owned),
            session: secret
                .as_deref()
                .and_then(|secret| site.sessions().current(secret, site.now())),
            secret,
            here: parts.uri.path().to_owned(),
        })
    }
}
