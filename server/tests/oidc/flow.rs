//! What a site and a citizen see of it.

use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_server::testing::{ANA, LUIS, TestBrowser, TestDevice};
use aldaba_store::{Backend, StoreError, persons};
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

use super::stage::{CHALLENGE, HOME, OTHER, Stage, location, parameter, screen};
use crate::certificates::pki::{Authority, Files};

on_both!(
    a_citizen_signs_in_at_a_site,
    the_citizen_sees_what_goes_to_whom_before_the_first_time,
    no_is_told_to_the_site,
    a_pushed_request_carries_nothing_through_the_browser,
    a_form_of_the_sites_own_does_as_well,
    claims_go_where_they_were_asked_for_and_to_whom_they_may,
    one_session_serves_every_site_at_its_level,
    a_session_that_is_too_low_steps_up_and_its_sites_go_on,
    a_way_that_the_site_does_not_admit_is_not_recommended,
    a_way_that_its_owner_switched_off_is_not_recommended,
    another_person_ends_the_session_before,
    two_windows_do_not_mix_up_their_sites,
);

// REQ-OIDC-01, REQ-OIDC-08, REQ-OIDC-23, REQ-OIDC-24
async fn a_citizen_signs_in_at_a_site(backend: Backend) {
    let stage = Stage::new(backend).await;
    let (server, mut device) = (&stage.server, TestDevice::activate(&stage.server, &ANA).await);
    let mut browser = TestBrowser::default();
    let came = stage
        .come(&mut browser, "sede", &[("procedure", Some("padron"))])
        .await
        .expect(303);
    assert_eq!(location(&came), "/signin?site=sede&procedure=padron");
    let cookie = came
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|value| value.to_str().unwrap());
    assert!(cookie.into_iter().any(|cookie| {
        cookie.starts_with("__Host-aldaba_authorization=")
            && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure")
    }));
    let page = stage.follow(&mut browser, came).await.expect(200);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("form-action 'self' https:;"), "{policy}");
    server.wait(3);
    let asked = stage.identify(&mut browser, &mut device, &ANA).await.expect(200);
    assert_eq!(screen(&asked), "consent");
    // Its logo, and nothing else of another site, may be shown there.
    assert!(
        asked
            .text()
            .contains("src=\"https://sede.example/logo.svg?v=2\" alt=\"\"")
    );
    let policy = asked.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("img-src 'self' data: https://sede.example/logo.svg;"),
        "{policy}"
    );
    let signed_in_at = server.app.now().as_secs();
    server.wait(20);
    let ended = location(&stage.agree(&mut browser).await);
    assert!(
        !browser.cookies.contains_key("__Host-aldaba_authorization"),
        "nothing is open any more"
    );
    let code = parameter(&ended, "code").unwrap();
    assert_eq!(
        ended,
        format!("{HOME}?code={code}&state=the+state&iss=https%3A%2F%2Fpin.example")
    );
    assert_eq!(code.len(), 64);
    let answer = stage.redeem("sede", &code, &[]).await.expect(200);
    assert_eq!(
        (&answer.headers["cache-control"], &answer.headers["pragma"]),
        (&"no-store".parse().unwrap(), &"no-cache".parse().unwrap())
    );
    let tokens: Value = answer.json();
    assert_eq!(
        (tokens["token_type"].as_str(), tokens["expires_in"].as_u64()),
        (Some("Bearer"), Some(600))
    );
    assert_eq!(tokens["scope"], "openid profile document");
    assert_eq!(tokens.as_object().unwrap().len(), 5, "no refresh token");
    let claims = stage.claims(&tokens).await;
    let now = server.app.now().as_secs();
    let expected = json!({
        "iss": "https://pin.example", "aud": "sede", "sub": claims["sub"], "sid": claims["sid"], "at_hash": claims["at_hash"],
        "exp": now + 300, "iat": now, "auth_time": signed_in_at, "nonce": "the-nonce",
        "acr": "http://eidas.europa.eu/LoA/substantial", "amr": ["otp", "swk"],
    });
    assert_eq!(claims, expected);
    let told: Value = stage
        .userinfo(tokens["access_token"].as_str().unwrap())
        .await
        .expect(200)
        .json();
    let expected = json!({
        "sub": claims["sub"], "name": ANA.name, "given_name": "Ana", "family_name": "García Ruiz", "document": ANA.document,
    });
    assert_eq!(told, expected);
    // Another time the citizen is known by the same name, elsewhere by another.
    let again = stage.tokens(&mut browser, &mut device, "sede", &[]).await;
    assert_eq!(stage.claims(&again).await["sub"], claims["sub"]);
    assert_eq!(stage.claims(&again).await["sid"], claims["sid"], "one session");
    let elsewhere = stage.tokens(&mut browser, &mut device, "otra", &[]).await;
    let there = stage.claims(&elsewhere).await;
    assert!(there["sub"] != claims["sub"] && there["sid"] != claims["sid"]);
    aldaba_store::audit::verify(server.app.store()).await.unwrap();
}

