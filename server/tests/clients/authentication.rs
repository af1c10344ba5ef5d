//! A client proves itself by a secret; every other way is refused as RFC 6749 says.

use std::time::Duration;

use aldaba_server::oidc::client_auth::{ASSERTION_TYPE, ClientAuthError, ClientForm, authenticate};
use aldaba_server::oidc::clients::admin;
use aldaba_server::testing::TestServer;
use aldaba_store::{Backend, audit};
use axum::response::IntoResponse;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue};
use http_body_util::BodyExt;

use super::signer::{Signer, claims};

on_both!(
    a_secret_lets_its_client_in_and_nobody_else,
    id_and_secret_are_form_encoded_in_the_header,
    what_is_no_basic_header_is_refused,
    a_rotated_secret_is_good_for_a_while_beside_the_new_one,
    keys_are_replaced_and_may_be_registered_side_by_side,
    one_method_a_request,
    a_secret_in_the_body_and_no_method_at_all_are_refused,
    the_id_in_the_body_must_agree,
    a_disabled_client_is_refused_like_an_unknown_one,
    a_client_with_keys_has_no_secret,
    errors_are_those_of_the_standard,
);

pub fn basic(id: &str, secret: &str) -> HeaderMap {
    authorization(&format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))))
}

fn authorization(value: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::from_str(value).unwrap());
    headers
}

/// The id of who is let in, or the code of the refusal.
async fn by(server: &TestServer, headers: &HeaderMap, form: &ClientForm) -> Result<String, &'static str> {
    let found = authenticate(&server.app, headers, form).await;
    found.map(|party| party.id.clone()).map_err(|error| error.code())
}

async fn by_basic(server: &TestServer, id: &str, secret: &str) -> Result<String, &'static str> {
    by(server, &basic(id, secret), &ClientForm::default()).await
}

const REFUSED: Result<String, &str> = Err("invalid_client");
const WRONG: Result<String, &str> = Err("invalid_request");

// REQ-CLI-07
async fn a_secret_lets_its_client_in_and_nobody_else(backend: Backend) {
    let server = TestServer::new(backend).await;
    let (sede, otra) = (server.new_secret("sede").await, server.new_secret("otra").await);
    assert_eq!(by_basic(&server, "sede", &sede).await, Ok("sede".to_owned()));
    assert_eq!(by_basic(&server, "otra", &otra).await, Ok("otra".to_owned()));
    for (id, secret) in [
        ("sede", otra.as_str()),
        ("otra", &sede),
        ("sede", ""),
        ("", &sede),
        ("", ""),
        ("SEDE", &sede),
        ("nobody", &sede),
        ("sede", &sede[1..]),
        ("sede", &sede.to_uppercase()),
        ("sede", &format!("{sede} ")),
        ("sede\0", &sede),
    ] {
        assert_eq!(by_basic(&server, id, secret).await, REFUSED, "{id:?}");
    }
    let hash = aldaba_store::clients::secret_hash(&sede);
    assert_eq!(
        by_basic(&server, "sede", &hex::encode(hash)).await,
        REFUSED,
        "a stolen hash is no secret"
    );
}

// REQ-CLI-07
async fn id_and_secret_are_form_encoded_in_the_header(backend: Backend) {
    let server = TestServer::new(backend).await;
    let secret = server.new_secret("sede").await;
    let spelled: String = secret.bytes().map(|byte| format!("%{byte:02x}")).collect();
    assert_eq!(by_basic(&server, "%73ede", &spelled).await, Ok("sede".to_owned()));
    assert_eq!(
        by_basic(&server, "sede", &spelled.replace('%', "%25")).await,
        REFUSED,
        "decoded once"
    );
    assert_eq!(
        by_basic(&server, "sede", &format!("+{secret}")).await,
        REFUSED,
        "a plus is a space"
    );
    assert_eq!(by_basic(&server, "sede", "%ff%fe").await, REFUSED);
    let lower = authorization(&format!("bASIC {}", STANDARD.encode(format!("sede:{secret}"))));
    assert_eq!(by(&server, &lower, &ClientForm::default()).await, Ok("sede".to_owned()));
}

// REQ-CLI-07
async fn what_is_no_basic_header_is_refused(backend: Backend) {
    let server = TestServer::new(backend).await;
    let secret = server.new_secret("sede").await;
    let good = STANDARD.encode(format!("sede:{secret}"));
    for value in [
        format!("Bearer {good}"),
        good.clone(),
        "Basic".to_owned(),
        "Basic ".to_owned(),
        "Basic !!!".to_owned(),
        format!("Basic {}", STANDARD.encode("sede")),
        format!("Basic {}", STANDARD.encode([0xff, b':', 0xff])),
        format!("Basic {}", STANDARD.encode(format!("sede {secret}"))),
        format!("Digest {good}"),
    ] {
        let headers = authorization(&value);
        assert_eq!(by(&server, &headers, &ClientForm::default()).await, REFUSED, "{value}");
    }
    let mut twice = basic("sede", &secret);
    twice.append(
        "authorization",
        HeaderValue::from_str(&format!("Basic {good}")).unwrap(),
    );
    assert_eq!(by(&server, &twice, &ClientForm::default()).await, WRONG);
}

