//! What a site may ask of a sign-in: anew, silently, at a level, by a method, in a language, of one person.

use aldaba_core::level::Level;
use aldaba_server::testing::{ANA, Answer, LUIS, TestBrowser, TestDevice};
use aldaba_store::Backend;

use super::stage::{Stage, location, parameter, screen};
use crate::password::create;

on_both!(
    prompt_and_max_age_are_kept,
    without_interaction_no_page_is_shown,
    what_the_site_asks_narrows_the_pages,
    an_essential_acr_is_answered_with_one_of_those,
    what_was_agreed_to_for_one_procedure_is_not_forgotten_for_another,
    what_nobody_can_reach_here_is_told_to_the_site,
    a_wished_level_keeps_nobody_out,
    a_wished_level_closes_no_way,
    who_is_signed_in_goes_on_as_they_are_once,
    of_wished_levels_the_first_that_is_reachable_counts,
    the_language_of_the_site_is_spoken_unless_the_citizen_chose,
    only_the_person_of_the_hint_will_do,
);

// REQ-OIDC-16, REQ-OIDC-17
async fn prompt_and_max_age_are_kept(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let first = stage.tokens(&mut browser, &mut device, "sede", &[]).await;
    let since = stage.claims(&first).await["auth_time"].as_i64().unwrap();
    stage.server.wait(100);
    for (changes, anew) in [
        ([("max_age", Some("100"))], false),
        ([("max_age", Some("99"))], true),
        ([("max_age", Some("0"))], true),
        ([("prompt", Some("login"))], true),
    ] {
        let mut browser = browser.clone();
        let tokens = if anew {
            let came = stage.come(&mut browser, "sede", &changes).await;
            let page = stage.follow(&mut browser, came).await;
            assert_eq!(screen(&page), "signin", "{changes:?}");
            // Going on without signing in anew leads back to the page.
            let back = browser.get(&stage.server, "/oidc/continue?site=sede").await.expect(303);
            assert!(location(&back).starts_with("/signin?"));
            let ended = location(&stage.identify(&mut browser, &mut device, &ANA).await);
            stage
                .redeem("sede", &parameter(&ended, "code").unwrap(), &[])
                .await
                .expect(200)
                .json()
        } else {
            stage.tokens(&mut browser, &mut device, "sede", &changes).await
        };
        let at = stage.claims(&tokens).await["auth_time"].as_i64().unwrap();
        assert_eq!(at > since, anew, "{changes:?}");
        if anew {
            break;
        }
    }
    // Each of the others from a session of its own.
    for changes in [[("max_age", Some("0"))], [("prompt", Some("login"))]] {
        let mut browser = TestBrowser::default();
        stage.sign_in(&mut browser, &mut device, "sede", &[]).await;
        let came = stage.come(&mut browser, "sede", &changes).await;
        assert_eq!(screen(&stage.follow(&mut browser, came).await), "signin", "{changes:?}");
        stage.server.wait(5);
        let ended = location(&stage.identify(&mut browser, &mut device, &ANA).await);
        assert!(parameter(&ended, "code").is_some(), "{ended}");
    }
}

// REQ-OIDC-15
async fn without_interaction_no_page_is_shown(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let silent = ("prompt", Some("none"));
    let error = async |browser: &mut TestBrowser, site: &str, changes: &[(&str, Option<&str>)]| {
        let answer = stage.come(browser, site, changes).await.expect(303);
        assert!(location(&answer).starts_with("https://"), "{}", location(&answer));
        parameter(&location(&answer), "error")
    };
    assert_eq!(
        error(&mut browser, "sede", &[silent]).await.as_deref(),
        Some("login_required")
    );
    stage.sign_in(&mut browser, &mut device, "sede", &[]).await;
    assert_eq!(error(&mut browser, "sede", &[silent]).await, None);
    assert_eq!(
        error(&mut browser, "otra", &[silent]).await.as_deref(),
        Some("consent_required")
    );
    stage.server.wait(10);
    let old = [silent, ("max_age", Some("5"))];
    assert_eq!(
        error(&mut browser, "sede", &old).await.as_deref(),
        Some("login_required")
    );
    let mut low = TestBrowser::default();
    let came = stage.come(&mut low, "otra", &[]).await;
    stage.follow(&mut low, came).await;
    stage.server.wait(60);
    stage.identify_low(&mut low, &device, &ANA).await;
    let high = [silent, ("procedure", Some("tributos"))];
    assert_eq!(
        error(&mut low, "sede", &high).await.as_deref(),
        Some("interaction_required")
    );
}

