//! A client proves itself by what it signs (private_key_jwt); whatever is not exactly that is refused.

use aldaba_core::random::SeededRandom;
use aldaba_protocol::b64;
use aldaba_server::oidc::client_auth::{ASSERTION_TYPE, ClientForm, authenticate};
use aldaba_server::testing::TestServer;
use aldaba_store::Backend;
use http::HeaderMap;
use serde_json::{Value, json};

use super::signer::{Signer, claims, unsigned, with};

on_both!(
    each_registered_algorithm_lets_its_client_in,
    the_server_goes_by_each_of_its_names_and_no_other,
    iss_and_sub_are_the_client,
    an_assertion_lives_an_hour_at_most,
    an_assertion_from_the_future_is_refused,
    an_assertion_is_good_once,
    every_claim_is_needed,
    no_algorithm_but_the_registered_ones,
    a_public_key_is_no_shared_secret,
    keys_in_the_header_prove_nothing,
    the_key_is_chosen_by_its_name,
    a_key_is_good_for_its_own_algorithm_only,
    a_changed_byte_is_refused,
    what_is_no_jwt_is_refused,
    the_form_must_be_right,
    a_client_with_a_secret_cannot_assert,
    of_many_at_once_one_is_taken,
);

async fn server(backend: Backend, jwks: Value) -> TestServer {
    TestServer::with(backend, |config| config.relying_parties[0].jwks = Some(jwks)).await
}

fn form(assertion: &str) -> ClientForm {
    ClientForm {
        client_assertion_type: Some(ASSERTION_TYPE.to_owned()),
        client_assertion: Some(assertion.to_owned()),
        ..ClientForm::default()
    }
}

/// Lets in, or why not.
async fn judge(server: &TestServer, assertion: &str) -> Result<String, String> {
    let found = authenticate(&server.app, &HeaderMap::new(), &form(assertion)).await;
    found.map(|party| party.id.clone()).map_err(|error| error.to_string())
}

/// Fails unless it is refused as `invalid_client` with those words.
#[track_caller]
fn refused(judged: Result<String, String>, words: &str) {
    let why = judged.expect_err("let in");
    assert!(why.starts_with("invalid_client: ") && why.contains(words), "{why}");
}

fn es256() -> Value {
    json!({ "alg": "ES256", "typ": "JWT" })
}

// REQ-CLI-08
async fn each_registered_algorithm_lets_its_client_in(backend: Backend) {
    let (ec, rsa) = (Signer::ec(9), Signer::rsa());
    let server = server(backend, json!({ "keys": [ec.jwk("e"), rsa.jwk("r")] })).await;
    for (index, (signer, alg)) in [(&ec, "ES256"), (&rsa, "RS256"), (&rsa, "PS256")]
        .into_iter()
        .enumerate()
    {
        for header in [
            json!({ "alg": alg }),
            json!({ "alg": alg, "kid": if alg == "ES256" { "e" } else { "r" } }),
        ] {
            let jti = format!("{index}-{}", header["kid"].is_null());
            let assertion = signer.jwt(&header, &claims(&server, "sede", &jti));
            assert_eq!(judge(&server, &assertion).await, Ok("sede".to_owned()), "{header}");
        }
    }
}

// REQ-CLI-08
async fn the_server_goes_by_each_of_its_names_and_no_other(backend: Backend) {
    let key = Signer::ec(9);
    let server = server(backend, key.jwks("k")).await;
    let judged = async |aud: Value, jti: &str| {
        let claims = with(claims(&server, "sede", jti), json!({ "aud": aud }));
        judge(&server, &key.jwt(&es256(), &claims)).await
    };
    for (index, aud) in [
        json!("https://pin.example"),
        json!("https://pin.example/oidc/token"),
        json!("https://pin.example/oidc/par"),
        json!(["https://pin.example"]),
        json!(["https://pin.example", "https://pin.example/oidc/token"]),
    ]
    .into_iter()
    .enumerate()
    {
        assert!(judged(aud.clone(), &index.to_string()).await.is_ok(), "{aud}");
    }
    for aud in [
        json!("https://other.example"),
        json!("https://pin.example/"),
        json!("https://PIN.example"),
        json!("https://pin.example/oidc/userinfo"),
        json!("pin.example"),
        json!("sede"),
        json!(""),
        json!([]),
        json!(["https://pin.example", "https://other.example"]),
        json!(7),
    ] {
        refused(judged(aud, "x").await, "client_assertion");
    }
}

