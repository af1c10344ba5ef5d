//! Who looks at a page: what their browser sent, read once.

use aldaba_core::ids::{RequestId, SessionId};
use aldaba_core::language::Language;
use aldaba_core::method::Method;
use aldaba_store::authorizations::{self, Authorization};
use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, header};

use super::cookies::Cookie;
use super::{Failure, csrf};
use crate::app::App;
use crate::http::client::ClientAddress;
use crate::requests::{BrowserBinding, BrowserInfo};
use crate::sessions::KnownBrowser;

/// A browser and its cookies.
pub struct Visitor {
    /// The language of the page.
    pub language: Language,
    /// Whether `?lang=` chose it just now, to be remembered.
    pub(super) chose_language: bool,
    /// Whether the person has chosen the language of the page, now or before.
    has_chosen_language: bool,
    /// The browser's own random value; new for a browser that had none.
    pub browser: BrowserBinding,
    /// Whether `browser` is new and must be set.
    pub(super) is_new: bool,
    /// The last request that this browser made.
    pub request: Option<RequestId>,
    /// What ties the sites' open requests to this browser, where there are any.
    pub(crate) authorizing: Option<BrowserBinding>,
    /// What sites ask of this browser, newest first.
    authorizations: Vec<Authorization>,
    /// The session that this browser is in.
    pub session: Option<SessionId>,
    /// The method that signed somebody in last in this browser.
    pub last_method: Option<Method>,
    /// The order of methods that somebody chose in this browser; empty: ours.
    pub methods_order: Vec<Method>,
    /// What devices are told of this browser.
    pub info: BrowserInfo,
    /// The path and query of this page, without `lang`: where the language links lead.
    pub here: String,
    /// Whether a form that comes with these headers can be from this origin.
    is_same_origin: bool,
    /// Whether text/html is wanted more than anything else.
    pub prefers_html: bool,
}

impl Visitor {
    /// Whether a form with this token is to be accepted.
    #[must_use]
    pub fn may_post(&self, app: &App, token: &str) -> bool {
        self.is_same_origin && !self.is_new && csrf::is_valid(app.keys(), &self.browser, token)
    }

    /// A token for the forms of the page that is being made.
    #[must_use]
    pub fn csrf(&self, app: &App) -> String {
        csrf::token(app.keys(), app.random(), &self.browser)
    }

    /// The same visitor on a host that is not the pages' own: it is given no cookies there, and reads the language in which the
    /// pages were read, where that is known.
    #[must_use]
    pub fn of_another_host(mut self, language: Option<Language>) -> Self {
        self.language = language.unwrap_or(self.language);
        (self.is_new, self.chose_language) = (false, false);
        self
    }

    /// What a site asks of this browser for that procedure; empty: for none. Two windows at one site, each for another of its
    /// procedures, are two requests, and each window answers its own. Of several for the same, the newest.
    #[must_use]
    pub(crate) fn asked(&self, site: &str, procedure: &str) -> Option<&Authorization> {
        let mut of_site = self.authorizations.iter().filter(|open| open.client_id == site);
        of_site.find(|open| open.request.procedure.as_deref().unwrap_or_default() == procedure)
    }

    /// The same for a page, which may have lost which procedure it was for: then, the newest of that site.
    #[must_use]
    pub(crate) fn asked_on_page(&self, site: &str, procedure: &str) -> Option<&Authorization> {
        let newest = || self.authorizations.iter().find(|open| open.client_id == site);
        self.asked(site, procedure)
            .or_else(|| procedure.is_empty().then(newest).flatten())
    }

    /// The newest that any site asks of this browser.
    #[must_use]
    pub(crate) fn asked_last(&self) -> Option<&Authorization> {
        self.authorizations.first()
    }