// REQ-OIDC-18
async fn what_the_site_asks_narrows_the_pages(backend: Backend) {
    let stage = Stage::new(backend).await;
    let page = async |changes: &[(&str, Option<&str>)]| {
        let mut browser = TestBrowser::default();
        let came = stage.come(&mut browser, "sede", changes).await;
        let page = stage.follow(&mut browser, came).await.expect(200).text();
        (
            page.contains("value=\"incoming\""),
            page.contains("value=\"self_generated\""),
        )
    };
    assert_eq!(page(&[]).await, (true, true));
    assert_eq!(page(&[("methods", Some("self_generated"))]).await, (false, true));
    assert_eq!(page(&[("methods", Some("incoming qr"))]).await, (true, false));
    assert_eq!(
        page(&[("acr_values", Some(Level::Substantial.acr()))]).await,
        (true, true),
        "a wish closes no way"
    );
    assert_eq!(
        page(&[("procedure", Some("tributos")), ("acr_values", Some(Level::Low.acr()))]).await,
        (true, false)
    );
    // A form that the page does not have is refused.
    let mut browser = TestBrowser::default();
    let came = stage.come(&mut browser, "sede", &[("methods", Some("incoming"))]).await;
    stage.follow(&mut browser, came).await;
    let refused = browser
        .start(&stage.server, &ANA, &[("method", "self_generated")])
        .await
        .expect(403);
    assert_eq!(refused.code(), "method_refused");
}

// REQ-OIDC-19
async fn an_essential_acr_is_answered_with_one_of_those(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let claims = r#"{"id_token":{"acr":{"essential":true,"values":["http://eidas.europa.eu/LoA/low"]}}}"#;
    let tokens = stage
        .tokens(&mut browser, &mut device, "sede", &[("claims", Some(claims))])
        .await;
    assert_eq!(
        stage.claims(&tokens).await["acr"],
        Level::Low.acr(),
        "the session is higher"
    );
    let tokens = stage
        .tokens(
            &mut browser,
            &mut device,
            "sede",
            &[("acr_values", Some(Level::Low.acr()))],
        )
        .await;
    assert_eq!(
        stage.claims(&tokens).await["acr"],
        Level::Substantial.acr(),
        "acr_values is voluntary"
    );
}

// REQ-OIDC-25
async fn the_language_of_the_site_is_spoken_unless_the_citizen_chose(backend: Backend) {
    let stage = Stage::new(backend).await;
    let english = [("ui_locales", Some("fr en"))];
    let mut browser = TestBrowser::default();
    let came = stage.come(&mut browser, "sede", &english).await.expect(303);
    assert_eq!(location(&came), "/signin?site=sede");
    let page = stage.follow(&mut browser, came).await.expect(200).text();
    assert!(page.contains("<html lang=\"en\">") && page.contains("Cancel and return to the site"));
    // What one site asks for is no choice of the citizen's: the next one's page speaks its own language.
    let came = stage.come(&mut browser, "otra", &[("ui_locales", Some("es"))]).await;
    let page = stage.follow(&mut browser, came).await.expect(200).text();
    assert!(page.contains("<html lang=\"es\">"));
    // Nor is it lost on who is signed in already.
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    stage.identify(&mut browser, &mut device, &ANA).await;
    let mut browser = browser.clone();
    let came = stage.come(&mut browser, "sede", &english).await;
    let page = stage.follow(&mut browser, came).await.expect(200);
    assert_eq!(screen(&page), "consent");
    assert!(page.text().contains("<html lang=\"en\">"));
    let mut spanish = TestBrowser::default();
    spanish.get(&stage.server, "/?lang=es").await.expect(200);
    let came = stage.come(&mut spanish, "sede", &english).await.expect(303);
    let page = stage.follow(&mut spanish, came).await.expect(200).text();
    assert!(page.contains("<html lang=\"es\">"));
}