// REQ-CLI-08
async fn iss_and_sub_are_the_client(backend: Backend) {
    let (one, other) = (Signer::ec(9), Signer::ec(10));
    let (first, second) = (one.jwks("k"), other.jwks("k"));
    let server = TestServer::with(backend, |config| {
        config.relying_parties[0].jwks = Some(first);
        config.relying_parties[1].jwks = Some(second);
    })
    .await;
    let judged = async |changes: Value| {
        let claims = with(claims(&server, "sede", "1"), changes);
        judge(&server, &one.jwt(&es256(), &claims)).await
    };
    refused(judged(json!({ "iss": "otra" })).await, "iss and sub");
    refused(judged(json!({ "sub": "otra" })).await, "registered key");
    refused(judged(json!({ "iss": "otra", "sub": "otra" })).await, "registered key");
    refused(
        judged(json!({ "iss": "nobody", "sub": "nobody" })).await,
        "unknown client",
    );
    refused(judged(json!({ "sub": null })).await, "no JWT with a sub");
    assert!(judged(json!({})).await.is_ok());
}

// REQ-CLI-08
async fn an_assertion_lives_an_hour_at_most(backend: Backend) {
    let key = Signer::ec(9);
    let server = server(backend, key.jwks("k")).await;
    let now = server.app.now().as_secs();
    let judged = async |exp: Value, jti: &str| {
        let claims = with(claims(&server, "sede", jti), json!({ "exp": exp }));
        judge(&server, &key.jwt(&es256(), &claims)).await
    };
    // Ten seconds either way for clocks that are a little off.
    for (index, ahead) in [-9, 0, 1, 300, 3600, 3610].into_iter().enumerate() {
        assert!(judged(json!(now + ahead), &index.to_string()).await.is_ok(), "{ahead}");
    }
    assert!(
        judged(json!(f64::from(60) + now as f64 + 0.5), "fraction")
            .await
            .is_ok()
    );
    refused(judged(json!(now - 10), "x").await, "expired");
    refused(judged(json!(now - 3600), "x").await, "expired");
    refused(judged(json!(now + 3611), "x").await, "within an hour");
    refused(judged(json!(now + 86_400), "x").await, "within an hour");
    refused(judged(json!(1e300), "x").await, "date");
    refused(judged(json!(-1e300), "x").await, "date");
    refused(judged(json!((now + 60).to_string()), "x").await, "client_assertion");
}

// REQ-CLI-08
async fn an_assertion_from_the_future_is_refused(backend: Backend) {
    let key = Signer::ec(9);
    let server = server(backend, key.jwks("k")).await;
    let now = server.app.now().as_secs();
    let judged = async |changes: Value, jti: &str| {
        judge(
            &server,
            &key.jwt(&es256(), &with(claims(&server, "sede", jti), changes)),
        )
        .await
    };
    assert!(judged(json!({ "iat": now + 10 }), "1").await.is_ok());
    assert!(judged(json!({ "nbf": now + 10 }), "2").await.is_ok());
    refused(judged(json!({ "iat": now + 11 }), "3").await, "future");
    refused(judged(json!({ "nbf": now + 11 }), "4").await, "future");
    refused(judged(json!({ "nbf": 1e300 }), "5").await, "date");
}