// REQ-OIDC-22
async fn the_citizen_sees_what_goes_to_whom_before_the_first_time(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let came = stage
        .come(&mut browser, "sede", &[("scope", Some("openid document"))])
        .await;
    stage.follow(&mut browser, came).await;
    let page = stage.identify(&mut browser, &mut device, &ANA).await.expect(200).text();
    for text in [
        "Sede sede",
        "sede.example",
        "DNI o NIE",
        ANA.document,
        "Avanzado",
        "PIN, visto en su app. 15 de enero de 2027, 09:00",
        "Ha entrado como Ana García Ruiz.",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(!page.contains("Apellidos"), "not what is not asked for");
    // An answer to another question is the question once more.
    for wrong in [
        ("claims", "document given_name"),
        ("session", "x"),
        ("decision", "perhaps"),
    ] {
        let mut other = browser.clone();
        let mut fields = vec![("decision", "yes")];
        fields.retain(|(name, _)| *name != wrong.0);
        fields.push(wrong);
        let again = other.post(&stage.server, "/oidc/consent", &fields).await.expect(200);
        assert_eq!(screen(&again), "consent");
    }
    stage.agree(&mut browser).await;
    // Remembered; more than that is asked for again, and so is `prompt=consent`.
    let silent = stage
        .come(&mut browser, "sede", &[("scope", Some("openid document"))])
        .await
        .expect(303);
    assert!(parameter(&location(&silent), "code").is_some());
    for changes in [
        [("scope", Some("openid document profile"))],
        [("prompt", Some("consent"))],
    ] {
        let mut other = browser.clone();
        let came = stage.come(&mut other, "sede", &changes).await;
        assert_eq!(screen(&stage.follow(&mut other, came).await), "consent");
    }
}

// REQ-OIDC-09
async fn no_is_told_to_the_site(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let denied = format!(
        "{HOME}?error=access_denied&error_description=the+citizen+said+no&state=the+state&iss=https%3A%2F%2Fpin.example"
    );
    let mut browser = TestBrowser::default();
    let came = stage.come(&mut browser, "sede", &[]).await;
    let page = stage.follow(&mut browser, came).await.text();
    assert!(page.contains("action=\"/oidc/cancel\"") && page.contains("Cancelar y volver al sitio"));
    let no = browser
        .clone()
        .post(&stage.server, "/oidc/cancel", &[])
        .await
        .expect(303);
    assert_eq!(location(&no), denied);
    // It is over: signing in leads nowhere.
    let over = stage.identify(&mut browser, &mut device, &ANA).await;
    assert_eq!(location(&over), "https://sede.example/entrar");
    let came = stage.come(&mut browser, "sede", &[]).await;
    assert_eq!(screen(&stage.follow(&mut browser, came).await), "consent");
    let no = browser
        .post(&stage.server, "/oidc/consent", &[("decision", "no")])
        .await
        .expect(303);
    assert_eq!(location(&no), denied);
    let gone = browser.get(&stage.server, "/oidc/continue?site=sede").await.expect(404);
    assert_eq!(gone.code(), "authorization_unknown");
}

// REQ-OIDC-10
async fn a_pushed_request_carries_nothing_through_the_browser(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let answer = stage.push("sede", &[("procedure", Some("tributos"))]).await.expect(201);
    assert_eq!(answer.headers["cache-control"], "no-store");
    let pushed: Value = answer.json();
    assert_eq!(pushed["expires_in"], 60);
    let uri = pushed["request_uri"].as_str().unwrap();
    assert!(uri.starts_with("urn:ietf:params:oauth:request_uri:") && uri.len() == 98);
    let address = |client: &str| {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("client_id", client),
                ("request_uri", uri),
                ("state", "another"),
                ("redirect_uri", "https://evil.example/"),
            ])
            .finish();
        format!("/oidc/authorize?{query}")
    };
    let stolen = TestBrowser::default()
        .get(&stage.server, &address("otra"))
        .await
        .expect(400);
    assert_eq!(
        (stolen.code().as_str(), stolen.headers.contains_key("location")),
        ("invalid_request_uri", false)
    );
    let mut browser = TestBrowser::default();
    let came = browser.get(&stage.server, &address("sede")).await.expect(303);
    assert_eq!(location(&came), "/signin?site=sede&procedure=tributos");
    TestBrowser::default()
        .get(&stage.server, &address("sede"))
        .await
        .expect(400);
    let again = browser.get(&stage.server, &address("sede")).await.expect(303);
    stage.follow(&mut browser, again).await;
    stage.identify(&mut browser, &mut device, &ANA).await;
    let ended = location(&stage.agree(&mut browser).await);
    assert_eq!(
        parameter(&ended, "state").as_deref(),
        Some("the state"),
        "what was pushed counts, not what came along"
    );
    browser.get(&stage.server, &address("sede")).await.expect(400);
    let late: Value = stage.push("sede", &[]).await.expect(201).json();
    stage.server.wait(60);
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("client_id", "sede"),
            ("request_uri", late["request_uri"].as_str().unwrap()),
        ])
        .finish();
    browser
        .get(&stage.server, &format!("/oidc/authorize?{query}"))
        .await
        .expect(400);
}