// REQ-OIDC-22
async fn what_was_agreed_to_for_one_procedure_is_not_forgotten_for_another(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let (name, document) = (
        [("scope", Some("openid profile"))],
        [("scope", Some("openid document"))],
    );
    assert!(
        stage
            .sign_in(&mut browser, &mut device, "sede", &name)
            .await
            .contains("code=")
    );
    assert!(
        stage
            .sign_in(&mut browser, &mut device, "sede", &document)
            .await
            .contains("code=")
    );
    for scope in [&name, &document] {
        let came = stage.come(&mut browser, "sede", scope).await.expect(303);
        assert!(location(&came).contains("code="), "asked again: {}", location(&came));
    }
    // Asked anew on purpose, it is that and no more.
    let anew = [("scope", Some("openid profile")), ("prompt", Some("consent"))];
    assert!(
        stage
            .sign_in(&mut browser, &mut device, "sede", &anew)
            .await
            .contains("code=")
    );
    let came = stage.come(&mut browser, "sede", &document).await;
    assert_eq!(screen(&stage.follow(&mut browser, came).await), "consent");
}

// REQ-OIDC-19
async fn what_nobody_can_reach_here_is_told_to_the_site(backend: Backend) {
    // No certificates are set up, and the site pays for no SMS.
    let stage = Stage::with(backend, |config| config.relying_parties[0].sms_per_month = 0).await;
    let error = async |changes: &[(&str, Option<&str>)]| {
        let came = stage
            .come(&mut TestBrowser::default(), "sede", changes)
            .await
            .expect(303);
        parameter(&location(&came), "error")
    };
    let essential = r#"{"id_token":{"acr":{"essential":true,"values":["http://eidas.europa.eu/LoA/high"]}}}"#;
    assert_eq!(
        error(&[("claims", Some(essential))]).await.as_deref(),
        Some("unmet_authentication_requirements")
    );
    for methods in ["certificate", "sms"] {
        assert_eq!(
            error(&[("methods", Some(methods))]).await.as_deref(),
            Some("invalid_request"),
            "{methods}"
        );
    }
    let mut browser = TestBrowser::default();
    let came = stage
        .come(&mut browser, "sede", &[("acr_values", Some(Level::High.acr()))])
        .await;
    let page = stage.follow(&mut browser, came).await.expect(200);
    assert_eq!(
        screen(&page),
        "signin",
        "a wish that nobody can fulfil keeps nobody out"
    );
}

// REQ-OIDC-19
async fn a_wished_level_keeps_nobody_out(backend: Backend) {
    let stage = Stage::new(backend).await;
    let device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let came = stage.come(&mut browser, "sede", &[]).await;
    stage.follow(&mut browser, came).await;
    stage.identify_low(&mut browser, &device, &ANA).await;
    stage.agree(&mut browser).await;
    stage.server.wait(60);
    let wish = ("acr_values", Some(Level::Substantial.acr()));
    // Who is signed in, but lower, is led to more where they may be asked …
    let mut asked = browser.clone();
    let came = stage.come(&mut asked, "sede", &[wish]).await;
    assert_eq!(screen(&stage.follow(&mut asked, came).await), "step-up");
    // … and told of as they are where they may not.
    let came = stage
        .come(&mut browser, "sede", &[wish, ("prompt", Some("none"))])
        .await;
    let code = parameter(&location(&came), "code").unwrap();
    let tokens = stage.redeem("sede", &code, &[]).await.expect(200).json();
    assert_eq!(stage.claims(&tokens).await["acr"], Level::Low.acr());
    // Who signs in and reaches less comes back with that.
    let mut anew = TestBrowser::default();
    let came = stage.come(&mut anew, "sede", &[wish]).await;
    stage.follow(&mut anew, came).await;
    anew.start(&stage.server, &ANA, &[("method", "incoming")])
        .await
        .expect(303);
    anew.get(&stage.server, "/signin/pin").await.expect(200);
    let mut device = device;
    let id = anew.request();
    device.reveal(&stage.server, &id).await.expect(200);
    let typed = anew.type_pin(&stage.server, &device.pin(&id, "sede")).await.expect(303);
    let ended = location(&stage.follow(&mut anew, typed).await);
    let code = parameter(&ended, "code").unwrap();
    let tokens = stage.redeem("sede", &code, &[]).await.expect(200).json();
    assert_eq!(stage.claims(&tokens).await["acr"], Level::Low.acr());
}

