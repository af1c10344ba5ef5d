//! What an authority has signed, as the very bytes that it signed: certificates, revocation lists and OCSP answers have the
//! same outer shape.

use std::sync::LazyLock;

use der::asn1::{AnyRef, BitStringRef};
use der::{Decode, Encode, Sequence};
use rustls::crypto::{WebPkiSupportedAlgorithms, aws_lc_rs};
use x509_cert::Certificate;

/// `SEQUENCE { what was signed, AlgorithmIdentifier, BIT STRING }`, borrowed. An OCSP answer has certificates besides.
#[derive(Clone, Debug, Sequence)]
pub(super) struct Signed<'a> {
    content: AnyRef<'a>,
    algorithm: AnyRef<'a>,
    signature: BitStringRef<'a>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    certificates: Option<Vec<Certificate>>,
}

/// A SubjectPublicKeyInfo.
#[derive(Clone, Debug, Sequence)]
struct PublicKey<'a> {
    algorithm: AnyRef<'a>,
    key: BitStringRef<'a>,
}

/// The signature does not stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotSigned;

/// The algorithms that are taken: RSA from 2048 bits, ECDSA and Ed25519, with SHA-2. Not SHA-1.
pub(super) static ALGORITHMS: LazyLock<WebPkiSupportedAlgorithms> =
    LazyLock::new(|| aws_lc_rs::default_provider().signature_verification_algorithms);

impl<'a> Signed<'a> {
    /// Reads the outer shape.
    pub fn read(bytes: &'a [u8]) -> der::Result<Self> {
        Self::from_der(bytes)
    }

    /// What was signed, from its first byte to its last.
    pub fn content(&self) -> der::Result<Vec<u8>> {
        self.content.to_der()
    }

    /// The certificates that came along.
    pub fn certificates(&self) -> &[Certificate] {
        self.certificates.as_deref().unwrap_or_default()
    }

    /// Whether the holder of that certificate's key has signed it.
    pub fn verify(&self, signer: &Certificate) -> Result<(), NotSigned> {
        let key = signer
            .tbs_certificate()
            .subject_public_key_info()
            .to_der()
            .map_err(|_| NotSigned)?;
        let key = PublicKey::from_der(&key).map_err(|_| NotSigned)?;
        let content = self.content().map_err(|_| NotSigned)?;
        let (Some(public), Some(signature)) = (key.key.as_bytes(), self.signature.as_bytes()) else {
            return Err(NotSigned);
        };
        // The algorithms name themselves by the bytes inside the AlgorithmIdentifier.
        let known = ALGORITHMS.all.iter().find(|known| {
            known.signature_alg_id().as_ref() == self.algorithm.value()
                && known.public_key_alg_id().as_ref() == key.algorithm.value()
        });
        known
            .ok_or(NotSigned)?
            .verify_signature(public, &content, signature)
            .map_err(|_| NotSigned)
    }
}
