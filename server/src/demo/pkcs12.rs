//! A certificate and its key in the one file that every browser imports: PKCS #12 (RFC 7292), the key under AES-256 and the
//! whole under HMAC with SHA-256, both from a password.

use std::num::NonZeroU32;

use aldaba_core::random::{Random, bytes};
use aws_lc_rs::cipher::{AES_256, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::{digest, hmac, pbkdf2};
use der::asn1::{Any, BmpString, Null, ObjectIdentifier, OctetString, SetOfVec};
use der::{Encode, Sequence, ValueOrd};

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const SHROUDED_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.2");
const CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
const X509: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");
const FRIENDLY_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.20");
const LOCAL_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.21");
const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");
const PBKDF2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.12");
const HMAC_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.9");
const AES_256_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.42");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

const ITERATIONS: NonZeroU32 = match NonZeroU32::new(10_000) {
    Some(number) => number,
    None => NonZeroU32::MAX,
};

/// Why no file was made.
#[derive(Debug, thiserror::Error)]
pub(super) enum Pkcs12Error {
    /// Something could not be written in DER.
    #[error("{0}")]
    Der(#[from] der::Error),
    /// The cipher refused.
    #[error("the cipher refused")]
    Cipher,
}

/// OID and content, in its many uses.
#[derive(Sequence)]
struct Typed {
    oid: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    content: Any,
}

#[derive(Sequence)]
struct Bag {
    oid: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    content: Any,
    attributes: Option<SetOfVec<Attribute>>,
}

#[derive(Clone, PartialEq, Eq, Sequence, ValueOrd)]
struct Attribute {
    oid: ObjectIdentifier,
    values: SetOfVec<Any>,
}

#[derive(Sequence)]
struct Algorithm {
    oid: ObjectIdentifier,
    parameters: Any,
}

#[derive(Sequence)]
struct EncryptedKey {
    algorithm: Algorithm,
    key: OctetString,
}

#[derive(Sequence)]
struct Pbes2 {
    derivation: Algorithm,
    encryption: Algorithm,
}

#[derive(Sequence)]
struct Pbkdf2 {
    salt: OctetString,
    iterations: u32,
    prf: Algorithm,
}

#[derive(Sequence)]
struct Digest {
    algorithm: Algorithm,
    digest: OctetString,
}

#[derive(Sequence)]
struct Mac {
    mac: Digest,
    salt: OctetString,
    iterations: u32,
}

#[derive(Sequence)]
struct Pfx {
    version: u8,
    content: Typed,
    mac: Mac,
}

/// The file of a certificate, the authority's above it, and its key (PKCS #8), under that name and password.
pub(super) fn encode(
    certificate: &[u8],
    authority: &[u8],
    key: &[u8],
    name: &str,
    password: &str,
    random: &dyn Random,
) -> Result<Vec<u8>, Pkcs12Error> {
    let attributes = || -> Result<SetOfVec<Attribute>, der::Error> {
        SetOfVec::try_from(vec![
            Attribute {
                oid: FRIENDLY_NAME,
                values: SetOfVec::try_from(vec![any(&BmpString::from_utf8(name)?)?])?,
            },
            Attribute {
                oid: LOCAL_KEY,
                values: SetOfVec::try_from(vec![any(&OctetString::new([1_u8])?)?])?,
            },
        ])
    };
    let certificates = vec![
        Bag {
            oid: CERTIFICATE,
            content: any(&typed(X509, certificate)?)?,
            attributes: Some(attributes()?),
        },
        Bag {
            oid: CERTIFICATE,
            content: any(&typed(X509, authority)?)?,
            attributes: None,
        },
    ];
    let keys = vec![Bag {
        oid: SHROUDED_KEY,
        content: any(&shroud(key, password, random)?)?,
        attributes: Some(attributes()?),
    }];
    let safe = vec![typed(DATA, &certificates.to_der()?)?, typed(DATA, &keys.to_der()?)?].to_der()?;
    let salt: [u8; 16] = bytes(random);
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &mac_key(password, &salt)), &safe);
    let pfx = Pfx {
        version: 3,
        content: typed(DATA, &safe)?,
        mac: Mac {
            mac: Digest {
                algorithm: algorithm(SHA256, &Null)?,
                digest: OctetString::new(mac.as_ref())?,
            },
            salt: OctetString::new(salt)?,
            iterations: ITERATIONS.get(),
        },
    };
    Ok(pfx.to_der()?)
}

fn any(value: &impl Encode) -> der::Result<Any> {
    use der::Decode;
    Any::from_der(&value.to_der()?)
}

fn typed(oid: ObjectIdentifier, content: &[u8]) -> der::Result<Typed> {
    Ok(Typed {
        oid,
        content: any(&OctetString::new(content)?)?,
    })
}

fn algorithm(oid: ObjectIdentifier, parameters: &impl Encode) -> der::Result<Algorithm> {
    Ok(Algorithm {
        oid,
        parameters: any(parameters)?,
    })
}

/// The key under the password (PBES2).
fn shroud(key: &[u8], password: &str, random: &dyn Random) -> Result<EncryptedKey, Pkcs12Error> {
    let (salt, iv): ([u8; 16], [u8; 16]) = (bytes(random), bytes(random));
    let mut derived = [0; 32];
    pbkdf2::derive(
        pbkdf2::PBKDF2_HMAC_SHA256,
        ITERATIONS,
        &salt,
        password.as_bytes(),
        &mut derived,
    );
    let mut sealed = key.to_vec();
    UnboundCipherKey::new(&AES_256, &derived)
        .and_then(PaddedBlockEncryptingKey::cbc_pkcs7)
        .and_then(|cipher| cipher.less_safe_encrypt(&mut sealed, EncryptionContext::Iv128(FixedLength::from(iv))))
        .map_err(|_| Pkcs12Error::Cipher)?;
    let scheme = Pbes2 {
        derivation: algorithm(
            PBKDF2,
            &Pbkdf2 {
                salt: OctetString::new(salt)?,
                iterations: ITERATIONS.get(),
                prf: algorithm(HMAC_SHA256, &Null)?,
            },
        )?,
        encryption: algorithm(AES_256_CBC, &OctetString::new(iv)?)?,
    };
    Ok(EncryptedKey {
        algorithm: algorithm(PBES2, &scheme)?,
        key: OctetString::new(sealed)?,
    })
}

/// RFC 7292 appendix B.2 for one block of SHA-256, purpose 3.
fn mac_key(password: &str, salt: &[u8]) -> Vec<u8> {
    let password: Vec<u8> = password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect();
    // Both are repeated to whole blocks of 64 bytes.
    let fill = |text: &[u8]| -> Vec<u8> {
        let length = text.len().div_ceil(64) * 64;
        text.iter().copied().cycle().take(length).collect()
    };
    let mut hash = digest::digest(&digest::SHA256, &[vec![3; 64], fill(salt), fill(&password)].concat());
    for _ in 1..ITERATIONS.get() {
        hash = digest::digest(&digest::SHA256, hash.as_ref());
    }
    hash.as_ref().to_vec()
}