// REQ-CLI-06
async fn a_rotated_secret_is_good_for_a_while_beside_the_new_one(backend: Backend) {
    let server = TestServer::new(backend).await;
    let first = server.new_secret("sede").await;
    let second = admin::rotate(&server.app, "sede", Duration::from_secs(3600))
        .await
        .unwrap();
    assert_eq!(first.len(), 43, "256 bits");
    assert_ne!(first, second.expose());
    assert!(by_basic(&server, "sede", &first).await.is_ok());
    assert!(by_basic(&server, "sede", second.expose()).await.is_ok());
    server.wait(3599);
    assert!(by_basic(&server, "sede", &first).await.is_ok());
    server.wait(1);
    assert_eq!(by_basic(&server, "sede", &first).await, REFUSED);
    assert!(by_basic(&server, "sede", second.expose()).await.is_ok());
    let third = admin::rotate(&server.app, "sede", Duration::ZERO).await.unwrap();
    assert_eq!(by_basic(&server, "sede", second.expose()).await, REFUSED, "at once");
    assert!(by_basic(&server, "sede", third.expose()).await.is_ok());
    assert_eq!(format!("{third:?}"), "NewSecret(…)");
}

// REQ-CLI-06
async fn keys_are_replaced_and_may_be_registered_side_by_side(backend: Backend) {
    let server = TestServer::new(backend).await;
    let (old, new) = (Signer::ec(9), Signer::ec(10));
    let mut party = server.app.relying_party("sede").unwrap().as_ref().clone();
    (party.id, party.jwks) = ("nueva".to_owned(), Some(old.jwks("old")));
    assert!(admin::add(&server.app, party).await.unwrap().is_none());
    let signs = async |key: &Signer, kid: &str, jti: &str| {
        let header = serde_json::json!({ "alg": "ES256", "kid": kid });
        let form = ClientForm {
            client_assertion_type: Some(ASSERTION_TYPE.to_owned()),
            client_assertion: Some(key.jwt(&header, &claims(&server, "nueva", jti))),
            ..ClientForm::default()
        };
        by(&server, &HeaderMap::new(), &form).await.is_ok()
    };
    let entries = async || audit::verify(server.app.store()).await.unwrap().entries;
    assert!(signs(&old, "old", "1").await && !signs(&new, "new", "2").await);
    let before = entries().await;
    let both = serde_json::json!({ "keys": [old.jwk("old"), new.jwk("new")] });
    admin::rotate_keys(&server.app, "nueva", both).await.unwrap();
    assert!(signs(&old, "old", "3").await && signs(&new, "new", "4").await);
    admin::rotate_keys(&server.app, "nueva", new.jwks("new")).await.unwrap();
    assert!(!signs(&old, "old", "5").await && signs(&new, "new", "6").await);
    assert_eq!(entries().await, before + 2, "both are in the audit log");

    let refused = async |id: &str, keys: serde_json::Value, words: &str| {
        let refused = admin::rotate_keys(&server.app, id, keys).await.unwrap_err().to_string();
        assert!(refused.contains(words), "{refused}");
    };
    let mut private = old.jwks("old");
    private["keys"][0]["d"] = "AA".into();
    refused("nueva", private, "register the public half only").await;
    refused("nueva", old.jwk("old"), "write a set of keys").await;
    refused("nobody", old.jwks("old"), "there is no client nobody").await;
    refused("sede", old.jwks("old"), "proves itself by a secret").await;
    assert!(signs(&new, "new", "7").await, "what is refused changes nothing");
    assert_eq!(entries().await, before + 2);
}

// REQ-CLI-07
async fn one_method_a_request(backend: Backend) {
    let server = TestServer::new(backend).await;
    let secret = server.new_secret("sede").await;
    let key = Signer::ec(9);
    let assertion = key.jwt(&serde_json::json!({ "alg": "ES256" }), &claims(&server, "sede", "1"));
    let header = basic("sede", &secret);
    let none = HeaderMap::new();
    let asserting = ClientForm {
        client_assertion_type: Some(ASSERTION_TYPE.to_owned()),
        client_assertion: Some(assertion),
        ..ClientForm::default()
    };
    let posting = ClientForm {
        client_id: Some("sede".to_owned()),
        client_secret: Some(secret.clone()),
        ..ClientForm::default()
    };
    let both = ClientForm {
        client_secret: Some(secret.clone()),
        ..asserting.clone()
    };
    let typed = ClientForm {
        client_assertion_type: Some(ASSERTION_TYPE.to_owned()),
        ..ClientForm::default()
    };
    for (headers, form) in [
        (&header, &asserting),
        (&header, &posting),
        (&header, &both),
        (&none, &both),
        (&header, &typed),
    ] {
        assert_eq!(by(&server, headers, form).await, WRONG);
    }
    assert_eq!(format!("{posting:?}"), "ClientForm(…)");
}