// REQ-OIDC-01
async fn a_form_of_the_sites_own_does_as_well(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    stage.sign_in(&mut browser, &mut device, "sede", &[]).await;
    let before = browser.cookies.clone();
    // As another site's page sends it: without this server's cookies.
    let request = Request::post("/oidc/authorize")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "https://sede.example")
        .header("sec-fetch-site", "cross-site")
        .body(Body::from(Stage::query("sede", &[])))
        .unwrap();
    let answer = stage.server.send(request).await.expect(303);
    assert!(
        !answer.headers.contains_key("set-cookie"),
        "the browser's own cookies stay"
    );
    let ended = stage.follow(&mut browser, answer).await.expect(303);
    assert!(parameter(&location(&ended), "code").is_some(), "the session counts");
    assert_eq!(
        before["__Host-aldaba_session"],
        browser.cookies["__Host-aldaba_session"]
    );
}

// REQ-OIDC-22
async fn claims_go_where_they_were_asked_for_and_to_whom_they_may(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let claims = r#"{"id_token":{"document":{"essential":true}},"userinfo":{"given_name":null,"email":null}}"#;
    let changes = [("scope", Some("openid")), ("claims", Some(claims))];
    let tokens = stage.tokens(&mut browser, &mut device, "sede", &changes).await;
    assert_eq!(tokens["scope"], "openid");
    let claims = stage.claims(&tokens).await;
    assert_eq!(
        (claims["document"].as_str(), claims.get("given_name")),
        (Some(ANA.document), None)
    );
    let told: Value = stage
        .userinfo(tokens["access_token"].as_str().unwrap())
        .await
        .expect(200)
        .json();
    assert_eq!(told, json!({ "sub": claims["sub"], "given_name": "Ana" }));
    // A site that is entitled to nothing learns nothing, whatever it asks for.
    let tokens = stage
        .tokens(&mut browser, &mut device, "otra", &[("claims", changes[1].1)])
        .await;
    assert_eq!(tokens["scope"], "openid");
    assert_eq!(stage.claims(&tokens).await.get("document"), None);
    let told: Value = stage
        .userinfo(tokens["access_token"].as_str().unwrap())
        .await
        .expect(200)
        .json();
    assert_eq!(told.as_object().unwrap().len(), 1);
}

