//! A client's public keys (RFC 7517), for `private_key_jwt`. Only what it will sign with is taken: P-256 for ES256, RSA of at
//! least 2048 bits for RS256 and PS256.

use aldaba_protocol::b64;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Map, Value};

use crate::oidc::assertion;

/// Members of a JWK that only its owner may have (RFC 7518 sections 6.2.2, 6.3.2 and 6.4).
const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "k"];

/// One key.
pub struct ClientKey {
    /// Its name, where it has one.
    pub kid: Option<String>,
    /// What it may sign with.
    pub algorithms: Vec<Algorithm>,
    /// The key.
    pub key: DecodingKey,
}

impl std::fmt::Debug for ClientKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ClientKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// The keys of a set.
///
/// # Errors
/// What cannot be used, and what to do.
pub fn read(set: &Value) -> Result<Vec<ClientKey>, String> {
    let Some(keys) = set.get("keys").and_then(Value::as_array) else {
        return Err("jwks: write a set of keys: {\"keys\": [ … ]} (RFC 7517)".to_owned());
    };
    if keys.is_empty() {
        return Err("jwks: there is no key in it; leave jwks out for a client with a secret".to_owned());
    }
    let mut read = Vec::with_capacity(keys.len());
    for (index, key) in keys.iter().enumerate() {
        let key = one(key).map_err(|why| format!("jwks: key {}: {why}", index + 1))?;
        if keys.len() > 1 {
            let Some(kid) = &key.kid else {
                return Err(format!("jwks: key {}: of several keys each needs a kid", index + 1));
            };
            if read.iter().any(|earlier: &ClientKey| earlier.kid.as_ref() == Some(kid)) {
                return Err(format!("jwks: key {}: kid {kid} is there twice", index + 1));
            }
        }
        read.push(key);
    }
    Ok(read)
}

fn one(key: &Value) -> Result<ClientKey, String> {
    let key = key.as_object().ok_or("is no JSON object")?;
    if let Some(member) = PRIVATE.iter().find(|member| key.contains_key(**member)) {
        return Err(format!(
            "{member} belongs to a private or secret key: register the public half only, and replace this key, which others may \
             have seen"
        ));
    }
    if let Some(usage) = key.get("use")
        && usage != "sig"
    {
        return Err("use is not \"sig\"; register the key that signs".to_owned());
    }
    if let Some(operations) = key.get("key_ops")
        && !operations
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one == "verify"))
    {
        return Err("key_ops does not say \"verify\"; register the key that signs".to_owned());
    }
    let kid = match key.get("kid") {
        None => None,
        Some(kid) => Some(
            kid.as_str()
                .filter(|kid| !kid.is_empty())
                .ok_or("kid is a text")?
                .to_owned(),
        ),
    };
    let (all, decoding) = match text(key, "kty")? {
        "EC" => (&[Algorithm::ES256][..], p256(key)?),
        "RSA" => (&[Algorithm::RS256, Algorithm::PS256][..], rsa(key)?),
        other => return Err(format!("kty {other} is not accepted; use EC (P-256) or RSA")),
    };
    let algorithms = match key.get("alg") {
        None => all.to_vec(),
        Some(name) => {
            let wanted = |algorithm: &&Algorithm| name == assertion::name(**algorithm);
            all.iter().filter(wanted).copied().collect()
        }
    };
    if algorithms.is_empty() {
        return Err("its alg is not accepted; use ES256, RS256 or PS256".to_owned());
    }
    Ok(ClientKey {
        kid,
        algorithms,
        key: decoding,
    })
}

fn text<'a>(key: &'a Map<String, Value>, member: &str) -> Result<&'a str, String> {
    key.get(member)
        .and_then(Value::as_str)
        .ok_or_else(|| format!("{member} is missing"))
}

fn bytes(key: &Map<String, Value>, member: &str) -> Result<Vec<u8>, String> {
    b64::decode(text(key, member)?).ok_or_else(|| format!("{member} is not base64url"))
}

fn p256(key: &Map<String, Value>) -> Result<DecodingKey, String> {
    let curve = text(key, "crv")?;
    if curve != "P-256" {
        return Err(format!("crv {curve} is not accepted; use P-256"));
    }
    let (x, y) = (bytes(key, "x")?, bytes(key, "y")?);
    if x.len() != 32 || y.len() != 32 {
        return Err("x and y have 32 bytes each".to_owned());
    }
    let point = [&[4][..], &x, &y].concat();
    p256::PublicKey::from_sec1_bytes(&point).map_err(|_| "it is no point of P-256")?;
    Ok(DecodingKey::from_ec_der(&point))
}

fn rsa(key: &Map<String, Value>) -> Result<DecodingKey, String> {
    let (modulus, exponent) = (bytes(key, "n")?, bytes(key, "e")?);
    let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
    let first = modulus.get(zeros).copied().unwrap_or(0);
    let bits = (modulus.len() - zeros) * 8 - first.leading_zeros() as usize % 8;
    if !(2048..=8192).contains(&bits) {
        return Err(format!("an RSA key has from 2048 to 8192 bits, not {bits}"));
    }
    let odd = exponent.last().is_some_and(|last| last % 2 == 1);
    if exponent.len() > 4 || !odd || exponent == [1] {
        return Err("its exponent cannot be used; 65537 is the usual one".to_owned());
    }
    Ok(DecodingKey::from_rsa_raw_components(&modulus, &exponent))
}
