//! Requests signed by the device: one fixed profile of RFC 9421 (HTTP message signatures) with RFC 9530 digests.
//!
//! ```text
//! Content-Digest: sha-256=:…:
//! Signature-Input: aldaba=("@method" "@target-uri" "content-digest");created=…;nonce="…";keyid="…";alg="ecdsa-p256-sha256";tag="aldaba-device"
//! Signature: aldaba=:…:
//! ```
//!
//! Rules: exactly these components in this order and exactly these parameters, each once; everything else is refused.
//! A general verifier decides at run time what a signature covers, and forgetting to check that is the classic hole
//! (RFC 9421 section 7.2.1); here there is nothing to decide. docs/adr/0004 says why no general library is used.

use aldaba_core::ids::DeviceId;
use p256::elliptic_curve::subtle::ConstantTimeEq as _;
use sfv::{BareItem, Dictionary, ListEntry, Parser};
use sha2::{Digest as _, Sha256};

use crate::keys::{SigningKey, VerifyingKey};

/// The signature's `tag` (RFC 9421 section 2.3).
pub const TAG: &str = "aldaba-device";
const LABEL: &str = "aldaba";
const ALGORITHM: &str = "ecdsa-p256-sha256";
const COMPONENTS: [&str; 3] = ["@method", "@target-uri", "content-digest"];
const COVERED: &str = r#"("@method" "@target-uri" "content-digest")"#;
/// Characters of a nonce: 22 of base64url, 128 bits.
const NONCE_LENGTH: std::ops::RangeInclusive<usize> = 16..=64;

/// The three header values of a signed request.
#[derive(Clone)]
pub struct SignedHeaders {
    /// `Content-Digest`.
    pub content_digest: String,
    /// `Signature-Input`.
    pub signature_input: String,
    /// `Signature`.
    pub signature: String,
}

/// Why a signature is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A header is missing, malformed, or says something else than the profile.
    #[error("the signature headers are missing or not of the aldaba-device profile")]
    Malformed,
    /// The digest is not the body's.
    #[error("content-digest does not match the body")]
    Digest,
    /// The signature is not the device's over this request.
    #[error("the signature does not verify")]
    Invalid,
}

/// Signs a request. `target_uri` is the absolute URI as the server will rebuild it; `created` is Unix seconds; `nonce`
/// is 16 to 64 characters of base64url, never used before by this device.
#[must_use]
pub fn sign(
    method: &str,
    target_uri: &str,
    body: &[u8],
    created: i64,
    nonce: &str,
    device: &DeviceId,
    key: &SigningKey,
) -> SignedHeaders {
    let content_digest = content_digest(body);
    let parameters = parameters(created, nonce, device);
    let signature = key.sign(base(method, target_uri, &content_digest, &parameters).as_bytes());
    SignedHeaders {
        content_digest,
        signature_input: format!("{LABEL}={parameters}"),
        signature: format!("{LABEL}=:{}:", standard_base64(&signature)),
    }
}

/// What a request claims, before anything is proven: look up the device, then call [`Claim::verify`].
pub struct Claim {
    /// The device that is said to have signed.
    pub device: DeviceId,
    /// When, Unix seconds.
    pub created: i64,
    /// Good once a device.
    pub nonce: String,
    content_digest: String,
    signature: Vec<u8>,
}

impl Claim {
    /// Reads the three headers.
    ///
    /// # Errors
    /// [`SignatureError::Malformed`] for anything but the profile.
    pub fn parse(content_digest: &str, signature_input: &str, signature: &str) -> Result<Self, SignatureError> {
        Self::read(content_digest, signature_input, signature).ok_or(SignatureError::Malformed)
    }

