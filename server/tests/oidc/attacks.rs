//! What strangers, other sites and other browsers try.

use aldaba_core::random::{Random, SeededRandom, below};
use aldaba_server::testing::{ANA, TestBrowser, TestDevice, TestServer};
use aldaba_store::Backend;
use sea_orm::ConnectionTrait;
use serde_json::Value;

use super::stage::{CHALLENGE, HOME, OTHER, Stage, VERIFIER, location, parameter, screen};

on_both!(
    five_hundred_bent_redirect_uris_are_refused,
    a_code_is_good_once_and_its_replay_ends_everything,
    a_code_that_comes_wrongly_is_of_no_use_afterwards,
    of_many_redemptions_at_once_one_wins,
    nothing_of_one_site_is_good_at_another,
    an_answer_says_whose_it_is,
    a_sign_in_belongs_to_its_browser,
    a_planted_session_is_worth_nothing,
    answers_come_only_from_pages_that_were_shown,
    no_page_can_be_framed_or_kept,
    nothing_secret_is_in_an_address_or_a_log_of_the_database,
);

// REQ-OIDC-02
async fn five_hundred_bent_redirect_uris_are_refused(backend: Backend) {
    let stage = Stage::new(backend).await;
    let random = SeededRandom::new(77);
    let mut tried = std::collections::BTreeSet::new();
    while tried.len() < 500 {
        let bent = bend(&random);
        if bent == HOME || bent == format!("{HOME}?x=1") || !tried.insert(bent.clone()) {
            continue;
        }
        let answer = stage
            .come(&mut TestBrowser::default(), "sede", &[("redirect_uri", Some(&bent))])
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.headers.contains_key("location")),
            (400, false),
            "{bent}"
        );
    }
}

fn bend(random: &dyn Random) -> String {
    let mut text: Vec<char> = HOME.chars().collect();
    let at = below(text.len() as u32, random) as usize;
    let any = char::from(32 + below(95, random) as u8);
    match below(12, random) {
        0 => text[at] = any,
        1 => text.insert(at, any),
        2 => drop(text.remove(at)),
        3 => text.reverse(),
        4 => text.truncate(at),
        5 => text[at] = text[at].to_ascii_uppercase(),
        6 => text.splice(at..at, "/../".chars()).for_each(drop),
        7 => text.extend(["#", "?", "&x", "/", "%00", ".evil.example", "?x=2", " "][below(8, random) as usize].chars()),
        8 => text
            .splice(
                0..8,
                ["http://", "//", "javascript:", "https:"][below(4, random) as usize].chars(),
            )
            .for_each(drop),
        9 => text
            .splice(
                8..8,
                ["evil.example@", "evil.example/", "x."][below(3, random) as usize].chars(),
            )
            .for_each(drop),
        10 => text.insert(at, ['\u{200b}', 'е', '\u{ff0f}', '\n'][below(4, random) as usize]),
        _ => text
            .splice(at..=at, format!("%{:02x}", text[at] as u32).chars())
            .for_each(drop),
    }
    text.into_iter().collect()
}

async fn audit_kinds(server: &TestServer) -> Vec<String> {
    let connection = server.database.connect().await.unwrap();
    let sql = "SELECT kind FROM audit WHERE kind LIKE 'authorization.%' ORDER BY at, kind";
    let rows = connection
        .query_all_raw(sea_orm::Statement::from_string(connection.get_database_backend(), sql))
        .await
        .unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

// REQ-OIDC-12
async fn a_code_is_good_once_and_its_replay_ends_everything(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let code = stage.code(&mut browser, &mut device, "sede", &[]).await;
    let tokens: Value = stage.redeem("sede", &code, &[]).await.expect(200).json();
    let token = tokens["access_token"].as_str().unwrap();
    stage.userinfo(token).await.expect(200);
    stage.server.wait(1);
    let again = stage.redeem("sede", &code, &[]).await.expect(400);
    assert!(again.text().contains("\"invalid_grant\""));
    stage.userinfo(token).await.expect(401);
    stage.redeem("sede", &code, &[]).await.expect(400);
    assert_eq!(
        audit_kinds(&stage.server).await,
        ["authorization.granted", "authorization.replayed"]
    );
    // The site that was given it is told of the session's end all the same.
    let csrf = browser.get(&stage.server, "/signin?site=sede").await;
    drop(csrf);
    browser.post(&stage.server, "/signout", &[]).await.expect(303);
    assert_eq!(stage.told().await.len(), 1);
}

// REQ-OIDC-06, REQ-OIDC-11
async fn a_code_that_comes_wrongly_is_of_no_use_afterwards(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let other_verifier = "eBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    for wrong in [
        ("code_verifier", Some(other_verifier)),
        // The challenge itself, as `plain` would have it.
        ("code_verifier", Some(CHALLENGE)),
        ("code_verifier", Some("short")),
        ("redirect_uri", Some("https://sede.example/vuelta?x=1")),
        ("redirect_uri", Some("https://sede.example/vuelta/")),
    ] {
        let code = stage.code(&mut browser, &mut device, "sede", &[]).await;
        let refused = stage.redeem("sede", &code, &[wrong]).await.expect(400);
        assert!(refused.text().contains("\"invalid_grant\""), "{wrong:?}");
        stage.redeem("sede", &code, &[]).await.expect(400);
    }
    // Too late by a second, and in time.
    let code = stage.code(&mut browser, &mut device, "sede", &[]).await;
    stage.server.wait(60);
    stage.redeem("sede", &code, &[]).await.expect(400);
    let code = stage.code(&mut browser, &mut device, "sede", &[]).await;
    stage.server.wait(59);
    stage.redeem("sede", &code, &[]).await.expect(200);
    assert_eq!(VERIFIER.len(), 43);
}

