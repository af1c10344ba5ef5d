//! P-256 keys (FIPS 186-5, SP 800-56A). Public keys travel as 33 bytes, SEC 1 compressed; signatures as `r ‖ s`,
//! 64 bytes, over SHA-256, deterministic (RFC 6979).

use aldaba_core::random::{Random, bytes};
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::elliptic_curve::sec1::ToSec1Point as _;
use zeroize::Zeroizing;

use crate::secret::Key32;

/// A public key, SEC 1 compressed.
pub type PublicKey = [u8; 33];
/// A signature, `r ‖ s`.
pub type Signature = [u8; 64];

/// Bytes that are no key of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a P-256 key")]
pub struct InvalidKey;

/// A private scalar in 1..n. One draw in 2^32 is none and is drawn again.
fn scalar<T>(random: &dyn Random, make: impl Fn(&[u8; 32]) -> Option<T>) -> T {
    loop {
        let drawn = Zeroizing::new(bytes::<32>(random));
        if let Some(key) = make(&drawn) {
            return key;
        }
    }
}

/// A signing key. `Debug` prints nothing; the memory is wiped.
#[derive(Clone)]
pub struct SigningKey(p256::ecdsa::SigningKey);

impl SigningKey {
    /// A new key.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        Self(scalar(random, |drawn| p256::ecdsa::SigningKey::from_slice(drawn).ok()))
    }

    /// From its stored 32 bytes.
    ///
    /// # Errors
    /// [`InvalidKey`] unless they are a scalar in 1..n.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, InvalidKey> {
        p256::ecdsa::SigningKey::from_slice(bytes)
            .map(Self)
            .map_err(|_| InvalidKey)
    }

    /// The 32 bytes to store.
    #[must_use]
    pub fn to_bytes(&self) -> Key32 {
        Key32::new(self.0.to_bytes().into())
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        compressed(&self.0.verifying_key().to_sec1_point(true))
    }

    /// Signs `message` (ECDSA-P256-SHA256).
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Signature {
        let signature: p256::ecdsa::Signature = self.0.sign(message);
        signature.to_bytes().into()
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

/// The public half of a [`SigningKey`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey(p256::ecdsa::VerifyingKey);

impl VerifyingKey {
    /// From 33 bytes, SEC 1 compressed. Other encodings are refused: a key has one spelling.
    ///
    /// # Errors
    /// [`InvalidKey`] unless they are a point of the curve.
    pub fn from_sec1(bytes: &[u8]) -> Result<Self, InvalidKey> {
        if bytes.len() != 33 {
            return Err(InvalidKey);
        }
        p256::ecdsa::VerifyingKey::from_sec1_bytes(bytes)
            .map(Self)
            .map_err(|_| InvalidKey)
    }

    /// Whether `signature` is this key's over `message`.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        p256::ecdsa::Signature::from_slice(signature).is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}

/// A key for one agreement (ECDH). `Debug` prints nothing; the memory is wiped.
#[derive(Clone)]
pub struct AgreementKey(p256::SecretKey);

impl AgreementKey {
    /// A new key.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        Self(scalar(random, |drawn| p256::SecretKey::from_slice(drawn).ok()))
    }

    /// From its stored 32 bytes.
    ///
    /// # Errors
    /// [`InvalidKey`] unless they are a scalar in 1..n.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, InvalidKey> {
        p256::SecretKey::from_slice(bytes).map(Self).map_err(|_| InvalidKey)
    }

    /// The 32 bytes to store.
    #[must_use]
    pub fn to_bytes(&self) -> Key32 {
        Key32::new(self.0.to_bytes().into())
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        compressed(&self.0.public_key().to_sec1_point(true))
    }

    /// The shared secret with the owner of `peer`: the x coordinate, 32 bytes.
    ///
    /// # Errors
    /// [`InvalidKey`] unless `peer` is 33 bytes of a point of the curve.
    pub fn agree(&self, peer: &[u8]) -> Result<Key32, InvalidKey> {
        if peer.len() != 33 {
            return Err(InvalidKey);
        }
        let peer = p256::PublicKey::from_sec1_bytes(peer).map_err(|_| InvalidKey)?;
        let shared = self.0.diffie_hellman(&peer);
        Ok(Key32::new((*shared.raw_secret_bytes()).into()))
    }
}

impl std::fmt::Debug for AgreementKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AgreementKey(…)")
    }
}

/// Whether `bytes` is a public key that [`AgreementKey::agree`] and [`VerifyingKey::from_sec1`] take.
#[must_use]
pub fn is_public_key(bytes: &[u8]) -> bool {
    VerifyingKey::from_sec1(bytes).is_ok()
}

fn compressed(point: &p256::Sec1Point) -> PublicKey {
    let mut key = [0; 33];
    for (to, from) in key.iter_mut().zip(point.as_bytes()) {
        *to = *from;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use aldaba_core::random::SeededRandom;

    #[test]
    fn signatures_verify_for_their_key_and_message_only() {
        let random = SeededRandom::new(5);
        let (key, other) = (SigningKey::generate(&random), SigningKey::generate(&random));
        let public = VerifyingKey::from_sec1(&key.public()).unwrap();
        let signature = key.sign(b"message");
        assert!(public.verify(b"message", &signature));
        assert!(!public.verify(b"massage", &signature));
        assert!(!public.verify(b"message", &signature[..63]));
        assert!(
            !VerifyingKey::from_sec1(&other.public())
                .unwrap()
                .verify(b"message", &signature)
        );
        assert_eq!(
            key.sign(b"message"),
            SigningKey::from_bytes(key.to_bytes().expose())
                .unwrap()
                .sign(b"message")
        );
    }

    #[test]
    fn both_sides_agree_and_bad_points_are_refused() {
        let random = SeededRandom::new(6);
        let (app, server) = (AgreementKey::generate(&random), AgreementKey::generate(&random));
        assert_eq!(
            app.agree(&server.public()).unwrap().expose(),
            server.agree(&app.public()).unwrap().expose()
        );
        assert!(app.agree(&[0; 33]).is_err());
        assert!(app.agree(&[2; 32]).is_err());
        let uncompressed = p256::PublicKey::from_sec1_bytes(&server.public())
            .unwrap()
            .to_sec1_point(false);
        assert!(app.agree(uncompressed.as_bytes()).is_err());
        assert!(SigningKey::from_bytes(&[0; 32]).is_err());
        assert_eq!(
            format!("{app:?}{:?}", SigningKey::generate(&random)),
            "AgreementKey(…)SigningKey(…)"
        );
    }
}