    /// Speaks the language that the site of this page asks for (`ui_locales`), where the person has chosen none.
    fn speak_as_asked(&mut self, parts: &Parts) {
        if self.has_chosen_language {
            return;
        }
        let query = parts.uri.query().unwrap_or_default();
        let site = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "site");
        let asked = match site {
            Some((_, site)) => self.asked_on_page(&site, ""),
            None => self.asked_last(),
        };
        let asked = asked.and_then(|open| open.request.language);
        self.language = asked.unwrap_or(self.language);
    }

    /// How many requests of sites are open in this browser.
    #[must_use]
    pub(crate) fn asked_count(&self) -> usize {
        self.authorizations.len()
    }

    /// Where the sites' open requests will be answered.
    pub(super) fn answered_at(&self) -> impl Iterator<Item = &str> {
        self.authorizations
            .iter()
            .map(|open| open.request.redirect_uri.as_str())
    }

    /// Reads what the browser sent. What sites ask of it is not looked up: see [`FromRequestParts`].
    #[must_use]
    pub fn read(app: &App, parts: &Parts) -> Self {
        let headers = &parts.headers;
        let secure = app.config().public_url.is_secure();
        let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let query: Vec<(String, String)> =
            url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
                .into_owned()
                .collect();
        let chosen: Option<Language> = query
            .iter()
            .find(|(name, _)| name == "lang")
            .and_then(|(_, value)| value.parse().ok());
        let chosen_before: Option<Language> = Cookie::Language.read(headers, secure).and_then(|tag| tag.parse().ok());
        let language = chosen
            .or(chosen_before)
            .unwrap_or_else(|| Language::negotiate(text(header::ACCEPT_LANGUAGE).unwrap_or_default()));
        let browser = Cookie::Browser
            .read(headers, secure)
            .and_then(BrowserBinding::from_cookie);
        let session: Option<SessionId> = Cookie::Session
            .read(headers, secure)
            .and_then(|value| value.parse().ok());
        let known = Cookie::Known.read(headers, secure).and_then(KnownBrowser::from_cookie);
        let peer = parts
            .extensions
            .get::<crate::http::client::Peer>()
            .map(|peer| peer.0.ip());
        let address = ClientAddress::find(peer, headers, &app.config().trusted_proxies);
        Self {
            language,
            chose_language: chosen.is_some(),
            has_chosen_language: chosen.or(chosen_before).is_some(),
            is_new: browser.is_none(),
            browser: browser
                .unwrap_or_else(|| BrowserBinding::generate(app.random()))
                .with(known, session.clone()),
            request: Cookie::Request
                .read(headers, secure)
                .and_then(|value| value.parse().ok()),
            authorizing: Cookie::Authorization
                .read(headers, secure)
                .and_then(BrowserBinding::from_cookie),
            authorizations: Vec::new(),
            session,
            last_method: Cookie::Method
                .read(headers, secure)
                .and_then(|value| value.parse().ok()),
            methods_order: Cookie::Order
                .read(headers, secure)
                .map(|value| value.split('-').filter_map(|word| word.parse().ok()).collect())
                .unwrap_or_default(),
            info: BrowserInfo::new(text(header::USER_AGENT), address.0),
            here: here(parts.uri.path(), &query),
            is_same_origin: csrf::is_same_origin(headers, &app.config().public_url),
            prefers_html: prefers_html(headers),
        }
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let mut visitor = Self::read(app, parts);
        if let Some(binding) = &visitor.authorizing {
            let (browser, now) = (binding.bytes(), app.now());
            let open = app
                .store()
                .read(move |tx| Box::pin(async move { authorizations::list_open(tx, &browser, now).await }))
                .await;
            match open {
                Ok(open) => {
                    visitor.authorizations = open;
                    visitor.speak_as_asked(parts);
                }
                // The page will say what the site itself needs; what this request needs is asked for again at its end.
                Err(error) => {
                    let _logged = Failure::from(error);
                }
            }
        }
        Ok(visitor)
    }
}

fn here(path: &str, query: &[(String, String)]) -> String {
    let mut kept = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in query.iter().filter(|(name, _)| name != "lang") {
        kept.append_pair(name, value);
    }
    let kept = kept.finish();
    if kept.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{kept}")
    }
}

/// Whether the `Accept` header wants text/html more than JSON (RFC 9110 section 12.5.1). Programs that accept anything
/// get JSON.
fn prefers_html(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("*/*");
    let weight = |wanted: &[&str]| {
        // The most specific range decides, and `wanted` names them in that order.
        wanted.iter().find_map(|name| {
            accept.split(',').find_map(|range| {
                let mut parts = range.split(';').map(str::trim);
                let is_it = parts.next().is_some_and(|media| media.eq_ignore_ascii_case(name));
                is_it.then(|| {
                    parts
                        .find_map(|part| part.strip_prefix("q="))
                        .map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0))
                })
            })
        })
    };
    weight(&["text/html", "text/*", "*/*"]) > weight(&["application/json", "application/*", "*/*"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_get_pages_and_programs_get_json() {
        let wants = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            prefers_html(&headers)
        };
        assert!(wants("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
        assert!(wants("text/html"));
        assert!(!wants("*/*"));
        assert!(!wants("application/json"));
        assert!(!wants("application/json, text/html;q=0.5"));
        assert!(!prefers_html(&HeaderMap::new()));
    }

    #[test]
    fn the_language_links_keep_the_rest_of_the_address() {
        let query = [
            ("site".to_owned(), "demo-sede".to_owned()),
            ("lang".to_owned(), "en".to_owned()),
        ];
        assert_eq!(here("/signin", &query), "/signin?site=demo-sede");
        assert_eq!(here("/signin", &[]), "/signin");
    }
}