// REQ-CLI-08
async fn an_assertion_is_good_once(backend: Backend) {
    let key = Signer::ec(9);
    let server = server(backend, key.jwks("k")).await;
    let assertion = key.jwt(&es256(), &claims(&server, "sede", "once"));
    assert!(judge(&server, &assertion).await.is_ok());
    refused(judge(&server, &assertion).await, "used before");
    // Signed anew, it is the same one still.
    let again = key.jwt(&json!({ "alg": "ES256", "kid": "k" }), &claims(&server, "sede", "once"));
    refused(judge(&server, &again).await, "used before");
    // What is thrown away is too old by then to be taken.
    server.wait(69);
    aldaba_server::housekeeping::purge(&server.app).await;
    refused(judge(&server, &assertion).await, "used before");
    server.wait(3);
    aldaba_server::housekeeping::purge(&server.app).await;
    refused(judge(&server, &assertion).await, "expired");
}

// REQ-CLI-08
async fn every_claim_is_needed(backend: Backend) {
    let key = Signer::ec(9);
    let server = server(backend, key.jwks("k")).await;
    for claim in ["iss", "sub", "aud", "exp", "jti"] {
        let without = with(claims(&server, "sede", "1"), json!({ claim: null }));
        refused(judge(&server, &key.jwt(&es256(), &without)).await, "client_assertion");
    }
    let long = "x".repeat(256);
    for jti in [json!(""), json!(long), json!(7)] {
        let odd = with(claims(&server, "sede", "1"), json!({ "jti": jti }));
        refused(judge(&server, &key.jwt(&es256(), &odd)).await, "jti");
    }
    // RFC 7523 section 3 leaves this one to who sends it.
    let undated = with(claims(&server, "sede", "2"), json!({ "iat": null }));
    assert!(judge(&server, &key.jwt(&es256(), &undated)).await.is_ok());
    // Members that nobody knows do no harm.
    let more = with(claims(&server, "sede", "1"), json!({ "azp": "x" }));
    assert!(judge(&server, &key.jwt(&es256(), &more)).await.is_ok());
}

// REQ-CLI-08
async fn no_algorithm_but_the_registered_ones(backend: Backend) {
    let (ec, rsa) = (Signer::ec(9), Signer::rsa());
    let server = server(backend, json!({ "keys": [ec.jwk("e"), rsa.jwk("r")] })).await;
    for alg in ["none", "None", "NONE", "nOnE", "", "ES512", "HS256x"] {
        let signed = unsigned(&json!({ "alg": alg }), &claims(&server, "sede", "1"));
        for assertion in [format!("{signed}."), format!("{signed}.AA"), signed.clone()] {
            refused(judge(&server, &assertion).await, "client_assertion");
        }
        let header = json!({ "alg": alg, "kid": "e" });
        refused(
            judge(&server, &ec.jwt(&header, &claims(&server, "sede", "1"))).await,
            "client_assertion",
        );
    }
    for alg in ["RS384", "RS512", "PS384", "PS512", "ES384", "EdDSA"] {
        refused(
            judge(&server, &rsa.jwt(&json!({ "alg": alg }), &claims(&server, "sede", "1"))).await,
            "client_assertion",
        );
    }
    for header in [
        json!({}),
        json!({ "alg": null }),
        json!({ "alg": ["ES256"] }),
        json!("ES256"),
    ] {
        refused(
            judge(&server, &ec.jwt(&header, &claims(&server, "sede", "1"))).await,
            "client_assertion",
        );
    }
}

/// HMAC-SHA256 (RFC 2104), so that the attack needs nothing of the server's.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, key);
    aws_lc_rs::hmac::sign(&key, message).as_ref().to_vec()
}

