//! Activation: the transcript that binds everything both sides said, and the key that comes out of it.
//!
//! `transcript = SHA-256("aldaba/activation/v1" ‖ every field of steps 1 and 2 ‖ code)`, where `‖` joins fields that
//! each begin with their length as 4 bytes, big endian. A stranger in the middle who changes any field ends with
//! another transcript, and so with a signature that does not verify and another `K_otp`.

use aldaba_core::code::ShortCode;
use aldaba_core::ids::{ActivationId, DeviceId};
use aldaba_core::level::Level;
use aldaba_core::time::Timestamp;
use hkdf::Hkdf;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::keys::PublicKey;
use crate::secret::Key32;

const TRANSCRIPT: &str = "aldaba/activation/v1";
const STATEMENT: &str = "aldaba/activation/server/v1";
const OTP: &str = "aldaba/otp/v1";

/// SHA-256 of everything that both sides said.
pub type Transcript = [u8; 32];

/// Joins fields unambiguously: each begins with its length, 4 bytes big endian.
pub fn length_prefixed(fields: &[&[u8]]) -> Vec<u8> {
    let mut joined = Vec::with_capacity(fields.iter().map(|field| field.len() + 4).sum());
    for field in fields {
        // Fields come from bounded requests; one past 4 GiB cannot reach this place.
        joined.extend_from_slice(&u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
        joined.extend_from_slice(field);
    }
    joined
}

/// Every field of steps 1 and 2, in the order in which they enter the transcript.
#[derive(Clone, Copy)]
pub struct TranscriptFields<'a> {
    /// Canonical document.
    pub document: &'a str,
    /// Canonical contrast datum.
    pub contrast: &'a str,
    /// Name of the device, as sent.
    pub device_name: &'a str,
    /// Platform, as sent.
    pub platform: &'a str,
    /// Language tag, as sent.
    pub language: &'a str,
    /// The device's public signing key.
    pub signing_key: &'a PublicKey,
    /// The device's public agreement key.
    pub agreement_key: &'a PublicKey,
    /// The activation's identifier.
    pub activation_id: &'a ActivationId,
    /// Life of the code in seconds, as answered.
    pub expires_in: u32,
    /// The server's public agreement key.
    pub server_agreement_key: &'a PublicKey,
}

impl TranscriptFields<'_> {
    /// The length-prefixed fields, label first, without the code. Personal data: the server keeps them sealed.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(length_prefixed(&[
            TRANSCRIPT.as_bytes(),
            self.document.as_bytes(),
            self.contrast.as_bytes(),
            self.device_name.as_bytes(),
            self.platform.as_bytes(),
            self.language.as_bytes(),
            self.signing_key,
            self.agreement_key,
            self.activation_id.as_bytes(),
            &self.expires_in.to_be_bytes(),
            self.server_agreement_key,
        ]))
    }
}

/// The transcript of `fields` (from [`TranscriptFields::to_bytes`]) and the code that came by SMS.
#[must_use]
pub fn transcript(fields: &[u8], code: &ShortCode) -> Transcript {
    let mut hash = Sha256::new();
    hash.update(fields);
    hash.update(Zeroizing::new(length_prefixed(&[code.canonical().as_bytes()])));
    hash.finalize().into()
}

/// `K_otp = HKDF-SHA256(shared secret, salt = transcript, info = "aldaba/otp/v1")`, 32 bytes.
#[must_use]
pub fn otp_key(shared: &Key32, transcript: &Transcript) -> Key32 {
    derive(&Hkdf::<Sha256>::new(Some(transcript), shared.expose()), OTP.as_bytes())
}

/// What the server signs when it confirms: the transcript and what it decided.
#[must_use]
pub fn server_statement(transcript: &Transcript, device: &DeviceId, level: Level, server_time: Timestamp) -> Vec<u8> {
    length_prefixed(&[
        STATEMENT.as_bytes(),
        transcript,
        device.as_bytes(),
        level.as_str().as_bytes(),
        &server_time.as_millis().to_be_bytes(),
    ])
}

/// Expands 32 bytes. HKDF-SHA256 refuses only lengths past 8,160 bytes.
pub(crate) fn derive(hkdf: &Hkdf<Sha256>, info: &[u8]) -> Key32 {
    let mut key = Zeroizing::new([0; 32]);
    let expanded = hkdf.expand(info, key.as_mut());
    debug_assert!(expanded.is_ok());
    Key32::new(*key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        // Two different lists of fields never join to the same bytes.
        #[test]
        fn joining_is_unambiguous(a in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..6), 0..5),
                                  b in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..6), 0..5)) {
            let join = |list: &Vec<Vec<u8>>| length_prefixed(&list.iter().map(Vec::as_slice).collect::<Vec<_>>());
            prop_assert_eq!(a == b, join(&a) == join(&b));
        }
    }
}
