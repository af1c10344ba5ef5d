//! Signed texts that anybody can show: an ID token of ours as a hint, and a client's assertion.

use std::sync::LazyLock;

use aldaba_protocol::b64;
use aldaba_protocol::keys::{SigningKey, VerifyingKey};
use aldaba_server::testing::parsers;
use serde_json::{Value, json};

/// The private key of these texts; it signs nothing else.
const KEY: [u8; 32] = [7; 32];

/// The same key as a client registers it.
fn jwks() -> Value {
    json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "kid": "k", "alg": "ES256",
        "x": "HhhTL9R1TALzBB2cdc6zO4P_2BrHzk_ogsyxyYvFiW4",
        "y": "pGwxHE4v9A3ZajZT5uRURdMt_khuztdcepDGoYiBwKM",
    }] })
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&KEY).expect("a key")
}

fn signed(header: &str, claims: &str) -> String {
    let text = format!("{}.{}", b64::encode(header.as_bytes()), b64::encode(claims.as_bytes()));
    let signature = key().sign(text.as_bytes());
    format!("{text}.{}", b64::encode(&signature))
}

/// The one ID token and the one assertion that the key has signed: the seeds.
#[must_use]
pub fn good() -> [String; 2] {
    let claims = r#"{"iss":"https://pin.example","aud":"sede","sub":"somebody","sid":"a-session"}"#;
    let asserted = r#"{"iss":"sede","sub":"sede","aud":"https://pin.example","exp":1800000060,"jti":"1"}"#;
    [
        signed(r#"{"alg":"ES256","kid":"k","typ":"JWT"}"#, claims),
        signed(r#"{"alg":"ES256","kid":"k"}"#, asserted),
    ]
}

static GOOD: LazyLock<[String; 2]> = LazyLock::new(good);
static JWKS: LazyLock<Value> = LazyLock::new(jwks);
static VERIFYING: LazyLock<VerifyingKey> =
    LazyLock::new(|| VerifyingKey::from_sec1(&key().public()).expect("its public half"));

/// Whether it is taken as an ID token, and as an assertion.
#[must_use]
pub fn taken(text: &str) -> [bool; 2] {
    [parsers::id_token(text, &VERIFYING), parsers::assertion(text, &JWKS)]
}

/// Nothing is taken for what it is not: each only in the spelling in which it was signed. And always alike.
pub fn token(bytes: &[u8]) {
    let Some(text) = crate::text(bytes) else { return };
    let found = taken(text);
    assert_eq!(found, taken(text), "it is not always taken alike");
    for (taken, good) in found.into_iter().zip(GOOD.iter()) {
        // ECDSA has a twin of each signature (n - s for s) that holds too; no mutation comes upon it by chance.
        assert!(!taken || text == good, "another spelling, or another text, is taken");
    }
}
