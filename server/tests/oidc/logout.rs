//! Signing out at a site, here, and everywhere.

use aldaba_server::testing::{ANA, TestBrowser, TestDevice};
use aldaba_store::{Backend, StoreError, sessions};
use axum::body::Body;
use http::Request;

use serde_json::Value;

use super::stage::{GOODBYE, Stage, location, parameter, screen};
use crate::password;

on_both!(
    a_site_signs_its_citizen_out,
    without_a_token_of_this_session_the_citizen_is_asked,
    nobody_is_sent_to_an_address_that_is_not_registered,
    a_form_of_the_sites_own_signs_out_too,
    every_site_of_the_session_is_told_once,
    closing_all_sessions_ends_them_at_every_site,
    a_new_password_ends_what_the_old_one_opened_at_every_site,
);

fn leave(pairs: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    format!("/oidc/logout?{query}")
}

// REQ-OIDC-29
async fn a_site_signs_its_citizen_out(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let tokens = stage.tokens(&mut browser, &mut device, "sede", &[]).await;
    let hint = tokens["id_token"].as_str().unwrap();
    stage.server.wait(1800);
    let stolen = browser.clone();
    let address = leave(&[
        ("id_token_hint", hint),
        ("post_logout_redirect_uri", GOODBYE),
        ("state", "a b"),
    ]);
    let left = browser.get(&stage.server, &address).await.expect(303);
    assert_eq!(location(&left), format!("{GOODBYE}?state=a+b"));
    assert!(!browser.has_session());
    let came = stage
        .come(&mut stolen.clone(), "sede", &[("prompt", Some("none"))])
        .await;
    assert!(
        location(&came).contains("error=login_required"),
        "the session is over, not only its cookie"
    );
    // Once more: there is nothing to end, and the token is ours.
    let left = browser.get(&stage.server, &address).await.expect(303);
    assert_eq!(location(&left), format!("{GOODBYE}?state=a+b"));
    // Without an address the browser stays here.
    let page = browser
        .get(&stage.server, &leave(&[("id_token_hint", hint)]))
        .await
        .expect(200);
    assert_eq!(screen(&page), "logged-out");
}

// REQ-OIDC-29
async fn without_a_token_of_this_session_the_citizen_is_asked(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut other = TestBrowser::default();
    let foreign = stage.tokens(&mut other, &mut device, "sede", &[]).await;
    let foreign = foreign["id_token"].as_str().unwrap();
    let mut browser = TestBrowser::default();
    stage.tokens(&mut browser, &mut device, "sede", &[]).await;
    for pairs in [
        &[][..],
        &[("client_id", "sede")],
        &[
            ("client_id", "sede"),
            ("post_logout_redirect_uri", GOODBYE),
            ("state", "s"),
        ],
        &[("id_token_hint", foreign), ("post_logout_redirect_uri", GOODBYE)],
    ] {
        let mut browser = browser.clone();
        let page = browser.get(&stage.server, &leave(pairs)).await.expect(200);
        assert_eq!(screen(&page), "logout");
        assert!(!page.text().contains(foreign), "the page repeats no token");
        let came = stage.come(&mut browser, "sede", &[("prompt", Some("none"))]).await;
        assert!(location(&came).contains("code="), "nothing has ended by being asked");
    }
    let asked = leave(&[
        ("client_id", "sede"),
        ("post_logout_redirect_uri", GOODBYE),
        ("state", "s"),
    ]);
    let page = browser.get(&stage.server, &asked).await.expect(200);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("form-action 'self' https:;"), "{policy}");
    let left = browser
        .post(&stage.server, "/oidc/logout/confirmed", &[])
        .await
        .expect(303);
    assert_eq!(location(&left), format!("{GOODBYE}?state=s"));
    assert!(!browser.has_session());
}

// REQ-OIDC-30
async fn nobody_is_sent_to_an_address_that_is_not_registered(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let tokens = stage.tokens(&mut browser, &mut device, "sede", &[]).await;
    let hint = tokens["id_token"].as_str().unwrap();
    let access = tokens["access_token"].as_str().unwrap();
    for pairs in [
        &[
            ("id_token_hint", hint),
            ("post_logout_redirect_uri", "https://evil.example/"),
        ][..],
        &[
            ("id_token_hint", hint),
            ("post_logout_redirect_uri", "https://sede.example/adios/"),
        ],
        &[
            ("id_token_hint", hint),
            ("post_logout_redirect_uri", "https://sede.example/vuelta"),
        ],
        &[
            ("id_token_hint", hint),
            ("client_id", "otra"),
            ("post_logout_redirect_uri", GOODBYE),
        ],
        &[("client_id", "otra"), ("post_logout_redirect_uri", GOODBYE)],
        &[("client_id", "nadie")],
        &[("post_logout_redirect_uri", GOODBYE)],
        &[("id_token_hint", "eyJ.e.x"), ("post_logout_redirect_uri", GOODBYE)],
        &[
            ("client_id", "sede"),
            ("post_logout_redirect_uri", GOODBYE),
            ("post_logout_redirect_uri", GOODBYE),
        ],
    ] {
        let answer = browser.get(&stage.server, &leave(pairs)).await.expect(400);
        assert!(!answer.headers.contains_key("location"), "{pairs:?}");
    }
    browser
        .get(&stage.server, &leave(&[("client_id", "sede")]))
        .await
        .expect(200);
    // A token that does not verify, for one whose key is long gone, says nothing: the citizen is asked.
    for vain in [("id_token_hint", "eyJ.e.x"), ("logout_hint", "of-another-session")] {
        let asked = leave(&[vain, ("client_id", "sede"), ("post_logout_redirect_uri", GOODBYE)]);
        let page = browser.get(&stage.server, &asked).await.expect(200);
        assert_eq!(screen(&page), "logout", "{vain:?}");
    }
    let bent = [("post_logout_redirect_uri", "https://evil.example/")];
    browser
        .post(&stage.server, "/oidc/logout/confirmed", &bent)
        .await
        .expect(400);
    stage.userinfo(access).await.expect(200);
}

