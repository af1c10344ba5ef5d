//! The address of a backend, as a person types or pastes it.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// The origin of a backend: `https://host[:port]`, or `http` on loopback only. Never ends in a slash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServerUrl(String);

/// Why a text is not such an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ServerUrlError {
    /// Nothing was typed.
    #[error("nothing was typed")]
    Empty,
    /// Not an address of the web.
    #[error("not a web address")]
    Malformed,
    /// Plain http to another machine: everybody in between could read along.
    #[error("only https, except on this very machine")]
    NotSecure,
    /// User names, paths, queries and fragments have no place in it.
    #[error("only the host, without anything after it")]
    Extra,
}

impl ServerUrlError {
    /// The word by which the screens choose their text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Malformed => "malformed",
            Self::NotSecure => "not_secure",
            Self::Extra => "extra",
        }
    }
}

impl ServerUrl {
    /// Reads an address; spaces around it and a missing `https://` are forgiven.
    ///
    /// # Errors
    /// [`ServerUrlError`] says what is wrong with it.
    pub fn parse(typed: &str) -> Result<Self, ServerUrlError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(ServerUrlError::Empty);
        }
        let url = if typed.contains("://") {
            Url::parse(typed)
        } else {
            Url::parse(&format!("https://{typed}"))
        }
        .map_err(|_| ServerUrlError::Malformed)?;
        let host = url.host().ok_or(ServerUrlError::Malformed)?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&host) => {}
            "http" => return Err(ServerUrlError::NotSecure),
            _ => return Err(ServerUrlError::Malformed),
        }
        let bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        if !bare || url.fragment().is_some() || url.path() != "/" {
            return Err(ServerUrlError::Extra);
        }
        Ok(Self(url.origin().ascii_serialization()))
    }

    /// `https://host[:port]`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The full URL of `path`, which starts with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

/// Loopback by address, or the name that RFC 6761 section 6.3 keeps for it.
fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => Ipv4Addr::is_loopback(address),
        Host::Ipv6(address) => Ipv6Addr::is_loopback(address),
    }
}

impl std::fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ServerUrl {
    type Error = ServerUrlError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<ServerUrl> for String {
    fn from(url: ServerUrl) -> Self {
        url.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_anywhere_and_http_at_home_only() {
        for (typed, expected) in [
            ("https://pin.example.es", "https://pin.example.es"),
            ("  HTTPS://Pin.Example.es/ \n", "https://pin.example.es"),
            ("pin.example.es", "https://pin.example.es"),
            ("https://pin.example.es:443/", "https://pin.example.es"),
            ("https://pin.example.es:8443", "https://pin.example.es:8443"),
            ("http://127.0.0.1:4000", "http://127.0.0.1:4000"),
            ("http://127.8.9.1:4000", "http://127.8.9.1:4000"),
            ("http://[::1]:4000", "http://[::1]:4000"),
            ("http://localhost:4000", "http://localhost:4000"),
            ("https://españa.example", "https://xn--espaa-rta.example"),
        ] {
            assert_eq!(
                ServerUrl::parse(typed).map(String::from),
                Ok(expected.to_owned()),
                "{typed}"
            );
        }
        for (typed, expected) in [
            ("", ServerUrlError::Empty),
            ("   ", ServerUrlError::Empty),
            ("http://pin.example.es", ServerUrlError::NotSecure),
            ("http://localhost.example.es", ServerUrlError::NotSecure),
            ("http://10.0.0.1", ServerUrlError::NotSecure),
            ("ftp://pin.example.es", ServerUrlError::Malformed),
            ("javascript://x", ServerUrlError::Malformed),
            ("https://", ServerUrlError::Malformed),
            ("https://a b", ServerUrlError::Malformed),
            ("https://user:pw@pin.example.es", ServerUrlError::Extra),
            ("https://pin.example.es/path", ServerUrlError::Extra),
            ("https://pin.example.es/?q", ServerUrlError::Extra),
            ("https://pin.example.es/#f", ServerUrlError::Extra),
        ] {
            assert_eq!(ServerUrl::parse(typed), Err(expected), "{typed}");
        }
    }
}
