//! Every error as its standard says, byte for byte.

use aldaba_server::testing::{ANA, TestBrowser, TestDevice};
use aldaba_store::Backend;
use axum::body::Body;
use http::{Method, Request};

use super::stage::{HOME, Stage, location};

on_both!(
    errors_of_the_authorization_endpoint,
    a_wrong_client_or_address_never_redirects,
    errors_of_pushed_requests,
    errors_of_the_token_endpoint,
    errors_of_userinfo,
    bodies_that_are_too_large_are_told_as_such,
    other_methods_are_refused,
    a_site_is_told_when_its_request_cannot_be_kept,
    a_site_that_shows_good_tokens_is_not_limited_by_its_address,
);

/// What the site is told, beside state and issuer.
fn told(error: &str, why: &str) -> String {
    let why = url::form_urlencoded::byte_serialize(why.as_bytes()).collect::<String>();
    format!("{HOME}?error={error}&error_description={why}&state=the+state&iss=https%3A%2F%2Fpin.example")
}

const FAULTS: [(&str, Option<&str>, &str, &str); 24] = [
    ("response_type", None, "invalid_request", "response_type is missing"),
    (
        "response_type",
        Some("token"),
        "unsupported_response_type",
        "response_type must be code",
    ),
    (
        "response_type",
        Some("id_token"),
        "unsupported_response_type",
        "response_type must be code",
    ),
    (
        "response_type",
        Some("code token"),
        "unsupported_response_type",
        "response_type must be code",
    ),
    (
        "response_mode",
        Some("fragment"),
        "invalid_request",
        "response_mode must be query",
    ),
    ("scope", None, "invalid_scope", "scope must contain openid"),
    (
        "scope",
        Some("profile email"),
        "invalid_scope",
        "scope must contain openid",
    ),
    ("code_challenge", None, "invalid_request", "code_challenge is missing"),
    (
        "code_challenge",
        Some("E9"),
        "invalid_request",
        "code_challenge must be 43 characters of base64url",
    ),
    (
        "code_challenge_method",
        None,
        "invalid_request",
        "code_challenge_method must be S256",
    ),
    (
        "code_challenge_method",
        Some("plain"),
        "invalid_request",
        "code_challenge_method must be S256",
    ),
    (
        "prompt",
        Some("none consent"),
        "invalid_request",
        "prompt=none stands alone",
    ),
    (
        "prompt",
        Some("create"),
        "invalid_request",
        "prompt must be none, login, consent or select_account",
    ),
    ("prompt", Some("none"), "login_required", "nobody suitable is signed in"),
    (
        "max_age",
        Some("ever"),
        "invalid_request",
        "max_age must be a number of seconds",
    ),
    (
        "request",
        Some("eyJ"),
        "request_not_supported",
        "request is not supported; use pushed authorization requests",
    ),
    (
        "request_uri",
        Some("https://sede.example/r"),
        "request_uri_not_supported",
        "request_uri is supported for pushed authorization requests only",
    ),
    (
        "registration",
        Some("{}"),
        "registration_not_supported",
        "registration is not supported",
    ),
    ("claims", Some("[]"), "invalid_request", "claims must be a JSON object"),
    (
        "claims",
        Some(r#"{"id_token":{"acr":{"essential":true,"value":"urn:other"}}}"#),
        "unmet_authentication_requirements",
        "no method that may be used reaches the essential acr",
    ),
    (
        "id_token_hint",
        Some("eyJ.e.x"),
        "invalid_request",
        "id_token_hint is no ID token for this client",
    ),
    (
        "procedure",
        Some("nada"),
        "invalid_request",
        "procedure is none of the client's",
    ),
    (
        "methods",
        Some("telepathy"),
        "invalid_request",
        "methods names a method that does not exist",
    ),
    (
        "methods",
        Some(" "),
        "invalid_request",
        "none of the methods may be used for this procedure",
    ),
];

// REQ-OIDC-03, REQ-OIDC-04, REQ-OIDC-05, REQ-OIDC-06, REQ-OIDC-07, REQ-OIDC-08
async fn errors_of_the_authorization_endpoint(backend: Backend) {
    let stage = Stage::new(backend).await;
    for (name, value, error, why) in FAULTS {
        let answer = stage
            .come(&mut TestBrowser::default(), "sede", &[(name, value)])
            .await
            .expect(303);
        assert_eq!(location(&answer), told(error, why), "{name}={value:?}");
        assert_eq!(answer.headers["cache-control"], "no-store");
        let form = Request::post("/oidc/authorize").header("content-type", "application/x-www-form-urlencoded");
        let form = form.body(Body::from(Stage::query("sede", &[(name, value)]))).unwrap();
        let answer = stage.server.send(form).await.expect(303);
        if value == Some("none") {
            assert!(
                location(&answer).starts_with("/oidc/authorize?client_id=sede&request_uri="),
                "what a page decides"
            );
        } else {
            assert_eq!(location(&answer), told(error, why), "{name}={value:?}");
        }
    }
    let twice = format!("{}&state=more", Stage::address("sede", &[("state", None)]));
    let answer = TestBrowser::default()
        .get(&stage.server, &format!("{twice}&state=again"))
        .await
        .expect(303);
    let expected = told("invalid_request", "a parameter comes more than once").replace("&state=the+state", "");
    assert_eq!(location(&answer), expected);
    // A site may keep parameters of its own in its address, and has no state unless it sends one.
    let with_query = [
        ("redirect_uri", Some("https://sede.example/vuelta?x=1")),
        ("scope", None),
        ("state", None),
    ];
    let answer = stage
        .come(&mut TestBrowser::default(), "sede", &with_query)
        .await
        .expect(303);
    let expected = "https://sede.example/vuelta?x=1&error=invalid_scope&error_description=scope+must+contain+openid\
                    &iss=https%3A%2F%2Fpin.example";
    assert_eq!(location(&answer), expected);
}

// REQ-OIDC-02
async fn a_wrong_client_or_address_never_redirects(backend: Backend) {
    let stage = Stage::new(backend).await;
    let urn = "urn:ietf:params:oauth:request_uri:";
    let unknown = format!("{urn}{}", "0".repeat(64));
    let twice = |name: &str, value: &str| format!("{}&{name}={value}", Stage::address("sede", &[]));
    let cases = [
        (Stage::address("sede", &[("client_id", None)]), "invalid_client"),
        (Stage::address("nadie", &[]), "invalid_client"),
        (twice("client_id", "sede"), "invalid_client"),
        (
            Stage::address("sede", &[("redirect_uri", None)]),
            "invalid_redirect_uri",
        ),
        (
            Stage::address("sede", &[("redirect_uri", Some("https://evil.example/"))]),
            "invalid_redirect_uri",
        ),
        (
            Stage::address("otra", &[("redirect_uri", Some(HOME))]),
            "invalid_redirect_uri",
        ),
        (
            twice("redirect_uri", "https://sede.example/vuelta"),
            "invalid_redirect_uri",
        ),
        (
            Stage::address("sede", &[("request_uri", Some(&unknown))]),
            "invalid_request_uri",
        ),
        (
            Stage::address("sede", &[("request_uri", Some(urn))]),
            "invalid_request_uri",
        ),
        ("/oidc/authorize".to_owned(), "invalid_client"),
    ];
    for (address, code) in cases {
        for language in ["es", "en"] {
            let mut browser = TestBrowser::default();
            let answer = browser
                .get(
                    &stage.server,
                    &format!(
                        "{address}{}lang={language}",
                        if address.contains('?') { "&" } else { "?" }
                    ),
                )
                .await
                .expect(400);
            assert_eq!(
                (answer.code().as_str(), answer.headers.contains_key("location")),
                (code, false),
                "{address}"
            );
            assert!(answer.text().contains(&format!("<html lang=\"{language}\">")));
            assert!(!answer.text().contains("evil.example"));
        }
        let (_, query) = address.split_once('?').unwrap_or_default();
        let form = Request::post("/oidc/authorize").header("content-type", "application/x-www-form-urlencoded");
        let answer = stage
            .server
            .send(form.body(Body::from(query.to_owned())).unwrap())
            .await;
        if answer.status == 303 {
            assert!(
                location(&answer).starts_with("/oidc/authorize?client_id=sede&request_uri=urn"),
                "{address}"
            );
        } else {
            assert_eq!(
                (answer.status.as_u16(), answer.headers.contains_key("location")),
                (400, false),
                "{address}"
            );
        }
    }
    aldaba_server::oidc::clients::admin::disable(&stage.server.app, "sede")
        .await
        .unwrap();
    stage.come(&mut TestBrowser::default(), "sede", &[]).await.expect(400);
}

fn json_error(answer: &aldaba_server::testing::Answer) -> (u16, String) {
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.headers["pragma"], "no-cache");
    (answer.status.as_u16(), answer.text())
}

