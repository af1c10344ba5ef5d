//! A provider that answers as it is told to.

use std::sync::{Arc, Mutex, MutexGuard};

use aldaba_core::random::{OsRandom, SeededRandom};
use aldaba_core::time::{Clock, ManualClock, Timestamp};
use aldaba_sede::{Parts, Secret, Settings, Site};
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{HeaderMap, StatusCode};
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

pub const START: Timestamp = Timestamp::from_secs(1_800_000_000);
pub const CLIENT: &str = "sede";
const SECRET: &str = "a secret/with+odd: characters";

/// A provider on a loopback port.
#[derive(Clone)]
pub struct Provider {
    pub issuer: String,
    pub clock: Arc<ManualClock>,
    state: Arc<Mutex<Told>>,
}

/// What it answers.
pub struct Told {
    pub key: SigningKey,
    pub kid: String,
    /// Keys that it publishes, by id.
    pub published: Vec<(String, SigningKey)>,
    /// Claims of the ID token that differ from what they should be; null removes one.
    pub claims: Value,
    pub userinfo: Value,
    pub header: Value,
    /// The error of the token endpoint.
    pub token_error: Option<&'static str>,
    /// What the authorization asked for: nonce and challenge.
    pub asked: Option<(String, String)>,
    /// Calls of each endpoint.
    pub calls: Vec<&'static str>,
    /// Whether it is away.
    pub down: bool,
}

pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_slice(&[seed; 32]).unwrap()
}

impl Provider {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let told = Told {
            key: key(1),
            kid: "one".to_owned(),
            published: vec![("one".to_owned(), key(1))],
            claims: json!({}),
            userinfo: json!({
                "sub": "ana", "given_name": "Ana", "family_name": "García Ruiz", "name": "Ana García Ruiz",
                "document": "12345678Z",
            }),
            header: json!({}),
            token_error: None,
            asked: None,
            calls: Vec::new(),
            down: false,
        };
        let provider = Self {
            issuer,
            clock: Arc::new(ManualClock::new(START)),
            state: Arc::new(Mutex::new(told)),
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/oidc/jwks", get(jwks))
            .route("/oidc/token", post(token))
            .route("/oidc/userinfo", get(userinfo))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    pub fn told(&self) -> MutexGuard<'_, Told> {
        self.state.lock().unwrap()
    }

    pub fn site(&self) -> Site {
        let settings = Settings::new(
            self.issuer.parse().unwrap(),
            CLIENT.to_owned(),
            Secret::new(SECRET).unwrap(),
            "http://127.0.0.1:8081".parse().unwrap(),
        );
        Site::new(Parts {
            settings: settings.unwrap(),
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            random: Arc::new(SeededRandom::new(rand_seed())),
        })
        .unwrap()
    }

    /// A token with those claims, signed with the present key.
    pub fn sign(&self, claims: &Value) -> String {
        let told = self.told();
        let mut header = json!({ "alg": "ES256", "typ": "JWT", "kid": told.kid });
        merge(&mut header, &told.header);
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(claims));
        let signature: p256::ecdsa::Signature = told.key.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    fn call(&self, endpoint: &'static str) -> Result<(), Box<Response>> {
        let mut told = self.told();
        told.calls.push(endpoint);
        if told.down {
            return Err(Box::new(StatusCode::INTERNAL_SERVER_ERROR.into_response()));
        }
        Ok(())
    }
}

fn rand_seed() -> u64 {
    u64::from_be_bytes(aldaba_core::random::bytes(&OsRandom))
}

/// Takes over what is in `more`; null removes.
pub fn merge(value: &mut Value, more: &Value) {
    let object = value.as_object_mut().unwrap();
    for (name, value) in more.as_object().unwrap() {
        if value.is_null() {
            object.remove(name);
        } else {
            object.insert(name.clone(), value.clone());
        }
    }
}

async fn discovery(State(provider): State<Provider>) -> Response {
    if let Err(away) = provider.call("discovery") {
        return *away;
    }
    let issuer = &provider.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/oidc/authorize"),
        "token_endpoint": format!("{issuer}/oidc/token"),
        "userinfo_endpoint": format!("{issuer}/oidc/userinfo"),
        "jwks_uri": format!("{issuer}/oidc/jwks"),
        "end_session_endpoint": format!("{issuer}/oidc/logout"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "authorization_response_iss_parameter_supported": true,
    }))
    .into_response()
}

async fn jwks(State(provider): State<Provider>) -> Response {
    if let Err(away) = provider.call("jwks") {
        return *away;
    }
    let told = provider.told();
    let keys = told.published.iter().map(|(kid, key)| {
        let point = key.verifying_key().to_sec1_point(false);
        json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid,
            "x": URL_SAFE_NO_PAD.encode(point.x().unwrap()),
            "y": URL_SAFE_NO_PAD.encode(point.y().unwrap()),
        })
    });
    Json(json!({ "keys": keys.collect::<Vec<_>>() })).into_response()
}

async fn token(
    State(provider): State<Provider>,
    headers: HeaderMap,
    Form(form): Form<std::collections::BTreeMap<String, String>>,
) -> Response {
    if let Err(away) = provider.call("token") {
        return *away;
    }
    // RFC 6749 section 2.3.1: both halves are form-encoded before they are put together.
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let basic = STANDARD.encode(format!("{}:{}", encode(CLIENT), encode(SECRET)));
    assert_eq!(headers["authorization"], format!("Basic {basic}"));
    assert_eq!(form["grant_type"], "authorization_code");
    assert_eq!(form["redirect_uri"], "http://127.0.0.1:8081/callback");
    let (nonce, challenge) = provider.told().asked.clone().unwrap();
    assert_eq!(
        URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"])),
        challenge
    );
    if let Some(error) = provider.told().token_error {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    }
    let now = START.as_secs();
    let mut claims = json!({
        "iss": provider.issuer, "aud": CLIENT, "sub": "ana", "sid": "s1", "nonce": nonce, "iat": now, "exp": now + 300,
        "auth_time": now - 5, "acr": "http://eidas.europa.eu/LoA/substantial", "amr": ["otp", "swk"],
    });
    merge(&mut claims, &provider.told().claims.clone());
    let id_token = provider.sign(&claims);
    Json(json!({ "access_token": "access", "token_type": "Bearer", "expires_in": 300, "id_token": id_token }))
        .into_response()
}

async fn userinfo(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    if let Err(away) = provider.call("userinfo") {
        return *away;
    }
    assert_eq!(headers["authorization"], "Bearer access");
    Json(provider.told().userinfo.clone()).into_response()
}
