//! What a client signs with: any header, any claims, any key.

use aldaba_core::random::SeededRandom;
use aldaba_protocol::b64;
use aldaba_protocol::keys::SigningKey;
use aldaba_server::testing::TestServer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use p256::elliptic_curve::sec1::ToSec1Point;
use serde_json::{Value, json};

/// A client's key pair.
pub enum Signer {
    Ec(SigningKey),
    Rsa(Box<RsaKeyPair>),
}

impl Signer {
    pub fn ec(seed: u64) -> Self {
        Self::Ec(SigningKey::generate(&SeededRandom::new(seed)))
    }

    pub fn rsa() -> Self {
        Self::Rsa(Box::new(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()))
    }

    /// The public half, as the client registers it.
    pub fn jwk(&self, kid: &str) -> Value {
        match self {
            Self::Ec(key) => {
                let public = p256::PublicKey::from_sec1_bytes(&key.public()).unwrap();
                let point = public.to_sec1_point(false);
                let (x, y) = (&point.as_bytes()[1..33], &point.as_bytes()[33..]);
                json!({ "kty": "EC", "crv": "P-256", "kid": kid, "x": b64::encode(x), "y": b64::encode(y) })
            }
            Self::Rsa(key) => {
                let public = key.public_key();
                let modulus = public.modulus().big_endian_without_leading_zero();
                let exponent = public.exponent().big_endian_without_leading_zero();
                json!({ "kty": "RSA", "kid": kid, "n": b64::encode(modulus), "e": b64::encode(exponent) })
            }
        }
    }

    pub fn jwks(&self, kid: &str) -> Value {
        json!({ "keys": [self.jwk(kid)] })
    }

    /// Signs as that algorithm does, whatever the header says.
    pub fn sign(&self, alg: &str, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Ec(key) => key.sign(message).to_vec(),
            Self::Rsa(key) => {
                let encoding: &'static dyn RsaEncoding = match alg {
                    "PS256" => &RSA_PSS_SHA256,
                    "RS384" => &RSA_PKCS1_SHA384,
                    _ => &RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(encoding, &SystemRandom::new(), message, &mut signature)
                    .unwrap();
                signature
            }
        }
    }

    /// A JWT of that header and those claims.
    pub fn jwt(&self, header: &Value, claims: &Value) -> String {
        let signed = unsigned(header, claims);
        let signature = self.sign(header["alg"].as_str().unwrap_or_default(), signed.as_bytes());
        format!("{signed}.{}", b64::encode(&signature))
    }
}

/// What is signed of a JWT.
pub fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| b64::encode(&serde_json::to_vec(value).unwrap());
    format!("{}.{}", part(header), part(claims))
}

/// The claims of a good assertion of that client.
pub fn claims(server: &TestServer, client: &str, jti: &str) -> Value {
    let now = server.app.now().as_secs();
    json!({ "iss": client, "sub": client, "aud": "https://pin.example", "iat": now, "exp": now + 60, "jti": jti })
}

/// Claims with some members changed; `null` takes one out.
pub fn with(mut claims: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => claims.as_object_mut().unwrap().remove(name),
            value => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    claims
}

/// The parts of a JWT: header and claims.
pub fn read(token: &str) -> (Value, Value) {
    let parts: Vec<_> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "{token}");
    let part = |index: usize| serde_json::from_slice(&b64::decode(parts[index]).unwrap()).unwrap();
    (part(0), part(1))
}