async fn other_browser(stage: &Stage, address: &str) -> aldaba_server::testing::Answer {
    TestBrowser::default().get(&stage.server, address).await.expect(200)
}

// REQ-OIDC-29, REQ-WEB-05
async fn a_form_of_the_sites_own_signs_out_too(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let tokens = stage.tokens(&mut browser, &mut device, "sede", &[]).await;
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("id_token_hint", tokens["id_token"].as_str().unwrap()),
            ("post_logout_redirect_uri", GOODBYE),
        ])
        .finish();
    let request = Request::post("/oidc/logout").header("content-type", "application/x-www-form-urlencoded");
    let answer = stage
        .server
        .send(request.body(Body::from(body)).unwrap())
        .await
        .expect(303);
    assert!(!answer.headers.contains_key("set-cookie"));
    let to = location(&answer);
    assert!(parameter(&to, "id_token_hint").is_none(), "{to}");
    assert_eq!(
        screen(&other_browser(&stage, &to).await),
        "logout",
        "it ends no other session"
    );
    let left = browser.get(&stage.server, &location(&answer)).await.expect(303);
    assert_eq!(location(&left), GOODBYE);
    assert!(!browser.has_session());
}

// REQ-OIDC-31
async fn every_site_of_the_session_is_told_once(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let sede = stage.tokens(&mut browser, &mut device, "sede", &[]).await;
    stage.tokens(&mut browser, &mut device, "sede", &[]).await;
    let otra = stage.tokens(&mut browser, &mut device, "otra", &[]).await;
    // A code that nobody redeemed: that site knows of no session.
    let mut other = TestBrowser::default();
    stage.code(&mut other, &mut device, "sede", &[]).await;
    assert!(stage.told().await.is_empty());
    let address = leave(&[("id_token_hint", sede["id_token"].as_str().unwrap())]);
    browser.get(&stage.server, &address).await.expect(200);
    let sid = async |tokens| stage.claims(tokens).await["sid"].as_str().unwrap().to_owned();
    let expected = [
        ("otra".to_owned(), sid(&otra).await),
        ("sede".to_owned(), sid(&sede).await),
    ];
    assert_eq!(stage.told().await, expected);
    for tokens in [&sede, &otra] {
        stage
            .userinfo(tokens["access_token"].as_str().unwrap())
            .await
            .expect(401);
    }
    other.get(&stage.server, "/signin?site=sede").await.expect(200);
    other.post(&stage.server, "/signout", &[]).await.expect(303);
    assert_eq!(stage.told().await, expected);
}

// REQ-PWD-09, REQ-OIDC-31
async fn a_new_password_ends_what_the_old_one_opened_at_every_site(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    password::create(&stage.server, &ANA, password::WORDS).await;
    let mut browser = TestBrowser::default();
    let came = stage.come(&mut browser, "sede", &[]).await;
    stage.follow(&mut browser, came).await;
    browser
        .get(&stage.server, "/signin/password?site=sede")
        .await
        .expect(200);
    let typed = [("document", ANA.document), ("password", password::WORDS)];
    let answer = browser
        .post(&stage.server, "/signin/password", &typed)
        .await
        .expect(303);
    stage.follow(&mut browser, answer).await;
    let code = parameter(&location(&stage.agree(&mut browser).await), "code").unwrap();
    let by_password: Value = stage.redeem("sede", &code, &[]).await.expect(200).json();
    let mut other = TestBrowser::default();
    let by_device = stage.tokens(&mut other, &mut device, "otra", &[]).await;

    let mut changer = TestBrowser::default();
    changer.get(&stage.server, "/password/change").await.expect(200);
    let fields = [
        ("document", ANA.document),
        ("password", password::WORDS),
        ("new_password", password::OTHER),
        ("new_password_again", password::OTHER),
    ];
    changer
        .post(&stage.server, "/password/change", &fields)
        .await
        .expect(303);
    let sid = stage.claims(&by_password).await["sid"].as_str().unwrap().to_owned();
    assert_eq!(stage.told().await, [("sede".to_owned(), sid)]);
    let token = |tokens: &Value| tokens["access_token"].as_str().unwrap().to_owned();
    stage.userinfo(&token(&by_password)).await.expect(401);
    stage.userinfo(&token(&by_device)).await.expect(200);
}

// REQ-OIDC-14, REQ-OIDC-31
async fn closing_all_sessions_ends_them_at_every_site(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let (mut one, mut other) = (TestBrowser::default(), TestBrowser::default());
    let first = stage.tokens(&mut one, &mut device, "sede", &[]).await;
    let second = stage.tokens(&mut other, &mut device, "otra", &[]).await;
    let code = stage.code(&mut one, &mut device, "sede", &[]).await;
    let (person, now) = (stage.server.person(&ANA).await, stage.server.app.now());
    // As the page of open sessions does, and any command or node that knows nothing of OpenID Connect.
    let ended = stage
        .server
        .app
        .store()
        .write::<_, StoreError, _>(move |tx| Box::pin(async move { sessions::end_all(tx, &person, now).await }));
    assert_eq!(ended.await.unwrap(), 2);
    for tokens in [&first, &second] {
        stage
            .userinfo(tokens["access_token"].as_str().unwrap())
            .await
            .expect(401);
    }
    stage.redeem("sede", &code, &[]).await.expect(400);
    let told: Vec<String> = stage.told().await.into_iter().map(|(site, _)| site).collect();
    assert_eq!(told, ["otra", "sede"]);
}
