//! The messages of OCSP (RFC 6960), as far as one certificate is asked about without signing the question.

use der::asn1::{GeneralizedTime, Null, ObjectIdentifier, OctetString};
use der::{Choice, Encode, Enumerated, Sequence};
use sha1::{Digest, Sha1};
use x509_cert::ext::{Extension, Extensions};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::AlgorithmIdentifierOwned;
use x509_cert::{Certificate, Version};

/// The type of a basic answer.
pub const BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.1");
/// The extension that ties an answer to its question (RFC 9654).
pub const NONCE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.2");
/// In a responder's certificate: it need not be looked up itself.
pub const NO_CHECK: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.5");

const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Request {
    /// All of it; it is not signed.
    pub content: RequestContent,
}

/// A question's content.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct RequestContent {
    /// One for each certificate.
    pub questions: Vec<Question>,
    /// The nonce.
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    pub extensions: Option<Extensions>,
}

/// Which certificate is asked about.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Question {
    /// The certificate.
    pub id: CertificateId,
}

/// A certificate, named by hashes of its issuer's name and key. Nobody has to keep these hashes from colliding: they only
/// find the issuer again among a responder's own.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct CertificateId {
    /// Of the two hashes.
    pub algorithm: AlgorithmIdentifierOwned,
    /// Of the issuer's name.
    pub issuer_name: OctetString,
    /// Of the issuer's key.
    pub issuer_key: OctetString,
    /// The certificate's own number.
    pub serial: SerialNumber,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Response {
    /// Whether there is one.
    pub status: ResponseStatus,
    /// The answer itself.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub bytes: Option<ResponseBytes>,
}

/// Whether there is an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enumerated)]
#[repr(u8)]
pub enum ResponseStatus {
    /// There is.
    Successful = 0,
    /// The responder could not read the question.
    MalformedRequest = 1,
    /// A fault of the responder.
    InternalError = 2,
    /// Later.
    TryLater = 3,
    /// Only signed questions are answered.
    SignatureRequired = 5,
    /// It does not answer us, or not about this certificate.
    Unauthorized = 6,
}

/// An answer of some type.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct ResponseBytes {
    /// [`BASIC`].
    pub kind: ObjectIdentifier,
    /// The signed answer.
    pub signed: OctetString,
}

/// What a responder signs.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct ResponseContent {
    /// 1.
    #[asn1(context_specific = "0", default = "Default::default", tag_mode = "EXPLICIT")]
    pub version: Version,
    /// Who answers.
    pub responder: ResponderId,
    /// When this was signed.
    pub produced_at: GeneralizedTime,
    /// One for each certificate.
    pub answers: Vec<Answer>,
    /// The nonce.
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    pub extensions: Option<Extensions>,
}

/// Who answers.
#[derive(Clone, Debug, PartialEq, Eq, Choice)]
pub enum ResponderId {
    /// By its certificate's subject.
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", constructed = "true")]
    Name(Name),
    /// By SHA-1 of its key.
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", constructed = "true")]
    Key(OctetString),
}

/// What is known of one certificate.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Answer {
    /// The certificate.
    pub id: CertificateId,
    /// Its status.
    pub status: CertificateStatus,
    /// The moment for which that is true.
    pub this_update: GeneralizedTime,
    /// When more will be known.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub next_update: Option<GeneralizedTime>,
    /// Not used.
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    pub extensions: Option<Extensions>,
}

/// A certificate's status.
#[derive(Clone, Debug, PartialEq, Eq, Choice)]
pub enum CertificateStatus {
    /// Not revoked.
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    Good(Null),
    /// Revoked, or suspended.
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true")]
    Revoked(Revoked),
    /// The responder does not know it.
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT")]
    Unknown(Null),
}

/// When and why.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Revoked {
    /// When.
    pub at: GeneralizedTime,
    /// Why.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub reason: Option<x509_cert::ext::pkix::CrlReason>,
}

impl CertificateId {
    /// The name of a certificate under its issuer. SHA-1 is what every responder understands (RFC 6960 section 4.3).
    ///
    /// # Errors
    /// A name or key that cannot be written.
    pub fn new(certificate: &Certificate, issuer: &Certificate) -> der::Result<Self> {
        Ok(Self {
            algorithm: AlgorithmIdentifierOwned {
                oid: SHA1,
                parameters: Some(Null.into()),
            },
            issuer_name: OctetString::new(Sha1::digest(issuer.tbs_certificate().subject().to_der()?).to_vec())?,
            issuer_key: key_hash(issuer)?,
            serial: certificate.tbs_certificate().serial_number().clone(),
        })
    }

    /// Whether both name the same certificate. Responders write the algorithm with and without parameters.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.algorithm.oid == other.algorithm.oid
            && self.issuer_name == other.issuer_name
            && self.issuer_key == other.issuer_key
            && self.serial == other.serial
    }
}

impl ResponderId {
    /// Whether it is the holder of that certificate.
    #[must_use]
    pub fn is(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Name(name) => name == certificate.tbs_certificate().subject(),
            Self::Key(hash) => key_hash(certificate).is_ok_and(|key| key == *hash),
        }
    }
}

/// SHA-1 of a certificate's key, without the algorithm's name.
///
/// # Errors
/// A key that is no whole number of bytes.
pub fn key_hash(certificate: &Certificate) -> der::Result<OctetString> {
    let key = certificate.tbs_certificate().subject_public_key_info();
    OctetString::new(Sha1::digest(key.subject_public_key.raw_bytes()).to_vec())
}

/// The extension with that nonce.
///
/// # Errors
/// Never for 32 bytes.
pub fn nonce(bytes: &[u8]) -> der::Result<Extension> {
    Ok(Extension {
        extn_id: NONCE,
        critical: false,
        extn_value: OctetString::new(OctetString::new(bytes)?.to_der()?)?,
    })
}
