//! The keys that sign tokens: published before and after they sign, the same on every node; and what discovery says.

use std::time::Duration;

use aldaba_protocol::b64;
use aldaba_server::oidc::keys::{self, KeyState};
use aldaba_server::oidc::{paths, watch};
use aldaba_server::testing::TestServer;
use aldaba_store::Backend;
use p256::ecdsa::signature::Verifier as _;
use serde_json::{Value, json};

use super::signer::read;

on_both!(
    a_token_is_signed_by_a_published_key,
    a_key_is_published_before_and_after_it_signs,
    keys_rotate_by_themselves,
    many_nodes_agree,
    a_leaked_key_is_withdrawn_at_once,
    only_our_own_tokens_are_read_back,
    discovery_says_what_is_there,
    the_answers_may_be_kept_for_a_while,
);

const DAY: u64 = 24 * 3600;

/// Verifies as a site does: by the key of that name among the published ones.
async fn verified(server: &TestServer, token: &str) -> bool {
    let (header, _) = read(token);
    let keys: Value = server.get(paths::JWKS).await.expect(200).json();
    let Some(key) = keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == header["kid"])
    else {
        return false;
    };
    let coordinate = |name: &str| b64::decode(key[name].as_str().unwrap()).unwrap();
    let point = [&[4][..], &coordinate("x"), &coordinate("y")].concat();
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = p256::ecdsa::Signature::from_slice(&b64::decode(signature).unwrap()).unwrap();
    key.verify(signed.as_bytes(), &signature).is_ok()
}

async fn sign(server: &TestServer) -> String {
    keys::sign(&server.app, "JWT", &json!({ "sub": "x" })).await.unwrap()
}

async fn states(server: &TestServer) -> Vec<KeyState> {
    keys::list(&server.app)
        .await
        .unwrap()
        .iter()
        .map(|key| key.state)
        .collect()
}

fn kid(token: &str) -> String {
    read(token).0["kid"].as_str().unwrap().to_owned()
}

// REQ-KEY-01
async fn a_token_is_signed_by_a_published_key(backend: Backend) {
    let server = TestServer::new(backend).await;
    let token = sign(&server).await;
    let (header, claims) = read(&token);
    assert_eq!(
        (&header["alg"], &header["typ"], &claims["sub"]),
        (&json!("ES256"), &json!("JWT"), &json!("x"))
    );
    assert!(verified(&server, &token).await);
    let keys: Value = server.get(paths::JWKS).await.json();
    let key = keys["keys"][0].as_object().unwrap();
    let names: Vec<_> = key.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["alg", "crv", "kid", "kty", "use", "x", "y"],
        "and nothing private"
    );
    assert_eq!(
        (&key["kty"], &key["crv"], &key["use"]),
        (&json!("EC"), &json!("P-256"), &json!("sig"))
    );
    assert_eq!(sign(&server).await, token, "signatures are deterministic");
    let parts: Vec<&str> = token.split('.').collect();
    let other = format!("{}.{}.{}", parts[0], b64::encode(br#"{"sub":"y"}"#), parts[2]);
    assert!(!verified(&server, &other).await);
}

// REQ-KEY-02
async fn a_key_is_published_before_and_after_it_signs(backend: Backend) {
    let server = TestServer::new(backend).await;
    let first = sign(&server).await;
    let next = keys::rotate(&server.app).await.unwrap();
    assert_eq!(states(&server).await, [KeyState::Signing, KeyState::Announced]);
    let keys: Value = server.get(paths::JWKS).await.json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);
    assert_eq!(keys["keys"][1]["kid"], json!(next));
    server.wait(DAY - 1);
    assert_eq!(kid(&sign(&server).await), kid(&first), "not yet");
    server.wait(1);
    let second = sign(&server).await;
    assert_eq!(kid(&second), next);
    assert_eq!(states(&server).await, [KeyState::Retired, KeyState::Signing]);
    assert!(verified(&server, &first).await && verified(&server, &second).await);
    server.wait(2 * DAY - 1);
    assert!(
        verified(&server, &first).await,
        "as long as what it signed may be shown"
    );
    server.wait(1);
    assert!(!verified(&server, &first).await);
    assert_eq!(states(&server).await, [KeyState::Over, KeyState::Signing]);
    keys::look_after(&server.app).await.unwrap();
    assert_eq!(states(&server).await, [KeyState::Signing], "deleted");
    assert!(verified(&server, &second).await);
}

// REQ-KEY-03
async fn keys_rotate_by_themselves(backend: Backend) {
    let server = TestServer::new(backend).await;
    keys::look_after(&server.app).await.unwrap();
    let first = sign(&server).await;
    server.wait(89 * DAY - 1);
    keys::look_after(&server.app).await.unwrap();
    assert_eq!(states(&server).await, [KeyState::Signing]);
    server.wait(1);
    keys::look_after(&server.app).await.unwrap();
    keys::look_after(&server.app).await.unwrap();
    assert_eq!(
        states(&server).await,
        [KeyState::Signing, KeyState::Announced],
        "one, a day before it signs"
    );
    server.wait(DAY);
    assert_ne!(kid(&sign(&server).await), kid(&first));
    // A server that slept for a year goes on with the key that it has until the next one is known.
    server.wait(365 * DAY);
    let last = sign(&server).await;
    keys::look_after(&server.app).await.unwrap();
    assert_eq!(kid(&sign(&server).await), kid(&last));
    assert_eq!(states(&server).await, [KeyState::Signing, KeyState::Announced]);
}

