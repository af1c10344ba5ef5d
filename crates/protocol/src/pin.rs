//! The three kinds of PIN, all from `K_otp`; none of them ever travels to the device.

use aldaba_core::code::ShortCode;
use aldaba_core::ids::RequestId;
use aldaba_core::pin::{Pin, truncate};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use totp_rs::{Algorithm, Builder, Totp};

use crate::activation::{derive, length_prefixed};
use crate::secret::Key32;

/// Digits of a self-generated PIN.
pub const SELF_GENERATED_DIGITS: u8 = 6;
/// Life of a self-generated PIN's step, in seconds (RFC 6238's X).
pub const SELF_GENERATED_SECONDS: u64 = 30;
/// Digits of a page-bound PIN.
pub const OFFLINE_DIGITS: u32 = 8;

/// HMAC-SHA256.
#[must_use]
pub fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    // HMAC takes keys of every length (RFC 2104); the empty result cannot occur.
    Hmac::<Sha256>::new_from_slice(key).map_or([0; 32], |mut mac| {
        mac.update(message);
        mac.finalize().into_bytes().into()
    })
}

/// The incoming PIN of a request:
/// `truncate(HMAC-SHA256(K_otp, "aldaba/pin/v1" ‖ request id ‖ relying party id))`. `None` if `digits` is outside 1–9.
#[must_use]
pub fn request_pin(otp_key: &Key32, request: &RequestId, relying_party: &str, digits: u32) -> Option<Pin> {
    let message = length_prefixed(&[b"aldaba/pin/v1", request.as_bytes(), relying_party.as_bytes()]);
    truncate(&hmac(otp_key.expose(), &message), digits)
}

fn totp(otp_key: &Key32) -> Totp {
    let secret = derive_from(otp_key, b"aldaba/totp/v1");
    // The values are within RFC 6238's bounds; `build` would only repeat the check at every call.
    Builder::new()
        .with_algorithm(Algorithm::SHA256)
        .with_digits(SELF_GENERATED_DIGITS)
        .with_skew(1)
        .with_step_duration(SELF_GENERATED_SECONDS)
        .with_secret(&secret.expose()[..])
        .build_noncompliant()
}

/// The self-generated PIN at a moment (RFC 6238, SHA-256, 6 digits, 30 s).
#[must_use]
pub fn self_generated(otp_key: &Key32, unix_seconds: u64) -> Option<Pin> {
    // `Token` prints its digits in Debug: it becomes a `Pin` at once.
    Pin::parse(
        &totp(otp_key).generate(unix_seconds).to_string(),
        usize::from(SELF_GENERATED_DIGITS),
    )
}

/// The step that `pin` belongs to: the present one or one either side; `None` when it is no PIN of these. The caller
/// must take each step once.
#[must_use]
pub fn check_self_generated(otp_key: &Key32, pin: &Pin, unix_seconds: u64) -> Option<u64> {
    totp(otp_key).check(pin.expose(), unix_seconds)
}

/// The PIN bound to a page: `truncate(HKDF(K_otp, "aldaba/offline/v1" ‖ challenge))`, 8 digits.
#[must_use]
pub fn offline(otp_key: &Key32, challenge: &ShortCode) -> Option<Pin> {
    let info = length_prefixed(&[b"aldaba/offline/v1", challenge.canonical().as_bytes()]);
    truncate(derive_from(otp_key, &info).expose(), OFFLINE_DIGITS)
}

fn derive_from(otp_key: &Key32, info: &[u8]) -> Key32 {
    derive(&Hkdf::<Sha256>::new(None, otp_key.expose()), info)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // REQ-PIN-06: RFC 6238 appendix B, SHA-256 column (8 digits), through the library and the truncation we use.
    #[test]
    fn rfc_6238_vectors() {
        let secret = b"12345678901234567890123456789012";
        let vectors = [
            (59, "46119246"),
            (1_111_111_109, "68084774"),
            (1_111_111_111, "67062674"),
            (1_234_567_890, "91819424"),
            (2_000_000_000, "90698825"),
            (20_000_000_000, "77737706"),
        ];
        for (time, expected) in vectors {
            let library = Builder::new()
                .with_algorithm(Algorithm::SHA256)
                .with_digits(8)
                .with_step_duration(30)
                .with_secret(&secret[..])
                .build()
                .unwrap();
            assert_eq!(library.generate(time).to_string(), expected);
            let step: u64 = time / 30;
            assert_eq!(
                truncate(&hmac(secret, &step.to_be_bytes()), 8).unwrap().expose(),
                expected
            );
        }
    }

    proptest! {
        // REQ-PIN-07: one step either side is taken and named; two steps away is not (but for chance, 3 in a million).
        #[test]
        fn a_self_generated_pin_names_its_step(key: [u8; 32], time in 1_000_000u64..4_000_000_000) {
            let key = Key32::new(key);
            let pin = self_generated(&key, time).unwrap();
            for offset in [0, 30] {
                let found = check_self_generated(&key, &pin, time + offset).unwrap();
                prop_assert!(found.abs_diff(time / 30) <= 2);
            }
        }

        // REQ-PIN-08: the PIN depends on the request and on the relying party.
        #[test]
        fn an_incoming_pin_belongs_to_one_request_at_one_site(key: [u8; 32], request: [u8; 16]) {
            let (key, request) = (Key32::new(key), RequestId::from_bytes(request));
            let nine = |site: &str| request_pin(&key, &request, site, 9).unwrap().expose().to_owned();
            prop_assert_eq!(nine("sede"), nine("sede"));
            prop_assert_ne!(nine("sede"), nine("sede-b"));
            prop_assert_eq!(offline(&key, &ShortCode::parse("0123ABCD").unwrap()).unwrap().expose().len(), 8);
        }
    }
}