const WISH: (&str, Option<&str>) = ("acr_values", Some("http://eidas.europa.eu/LoA/substantial"));

/// Who has signed in agrees, where they are asked: the `acr` that the site is told.
async fn told_level(stage: &Stage, browser: &mut TestBrowser, answer: Answer) -> String {
    let mut answer = stage.follow(browser, answer).await;
    if answer.status == 200 {
        assert_eq!(screen(&answer), "consent");
        answer = stage.agree(browser).await;
    }
    let code = parameter(&location(&answer), "code").unwrap();
    let tokens = stage.redeem("sede", &code, &[]).await.expect(200).json();
    stage.claims(&tokens).await["acr"].as_str().unwrap().to_owned()
}

/// A browser of Ana's that is signed in at the lowest level, at a site that she told everything.
async fn signed_in_low(stage: &Stage, device: &TestDevice) -> TestBrowser {
    let mut browser = TestBrowser::default();
    let came = stage.come(&mut browser, "sede", &[]).await;
    stage.follow(&mut browser, came).await;
    stage.identify_low(&mut browser, device, &ANA).await;
    stage.agree(&mut browser).await;
    stage.server.wait(60);
    browser
}

// REQ-OIDC-18, REQ-OIDC-19
async fn a_wished_level_closes_no_way(backend: Backend) {
    const WORDS: &str = "tortuga grapadora violeta";
    let stage = Stage::new(backend).await;
    let server = &stage.server;
    create(server, &ANA, WORDS).await;
    let come = async || {
        let mut browser = TestBrowser::default();
        let came = stage.come(&mut browser, "sede", &[WISH]).await;
        let page = stage.follow(&mut browser, came).await.expect(200);
        assert_eq!(screen(&page), "signin", "the page of what reaches the wish comes first");
        (browser, page.text())
    };
    let (_, page) = come().await;
    assert!(page.contains("value=\"self_generated\""));
    assert!(page.contains("<dt>Nivel que preferiría</dt><dd>Avanzado</dd>") && !page.contains("Nivel que pide"));
    assert!(
        !page.contains("No alcanza el nivel"),
        "nothing is missing, and nothing says so"
    );
    let place = |path: &str| page.find(&format!("href=\"{path}?site=sede\"")).unwrap();
    assert!(place("/signin/password") < place("/signin/sms") && place("/signin/qr") < place("/signin/sms"));
    // By SMS, and with an own key.
    for (path, person, key) in [("/signin/sms", &ANA, false), ("/signin/key", &LUIS, true)] {
        let (mut browser, _) = come().await;
        browser.get(server, &format!("{path}?site=sede")).await.expect(200);
        server.wait(1);
        let mut fields = vec![("document", person.document), ("contrast", person.contrast)];
        if key {
            fields.extend([("own_key", "ab12"), ("own_key_again", "ab12")]);
        }
        browser.post(server, path, &fields).await.expect(303);
        browser.get(server, "/signin/pin").await.expect(200);
        let code = server.last_code(person.phone).await;
        let mut fields = vec![("pin", code.as_str())];
        if key {
            fields.push(("own_key", "ab12"));
        }
        let typed = browser.post(server, "/signin/pin", &fields).await.expect(303);
        assert_eq!(
            told_level(&stage, &mut browser, typed).await,
            Level::Low.acr(),
            "{path}"
        );
    }
    // By the password alone, or with an SMS as well.
    let page = async || {
        let (mut browser, _) = come().await;
        let page = browser.get(server, "/signin/password?site=sede").await.expect(200);
        (browser, page.text())
    };
    let (mut browser, text) = page().await;
    let button = |value: &str| text.find(&format!("name=\"step\" value=\"{value}\"")).unwrap();
    assert!(button("app") < button("none") && button("none") < button("sms"));
    assert!(text.contains("pero no lo exige"));
    let typed = [("document", ANA.document), ("password", WORDS)];
    let alone = [typed[0], typed[1], ("step", "none")];
    let done = browser.post(server, "/signin/password", &alone).await.expect(303);
    assert_eq!(told_level(&stage, &mut browser, done).await, Level::Low.acr());
    let (mut browser, _) = page().await;
    let with_sms = [typed[0], typed[1], ("step", "sms")];
    let done = browser.post(server, "/signin/password", &with_sms).await.expect(303);
    assert_eq!(location(&done), "/signin/password/code");
    // By the PIN that the app makes itself.
    server.wait(60);
    let device = TestDevice::activate(server, &ANA).await;
    let (mut browser, _) = come().await;
    let done = stage.identify_low(&mut browser, &device, &ANA).await;
    assert_eq!(told_level(&stage, &mut browser, done).await, Level::Low.acr());
    // Where the level is needed, it still is.
    for strict in [
        ("procedure", "tributos"),
        (
            "claims",
            r#"{"id_token":{"acr":{"essential":true,"value":"http://eidas.europa.eu/LoA/substantial"}}}"#,
        ),
    ] {
        let mut browser = TestBrowser::default();
        let came = stage.come(&mut browser, "sede", &[(strict.0, Some(strict.1))]).await;
        let page = stage.follow(&mut browser, came).await.expect(200).text();
        assert!(!page.contains("value=\"self_generated\"") && page.contains("Nivel que pide"));
        let at = if strict.0 == "procedure" {
            "&procedure=tributos"
        } else {
            ""
        };
        let refused = browser.get(server, &format!("/signin/sms?site=sede{at}")).await;
        assert_eq!(refused.expect(403).code(), "method_refused");
        let page = browser.get(server, &format!("/signin/password?site=sede{at}")).await;
        assert!(!page.expect(200).text().contains("name=\"step\" value=\"none\""));
    }
}

