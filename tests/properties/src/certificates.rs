//! What a browser presents, and what authorities, or whoever stands between, answer about it. The files are of an authority
//! made for this; `files/make.sh` says how.

use aldaba_server::testing::parsers;

const AUTHORITY: &[u8] = include_bytes!("../files/authority.der");
const PERSON: &[u8] = include_bytes!("../files/person.der");

/// A presented certificate: whoever is signed in by one is whom the authority named.
pub fn certificate(bytes: &[u8]) {
    if let Some(document) = parsers::certificate(bytes, AUTHORITY) {
        assert_eq!(document, "12345678Z");
    }
}

/// A revocation list: what counts says what the authority said, that the certificate is revoked.
pub fn revocation_list(bytes: &[u8]) {
    if let Some(status) = parsers::revocation_list(bytes, PERSON, AUTHORITY) {
        assert_eq!(status, "Revoked");
    }
}

/// An OCSP answer: likewise.
pub fn ocsp_answer(bytes: &[u8]) {
    if let Some(status) = parsers::ocsp_answer(bytes, PERSON, AUTHORITY) {
        assert_eq!(status, "Revoked");
    }
}
