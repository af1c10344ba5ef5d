//! Signing in: what is asked, and which answers count.

use serde_json::json;

use crate::browser::{Browser, callback};
use crate::provider::{Provider, START, key};

// REQ-SITE-03
#[tokio::test]
async fn an_answer_that_holds_signs_in() {
    let provider = Provider::start().await;
    let mut browser = Browser::new(&provider.site());
    let asked = browser
        .begin(&provider, "/signin?procedure=registro&method=qr&again=1")
        .await;
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "sede"),
        ("redirect_uri", "http://127.0.0.1:8081/callback"),
        ("scope", "openid profile document"),
        ("code_challenge_method", "S256"),
        ("procedure", "registro"),
        ("methods", "qr"),
        ("prompt", "login"),
        ("ui_locales", "es"),
    ] {
        assert_eq!(asked[name], value, "{name}");
    }
    assert!(!asked.contains_key("acr_values"), "undefined beside an essential acr");
    let claims: serde_json::Value = serde_json::from_str(&asked["claims"]).unwrap();
    assert_eq!(
        claims["id_token"]["acr"],
        json!({ "essential": true, "values": ["http://eidas.europa.eu/LoA/substantial", "http://eidas.europa.eu/LoA/high"] })
    );
    let planted = "planted".to_owned();
    browser.cookies.insert("sede_session".to_owned(), planted.clone());
    let answered = browser.answer(&provider, &asked).await;
    assert_eq!(answered.location(), "/");
    assert_ne!(
        browser.cookies["sede_session"], planted,
        "a session is new at each sign-in"
    );
    let page = browser.get("/").await.text;
    for text in [
        "Ana García Ruiz",
        "Avanzado",
        "PIN, visto en su app",
        "15 de enero de 2027, 08:59",
        "id=\"session-procedure\">Registro electrónico",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let claims = browser.get("/claims").await.text;
    for text in [
        "12345678Z",
        "data-claim=\"sid\">s1",
        "data-claim=\"acr\"",
        "data-claim=\"family_name\"",
    ] {
        assert!(claims.contains(text), "{text}: {claims}");
    }
}

// REQ-SITE-03
#[tokio::test]
async fn an_answer_counts_once_and_in_the_browser_that_asked() {
    let provider = Provider::start().await;
    let mut browser = Browser::new(&provider.site());
    let asked = browser.begin(&provider, "/signin").await;
    let mut other = browser.another();
    other.get("/").await;
    other.answer(&provider, &asked).await.fails("state");
    assert!(!other.has_session());
    browser.answer(&provider, &asked).await.location();
    let mut again = browser.clone();
    again.cookies.remove("sede_session");
    again.answer(&provider, &asked).await.fails("state");
    assert!(!again.has_session());

    // Neither without a state, nor with one of nobody.
    for parameters in [
        vec![("code", "c"), ("iss", provider.issuer.as_str())],
        vec![("code", "c"), ("state", "x"), ("iss", &provider.issuer)],
    ] {
        let mut fresh = browser.another();
        fresh.get(&callback(&parameters)).await.fails("state");
    }
    let tokens = provider.told().calls.iter().filter(|call| **call == "token").count();
    assert_eq!(tokens, 1, "no code of an answer that does not count is sent anywhere");
}

// REQ-SITE-03
#[tokio::test]
async fn an_answer_of_another_issuer_is_none() {
    let provider = Provider::start().await;
    let mut browser = Browser::new(&provider.site());
    let asked = browser.begin(&provider, "/signin").await;
    for iss in [None, Some("https://evil.example"), Some("")] {
        let mut parameters = vec![("code", "c"), ("state", asked["state"].as_str())];
        parameters.extend(iss.map(|iss| ("iss", iss)));
        browser.get(&callback(&parameters)).await.fails("issuer");
    }
    // What was not for it has used nothing up.
    browser.answer(&provider, &asked).await.location();
}

// REQ-SITE-03
#[tokio::test]
async fn a_token_that_does_not_verify_signs_nobody_in() {
    let now = START.as_secs();
    let wrong_claims = [
        json!({ "nonce": "another" }),
        json!({ "nonce": null }),
        json!({ "aud": "another-site" }),
        json!({ "aud": ["sede", "another-site"] }),
        json!({ "iss": "https://evil.example" }),
        json!({ "exp": now - 1 }),
        json!({ "iat": now + 3600 }),
        json!({ "iat": now - 7200 }),
        json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" }),
    ];
    for claims in wrong_claims {
        let provider = Provider::start().await;
        provider.told().claims = claims.clone();
        let mut browser = Browser::new(&provider.site());
        browser.sign_in(&provider, "/signin").await.fails("token");
        assert!(!browser.has_session(), "{claims}");
    }
    for header in [
        json!({ "alg": "none" }),
        json!({ "alg": "HS256" }),
        json!({ "alg": "RS256" }),
        json!({ "kid": "unknown" }),
    ] {
        let provider = Provider::start().await;
        provider.told().header = header.clone();
        let mut browser = Browser::new(&provider.site());
        let page = browser.sign_in(&provider, "/signin").await;
        assert!(
            page.status.is_server_error() && !browser.has_session(),
            "{header}: {}",
            page.text
        );
    }
    // The key of somebody else, under the provider's id.
    let provider = Provider::start().await;
    provider.told().key = key(9);
    let mut browser = Browser::new(&provider.site());
    browser.sign_in(&provider, "/signin").await.fails("token");
    // Userinfo of somebody else.
    let provider = Provider::start().await;
    provider.told().userinfo = json!({ "sub": "luis", "name": "Luis" });
    let mut browser = Browser::new(&provider.site());
    browser.sign_in(&provider, "/signin").await.fails("token");
    assert!(!browser.has_session());
}