fn refused(error: &str, why: &str) -> (u16, String) {
    (
        400,
        format!("{{\"error\":\"{error}\",\"error_description\":\"{why}\"}}"),
    )
}

// REQ-OIDC-10
async fn errors_of_pushed_requests(backend: Backend) {
    let stage = Stage::new(backend).await;
    for (name, value, error, why) in FAULTS {
        if value == Some("none") {
            continue;
        }
        let expected = match name {
            "request_uri" => refused("invalid_request", "request_uri cannot be pushed"),
            _ => refused(error, why),
        };
        assert_eq!(
            json_error(&stage.push("sede", &[(name, value)]).await),
            expected,
            "{name}={value:?}"
        );
    }
    let unregistered = refused(
        "invalid_request",
        "redirect_uri is missing or is not registered for this client",
    );
    for uri in [
        None,
        Some("https://evil.example/"),
        Some("https://otra.example/vuelta?site=otra"),
    ] {
        assert_eq!(
            json_error(&stage.push("sede", &[("redirect_uri", uri)]).await),
            unregistered
        );
    }
    let other = stage.push("sede", &[("client_id", Some("otra"))]).await;
    assert_eq!(
        json_error(&other),
        refused("invalid_request", "client_id is not that of the Authorization header")
    );
    let nobody = Request::post("/oidc/par").header("content-type", "application/x-www-form-urlencoded");
    let nobody = stage
        .server
        .send(nobody.body(Body::from(Stage::query("sede", &[]))).unwrap())
        .await
        .expect(401);
    assert!(nobody.text().starts_with("{\"error\":\"invalid_client\""));
}