// REQ-CLI-07
async fn a_secret_in_the_body_and_no_method_at_all_are_refused(backend: Backend) {
    let server = TestServer::new(backend).await;
    let secret = server.new_secret("sede").await;
    let none = HeaderMap::new();
    let posting = ClientForm {
        client_id: Some("sede".to_owned()),
        client_secret: Some(secret),
        ..ClientForm::default()
    };
    assert_eq!(by(&server, &none, &posting).await, REFUSED);
    let named = ClientForm {
        client_id: Some("sede".to_owned()),
        ..ClientForm::default()
    };
    assert_eq!(by(&server, &none, &named).await, REFUSED);
    assert_eq!(by(&server, &none, &ClientForm::default()).await, REFUSED);
}

// REQ-CLI-07
async fn the_id_in_the_body_must_agree(backend: Backend) {
    let server = TestServer::new(backend).await;
    let secret = server.new_secret("sede").await;
    let named = |id: &str| ClientForm {
        client_id: Some(id.to_owned()),
        ..ClientForm::default()
    };
    let headers = basic("sede", &secret);
    assert_eq!(by(&server, &headers, &named("sede")).await, Ok("sede".to_owned()));
    assert_eq!(by(&server, &headers, &named("otra")).await, WRONG);
    assert_eq!(by(&server, &headers, &named("")).await, WRONG);
}

// REQ-CLI-04
async fn a_disabled_client_is_refused_like_an_unknown_one(backend: Backend) {
    let server = TestServer::new(backend).await;
    let secret = server.new_secret("sede").await;
    let told = async |id: &str| {
        let error = authenticate(&server.app, &basic(id, &secret), &ClientForm::default()).await;
        error.err().map(|error| error.to_string())
    };
    assert_eq!(told("sede").await, None);
    assert!(admin::disable(&server.app, "sede").await.unwrap());
    assert!(told("sede").await.is_some());
    assert_eq!(told("sede").await, told("nobody").await);
    assert!(server.app.relying_party("sede").is_none());
    server.get("/signin?site=sede").await.expect(404);
    assert!(admin::enable(&server.app, "sede").await.unwrap());
    assert_eq!(told("sede").await, None);
    server.get("/signin?site=sede").await.expect(200);
}

// REQ-CLI-07
async fn a_client_with_keys_has_no_secret(backend: Backend) {
    let jwks = Signer::ec(9).jwks("k");
    let server = TestServer::with(backend, |config| config.relying_parties[0].jwks = Some(jwks)).await;
    let keys = Signer::ec(10).jwks("k");
    let of_file = admin::rotate_keys(&server.app, "sede", keys).await.unwrap_err();
    assert!(of_file.to_string().contains("settings file"), "{of_file}");
    let refused = admin::rotate(&server.app, "sede", Duration::ZERO).await.unwrap_err();
    assert!(refused.to_string().contains("has no secret"), "{refused}");
    let secret = server.new_secret("otra").await;
    assert_eq!(by_basic(&server, "sede", &secret).await, REFUSED);
    assert_eq!(by_basic(&server, "sede", "").await, REFUSED);
}

// REQ-CLI-07
async fn errors_are_those_of_the_standard(backend: Backend) {
    let server = TestServer::new(backend).await;
    let told = async |error: ClientAuthError| {
        let answer = error.into_response();
        let (parts, body) = answer.into_parts();
        let body: serde_json::Value = serde_json::from_slice(&body.collect().await.unwrap().to_bytes()).unwrap();
        (parts, body)
    };
    let error = authenticate(&server.app, &basic("sede", "s3cr3t"), &ClientForm::default())
        .await
        .unwrap_err();
    let (parts, body) = told(error).await;
    assert_eq!(parts.status, 401);
    assert_eq!(
        parts.headers["www-authenticate"],
        "Basic realm=\"aldaba\", charset=\"UTF-8\""
    );
    assert_eq!(parts.headers["content-type"], "application/json");
    assert_eq!(
        (&parts.headers["cache-control"], &parts.headers["pragma"]),
        (
            &HeaderValue::from_static("no-store"),
            &HeaderValue::from_static("no-cache")
        )
    );
    assert_eq!(body["error"], "invalid_client");
    assert_eq!(body.as_object().unwrap().len(), 2);
    assert!(!body.to_string().contains("s3cr3t"));
    let two = ClientForm {
        client_secret: Some("s3cr3t".to_owned()),
        ..ClientForm::default()
    };
    let error = authenticate(&server.app, &basic("sede", "s3cr3t"), &two)
        .await
        .unwrap_err();
    let (parts, body) = told(error).await;
    assert_eq!(
        (parts.status.as_u16(), &body["error"]),
        (400, &"invalid_request".into())
    );
    assert!(!parts.headers.contains_key("www-authenticate"));
}