// REQ-SITE-03
#[tokio::test]
async fn a_new_key_of_the_provider_is_found() {
    let provider = Provider::start().await;
    let site = provider.site();
    Browser::new(&site).sign_in(&provider, "/signin").await.location();
    {
        let mut told = provider.told();
        (told.key, told.kid) = (key(2), "two".to_owned());
        told.published.push(("two".to_owned(), key(2)));
    }
    provider.clock.advance(std::time::Duration::from_secs(11));
    Browser::new(&site).sign_in(&provider, "/signin").await.location();
    // Tokens of unknown keys do not make the site ask again and again.
    provider.told().kid = "three".to_owned();
    let before = provider.told().calls.len();
    for _ in 0..3 {
        Browser::new(&site).sign_in(&provider, "/signin").await.fails("token");
    }
    let asked = provider
        .told()
        .calls
        .iter()
        .skip(before)
        .filter(|call| **call == "jwks")
        .count();
    assert_eq!(asked, 0);
}

// REQ-SITE-05
#[tokio::test]
async fn a_lower_level_than_was_asked_for_is_refused() {
    for claims in [
        json!({ "acr": "http://eidas.europa.eu/LoA/low" }),
        json!({ "acr": null }),
        json!({ "acr": "else" }),
    ] {
        let provider = Provider::start().await;
        provider.told().claims = claims;
        let mut browser = Browser::new(&provider.site());
        browser
            .sign_in(&provider, "/signin?procedure=registro")
            .await
            .fails("level");
        assert!(!browser.has_session());
        browser
            .sign_in(&provider, "/signin?level=substantial")
            .await
            .fails("level");
        // The procedure's own level cannot be asked down.
        browser
            .sign_in(&provider, "/signin?procedure=registro&level=low")
            .await
            .fails("level");
        browser.sign_in(&provider, "/signin").await.location();
    }
    let provider = Provider::start().await;
    provider.told().claims = json!({ "acr": "http://eidas.europa.eu/LoA/high" });
    Browser::new(&provider.site())
        .sign_in(&provider, "/signin?procedure=registro")
        .await
        .location();
}

// REQ-SITE-05
#[tokio::test]
async fn a_session_that_is_too_low_is_offered_a_step_up() {
    let provider = Provider::start().await;
    provider.told().claims = json!({ "acr": "http://eidas.europa.eu/LoA/low" });
    let mut browser = Browser::new(&provider.site());
    browser.sign_in(&provider, "/signin?procedure=padron").await.location();
    let page = browser.get("/").await.text;
    assert_eq!(page.matches("Identificarse con más seguridad").count(), 2);
    assert_eq!(page.matches("Disponible").count(), 2);
    let before = browser.cookies["sede_session"].clone();
    provider.told().claims = json!({});
    browser
        .sign_in(&provider, "/signin?procedure=registro")
        .await
        .location();
    assert_ne!(browser.cookies["sede_session"], before);
    assert_eq!(browser.get("/").await.text.matches("Disponible").count(), 4);
    browser.cookies.insert("sede_session".to_owned(), before);
    assert!(!browser.is_signed_in().await, "the session before it has ended");
}

// REQ-SITE-06
#[tokio::test]
async fn what_the_provider_refuses_is_a_page() {
    let provider = Provider::start().await;
    let mut browser = Browser::new(&provider.site());
    for (error, code) in [
        ("access_denied", "cancelled"),
        ("unmet_authentication_requirements", "level"),
        ("temporarily_unavailable", "unreachable"),
        ("server_error", "unreachable"),
        ("invalid_request", "refused"),
        ("<script>", "refused"),
    ] {
        let asked = browser.begin(&provider, "/signin").await;
        let path = callback(&[("error", error), ("state", &asked["state"]), ("iss", &provider.issuer)]);
        let page = browser.get(&path).await;
        page.fails(code);
        assert!(!page.text.contains("<script>"));
    }
    provider.told().token_error = Some("invalid_grant");
    browser.sign_in(&provider, "/signin").await.fails("code");
    for wish in ["procedure=none", "level=huge", "method=magic"] {
        browser.get(&format!("/signin?{wish}")).await.fails("wish");
    }
    provider.told().token_error = None;
    provider.told().down = true;
    let asked = browser.begin(&provider, "/signin").await;
    browser.answer(&provider, &asked).await.fails("unreachable");
    provider.clock.advance(std::time::Duration::from_secs(3601));
    browser.get("/signin").await.fails("unreachable");
    assert!(!browser.has_session());
    // It comes back by itself.
    provider.told().down = false;
    browser.begin(&provider, "/signin").await;
}

// REQ-SITE-03
#[tokio::test]
async fn a_sign_in_that_begins_elsewhere_ends_on_a_page_of_this_site() {
    let provider = Provider::start().await;
    let mut browser = Browser::new(&provider.site());
    for path in ["/login", "/login?iss=https%3A%2F%2Fevil.example"] {
        browser.get(path).await.fails("issuer");
    }
    for (target, lands) in [
        ("http://127.0.0.1:8081/claims?x=1", "/claims?x=1"),
        ("https://evil.example/claims", "/"),
        ("//evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("http://127.0.0.1:8081@evil.example/", "/"),
    ] {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs([("iss", provider.issuer.as_str()), ("target_link_uri", target)]);
        let answered = browser.sign_in(&provider, &format!("/login?{}", query.finish())).await;
        assert_eq!(answered.location(), lands, "{target}");
    }
    let posted = browser.post("/login", &[("iss", &provider.issuer)]).await;
    assert!(posted.location().starts_with(&provider.issuer));
}