    fn read(content_digest: &str, signature_input: &str, signature_text: &str) -> Option<Self> {
        let inputs: Dictionary = Parser::new(signature_input).parse().ok()?;
        let signatures: Dictionary = Parser::new(signature_text).parse().ok()?;
        if inputs.len() != 1 || signatures.len() != 1 {
            return None;
        }
        let ListEntry::InnerList(input) = inputs.get(LABEL)? else {
            return None;
        };
        let ListEntry::Item(item) = signatures.get(LABEL)? else {
            return None;
        };
        let BareItem::ByteSequence(signature) = &item.bare_item else {
            return None;
        };
        let covered = input.items.iter().map(|item| match &item.bare_item {
            BareItem::String(name) if item.params.is_empty() => Some(name.as_str()),
            _ => None,
        });
        if !covered.eq(COMPONENTS.into_iter().map(Some)) || input.params.len() != 5 || !item.params.is_empty() {
            return None;
        }
        let text = |name: &str| {
            input
                .params
                .get(name)?
                .as_string()
                .map(|value| value.as_str().to_owned())
        };
        let created = i64::from(input.params.get("created")?.as_integer()?);
        let (nonce, keyid) = (text("nonce")?, text("keyid")?);
        let well_formed_nonce = NONCE_LENGTH.contains(&nonce.len())
            && nonce
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if !well_formed_nonce || text("alg")? != ALGORITHM || text("tag")? != TAG {
            return None;
        }
        let claim = Self {
            device: keyid.parse().ok()?,
            created,
            nonce,
            content_digest: content_digest.to_owned(),
            signature: signature.clone(),
        };
        // One spelling only: other white space, or base64 whose last bits are no zeros, would be a second one of the same.
        let input = format!("{LABEL}={}", parameters(claim.created, &claim.nonce, &claim.device));
        let value = format!("{LABEL}=:{}:", standard_base64(&claim.signature));
        (input == signature_input && value == signature_text).then_some(claim)
    }

    /// Proves the claim for this request: the digest is the body's, and the signature is `key`'s.
    ///
    /// # Errors
    /// [`SignatureError::Digest`] or [`SignatureError::Invalid`].
    pub fn verify(
        &self,
        method: &str,
        target_uri: &str,
        body: &[u8],
        key: &VerifyingKey,
    ) -> Result<(), SignatureError> {
        let expected = content_digest(body);
        if !bool::from(expected.as_bytes().ct_eq(self.content_digest.as_bytes())) {
            return Err(SignatureError::Digest);
        }
        // The parameters are written again in the profile's one order: a signature over any other order or spelling
        // does not verify.
        let parameters = parameters(self.created, &self.nonce, &self.device);
        let base = base(method, target_uri, &self.content_digest, &parameters);
        if key.verify(base.as_bytes(), &self.signature) {
            Ok(())
        } else {
            Err(SignatureError::Invalid)
        }
    }
}

/// `Content-Digest` of a body (RFC 9530), also of an empty one.
#[must_use]
pub fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", standard_base64(&Sha256::digest(body)))
}

/// SHA-256 over method, target and body: what a repeated call must share with the first (the counter rule).
#[must_use]
pub fn call_digest(method: &str, target_uri: &str, body: &[u8]) -> [u8; 32] {
    let joined = crate::activation::length_prefixed(&[method.as_bytes(), target_uri.as_bytes(), body]);
    Sha256::digest(joined).into()
}

