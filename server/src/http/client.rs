//! Whose address a call comes from, behind trusted proxies or without any.

use std::net::{IpAddr, SocketAddr};

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::request::Parts;

use crate::app::App;
use crate::config::IpRange;

/// The address of the other end of the connection, put into each request by the accept loop.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// The client's address: the peer's, or, where the peer is a trusted proxy, the nearest address of `X-Forwarded-For`
/// that is not a trusted proxy itself. None: the router was called without a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub Option<IpAddr>);

impl FromRequestParts<App> for ClientAddress {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<Peer>().map(|peer| peer.0.ip());
        Ok(Self::find(peer, &parts.headers, &app.config().trusted_proxies))
    }
}

impl ClientAddress {
    /// Reads the chain of proxies from the nearest to the farthest and stops at the first that is not trusted: what is
    /// beyond it anybody could have written.
    #[must_use]
    pub fn find(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[IpRange]) -> Self {
        let is_trusted = |address: IpAddr| trusted.iter().any(|range| range.contains(address));
        let Some(mut address) = peer else {
            return Self(None);
        };
        let forwarded: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .collect();
        for hop in forwarded.iter().rev() {
            if !is_trusted(address) {
                break;
            }
            match hop.trim().parse() {
                Ok(next) => address = next,
                Err(_) => break,
            }
        }
        Self(Some(address.to_canonical()))
    }
}

#[cfg(test)]
mod tests {
    use super::ClientAddress;
    use http::HeaderMap;

    fn find(peer: &str, forwarded: &str, trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        let trusted: Vec<_> = trusted.iter().map(|range| range.parse().unwrap()).collect();
        ClientAddress::find(Some(peer.parse().unwrap()), &headers, &trusted)
            .0
            .unwrap()
            .to_string()
    }

    #[test]
    fn forwarded_addresses_are_believed_from_trusted_proxies_only() {
        assert_eq!(find("203.0.113.9", "198.51.100.1", &[]), "203.0.113.9");
        assert_eq!(find("10.0.0.1", "198.51.100.1", &["10.0.0.0/8"]), "198.51.100.1");
        assert_eq!(
            find("10.0.0.1", "1.2.3.4, 198.51.100.1", &["10.0.0.0/8"]),
            "198.51.100.1"
        );
        assert_eq!(
            find("10.0.0.1", "198.51.100.1, 10.0.0.2", &["10.0.0.0/8"]),
            "198.51.100.1"
        );
        assert_eq!(find("10.0.0.1", "nonsense", &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(find("::ffff:10.0.0.1", "198.51.100.1", &["10.0.0.0/8"]), "198.51.100.1");
    }
}