// REQ-OIDC-20
async fn one_session_serves_every_site_at_its_level(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    stage.sign_in(&mut browser, &mut device, "sede", &[]).await;
    let came = stage.come(&mut browser, "otra", &[]).await;
    let page = stage.follow(&mut browser, came).await.expect(200);
    assert_eq!(screen(&page), "consent", "nobody signs in again");
    let ended = location(&stage.agree(&mut browser).await);
    assert!(
        ended.starts_with("https://otra.example/vuelta?site=otra&code="),
        "{ended}"
    );
    assert_eq!(OTHER.len() + 6, ended.find("code=").unwrap() + 5);
    // Another browser has no part in it.
    let mut stranger = TestBrowser::default();
    let came = stage.come(&mut stranger, "otra", &[]).await;
    assert_eq!(screen(&stage.follow(&mut stranger, came).await), "signin");
}

/// A browser in which Ana has signed in at the lowest level, for a site that asks for no more.
async fn signed_in_low(stage: &Stage, device: &TestDevice) -> TestBrowser {
    let mut browser = TestBrowser::default();
    let came = stage.come(&mut browser, "otra", &[]).await;
    stage.follow(&mut browser, came).await;
    stage.identify_low(&mut browser, device, &ANA).await;
    browser
}

/// The page of the step up, where that browser comes for what needs a higher level.
async fn asked_for_more(stage: &Stage, browser: &mut TestBrowser) -> String {
    let came = stage.come(browser, "sede", &[("procedure", Some("tributos"))]).await;
    let page = stage.follow(browser, came).await.expect(200);
    assert_eq!(screen(&page), "step-up");
    page.text()
}

// REQ-OIDC-20, REQ-OIDC-21
async fn a_session_that_is_too_low_steps_up_and_its_sites_go_on(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = signed_in_low(&stage, &device).await;
    let ended = location(&stage.agree(&mut browser).await);
    let low: Value = stage
        .redeem("otra", &parameter(&ended, "code").unwrap(), &[])
        .await
        .expect(200)
        .json();
    assert_eq!(stage.claims(&low).await["acr"], Level::Low.acr());
    let text = asked_for_more(&stage, &mut browser).await;
    assert!(
        text.contains("Ha entrado con nivel Básico") && text.contains("pide el nivel Avanzado"),
        "{text}"
    );
    // A PIN that a desktop shows would be too low once more: the way that reaches it, whatever the device, comes first.
    let bound = "/signin/bound?site=sede&procedure=tributos";
    let link = format!(
        "href=\"{}\">Usar un PIN para esta página</a>",
        bound.replace('&', "&#38;")
    );
    let other = text.find("Elegir otra forma").expect("the others are there too");
    assert!(text.find(&link).is_some_and(|at| at < other), "{text}");
    browser.get(&stage.server, bound).await.expect(200);
    let form = browser
        .get(&stage.server, "/signin?site=sede&procedure=tributos")
        .await
        .expect(200)
        .text();
    assert!(
        !form.contains("value=\"self_generated\""),
        "only what reaches it is offered"
    );
    stage.identify(&mut browser, &mut device, &ANA).await;
    let ended = location(&stage.agree(&mut browser).await);
    let high: Value = stage
        .redeem("sede", &parameter(&ended, "code").unwrap(), &[])
        .await
        .expect(200)
        .json();
    assert_eq!(stage.claims(&high).await["acr"], Level::Substantial.acr());
    // The site of the lower session goes on, is told of no end, and is told of the end of the higher one.
    stage.userinfo(low["access_token"].as_str().unwrap()).await.expect(200);
    assert!(stage.told().await.is_empty());
    let csrf = browser.get(&stage.server, "/signin?site=sede").await.expect(200);
    drop(csrf);
    browser.post(&stage.server, "/signout", &[]).await.expect(303);
    let told: Vec<String> = stage.told().await.into_iter().map(|(site, _)| site).collect();
    assert_eq!(told, ["otra", "sede"]);
    stage.userinfo(low["access_token"].as_str().unwrap()).await.expect(401);
}