// REQ-OIDC-11
async fn of_many_redemptions_at_once_one_wins(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let code = stage.code(&mut TestBrowser::default(), &mut device, "sede", &[]).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", HOME),
        ("code_verifier", VERIFIER),
    ];
    let calls = (0..32).map(|_| stage.call("sede", "/oidc/token", &form)).collect();
    let answers = stage.server.send_all(calls).await;
    let won: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(won.len(), 1);
    let tokens: Value = won[0].json();
    // The others were a second use.
    stage
        .userinfo(tokens["access_token"].as_str().unwrap())
        .await
        .expect(401);
}

// REQ-OIDC-13
async fn nothing_of_one_site_is_good_at_another(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let code = stage.code(&mut browser, &mut device, "sede", &[]).await;
    // The other site shows it as it stands, and with the address that it was made for.
    for changes in [&[][..], &[("redirect_uri", Some(HOME))]] {
        let stolen = stage.redeem("otra", &code, changes).await.expect(400);
        assert!(stolen.text().contains("\"invalid_grant\""));
    }
    stage.redeem("sede", &code, &[]).await.expect(400);
    assert!(
        audit_kinds(&stage.server)
            .await
            .contains(&"authorization.misused".to_owned())
    );
    // Nobody at all shows it.
    let code = stage.code(&mut browser, &mut device, "sede", &[]).await;
    let mut request = stage.call(
        "sede",
        "/oidc/token",
        &[("grant_type", "authorization_code"), ("code", &code)],
    );
    request.headers_mut().remove("authorization");
    stage.server.send(request).await.expect(401);
    let tokens: Value = stage.redeem("sede", &code, &[]).await.expect(200).json();
    // An ID token is no access token, and the other way round; nor is a code.
    let id_token = tokens["id_token"].as_str().unwrap();
    stage.userinfo(id_token).await.expect(401);
    stage.userinfo(&code).await.expect(401);
    stage
        .redeem("sede", tokens["access_token"].as_str().unwrap(), &[])
        .await
        .expect(400);
    assert_eq!(stage.claims(&tokens).await["aud"], "sede");
}

// REQ-OIDC-08
async fn an_answer_says_whose_it_is(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let ended = stage.sign_in(&mut browser, &mut device, "sede", &[]).await;
    let answers = [
        ended,
        location(&stage.come(&mut browser, "sede", &[("scope", Some("x"))]).await),
        location(&stage.come(&mut browser, "otra", &[("prompt", Some("none"))]).await),
    ];
    for answer in &answers {
        assert_eq!(
            parameter(answer, "iss").as_deref(),
            Some("https://pin.example"),
            "{answer}"
        );
        assert_eq!(parameter(answer, "state").as_deref(), Some("the state"), "{answer}");
        assert_eq!(answer.matches("iss=").count(), 1);
    }
    assert!(answers[2].starts_with(OTHER));
    let metadata: Value = stage
        .server
        .get("/.well-known/openid-configuration")
        .await
        .expect(200)
        .json();
    assert_eq!(metadata["issuer"], "https://pin.example");
    assert_eq!(metadata["authorization_response_iss_parameter_supported"], true);
}

// REQ-OIDC-09
async fn a_sign_in_belongs_to_its_browser(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut victim = TestBrowser::default();
    stage.sign_in(&mut victim, &mut device, "sede", &[]).await;
    // A stranger's open request, and the victim's session.
    let mut stranger = TestBrowser::default();
    let came = stage
        .come(&mut stranger, "sede", &[("state", Some("the stranger's"))])
        .await;
    stage.follow(&mut stranger, came).await;
    let answer = victim.get(&stage.server, "/oidc/continue?site=sede").await.expect(404);
    assert!(!answer.headers.contains_key("location"));
    // The victim's open request, and the stranger's browser.
    let came = stage.come(&mut victim, "sede", &[("prompt", Some("consent"))]).await;
    assert_eq!(screen(&stage.follow(&mut victim, came).await), "consent");
    let answer = stranger
        .post(&stage.server, "/oidc/consent", &[("decision", "yes")])
        .await;
    assert!(
        !location(&answer).contains("code="),
        "the stranger's own request goes on, without a session"
    );
    for cookie in ["__Host-aldaba_authorization", "__Host-aldaba_session"] {
        let mut thief = stranger.clone();
        thief.cookies.insert(cookie.to_owned(), "A".repeat(43));
        let answer = thief.get(&stage.server, "/oidc/continue?site=sede").await;
        assert!(
            answer
                .headers
                .get("location")
                .is_none_or(|to| !to.to_str().unwrap().contains("code="))
        );
    }
}

