//! What devices, browsers and cameras send or show.

use aldaba_core::language::Language;
use aldaba_protocol::qr::FreshQr;
use aldaba_protocol::signature::Claim;
use aldaba_protocol::{b64, link, wire};
use aldaba_server::testing::parsers;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The headers of a signed call: Content-Digest, Signature-Input, Signature, a line each.
pub fn signed(bytes: &[u8]) {
    let Some(text) = crate::text(bytes) else { return };
    let mut lines = text.splitn(3, '\n').chain(std::iter::repeat(""));
    let mut line = || lines.next().unwrap_or_default();
    let (digest, input, signature) = (line(), line(), line());
    let _ = Claim::parse(digest, input, signature);
    for text in [digest, input, signature] {
        if let Some(decoded) = b64::decode(text) {
            assert_eq!(
                b64::encode(&decoded),
                text,
                "a second spelling of the same bytes would be a second signature"
            );
        }
    }
}

/// What is shown to a camera or opened as a link. Nothing names another server, whatever it is.
pub fn shown(bytes: &[u8]) {
    let Some(text) = crate::text(bytes) else { return };
    let server = "https://pin.example";
    let _ = link::open(text, server);
    let _ = link::scan(text, server);
    if let Some(qr) = FreshQr::parse(text) {
        assert_eq!(qr.text(), text, "two texts are one QR");
    }
}

/// The bodies of calls. What is read is written as it would be read again.
pub fn bodies(bytes: &[u8]) {
    fn round<T: DeserializeOwned + Serialize>(bytes: &[u8]) {
        if let Ok(read) = serde_json::from_slice::<T>(bytes) {
            let written = serde_json::to_vec(&read).expect("what was read can be written");
            let again: T = serde_json::from_slice(&written).expect("and read");
            assert_eq!(serde_json::to_vec(&again).ok(), Some(written));
        }
    }
    round::<wire::StartActivation>(bytes);
    round::<wire::ConfirmActivation>(bytes);
    round::<wire::Counted>(bytes);
    round::<wire::RevealRequest>(bytes);
    round::<wire::ApproveRequest>(bytes);
    round::<wire::RejectRequest>(bytes);
    round::<wire::LookupRequest>(bytes);
    round::<wire::ScanRequest>(bytes);
}

/// Headers that are read before anybody is known: Accept-Language, User-Agent, Cookie, Forwarded, a line each.
pub fn headers(bytes: &[u8]) {
    let Some(text) = crate::text(bytes) else { return };
    let mut lines = text.splitn(4, '\n').chain(std::iter::repeat(""));
    let mut line = || lines.next().unwrap_or_default();
    let _ = Language::negotiate(line());
    parsers::user_agent(line());
    parsers::cookies(line());
    parsers::forwarded(line());
}
