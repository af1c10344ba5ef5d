//! Forms are accepted only from the browser that was shown them.
//!
//! The token is `mask ‖ (mask ⊕ HMAC(K_mac, browser cookie))`, 64 bytes: bound to the cookie, and different on every
//! page, so that a compressed page does not leak it by its length (BREACH). Besides, `Sec-Fetch-Site` and `Origin`
//! must be of this origin wherever the browser sends them.

use aldaba_core::random::{Random, bytes};
use aldaba_protocol::b64;
use aldaba_store::keys::ServerKeys;
use http::{HeaderMap, header};
use subtle::ConstantTimeEq;
use url::Url;

use crate::config::{PublicUrl, is_this_machine};
use crate::requests::BrowserBinding;

const LABEL: &str = "aldaba/csrf/v1";

/// A token for the forms of this browser: 86 characters of base64url.
#[must_use]
pub fn token(keys: &ServerKeys, random: &dyn Random, browser: &BrowserBinding) -> String {
    let mask: [u8; 32] = bytes(random);
    let masked = xor(&expected(keys, browser), &mask);
    b64::encode(&[mask, masked].concat())
}

/// Whether a form's token is of this browser.
#[must_use]
pub fn is_valid(keys: &ServerKeys, browser: &BrowserBinding, token: &str) -> bool {
    let Some(sent) = b64::decode(token).and_then(|sent| <[u8; 64]>::try_from(sent).ok()) else {
        return false;
    };
    let (mask, masked) = sent.split_at(32);
    let found: Vec<u8> = mask.iter().zip(masked).map(|(mask, masked)| mask ^ masked).collect();
    expected(keys, browser).ct_eq(&found).into()
}

/// Whether the headers allow that the form came from this origin. Old browsers send neither of them.
#[must_use]
pub fn is_same_origin(headers: &HeaderMap, public: &PublicUrl) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let site_allows = text("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    let origin_allows = text(header::ORIGIN.as_str()).is_none_or(|origin| {
        let is_here = || Url::parse(origin).is_ok_and(|url| is_this_machine(&url));
        // On loopback people also write `localhost` for 127.0.0.1; there the host that was asked for decides.
        let asked = text(header::HOST.as_str()).map(|host| format!("http://{host}"));
        origin == public.origin() || (!public.is_secure() && is_here() && Some(origin) == asked.as_deref())
    });
    site_allows && origin_allows
}

fn expected(keys: &ServerKeys, browser: &BrowserBinding) -> [u8; 32] {
    keys.mac(LABEL, &[browser.to_cookie().as_bytes()])
}

fn xor(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    let mut result = *left;
    for (byte, other) in result.iter_mut().zip(right) {
        *byte ^= other;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn other_origins_are_refused_and_old_browsers_are_not() {
        let public: PublicUrl = "https://pin.example.org".parse().unwrap();
        assert!(is_same_origin(&headers(&[]), &public));
        assert!(is_same_origin(
            &headers(&[("origin", "https://pin.example.org"), ("sec-fetch-site", "same-origin")]),
            &public
        ));
        for refused in [
            headers(&[("origin", "https://evil.example")]),
            headers(&[("origin", "null")]),
            headers(&[("sec-fetch-site", "cross-site")]),
            headers(&[("sec-fetch-site", "same-site")]),
            headers(&[("origin", "https://evil.example"), ("host", "evil.example")]),
        ] {
            assert!(!is_same_origin(&refused, &public), "{refused:?}");
        }
    }

    #[test]
    fn on_loopback_both_names_of_this_machine_are_good() {
        let public: PublicUrl = "http://127.0.0.1:8080".parse().unwrap();
        assert!(is_same_origin(
            &headers(&[("origin", "http://localhost:8080"), ("host", "localhost:8080")]),
            &public
        ));
        assert!(!is_same_origin(
            &headers(&[("origin", "http://localhost:9999"), ("host", "localhost:8080")]),
            &public
        ));
        assert!(!is_same_origin(
            &headers(&[("origin", "http://evil.example"), ("host", "evil.example")]),
            &public
        ));
    }
}
