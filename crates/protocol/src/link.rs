//! What a device reads off a page: a code, a QR, or a link that opens the app.
//!
//! Rules:
//! - A link names a code and nothing else. It chooses no server, reveals nothing and approves nothing: it brings up a
//!   request, as typing its code does, and the citizen decides.
//! - A link has one spelling. Anything more, less or other than that is no link of ours.
//! - The code of an https link stands behind `#`, so that no browser sends it anywhere.

use aldaba_core::code::ShortCode;

use crate::qr::FreshQr;

/// The scheme that the app registers.
pub const SCHEME: &str = "aldaba";

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// The code of a request: to be looked up.
    Request(ShortCode),
    /// The challenge of a page: a PIN is made for it, without a network.
    Challenge(ShortCode),
    /// A QR that changes every second: to be sent on as it is.
    Fresh(String),
}

/// The link that brings up the request of a code: `aldaba://request?c=7K2M9QXT`.
#[must_use]
pub fn to_request(code: &ShortCode) -> String {
    format!("{SCHEME}://request?c={}", code.canonical())
}

/// The link that opens the PIN for the page of a challenge: `aldaba://bound?c=7K2M9QXT`.
#[must_use]
pub fn to_challenge(challenge: &ShortCode) -> String {
    format!("{SCHEME}://bound?c={}", challenge.canonical())
}

/// Reads a link that something outside of the app asks it to open. `server` is the address of the one backend that this
/// device knows, as `https://host[:port]`. `None`: not one of ours, and nothing happens.
#[must_use]
pub fn open(link: &str, server: &str) -> Option<Read> {
    let (kind, code) = match link.strip_prefix("aldaba://") {
        Some(rest) => rest.split_once("?c=")?,
        None => link
            .strip_prefix(server.trim_end_matches('/'))
            .filter(|_| server.starts_with("https://"))?
            .strip_prefix("/open/")?
            .split_once("#c=")?,
    };
    let code = strict(code)?;
    match kind {
        "request" => Some(Read::Request(code)),
        "bound" => Some(Read::Challenge(code)),
        _ => None,
    }
}

/// Reads the text of a QR: a link as in [`open`], a QR that changes every second, or the bare code of a request.
#[must_use]
pub fn scan(text: &str, server: &str) -> Option<Read> {
    if FreshQr::parse(text).is_some() {
        return Some(Read::Fresh(text.to_owned()));
    }
    open(text, server).or_else(|| strict(text).map(Read::Request))
}

/// A code in its canonical spelling only: links and QRs are written by machines.
fn strict(code: &str) -> Option<ShortCode> {
    ShortCode::parse(code).filter(|parsed| parsed.canonical() == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SERVER: &str = "https://pin.example";

    fn code() -> ShortCode {
        ShortCode::parse("7K2M-9QXT").unwrap()
    }

    // REQ-LINK-01
    #[test]
    fn a_link_has_one_spelling_and_names_a_code() {
        assert_eq!(open("aldaba://request?c=7K2M9QXT", SERVER), Some(Read::Request(code())));
        assert_eq!(open("aldaba://bound?c=7K2M9QXT", SERVER), Some(Read::Challenge(code())));
        assert_eq!(
            open("https://pin.example/open/request#c=7K2M9QXT", SERVER),
            Some(Read::Request(code()))
        );
        assert_eq!(open(&to_request(&code()), SERVER), Some(Read::Request(code())));
        assert_eq!(open(&to_challenge(&code()), SERVER), Some(Read::Challenge(code())));
        for other in [
            "",
            "aldaba:",
            "aldaba://",
            "aldaba://request",
            "aldaba://request?c=",
            "aldaba://request?c=7K2M-9QXT",
            "aldaba://request?c=7k2m9qxt",
            "aldaba://request?c=7K2M9QXT&server=https://evil.example",
            "aldaba://request?server=https://evil.example&c=7K2M9QXT",
            "aldaba://request?c=7K2M9QXT#",
            "aldaba://request/?c=7K2M9QXT",
            "aldaba://reveal?c=7K2M9QXT",
            "aldaba://approve?c=7K2M9QXT",
            "aldaba://server?c=https://evil.example",
            "ALDABA://request?c=7K2M9QXT",
            " aldaba://request?c=7K2M9QXT",
            "https://pin.example.evil.example/open/request#c=7K2M9QXT",
            "https://pin.example@evil.example/open/request#c=7K2M9QXT",
            "https://evil.example/open/request#c=7K2M9QXT",
            "https://pin.example/open/request?c=7K2M9QXT",
            "https://pin.example/open/../open/request#c=7K2M9QXT",
            "http://pin.example/open/request#c=7K2M9QXT",
            "javascript:alert(1)",
            "file:///etc/passwd",
        ] {
            assert_eq!(open(other, SERVER), None, "{other}");
        }
        // A server without https has no https links.
        assert_eq!(
            open("http://127.0.0.1:8080/open/request#c=7K2M9QXT", "http://127.0.0.1:8080"),
            None
        );
    }

    #[test]
    fn a_scan_reads_codes_links_and_fresh_qrs() {
        assert_eq!(scan("7K2M9QXT", SERVER), Some(Read::Request(code())));
        assert_eq!(scan("aldaba://bound?c=7K2M9QXT", SERVER), Some(Read::Challenge(code())));
        let fresh = format!("{}{}", crate::qr::PREFIX, "0A".repeat(40));
        assert_eq!(scan(&fresh, SERVER), Some(Read::Fresh(fresh.clone())));
        for other in ["7K2M-9QXT", "https://evil.example", "WIFI:S:x;;", "ALDABA1:00"] {
            assert_eq!(scan(other, SERVER), None, "{other}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        // REQ-LINK-01: whatever is opened is judged, and what is taken is exactly what we write.
        #[test]
        fn any_link_is_judged(text in "\\PC{0,64}", kind in "[a-z]{0,9}", middle in "[?#&/=c]{0,5}", code in "[0-9A-Za-z-]{0,10}") {
            let candidates = [
                text.clone(),
                format!("aldaba://{text}"),
                format!("aldaba://{kind}{middle}{code}"),
                format!("aldaba://{kind}?c={code}{text}"),
                format!("{SERVER}{text}"),
                format!("{SERVER}/open/{kind}#c={code}"),
            ];
            for link in candidates {
                match open(&link, SERVER) {
                    None => {}
                    Some(Read::Request(code)) => {
                        let https = format!("{SERVER}/open/request#c={}", code.canonical());
                        prop_assert!(link == to_request(&code) || link == https, "{link}");
                    }
                    Some(Read::Challenge(code)) => {
                        let https = format!("{SERVER}/open/bound#c={}", code.canonical());
                        prop_assert!(link == to_challenge(&code) || link == https, "{link}");
                    }
                    Some(Read::Fresh(text)) => prop_assert!(false, "{text}"),
                }
                let _ = scan(&link, SERVER);
            }
        }
    }
}
