//! The parsers of what strangers send that this crate keeps to itself, for `tests/properties` and its fuzz targets.

use std::net::{IpAddr, Ipv4Addr};

use aldaba_protocol::keys::VerifyingKey;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use der::Decode;
use rustls::pki_types::CertificateDer;
use x509_cert::Certificate;

use super::START;
use crate::certificates::chain::Authorities;
use crate::certificates::level;
use crate::certificates::revocation;
use crate::certificates::subject::Subject;
use crate::http::client::ClientAddress;
use crate::oidc;
use crate::portal::cookies::Cookie;
use crate::requests::browser::BrowserInfo;

/// A name of a browser or system that fits on a card.
const LONGEST_NAME: usize = 64;

/// `User-Agent`: what is shown of it is short, whatever it was.
pub fn user_agent(text: &str) {
    let found = BrowserInfo::new(Some(text), None);
    for name in [found.browser, found.system].into_iter().flatten() {
        assert!(!name.is_empty() && name.len() <= LONGEST_NAME, "{name}");
    }
}

/// `Cookie`: a value is one value.
pub fn cookies(text: &str) {
    let headers = one(header::COOKIE, text);
    for cookie in [
        Cookie::Browser,
        Cookie::Request,
        Cookie::Authorization,
        Cookie::Session,
        Cookie::Language,
        Cookie::Known,
        Cookie::Method,
        Cookie::Order,
    ] {
        for secure in [true, false] {
            assert!(cookie.read(&headers, secure).is_none_or(|value| !value.contains(';')));
        }
    }
}

/// `X-Forwarded-For`: believed of a trusted proxy, of nobody else.
pub fn forwarded(text: &str) {
    let headers = one(HeaderName::from_static("x-forwarded-for"), text);
    let peer = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    assert_eq!(ClientAddress::find(peer, &headers, &[]).0, peer);
    let trusted = "127.0.0.0/8".parse().unwrap();
    assert!(ClientAddress::find(peer, &headers, &[trusted]).0.is_some());
}

fn one(name: HeaderName, text: &str) -> HeaderMap {
    HeaderValue::from_str(text)
        .map(|value| HeaderMap::from_iter([(name, value)]))
        .unwrap_or_default()
}

/// The parameter `claims`.
pub fn claims(text: &str) -> Result<aldaba_core::oidc::Asked, &'static str> {
    oidc::asked::claims(text)
}

/// The `Authorization` header of a client: its id, if it can be read.
pub fn basic(text: &str) -> Option<String> {
    let value = HeaderValue::from_str(text).ok()?;
    oidc::client_auth::basic(&value).map(|(id, _)| id)
}

/// An ID token that a site shows as a hint: whether that key signed it.
pub fn id_token(text: &str, key: &VerifyingKey) -> bool {
    let read = oidc::keys::Parts::read("JWT", text);
    read.is_some_and(|parts| parts.signed_by(key).is_some())
}

/// A client's assertion: whether one of those keys signed it.
pub fn assertion(text: &str, jwks: &serde_json::Value) -> bool {
    let keys = oidc::clients::jwks::read(jwks).unwrap();
    oidc::assertion::signed(&keys, text).is_ok()
}

/// A presented certificate, judged but for its revocation: the document of whom it names.
pub fn certificate(presented: &[u8], authority: &[u8]) -> Option<String> {
    if let Ok(read) = Certificate::from_der(presented) {
        // Also what no authority has signed: who presents it chooses every byte.
        let _ = Subject::read(read.tbs_certificate().subject());
        let _ = level::level(&read, &[]);
        revocation::addresses(&read);
    }
    let trusted = [CertificateDer::from(authority.to_vec())];
    let authorities = Authorities::new(&trusted, Vec::new()).unwrap();
    let chain = authorities.chain(&[CertificateDer::from(presented)], START).ok()?;
    let subject = Subject::read(chain.leaf().tbs_certificate().subject()).ok()?;
    Some(subject.document.canonical().to_owned())
}

/// What a revocation list says of that certificate; nothing if it does not count.
pub fn revocation_list(list: &[u8], certificate: &[u8], authority: &[u8]) -> Option<String> {
    let [certificate, authority] = [certificate, authority].map(|der| Certificate::from_der(der).unwrap());
    revocation::said_by_list(list, &certificate, &authority, START)
}

/// What an OCSP answer says of that certificate; nothing if it does not count.
pub fn ocsp_answer(answer: &[u8], certificate: &[u8], authority: &[u8]) -> Option<String> {
    let [certificate, authority] = [certificate, authority].map(|der| Certificate::from_der(der).unwrap());
    revocation::said_by_responder(answer, &certificate, &authority, START)
}