// REQ-CLI-08
async fn a_public_key_is_no_shared_secret(backend: Backend) {
    let (ec, rsa) = (Signer::ec(9), Signer::rsa());
    let server = server(backend, json!({ "keys": [ec.jwk("e"), rsa.jwk("r")] })).await;
    let point = [
        &[4][..],
        &b64::decode(ec.jwk("e")["x"].as_str().unwrap()).unwrap(),
        &b64::decode(ec.jwk("e")["y"].as_str().unwrap()).unwrap(),
    ]
    .concat();
    let modulus = b64::decode(rsa.jwk("r")["n"].as_str().unwrap()).unwrap();
    let secrets = [
        point.clone(),
        point[1..].to_vec(),
        modulus,
        serde_json::to_vec(&ec.jwk("e")).unwrap(),
        serde_json::to_vec(&ec.jwks("e")).unwrap(),
        Vec::new(),
    ];
    for secret in secrets {
        for kid in ["e", "r"] {
            let signed = unsigned(&json!({ "alg": "HS256", "kid": kid }), &claims(&server, "sede", "1"));
            let assertion = format!("{signed}.{}", b64::encode(&hmac(&secret, signed.as_bytes())));
            refused(judge(&server, &assertion).await, "ES256, RS256 or PS256");
        }
    }
}

// REQ-CLI-08
async fn keys_in_the_header_prove_nothing(backend: Backend) {
    let (ours, theirs) = (Signer::ec(9), Signer::ec(66));
    let server = server(backend, ours.jwks("k")).await;
    for header in [
        json!({ "alg": "ES256", "jwk": theirs.jwk("k") }),
        json!({ "alg": "ES256", "kid": "k", "jwk": theirs.jwk("k") }),
        json!({ "alg": "ES256", "jku": "https://evil.example/jwks" }),
        json!({ "alg": "ES256", "x5u": "https://evil.example/cert" }),
        json!({ "alg": "ES256", "kid": "../../../../dev/null" }),
        json!({ "alg": "ES256", "kid": "" }),
    ] {
        refused(
            judge(&server, &theirs.jwt(&header, &claims(&server, "sede", "1"))).await,
            "client_assertion",
        );
    }
    for header in [
        json!({ "alg": "ES256", "crit": ["b64"], "b64": false }),
        json!({ "alg": "ES256", "crit": ["exp"], "exp": 1 }),
        json!({ "alg": "ES256", "crit": [] }),
    ] {
        refused(
            judge(&server, &ours.jwt(&header, &claims(&server, "sede", "1"))).await,
            "critical",
        );
    }
}

// REQ-CLI-08
async fn the_key_is_chosen_by_its_name(backend: Backend) {
    let (one, other) = (Signer::ec(9), Signer::ec(10));
    let server = server(backend, json!({ "keys": [one.jwk("one"), other.jwk("other")] })).await;
    let judged = async |signer: &Signer, header: Value, jti: &str| {
        judge(&server, &signer.jwt(&header, &claims(&server, "sede", jti))).await
    };
    assert!(judged(&one, json!({ "alg": "ES256", "kid": "one" }), "1").await.is_ok());
    assert!(
        judged(&other, json!({ "alg": "ES256", "kid": "other" }), "2")
            .await
            .is_ok()
    );
    assert!(
        judged(&other, json!({ "alg": "ES256" }), "3").await.is_ok(),
        "without a name, any of them"
    );
    refused(
        judged(&other, json!({ "alg": "ES256", "kid": "one" }), "4").await,
        "registered key",
    );
    refused(
        judged(&one, json!({ "alg": "ES256", "kid": "unknown" }), "5").await,
        "registered key",
    );
}

// REQ-CLI-08
async fn a_key_is_good_for_its_own_algorithm_only(backend: Backend) {
    let rsa = Signer::rsa();
    let key = with(rsa.jwk("r"), json!({ "alg": "PS256" }));
    let server = server(backend, json!({ "keys": [key] })).await;
    let judged = async |alg: &str, jti: &str| {
        judge(&server, &rsa.jwt(&json!({ "alg": alg }), &claims(&server, "sede", jti))).await
    };
    assert!(judged("PS256", "1").await.is_ok());
    refused(judged("RS256", "2").await, "registered key");
    refused(judged("ES256", "3").await, "registered key");
}

