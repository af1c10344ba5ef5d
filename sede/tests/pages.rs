//! What every page has, and those that are for nobody in particular.

use crate::browser::Browser;
use crate::provider::Provider;

// REQ-SITE-06
#[tokio::test]
async fn every_page_is_safe_and_speaks_both_languages() {
    let provider = Provider::start().await;
    let mut browser = Browser::new(&provider.site());
    browser.sign_in(&provider, "/signin").await.location();
    for path in [
        "/",
        "/claims",
        "/ask",
        "/signed-out",
        "/no-such-page",
        "/signin?method=magic",
    ] {
        let page = browser.get(path).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap().to_owned();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(
            policy.contains(&format!("form-action 'self' {};", provider.issuer)),
            "{policy}"
        );
        assert!(!policy.contains("script-src") && !page.text.contains("<script"));
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("content-language", "es"),
        ] {
            assert_eq!(page.headers[name], value, "{path} {name}");
        }
        assert!(
            !page.text.contains("sede-service-none") && !page.text.contains("{ $"),
            "{path}"
        );
    }
    let english = browser.get("/?lang=en").await;
    assert_eq!(english.headers["content-language"], "en");
    assert!(english.text.contains("Welcome, Ana García Ruiz") && english.text.contains("Sign out"));
    assert!(
        browser.get("/ask").await.text.contains("Ask for a level"),
        "it is remembered"
    );
    assert_eq!(browser.begin(&provider, "/signin").await["ui_locales"], "en");
}

// REQ-SITE-06
#[tokio::test]
async fn what_is_not_there_is_a_page_too() {
    let provider = Provider::start().await;
    let mut browser = Browser::new(&provider.site());
    browser.get("/no-such-page").await.fails("not-found");
    browser.post("/claims", &[]).await.fails("method");
    assert_eq!(browser.get("/claims").await.location(), "/", "nobody is signed in");
    assert_eq!(browser.post("/signout", &[]).await.location(), "/signed-out");
    assert_eq!(browser.get("/assets/none").await.status, 404);
    let page = browser.get("/").await.text;
    let (_, rest) = page.split_once("rel=\"stylesheet\" href=\"").unwrap();
    let style = browser.get(rest.split_once('"').unwrap().0).await;
    assert_eq!(style.headers["cache-control"], "public, max-age=31536000, immutable");
    assert!(provider.told().calls.is_empty(), "nobody was asked for anything");
}

// REQ-SITE-05
#[tokio::test]
async fn the_form_asks_for_every_level_and_method() {
    let provider = Provider::start().await;
    let mut browser = Browser::new(&provider.site());
    let form = browser.get("/ask").await.text;
    for level in ["low", "substantial", "high"] {
        assert!(form.contains(&format!("value=\"{level}\"")));
        let asked = browser
            .begin(&provider, &format!("/signin?procedure=&level={level}&method="))
            .await;
        let claims: serde_json::Value = serde_json::from_str(&asked["claims"]).unwrap();
        let values = &claims["id_token"]["acr"]["values"];
        assert_eq!(values[0], format!("http://eidas.europa.eu/LoA/{level}"));
        assert!(!asked.contains_key("methods") && !asked.contains_key("procedure"));
    }
    for method in aldaba_core::method::Method::ALL {
        assert!(form.contains(&format!("value=\"{}\"", method.as_str())));
        let asked = browser
            .begin(&provider, &format!("/signin?method={}", method.as_str()))
            .await;
        assert_eq!(asked["methods"], method.as_str());
        assert!(!asked.contains_key("claims") && !asked.contains_key("prompt"));
    }
}
