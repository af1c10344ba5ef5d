//! The ends of a session.

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use crate::browser::Browser;
use crate::provider::{CLIENT, Provider, START, key, merge};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

fn logout_claims(provider: &Provider, jti: &str) -> Value {
    json!({
        "iss": provider.issuer, "aud": CLIENT, "iat": START.as_secs(), "exp": START.as_secs() + 120, "jti": jti,
        "sub": "ana", "sid": "s1", "events": { EVENT: {} },
    })
}

async fn send(browser: &Browser, token: &str) -> u16 {
    let mut provider_side = browser.another();
    let page = provider_side
        .post("/backchannel-logout", &[("logout_token", token)])
        .await;
    assert_eq!(page.headers["cache-control"], "no-store");
    page.status.as_u16()
}

fn csrf(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"csrf\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

// REQ-SITE-04
#[tokio::test]
async fn signing_out_ends_the_session_here_and_leads_to_the_provider() {
    let provider = Provider::start().await;
    let mut browser = Browser::new(&provider.site());
    browser.sign_in(&provider, "/signin").await.location();
    let token = csrf(&browser.get("/").await.text);
    browser.post("/signout", &[("csrf", "forged")]).await.fails("csrf");
    assert!(browser.is_signed_in().await);
    let stolen = browser.clone();
    let left = browser.post("/signout", &[("csrf", &token)]).await;
    let url = Url::parse(left.location()).unwrap();
    assert!(url.as_str().starts_with(&format!("{}/oidc/logout?", provider.issuer)));
    let said: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(said["client_id"], CLIENT);
    assert_eq!(said["post_logout_redirect_uri"], "http://127.0.0.1:8081/signed-out");
    assert_eq!(said["id_token_hint"].split('.').count(), 3);
    assert!(!browser.has_session());
    assert!(browser.get("/signed-out").await.text.contains("Se ha desconectado"));
    assert!(
        !stolen.clone().is_signed_in().await,
        "a copy of the cookie is worth nothing afterwards"
    );
}

// REQ-SITE-04
#[tokio::test]
async fn signing_out_does_not_need_the_provider() {
    let provider = Provider::start().await;
    let mut browser = Browser::new(&provider.site());
    browser.sign_in(&provider, "/signin").await.location();
    let token = csrf(&browser.get("/").await.text);
    provider.told().down = true;
    // Kept alive past the hour for which what the provider publishes is known.
    for _ in 0..2 {
        provider.clock.advance(Duration::from_secs(1900));
        assert!(browser.is_signed_in().await);
    }
    assert_eq!(
        browser.post("/signout", &[("csrf", &token)]).await.location(),
        "/signed-out"
    );
    assert!(!browser.has_session());
}

// REQ-SITE-04
#[tokio::test]
async fn an_hour_without_use_ends_a_session() {
    let provider = Provider::start().await;
    let mut browser = Browser::new(&provider.site());
    browser.sign_in(&provider, "/signin").await.location();
    provider.clock.advance(Duration::from_secs(3599));
    assert!(browser.is_signed_in().await);
    provider.clock.advance(Duration::from_secs(3600));
    assert!(!browser.is_signed_in().await);
}

// REQ-SITE-04
#[tokio::test]
async fn a_logout_token_ends_the_session_that_it_names() {
    let provider = Provider::start().await;
    let mut browser = Browser::new(&provider.site());
    browser.sign_in(&provider, "/signin").await.location();
    let mut other = logout_claims(&provider, "j0");
    other["sid"] = json!("s2");
    assert_eq!(send(&browser, &provider.sign(&other)).await, 200);
    assert!(browser.is_signed_in().await, "another session of hers");
    provider.told().header = json!({ "typ": "logout+jwt" });
    let token = provider.sign(&logout_claims(&provider, "j1"));
    assert_eq!(send(&browser, &token).await, 200);
    assert!(!browser.is_signed_in().await);
    assert_eq!(send(&browser, &token).await, 400, "once");
}

// REQ-SITE-04
#[tokio::test]
async fn a_session_that_ended_meanwhile_is_not_opened() {
    let provider = Provider::start().await;
    let mut browser = Browser::new(&provider.site());
    let asked = browser.begin(&provider, "/signin").await;
    assert_eq!(
        send(&browser, &provider.sign(&logout_claims(&provider, "j"))).await,
        200
    );
    browser.answer(&provider, &asked).await.fails("ended");
    assert!(!browser.has_session());
}

// REQ-SITE-04
#[tokio::test]
async fn a_token_that_is_no_logout_token_ends_nothing() {
    let provider = Provider::start().await;
    let mut browser = Browser::new(&provider.site());
    browser.sign_in(&provider, "/signin").await.location();
    let now = START.as_secs();
    for change in [
        json!({ "iss": "https://evil.example" }),
        json!({ "aud": "another-site" }),
        json!({ "iat": now - 400 }),
        json!({ "iat": now + 400 }),
        json!({ "iat": null }),
        json!({ "exp": now - 1 }),
        json!({ "nonce": "n" }),
        json!({ "events": null }),
        json!({ "events": {} }),
        json!({ "events": { EVENT: [] } }),
        json!({ "sub": null, "sid": null }),
        json!({ "jti": null }),
        json!({ "jti": "" }),
    ] {
        let mut claims = logout_claims(&provider, "j");
        merge(&mut claims, &change);
        assert_eq!(send(&browser, &provider.sign(&claims)).await, 400, "{change}");
    }
    let good = logout_claims(&provider, "j");
    for header in [
        json!({ "alg": "none" }),
        json!({ "alg": "HS256" }),
        json!({ "alg": "ES384" }),
        json!({ "kid": "unknown" }),
        json!({ "kid": null }),
        json!({ "typ": "at+jwt" }),
        json!({ "crit": ["exp"] }),
    ] {
        provider.told().header = header.clone();
        let token = provider.sign(&good);
        assert_eq!(send(&browser, &token).await, 400, "{header}");
    }
    provider.told().header = json!({});
    provider.told().key = key(9);
    assert_eq!(send(&browser, &provider.sign(&good)).await, 400, "another key");
    let signed = provider.sign(&good);
    let unsigned = signed.rsplit_once('.').unwrap().0;
    let long = "a".repeat(9000);
    for rubbish in ["", "a.b.c", "a.b", "....", unsigned, &format!("{unsigned}."), &long] {
        assert_eq!(send(&browser, rubbish).await, 400);
    }
    assert_eq!(browser.another().post("/backchannel-logout", &[]).await.status, 400);
    assert!(browser.is_signed_in().await);
}
