//! The address that a browser is sent back to: the client's redirect URI, byte for byte, and what it is told there.

use aldaba_core::oidc::{AuthorizationError, Bearer, Request};
use url::form_urlencoded::Serializer;

use super::paths;
use crate::app::App;

/// An address with more parameters behind it; those that it has stay (RFC 6749 section 3.1.2).
pub(super) fn address(base: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(pairs);
    let query = query.finish();
    let joint = match base.split_once('?') {
        _ if query.is_empty() => "",
        None => "?",
        Some((_, present)) if present.is_empty() || present.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{base}{joint}{query}")
}

/// A code. `iss` says whose it is (RFC 9207).
pub(super) fn granted(app: &App, request: &Request, code: &Bearer) -> String {
    let code = code.expose();
    let mut pairs = vec![("code", code.as_str())];
    pairs.extend(request.state.as_deref().map(|state| ("state", state)));
    pairs.push(("iss", paths::issuer(app)));
    address(&request.redirect_uri, &pairs)
}

/// No.
pub(super) fn refused(
    app: &App,
    redirect_uri: &str,
    state: Option<&str>,
    error: AuthorizationError,
    why: &str,
) -> String {
    let mut pairs = vec![("error", error.as_str()), ("error_description", why)];
    pairs.extend(state.map(|state| ("state", state)));
    pairs.push(("iss", paths::issuer(app)));
    address(redirect_uri, &pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    // REQ-OIDC-02
    #[test]
    fn the_redirect_uri_stays_as_it_is() {
        let pairs = [("state", "a b&c=d"), ("iss", "https://pin.example")];
        for (base, expected) in [
            (
                "https://a.example/v",
                "https://a.example/v?state=a+b%26c%3Dd&iss=https%3A%2F%2Fpin.example",
            ),
            (
                "https://a.example/v?x=%20y",
                "https://a.example/v?x=%20y&state=a+b%26c%3Dd&iss=https%3A%2F%2Fpin.example",
            ),
            (
                "https://a.example/v?",
                "https://a.example/v?state=a+b%26c%3Dd&iss=https%3A%2F%2Fpin.example",
            ),
        ] {
            assert_eq!(address(base, &pairs), expected);
        }
        assert_eq!(address("https://a.example/v", &[]), "https://a.example/v");
    }
}
