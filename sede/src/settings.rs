//! What the site must know of itself and of its provider.

use thiserror::Error;
use url::{Host, Url};
use zeroize::Zeroizing;

/// The client's secret. No `Debug`.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a text as the secret; `None` if it is empty.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The text, for the one place that sends it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

/// Checked settings. No `Debug`.
#[derive(Clone)]
pub struct Settings {
    pub(crate) issuer: Url,
    pub(crate) client_id: String,
    pub(crate) secret: Secret,
    pub(crate) public_url: Url,
}

/// Why the site does not start.
#[derive(Debug, Error)]
#[error("{setting}: {why}")]
pub struct UnsafeSettings {
    setting: &'static str,
    why: &'static str,
}

impl Settings {
    /// Takes settings that are safe.
    ///
    /// # Errors
    /// An address that is neither https nor on this machine, or that is more than an origin.
    pub fn new(issuer: Url, client_id: String, secret: Secret, public_url: Url) -> Result<Self, UnsafeSettings> {
        check("--issuer", &issuer)?;
        check("--public-url", &public_url)?;
        if public_url.path() != "/" {
            return Err(UnsafeSettings {
                setting: "--public-url",
                why: "it must have no path",
            });
        }
        if client_id.is_empty() {
            return Err(UnsafeSettings {
                setting: "--client-id",
                why: "it is empty",
            });
        }
        Ok(Self {
            issuer,
            client_id,
            secret,
            public_url,
        })
    }

    /// The site's own origin.
    #[must_use]
    pub fn origin(&self) -> String {
        self.public_url.origin().ascii_serialization()
    }

    /// Whether cookies must be kept to https.
    pub(crate) fn is_secure(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// The issuer's identifier as it is compared: without the slash that a URL without a path gains.
    pub(crate) fn issuer_id(&self) -> &str {
        self.issuer.as_str().trim_end_matches('/')
    }

    /// One of the site's own addresses.
    pub(crate) fn own(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }
}

fn check(setting: &'static str, url: &Url) -> Result<(), UnsafeSettings> {
    let refused = |why| Err(UnsafeSettings { setting, why });
    let is_here = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => return refused("it is no address of a server"),
    };
    match url.scheme() {
        "https" => {}
        "http" if is_here => {}
        "http" => return refused("it must be https; plain http is for this machine only"),
        _ => return refused("it must be https"),
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return refused("it must have neither a query nor a fragment nor a name in it");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn try_with(issuer: &str, public: &str) -> Result<Settings, String> {
        Settings::new(
            issuer.parse().unwrap(),
            "sede".to_owned(),
            Secret::new("s").unwrap(),
            public.parse().unwrap(),
        )
        .map_err(|error| error.to_string())
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for (issuer, public) in [
            ("https://pin.example.org", "https://sede.example.org"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8081"),
            ("http://localhost:8080", "http://[::1]:8081"),
        ] {
            assert!(try_with(issuer, public).is_ok(), "{issuer} {public}");
        }
        for (issuer, public) in [
            ("http://pin.example.org", "https://sede.example.org"),
            ("https://pin.example.org", "http://sede.example.org"),
            ("ftp://pin.example.org", "https://sede.example.org"),
            ("https://pin.example.org?a=b", "https://sede.example.org"),
            ("https://pin.example.org", "https://sede.example.org/path"),
            ("https://user@pin.example.org", "https://sede.example.org"),
        ] {
            assert!(try_with(issuer, public).is_err(), "{issuer} {public}");
        }
    }

    #[test]
    fn the_issuer_is_compared_without_the_slash_of_an_empty_path() {
        let settings = try_with("https://pin.example.org", "https://sede.example.org").unwrap();
        assert_eq!(settings.issuer_id(), "https://pin.example.org");
        assert_eq!(settings.own("/callback"), "https://sede.example.org/callback");
    }
}