// REQ-OIDC-09
async fn a_planted_session_is_worth_nothing(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let planted = "ab".repeat(32);
    let mut browser = TestBrowser::default();
    browser
        .cookies
        .insert("__Host-aldaba_session".to_owned(), planted.clone());
    let code = stage.code(&mut browser, &mut device, "sede", &[]).await;
    stage.redeem("sede", &code, &[]).await.expect(200);
    assert_ne!(browser.cookies["__Host-aldaba_session"], planted);
    let mut fixed = TestBrowser::default();
    fixed.cookies.insert("__Host-aldaba_session".to_owned(), planted);
    let came = stage.come(&mut fixed, "sede", &[]).await;
    assert_eq!(screen(&stage.follow(&mut fixed, came).await), "signin");
}

// REQ-WEB-03, REQ-OIDC-09
async fn answers_come_only_from_pages_that_were_shown(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let came = stage.come(&mut browser, "sede", &[]).await;
    stage.follow(&mut browser, came).await;
    let asked = stage.identify(&mut browser, &mut device, &ANA).await;
    assert_eq!(screen(&asked), "consent");
    let theirs = TestBrowser::open(&stage.server, "sede").await.hidden["csrf"].clone();
    for path in [
        "/oidc/consent",
        "/oidc/as-i-am",
        "/oidc/cancel",
        "/oidc/logout/confirmed",
    ] {
        for token in ["", "AAAA", &theirs] {
            let mut browser = browser.clone();
            let answer = browser
                .post(&stage.server, path, &[("csrf", token), ("decision", "yes")])
                .await
                .expect(403);
            assert_eq!(
                (answer.code().as_str(), answer.headers.contains_key("location")),
                ("csrf", false)
            );
        }
        let mut request = browser.form(path, &[("decision", "yes")]);
        request
            .headers_mut()
            .insert("origin", "https://evil.example".parse().unwrap());
        stage.server.send(request).await.expect(403);
    }
    assert!(browser.has_session());
    assert!(parameter(&location(&stage.agree(&mut browser).await), "code").is_some());
}

// REQ-OIDC-28
async fn no_page_can_be_framed_or_kept(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let came = stage.come(&mut browser, "sede", &[]).await;
    let mut pages = vec![came.clone(), stage.follow(&mut browser, came).await];
    pages.push(stage.identify(&mut browser, &mut device, &ANA).await);
    pages.push(stage.agree(&mut browser).await);
    pages.push(browser.get(&stage.server, "/oidc/continue?site=sede").await);
    pages.push(browser.get(&stage.server, "/oidc/logout").await);
    pages.push(stage.come(&mut browser, "nadie", &[]).await);
    for page in pages {
        let header = |name: &str| page.headers[name].to_str().unwrap().to_owned();
        assert_eq!(header("x-frame-options"), "DENY");
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"));
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(["same-origin", "no-referrer"].contains(&header("referrer-policy").as_str()));
        assert!(!page.headers.contains_key("access-control-allow-origin"));
    }
}

// REQ-WEB-05, REQ-OPS-01, REQ-STO-02
async fn nothing_secret_is_in_an_address_or_a_log_of_the_database(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let mut addresses = Vec::new();
    let mut answer = stage.come(&mut browser, "sede", &[("procedure", Some("padron"))]).await;
    addresses.push(location(&answer));
    stage.follow(&mut browser, answer).await;
    answer = stage.identify(&mut browser, &mut device, &ANA).await;
    drop(answer);
    let ended = location(&stage.agree(&mut browser).await);
    let code = parameter(&ended, "code").unwrap();
    let tokens: Value = stage.redeem("sede", &code, &[]).await.expect(200).json();
    for address in &addresses {
        let (_, query) = address.split_once('?').unwrap();
        for (name, _) in url::form_urlencoded::parse(query.as_bytes()) {
            assert!(["site", "procedure", "lang"].contains(&name.as_ref()), "{address}");
        }
    }
    let connection = stage.server.database.connect().await.unwrap();
    let mut dump = String::new();
    for sql in [
        "SELECT kind || ' ' || COALESCE(detail, '') FROM audit",
        "SELECT request || ' ' || COALESCE(subject, '') || ' ' || COALESCE(claims, '') FROM authorizations",
    ] {
        let rows = connection
            .query_all_raw(sea_orm::Statement::from_string(connection.get_database_backend(), sql))
            .await
            .unwrap();
        assert!(!rows.is_empty());
        dump.extend(rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()));
    }
    for secret in [
        &code,
        tokens["access_token"].as_str().unwrap(),
        ANA.document,
        "García",
        &browser.cookies["__Host-aldaba_session"],
    ] {
        assert!(!dump.contains(secret), "{secret}");
    }
}