// REQ-OIDC-19, REQ-OIDC-20, REQ-WEB-03
async fn who_is_signed_in_goes_on_as_they_are_once(backend: Backend) {
    let stage = Stage::new(backend).await;
    let device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = signed_in_low(&stage, &device).await;
    let wished = async |browser: &mut TestBrowser, changes: &[(&str, Option<&str>)]| {
        let came = stage.come(browser, "sede", changes).await;
        let page = stage.follow(browser, came).await.expect(200);
        assert_eq!(screen(&page), "step-up");
        page.text()
    };
    let text = wished(&mut browser, &[WISH]).await;
    assert!(text.contains("Seguir con el nivel que tengo") && text.contains("formaction=\"/oidc/as-i-am\""));
    assert!(text.contains("preferiría el nivel Avanzado") && !text.contains("Hace falta"));
    let said = browser.hidden["as_i_am"].clone();
    // Only from the page, and of this request.
    for (name, value) in [("csrf", "AAAA"), ("csrf", "")] {
        let refused = browser
            .clone()
            .post(&stage.server, "/oidc/as-i-am", &[(name, value)])
            .await
            .expect(403);
        assert_eq!(refused.code(), "csrf");
    }
    let again = browser
        .clone()
        .post(&stage.server, "/oidc/as-i-am", &[("as_i_am", "AAAA")])
        .await
        .expect(200);
    assert_eq!(screen(&again), "step-up");
    let done = browser.post(&stage.server, "/oidc/as-i-am", &[]).await.expect(303);
    assert_eq!(told_level(&stage, &mut browser, done).await, Level::Low.acr());
    // The next request is another one: what was said before does not answer it.
    wished(&mut browser, &[WISH]).await;
    assert_ne!(browser.hidden["as_i_am"], said);
    let old = browser
        .post(&stage.server, "/oidc/as-i-am", &[("as_i_am", &said)])
        .await
        .expect(200);
    assert_eq!(screen(&old), "step-up");
    // Who is asked something else after it is not asked this again.
    stage.server.wait(1);
    wished(&mut browser, &[WISH, ("prompt", Some("consent"))]).await;
    let asked = browser.post(&stage.server, "/oidc/as-i-am", &[]).await.expect(200);
    assert_eq!(screen(&asked), "consent");
    let again = browser.get(&stage.server, "/oidc/continue?site=sede").await.expect(200);
    assert_eq!(screen(&again), "consent");
    let done = stage.agree(&mut browser).await;
    assert_eq!(told_level(&stage, &mut browser, done).await, Level::Low.acr());
    // What is needed is not left at that.
    stage.server.wait(1);
    let essential = r#"{"id_token":{"acr":{"essential":true,"value":"http://eidas.europa.eu/LoA/substantial"}}}"#;
    for strict in [("procedure", Some("tributos")), ("claims", Some(essential))] {
        stage.server.wait(1);
        let text = wished(&mut browser, &[strict, WISH]).await;
        assert!(text.contains("Hace falta el nivel Avanzado") && !text.contains("/oidc/as-i-am"));
        let kept = browser
            .clone()
            .post(&stage.server, "/oidc/as-i-am", &[("as_i_am", &said)])
            .await
            .expect(200);
        assert_eq!(screen(&kept), "step-up");
    }
}