// REQ-ERR-01
async fn bodies_that_are_too_large_are_told_as_such(backend: Backend) {
    let stage = Stage::new(backend).await;
    let long = "x".repeat(17 * 1024);
    for path in ["/oidc/par", "/oidc/token"] {
        let answer = stage.server.send(stage.call("sede", path, &[("x", &long)])).await;
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(
            json_error(&answer),
            (413, refused("invalid_request", "the body is longer than 16 KiB").1)
        );
        let other = Request::post(path).header("content-type", "text/plain");
        stage
            .server
            .send(other.body(Body::from("x")).unwrap())
            .await
            .expect(400);
    }
    for path in ["/oidc/authorize", "/oidc/logout"] {
        let mut browser = TestBrowser::default();
        let page = browser.post(&stage.server, path, &[("x", &long)]).await.expect(413);
        assert_eq!(page.code(), "payload_too_large");
    }
}

// REQ-OIDC-11
async fn errors_of_the_token_endpoint(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let code = stage.code(&mut browser, &mut device, "sede", &[]).await;
    let needed = refused("invalid_request", "code, redirect_uri and code_verifier are all needed");
    for (name, value, expected) in [
        ("grant_type", None, refused("invalid_request", "grant_type is missing")),
        (
            "grant_type",
            Some("refresh_token"),
            refused("unsupported_grant_type", "grant_type must be authorization_code"),
        ),
        (
            "grant_type",
            Some("client_credentials"),
            refused("unsupported_grant_type", "grant_type must be authorization_code"),
        ),
        (
            "grant_type",
            Some("password"),
            refused("unsupported_grant_type", "grant_type must be authorization_code"),
        ),
        ("code", None, needed.clone()),
        ("redirect_uri", None, needed.clone()),
        ("code_verifier", None, needed),
    ] {
        assert_eq!(
            json_error(&stage.redeem("sede", &code, &[(name, value)]).await),
            expected,
            "{name}={value:?}"
        );
    }
    let twice = stage.call(
        "sede",
        "/oidc/token",
        &[("grant_type", "authorization_code"), ("code", "a"), ("code", "b")],
    );
    let expected = refused("invalid_request", "a parameter comes more than once");
    assert_eq!(json_error(&stage.server.send(twice).await), expected);
    let json = Request::post("/oidc/token")
        .header("content-type", "application/json")
        .body(Body::from("{}"))
        .unwrap();
    let expected = refused("invalid_request", "the body must be application/x-www-form-urlencoded");
    assert_eq!(json_error(&stage.server.send(json).await), expected);
    let grant = "the code is unknown, used, expired, revoked, or was given to another client, address or verifier";
    for wrong in ["x", &"0".repeat(64), &code.to_uppercase()] {
        assert_eq!(
            json_error(&stage.redeem("sede", wrong, &[]).await),
            refused("invalid_grant", grant)
        );
    }
    // None of that has cost the code.
    stage.redeem("sede", &code, &[]).await.expect(200);
}

