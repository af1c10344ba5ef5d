//! What a site may ask of a sign-in: anew, silently, at a level, by a method, in a language, of one person.

use aldaba_core::level::Level;
use aldaba_server::testing::{ANA, LUIS, TestBrowser, TestDevice};
use aldaba_store::Backend;

use super::stage::{Stage, location, parameter, screen};

on_both!(
    prompt_and_max_age_are_kept,
    without_interaction_no_page_is_shown,
    what_the_site_asks_narrows_the_pages,
    an_essential_acr_is_answered_with_one_of_those,
    what_was_agreed_to_for_one_procedure_is_not_forgotten_for_another,
    what_nobody_can_reach_here_is_told_to_the_site,
    a_wished_level_keeps_nobody_out,
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
        (true, false)
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
    assert!(page.contains("<html lang=\"en\">") && page.contains("No, go back to Sede sede"));
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