// REQ-KEY-03
async fn many_nodes_agree(backend: Backend) {
    let server = TestServer::new(backend).await;
    let nodes: Vec<_> = (0..8).map(|_| server.another_node()).collect();
    let looking: Vec<_> = nodes
        .iter()
        .cloned()
        .map(|node| tokio::spawn(async move { keys::sign(&node, "JWT", &json!({})).await.unwrap() }))
        .collect();
    let mut kids = std::collections::BTreeSet::new();
    for one in looking {
        let token = one.await.unwrap();
        assert!(verified(&server, &token).await);
        kids.insert(kid(&token));
    }
    assert_eq!(kids.len(), 1, "nodes that start at once make one key");
    keys::rotate(&nodes[0]).await.unwrap();
    server.wait(DAY);
    // This node has not looked since; the next one that does signs with the new key, and this one knows it all the same.
    watch::once(&nodes[2]).await.unwrap();
    let token = keys::sign(&nodes[2], "JWT", &json!({})).await.unwrap();
    assert!(!kids.contains(&kid(&token)));
    assert_eq!(
        keys::verify::<Value>(&nodes[1], "JWT", &token).await.unwrap(),
        Some(json!({}))
    );
}

// REQ-KEY-04
async fn a_leaked_key_is_withdrawn_at_once(backend: Backend) {
    let server = TestServer::new(backend).await;
    let leaked = sign(&server).await;
    let announced = keys::rotate(&server.app).await.unwrap();
    let node = server.another_node();
    let fresh = keys::replace(&node).await.unwrap();
    watch::once(&server.app).await.unwrap();
    assert_eq!(kid(&sign(&server).await), fresh);
    let keys: Value = server.get(paths::JWKS).await.json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
    assert!(!verified(&server, &leaked).await);
    assert_eq!(keys::verify::<Value>(&server.app, "JWT", &leaked).await.unwrap(), None);
    server.wait(2 * DAY);
    assert_ne!(
        kid(&sign(&server).await),
        announced,
        "what was announced is withdrawn, too"
    );
    keys::look_after(&server.app).await.unwrap();
    assert_eq!(states(&server).await, [KeyState::Signing]);
}

// REQ-KEY-01
async fn only_our_own_tokens_are_read_back(backend: Backend) {
    let server = TestServer::new(backend).await;
    let token = sign(&server).await;
    let read_back = async |typ: &str, token: &str| keys::verify::<Value>(&server.app, typ, token).await.unwrap();
    assert_eq!(read_back("JWT", &token).await, Some(json!({ "sub": "x" })));
    assert_eq!(read_back("logout+jwt", &token).await, None, "another kind of token");
    for position in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert_eq!(read_back("JWT", &changed).await, None, "byte {position}");
    }
    let (header, claims) = read(&token);
    let part = |value: &Value| b64::encode(&serde_json::to_vec(value).unwrap());
    let none = json!({ "alg": "none", "kid": header["kid"], "typ": "JWT" });
    for odd in [
        format!("{}.{}.", part(&none), part(&claims)),
        format!("{token}.x"),
        "..".to_owned(),
        String::new(),
        "x".repeat(100_000),
    ] {
        assert_eq!(read_back("JWT", &odd).await, None);
    }
}

// REQ-KEY-06
async fn discovery_says_what_is_there(backend: Backend) {
    let server = TestServer::new(backend).await;
    let answer = server.get("/.well-known/openid-configuration").await.expect(200);
    let expected = json!({
        "issuer": "https://pin.example",
        "authorization_endpoint": "https://pin.example/oidc/authorize",
        "pushed_authorization_request_endpoint": "https://pin.example/oidc/par",
        "require_pushed_authorization_requests": false,
        "token_endpoint": "https://pin.example/oidc/token",
        "userinfo_endpoint": "https://pin.example/oidc/userinfo",
        "end_session_endpoint": "https://pin.example/oidc/logout",
        "jwks_uri": "https://pin.example/oidc/jwks",
        "scopes_supported": ["openid", "profile", "document"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "authorization_response_iss_parameter_supported": true,
        "code_challenge_methods_supported": ["S256"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256", "RS256", "PS256"],
        "acr_values_supported": [
            "http://eidas.europa.eu/LoA/low",
            "http://eidas.europa.eu/LoA/substantial",
        ],
        "claim_types_supported": ["normal"],
        "claims_supported": [
            "sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "name", "given_name", "family_name", "document",
        ],
        "claims_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "ui_locales_supported": ["es", "en"],
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
    });
    assert_eq!(answer.json::<Value>(), expected);
    let same = server.get("/.well-known/oauth-authorization-server").await.expect(200);
    assert_eq!(same.body, answer.body);
}

// REQ-KEY-06
async fn the_answers_may_be_kept_for_a_while(backend: Backend) {
    let server = TestServer::new(backend).await;
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        paths::JWKS,
    ] {
        let answer = server.get(path).await.expect(200);
        assert_eq!(answer.headers["cache-control"], "public, max-age=900", "{path}");
        assert_eq!(answer.headers["content-type"], "application/json", "{path}");
        assert!(Duration::from_secs(900) < server.app.config().signing_keys.publish_ahead());
    }
}