// REQ-OIDC-20
async fn a_way_that_the_site_does_not_admit_is_not_recommended(backend: Backend) {
    let stage = Stage::with(backend, |config| {
        config.relying_parties[0].methods = vec![Method::Incoming, Method::SelfGenerated];
    })
    .await;
    let device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = signed_in_low(&stage, &device).await;
    let text = asked_for_more(&stage, &mut browser).await;
    assert!(
        text.contains("Elegir cómo identificarse") && text.contains("un ordenador no lo hace"),
        "{text}"
    );
    assert!(
        !text.contains("/signin/bound") && !text.contains("PIN para esta página"),
        "{text}"
    );
}

// REQ-OIDC-20, REQ-ACC-03
async fn a_way_that_its_owner_switched_off_is_not_recommended(backend: Backend) {
    let authority = Authority::root("AC Personas de Prueba");
    let files = Files::new(&[&authority]);
    let stage = Stage::with(backend, |config| config.certificates = Some(files.settings())).await;
    let device = TestDevice::activate(&stage.server, &ANA).await;
    let ana = stage.server.person(&ANA).await;
    let browser = signed_in_low(&stage, &device).await;
    let bound = ("/signin/bound", "El PIN para esta página lo alcanza");
    let certificate = ("/signin/certificate", "Un certificado electrónico lo alcanza");
    for (off, recommended) in [
        (vec![], vec![bound, certificate]),
        (vec![Method::PageBound], vec![certificate]),
        (vec![Method::Certificate], vec![bound]),
        (vec![Method::PageBound, Method::Certificate], vec![]),
    ] {
        let chosen = off.clone();
        let done = stage.server.app.store().write::<_, StoreError, _>(move |tx| {
            Box::pin(async move { persons::choose_methods(tx, &ana, &[], &chosen).await })
        });
        assert!(done.await.unwrap());
        let mut browser = browser.clone();
        let text = asked_for_more(&stage, &mut browser).await;
        for way @ (path, how) in [bound, certificate] {
            assert_eq!(text.contains(how), recommended.contains(&way), "{off:?}: {text}");
            let is_first = recommended.first() == Some(&way);
            assert_eq!(text.contains(&format!("href=\"{path}?")), is_first, "{off:?}: {text}");
        }
    }
}

// REQ-OIDC-21
async fn another_person_ends_the_session_before(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut his = TestDevice::activate(&stage.server, &LUIS).await;
    let mut browser = TestBrowser::default();
    let hers = stage.tokens(&mut browser, &mut device, "sede", &[]).await;
    let sid = stage.claims(&hers).await["sid"].as_str().unwrap().to_owned();
    let came = stage
        .come(&mut browser, "sede", &[("prompt", Some("select_account"))])
        .await;
    assert_eq!(screen(&stage.follow(&mut browser, came).await), "signin");
    let page = stage.identify(&mut browser, &mut his, &LUIS).await.expect(200).text();
    assert!(
        page.contains(LUIS.name) && page.contains(LUIS.document),
        "consent is a person's"
    );
    assert_eq!(stage.told().await, [("sede".to_owned(), sid)]);
    stage.userinfo(hers["access_token"].as_str().unwrap()).await.expect(401);
}

async fn two_windows_do_not_mix_up_their_sites(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let first = stage.come(&mut browser, "sede", &[("state", Some("one"))]).await;
    let second = stage.come(&mut browser, "otra", &[("state", Some("two"))]).await;
    stage.follow(&mut browser, second).await;
    stage.identify(&mut browser, &mut device, &ANA).await;
    let ended = location(&stage.agree(&mut browser).await);
    assert_eq!(parameter(&ended, "state").as_deref(), Some("two"));
    assert!(ended.starts_with(OTHER));
    let site = location(&first).replace("/signin", "/oidc/continue");
    let page = browser.get(&stage.server, &site).await.expect(200);
    assert_eq!(screen(&page), "consent");
    let ended = location(&stage.agree(&mut browser).await);
    assert_eq!(parameter(&ended, "state").as_deref(), Some("one"));
    assert!(ended.starts_with(HOME) && CHALLENGE.len() == 43);
}