// REQ-OIDC-19
async fn of_wished_levels_the_first_that_is_reachable_counts(backend: Backend) {
    let stage = Stage::new(backend).await;
    let device = TestDevice::activate(&stage.server, &ANA).await;
    let browser = signed_in_low(&stage, &device).await;
    let [low, substantial, high] = [Level::Low, Level::Substantial, Level::High].map(Level::acr);
    for (values, is_led) in [
        ([substantial, low], true),
        ([high, substantial], true),
        // No certificates are set up.
        ([high, low], false),
        ([low, substantial], false),
    ] {
        let values = values.join(" ");
        let mut browser = browser.clone();
        let came = stage.come(&mut browser, "sede", &[("acr_values", Some(&values))]).await;
        let answer = stage.follow(&mut browser, came).await;
        if is_led {
            assert_eq!(screen(&answer.expect(200)), "step-up", "{values}");
        } else {
            assert!(parameter(&location(&answer), "code").is_some(), "{values}");
        }
    }
}

// REQ-OIDC-26
async fn only_the_person_of_the_hint_will_do(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut his = TestDevice::activate(&stage.server, &LUIS).await;
    let mut browser = TestBrowser::default();
    let tokens = stage.tokens(&mut browser, &mut device, "sede", &[]).await;
    let hint = [("id_token_hint", tokens["id_token"].as_str())];
    let ended = stage.sign_in(&mut browser, &mut device, "sede", &hint).await;
    assert!(parameter(&ended, "code").is_some());
    let mut other = TestBrowser::default();
    let came = stage.come(&mut other, "sede", &hint).await;
    stage.follow(&mut other, came).await;
    let refused = stage.identify(&mut other, &mut his, &LUIS).await.expect(303);
    assert_eq!(
        parameter(&location(&refused), "error").as_deref(),
        Some("login_required")
    );
    let foreign = stage.come(&mut browser, "otra", &hint).await.expect(303);
    assert_eq!(
        parameter(&location(&foreign), "error").as_deref(),
        Some("invalid_request")
    );
}