fn parameters(created: i64, nonce: &str, device: &DeviceId) -> String {
    format!(r#"{COVERED};created={created};nonce="{nonce}";keyid="{device}";alg="{ALGORITHM}";tag="{TAG}""#)
}

/// The signature base (RFC 9421 section 2.5).
fn base(method: &str, target_uri: &str, content_digest: &str, parameters: &str) -> String {
    format!(
        "\"@method\": {method}\n\"@target-uri\": {target_uri}\n\"content-digest\": {content_digest}\n\"@signature-params\": {parameters}"
    )
}

/// Structured fields write bytes in the standard alphabet with padding (RFC 9651 section 4.1.8).
fn standard_base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aldaba_core::random::SeededRandom;
    use proptest::prelude::*;

    const URI: &str = "https://pin.example/v1/requests/00112233445566778899aabbccddeeff/reveal";
    const NONCE: &str = "abcdefghijklmnopqrstuv";
    const BODY: &[u8] = br#"{"counter":1}"#;

    fn signed() -> (SigningKey, SignedHeaders) {
        let key = SigningKey::generate(&SeededRandom::new(9));
        let headers = sign(
            "POST",
            URI,
            BODY,
            1_800_000_000,
            NONCE,
            &DeviceId::from_bytes([7; 16]),
            &key,
        );
        (key, headers)
    }

    fn check(
        headers: &SignedHeaders,
        method: &str,
        uri: &str,
        body: &[u8],
        key: &SigningKey,
    ) -> Result<(), SignatureError> {
        Claim::parse(&headers.content_digest, &headers.signature_input, &headers.signature)?.verify(
            method,
            uri,
            body,
            &VerifyingKey::from_sec1(&key.public()).unwrap(),
        )
    }

    // REQ-SIG-01
    #[test]
    fn a_signature_holds_for_its_request_only() {
        let (key, headers) = signed();
        assert_eq!(check(&headers, "POST", URI, BODY, &key), Ok(()));
        assert_eq!(check(&headers, "DELETE", URI, BODY, &key), Err(SignatureError::Invalid));
        assert_eq!(
            check(&headers, "POST", "https://evil.example/", BODY, &key),
            Err(SignatureError::Invalid)
        );
        assert_eq!(
            check(&headers, "POST", URI, b"{\"counter\":2}", &key),
            Err(SignatureError::Digest)
        );
        let other = SigningKey::generate(&SeededRandom::new(10));
        assert_eq!(check(&headers, "POST", URI, BODY, &other), Err(SignatureError::Invalid));
    }

    // REQ-SIG-02
    #[test]
    fn anything_but_the_profile_is_refused() {
        let (key, headers) = signed();
        let input = |from: &str, to: &str| {
            assert!(headers.signature_input.contains(from), "{from}");
            let changed = SignedHeaders {
                signature_input: headers.signature_input.replace(from, to),
                ..headers.clone()
            };
            check(&changed, "POST", URI, BODY, &key)
        };
        for (from, to) in [
            (" \"content-digest\"", ""),
            ("\"@method\" \"@target-uri\"", "\"@target-uri\" \"@method\""),
            ("\"@method\"", "\"@method\";req"),
            (";tag=\"aldaba-device\"", ""),
            (";tag=\"aldaba-device\"", ";tag=\"other\""),
            (";alg=\"ecdsa-p256-sha256\"", ";alg=\"hmac-sha256\""),
            (";created=1800000000", ""),
            (";created=1800000000", ";created=\"1800000000\""),
            (";created=1800000000", ";created=1800000000;expires=1900000000"),
            (";nonce=\"abcdefghijklmnopqrstuv\"", ";nonce=\"short\""),
            (
                ";nonce=\"abcdefghijklmnopqrstuv\"",
                ";nonce=\"abcdefghij klmnopqrstuv\"",
            ),
            (";keyid=\"0707", ";keyid=\"0x07"),
            ("aldaba=", "other="),
            ("aldaba=(", "aldaba=(), again=("),
        ] {
            assert_eq!(input(from, to), Err(SignatureError::Malformed), "{from} → {to}");
        }
        assert_eq!(
            input(";created=1800000000", ";created=1800000001"),
            Err(SignatureError::Invalid)
        );
        assert_eq!(input(NONCE, "abcdefghijklmnopqrstuw"), Err(SignatureError::Invalid));
        assert!(Claim::parse("", "", "").is_err());
    }

    proptest! {
        // REQ-SIG-03: any header text is judged, none makes the parser fall.
        #[test]
        fn any_headers_are_judged(digest in ".{0,80}", input in ".{0,200}", signature in ".{0,120}") {
            let _ = Claim::parse(&digest, &input, &signature);
        }

        // REQ-SIG-04: one changed byte anywhere in the three headers is refused.
        #[test]
        fn one_changed_byte_is_refused(which in 0usize..3, place: prop::sample::Index, byte in 0x20u8..0x7f) {
            let (key, headers) = signed();
            let mut texts = [headers.content_digest, headers.signature_input, headers.signature].map(String::into_bytes);
            let text = &mut texts[which];
            let place = place.index(text.len());
            prop_assume!(text[place] != byte);
            text[place] = byte;
            let [content_digest, signature_input, signature] = texts.map(|text| String::from_utf8(text).unwrap());
            let changed = SignedHeaders { content_digest, signature_input, signature };
            prop_assert!(check(&changed, "POST", URI, BODY, &key).is_err());
        }
    }
}