// REQ-OIDC-27
async fn errors_of_userinfo(backend: Backend) {
    let stage = Stage::new(backend).await;
    let invalid = "Bearer realm=\"aldaba\", error=\"invalid_token\", error_description=\"the access token is unknown, expired or revoked\"";
    let asked = async |headers: &[(&'static str, &str)]| {
        let mut request = Request::get("/oidc/userinfo");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = stage.server.send(request.body(Body::empty()).unwrap()).await;
        assert!(answer.body.is_empty());
        (
            answer.status.as_u16(),
            answer.headers["www-authenticate"].to_str().unwrap().to_owned(),
        )
    };
    let nothing = (401, "Bearer realm=\"aldaba\"".to_owned());
    assert_eq!(asked(&[]).await, nothing);
    assert_eq!(asked(&[("authorization", "Basic eDp5")]).await, nothing);
    for token in ["", "x", &"0".repeat(64)] {
        assert_eq!(
            asked(&[("authorization", &format!("Bearer {token}"))]).await,
            (401, invalid.to_owned())
        );
    }
    let several = asked(&[("authorization", "Bearer a"), ("authorization", "Bearer b")]).await;
    assert_eq!(several.0, 400);
    assert!(several.1.contains("error=\"invalid_request\""));
    // Never in an address.
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let tokens = stage
        .tokens(&mut TestBrowser::default(), &mut device, "sede", &[])
        .await;
    let token = tokens["access_token"].as_str().unwrap();
    stage
        .server
        .get(&format!("/oidc/userinfo?access_token={token}"))
        .await
        .expect(401);
    stage.userinfo(token).await.expect(200);
    let post = Request::post("/oidc/userinfo").header("authorization", format!("bearer {token}"));
    stage.server.send(post.body(Body::empty()).unwrap()).await.expect(200);
    stage.server.wait(600);
    assert_eq!(
        asked(&[("authorization", &format!("Bearer {token}"))]).await,
        (401, invalid.to_owned())
    );
}

async fn other_methods_are_refused(backend: Backend) {
    let stage = Stage::new(backend).await;
    for (path, method) in [
        ("/oidc/par", Method::GET),
        ("/oidc/token", Method::GET),
        ("/oidc/authorize", Method::PUT),
        ("/oidc/consent", Method::GET),
        ("/oidc/as-i-am", Method::GET),
        ("/oidc/cancel", Method::GET),
        ("/oidc/continue", Method::POST),
    ] {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        stage.server.send(request).await.expect(405);
    }
}

// REQ-OIDC-07
async fn a_site_is_told_when_its_request_cannot_be_kept(backend: Backend) {
    let stage = Stage::new(backend).await;
    stage.server.app.store().close().await.unwrap();
    let answer = stage.come(&mut TestBrowser::default(), "sede", &[]).await.expect(303);
    assert_eq!(
        location(&answer),
        told("server_error", "the request could not be kept; try again")
    );
}

// REQ-OIDC-27
async fn a_site_that_shows_good_tokens_is_not_limited_by_its_address(backend: Backend) {
    let mut stage = Stage::with(backend, |config| config.limits.calls_per_minute = 60).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let tokens = stage
        .tokens(&mut TestBrowser::default(), &mut device, "sede", &[])
        .await;
    stage.server.come_from("203.0.113.9");
    let good = tokens["access_token"].as_str().unwrap();
    for _ in 0..61 {
        stage.userinfo(good).await.expect(200);
    }
    // Who guesses is.
    for _ in 0..60 {
        stage.userinfo("guessed").await.expect(401);
    }
    stage.userinfo("guessed").await.expect(429);
}