// REQ-CLI-08
async fn a_changed_byte_is_refused(backend: Backend) {
    let key = Signer::ec(9);
    let server = server(backend, key.jwks("k")).await;
    let good = key.jwt(&es256(), &claims(&server, "sede", "1"));
    for position in 0..good.len() {
        let mut changed = good.clone().into_bytes();
        changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(judge(&server, &changed).await.is_err(), "byte {position}");
    }
    for odd in [
        format!("{good}="),
        format!("{good} "),
        format!(" {good}"),
        format!("{good}."),
    ] {
        assert!(judge(&server, &odd).await.is_err(), "{odd}");
    }
    assert!(judge(&server, &good).await.is_ok(), "what was refused used nothing up");
}

// REQ-CLI-08
async fn what_is_no_jwt_is_refused(backend: Backend) {
    let key = Signer::ec(9);
    let server = server(backend, key.jwks("k")).await;
    let good = key.jwt(&es256(), &claims(&server, "sede", "1"));
    let parts: Vec<&str> = good.split('.').collect();
    for odd in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "a.b.c".to_owned(),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{good}.{}", parts[2]),
        format!("{}..{}", parts[0], parts[2]),
        "{\"payload\":\"\",\"signatures\":[]}".to_owned(),
        "x".repeat(1_000_000),
    ] {
        refused(judge(&server, &odd).await, "client_assertion");
    }
    let random = SeededRandom::new(5);
    for _ in 0..200 {
        let noise: [u8; 64] = aldaba_core::random::bytes(&random);
        let odd = format!("{}.{}.{}", parts[0], b64::encode(&noise), parts[2]);
        assert!(judge(&server, &odd).await.is_err());
    }
}

// REQ-CLI-07
async fn the_form_must_be_right(backend: Backend) {
    let key = Signer::ec(9);
    let server = server(backend, key.jwks("k")).await;
    let good = form(&key.jwt(&es256(), &claims(&server, "sede", "1")));
    let judged = async |form: ClientForm| {
        let found = authenticate(&server.app, &HeaderMap::new(), &form).await;
        found.map(|party| party.id.clone()).map_err(|error| error.code())
    };
    let typed = |kind: Option<&str>| ClientForm {
        client_assertion_type: kind.map(str::to_owned),
        ..good.clone()
    };
    let named = |id: &str| ClientForm {
        client_id: Some(id.to_owned()),
        ..good.clone()
    };
    assert_eq!(judged(typed(None)).await, Err("invalid_request"));
    assert_eq!(judged(typed(Some(""))).await, Err("invalid_request"));
    let saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    assert_eq!(judged(typed(Some(saml))).await, Err("invalid_request"));
    let missing = ClientForm {
        client_assertion: None,
        ..good.clone()
    };
    assert_eq!(judged(missing).await, Err("invalid_request"));
    assert_eq!(judged(named("otra")).await, Err("invalid_request"));
    assert_eq!(judged(named("sede")).await, Ok("sede".to_owned()));
}

// REQ-CLI-07
async fn a_client_with_a_secret_cannot_assert(backend: Backend) {
    let key = Signer::ec(9);
    let server = server(backend, key.jwks("k")).await;
    server.new_secret("otra").await;
    let assertion = key.jwt(&es256(), &claims(&server, "otra", "1"));
    refused(judge(&server, &assertion).await, "client_secret_basic");
}

// REQ-CLI-08
async fn of_many_at_once_one_is_taken(backend: Backend) {
    let key = Signer::ec(9);
    let server = server(backend, key.jwks("k")).await;
    let assertion = key.jwt(&es256(), &claims(&server, "sede", "1"));
    let tries: Vec<_> = (0..50)
        .map(|_| {
            let (app, form) = (server.app.clone(), form(&assertion));
            tokio::spawn(async move { authenticate(&app, &HeaderMap::new(), &form).await.is_ok() })
        })
        .collect();
    let mut taken = 0;
    for one in tries {
        taken += usize::from(one.await.unwrap());
    }
    assert_eq!(taken, 1);
}
