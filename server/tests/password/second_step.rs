//! After the password: a PIN in the app, or a code by SMS.

use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_server::config::Config;
use aldaba_server::testing::{ANA, LUIS, TestBrowser, TestDevice, TestServer};
use aldaba_store::Backend;

use super::{OTHER, WORDS, create, finish, page, session, sign_in, texts};

on_both!(
    a_procedure_of_substantial_level_asks_for_a_pin_of_the_app,
    who_knows_a_document_only_disturbs_nobody,
    a_pin_of_the_second_step_is_of_its_page,
    without_a_device_there_is_no_second_step_by_app,
    a_code_by_sms_is_a_second_step_at_the_lowest_level,
    a_code_of_the_second_step_is_tried_five_times_and_used_once,
    a_code_that_is_over_leads_back_to_the_password,
    codes_of_the_second_step_have_limits_of_their_own,
    a_site_whose_budget_is_spent_sends_no_code,
    a_session_steps_up,
);

fn strict(config: &mut Config) {
    config.relying_parties[0].procedures[0].level = Some(Level::Substantial);
    config.relying_parties[0].sms_per_month = 100;
}

fn paying(config: &mut Config) {
    config.relying_parties[0].sms_per_month = 100;
}

async fn type_password(server: &TestServer, browser: &mut TestBrowser, password: &str, step: &str) -> String {
    server.wait(1);
    let fields = [("document", ANA.document), ("password", password), ("step", step)];
    let answer = browser.post(server, "/signin/password", &fields).await;
    match answer.headers.get("location") {
        Some(location) => location.to_str().unwrap().to_owned(),
        None => answer.code(),
    }
}

// REQ-PWD-11
async fn a_procedure_of_substantial_level_asks_for_a_pin_of_the_app(backend: Backend) {
    let server = TestServer::with(backend, strict).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    create(&server, &ANA, WORDS).await;
    let mut browser = page(&server, "padron").await;
    // Whatever the form says: the level decides.
    assert_eq!(type_password(&server, &mut browser, WORDS, "none").await, "/signin/pin");
    assert!(!browser.has_session(), "the password alone signs nobody in here");
    let shown = browser.get(&server, "/signin/pin").await.expect(200).text();
    assert!(shown.contains("Su contraseña es correcta"));
    let request = device.requests(&server).await.remove(0);
    assert!(shown.contains(&request.phrase), "both screens show the same two words");

    let id = browser.request();
    browser
        .type_pin(&server, "000000")
        .await
        .expect_problem("pin_not_revealed");
    device.reveal(&server, &id).await.expect(200);
    let wrong = device.wrong_pin(&id, "sede");
    browser.type_pin(&server, &wrong).await.expect_problem("pin_wrong");
    let pin = device.pin(&id, "sede");
    let entered = browser.type_pin(&server, &pin).await.expect(303);
    assert_eq!(entered.headers["location"], "https://sede.example/entrar");
    let opened = session(&server, &browser).await.unwrap();
    assert_eq!(
        (opened.method, opened.second_step, opened.level, opened.device),
        (
            Method::Password,
            Some(Method::Incoming),
            Level::Substantial,
            Some(device.id)
        )
    );
    // The end of the device is the end of what it proved.
    device.end(&server).await.expect(200);
    assert!(session(&server, &browser).await.is_none());
    // A code by SMS does not reach that level.
    let mut browser = page(&server, "padron").await;
    assert_eq!(
        type_password(&server, &mut browser, WORDS, "sms").await,
        "method_refused"
    );
}

// REQ-PWD-11, REQ-LIM-05
async fn who_knows_a_document_only_disturbs_nobody(backend: Backend) {
    let server = TestServer::with(backend, strict).await;
    let device = TestDevice::activate(&server, &ANA).await;
    create(&server, &ANA, WORDS).await;
    let before = server.messages().await.len();
    for step in ["none", "app", "sms"] {
        let mut browser = page(&server, "padron").await;
        type_password(&server, &mut browser, OTHER, step).await;
        assert!(browser.cookies.keys().all(|name| !name.ends_with("aldaba_request")));
    }
    assert!(device.requests(&server).await.is_empty());
    assert_eq!(server.messages().await.len(), before);
}

// REQ-PWD-11, REQ-PIN-12
async fn a_pin_of_the_second_step_is_of_its_page(backend: Backend) {
    let server = TestServer::with(backend, |config| {
        strict(config);
        // This site takes no PIN alone.
        config.relying_parties[0].methods = vec![Method::Password];
    })
    .await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    create(&server, &ANA, WORDS).await;
    let mut browser = page(&server, "padron").await;
    type_password(&server, &mut browser, WORDS, "app").await;
    browser.get(&server, "/signin/pin").await.expect(200);
    let id = browser.request();
    device.reveal(&server, &id).await.expect(200);
    let pin = device.pin(&id, "sede");
    // As if it were an ordinary request.
    for method in ["incoming", "self_generated"] {
        browser
            .post(&server, "/signin/pin", &[("pin", pin.as_str()), ("method", method)])
            .await
            .expect_problem("request_mismatch");
        browser.get(&server, "/signin/pin").await.expect(200);
    }
    let mut other = page(&server, "padron").await;
    let stolen = [
        ("pin", pin.as_str()),
        ("request", browser.hidden["request"].as_str()),
        ("method", "password"),
    ];
    other
        .post(&server, "/signin/pin", &stolen)
        .await
        .expect_problem("request_mismatch");
    browser.type_pin(&server, &pin).await.expect(303);
    browser
        .cookies
        .insert("__Host-aldaba_request".to_owned(), id.to_string());
    browser.get(&server, "/signin/pin").await.expect_problem("pin_used");
}

// REQ-PWD-11
async fn without_a_device_there_is_no_second_step_by_app(backend: Backend) {
    let server = TestServer::with(backend, strict).await;
    create(&server, &ANA, WORDS).await;
    let mut browser = page(&server, "padron").await;
    assert_eq!(
        type_password(&server, &mut browser, OTHER, "app").await,
        "password_wrong",
        "nobody else is told"
    );
    assert_eq!(
        type_password(&server, &mut browser, WORDS, "app").await,
        "second_step_unavailable"
    );
    // That was a success: nothing of the failure is left.
    for _ in 0..4 {
        type_password(&server, &mut browser, OTHER, "app").await;
    }
    assert_eq!(
        type_password(&server, &mut browser, WORDS, "app").await,
        "second_step_unavailable"
    );
}

// REQ-PWD-12
async fn a_code_by_sms_is_a_second_step_at_the_lowest_level(backend: Backend) {
    let server = TestServer::with(backend, paying).await;
    create(&server, &ANA, WORDS).await;
    let mut browser = page(&server, "padron").await;
    assert_eq!(
        type_password(&server, &mut browser, WORDS, "sms").await,
        "/signin/password/code"
    );
    assert!(!browser.has_session());
    browser.get(&server, "/signin/password/code").await.expect(200);
    let code = server.last_code(ANA.phone).await;
    let entered = browser
        .post(&server, "/signin/password/code", &[("code", &code.to_lowercase())])
        .await
        .expect(303);
    assert_eq!(entered.headers["location"], "https://sede.example/entrar");
    let opened = session(&server, &browser).await.unwrap();
    assert_eq!(
        (opened.method, opened.second_step, opened.level),
        (Method::Password, Some(Method::Sms), Level::Low)
    );
    // A site that pays for no SMS offers none.
    let mut browser = TestBrowser::default();
    let offered = browser.get(&server, "/signin/password?site=sede").await.text();
    let not_offered = browser.get(&server, "/signin/password?site=otra").await.text();
    assert!(offered.contains("value=\"sms\"") && !not_offered.contains("value=\"sms\""));
    let fields = [("document", ANA.document), ("password", WORDS), ("step", "sms")];
    let answer = browser.post(&server, "/signin/password", &fields).await.expect(403);
    assert_eq!(answer.code(), "method_refused");
}

// REQ-PWD-12
async fn a_code_of_the_second_step_is_tried_five_times_and_used_once(backend: Backend) {
    let server = TestServer::with(backend, paying).await;
    create(&server, &ANA, WORDS).await;
    let open = async || {
        let mut browser = page(&server, "padron").await;
        type_password(&server, &mut browser, WORDS, "sms").await;
        browser.get(&server, "/signin/password/code").await.expect(200);
        let code = server.last_code(ANA.phone).await;
        (browser, code)
    };
    let (mut browser, code) = open().await;
    browser
        .post(&server, "/signin/password/code", &[("code", "")])
        .await
        .expect_problem("request_invalid");
    for left in ["quedan 4", "quedan 3", "quedan 2", "queda un"] {
        let told = browser
            .post(&server, "/signin/password/code", &[("code", "ZZZZZZZZ")])
            .await
            .expect_problem("pin_wrong")
            .text();
        assert!(told.contains(left), "{told}");
    }
    for typed in ["ZZZZZZZZ", code.as_str()] {
        browser
            .post(&server, "/signin/password/code", &[("code", typed)])
            .await
            .expect_problem("request_expired");
    }
    assert!(!browser.has_session());

    // Of another browser, and once.
    let (mut browser, code) = open().await;
    let mut other = page(&server, "padron").await;
    let stolen = [("code", code.as_str()), ("id", browser.hidden["id"].as_str())];
    other.post(&server, "/signin/password/code", &stolen).await.expect(410);
    assert!(!other.has_session());
    let forms = (0..8)
        .map(|_| browser.form("/signin/password/code", &[("code", &code)]))
        .collect();
    let answers = server.send_all(forms).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 303).count(), 1);
    browser
        .post(&server, "/signin/password/code", &[("code", &code)])
        .await
        .expect(410);

    // Its life, and that of the password behind it.
    let (mut browser, code) = open().await;
    server.wait(600);
    browser
        .post(&server, "/signin/password/code", &[("code", &code)])
        .await
        .expect(410);
    server.wait(3600);
    let (mut browser, code) = open().await;
    create(&server, &ANA, OTHER).await;
    browser
        .post(&server, "/signin/password/code", &[("code", &code)])
        .await
        .expect(410);
    assert!(!browser.has_session());
}

// REQ-PWD-12
async fn a_code_that_is_over_leads_back_to_the_password(backend: Backend) {
    let server = TestServer::with(backend, paying).await;
    create(&server, &ANA, WORDS).await;
    let mut browser = page(&server, "padron").await;
    type_password(&server, &mut browser, WORDS, "sms").await;
    browser.get(&server, "/signin/password/code").await.expect(200);
    let code = server.last_code(ANA.phone).await;
    server.wait(600);
    let shown = browser
        .clone()
        .get(&server, "/signin/password/code")
        .await
        .expect_problem("request_expired");
    let typed = browser
        .post(&server, "/signin/password/code", &[("code", &code)])
        .await
        .expect_problem("request_expired");
    for over in [shown.text(), typed.text()] {
        assert!(over.contains("Este código ya no sirve"), "{over}");
        assert!(
            over.contains("href=\"/signin/password?site=sede&#38;procedure=padron\""),
            "{over}"
        );
    }
    // Who was never sent one is told where to begin.
    TestBrowser::default()
        .get(&server, "/signin/password/code")
        .await
        .expect_problem("request_unknown");
}

// REQ-PWD-12, REQ-LIM-05
async fn codes_of_the_second_step_have_limits_of_their_own(backend: Backend) {
    let server = TestServer::with(backend, paying).await;
    create(&server, &ANA, WORDS).await;
    // A stranger uses up all that a document and a date can.
    for _ in 0..10 {
        super::ask(&server, &ANA).await;
    }
    let before = texts(&server, ANA.phone).await.len();
    for expected in [
        "/signin/password/code",
        "/signin/password/code",
        "/signin/password/code",
        "second_step_unavailable",
    ] {
        let mut browser = page(&server, "padron").await;
        assert_eq!(type_password(&server, &mut browser, WORDS, "sms").await, expected);
    }
    assert_eq!(texts(&server, ANA.phone).await.len(), before + 3);
    let mut browser = page(&server, "padron").await;
    assert_eq!(
        type_password(&server, &mut browser, OTHER, "sms").await,
        "password_wrong"
    );
    sign_in(&server, &ANA, WORDS).await.1.expect(303);
}

// REQ-PWD-12
async fn a_site_whose_budget_is_spent_sends_no_code(backend: Backend) {
    let server = TestServer::with(backend, |config| config.relying_parties[0].sms_per_month = 1).await;
    create(&server, &ANA, WORDS).await;
    create(&server, &LUIS, OTHER).await;
    let mut browser = page(&server, "padron").await;
    assert_eq!(
        type_password(&server, &mut browser, WORDS, "sms").await,
        "/signin/password/code"
    );
    let before = server.messages().await.len();
    let mut browser = page(&server, "padron").await;
    assert_eq!(
        type_password(&server, &mut browser, WORDS, "sms").await,
        "second_step_unavailable"
    );
    // Who does not know the password does not learn what the site has spent.
    assert_eq!(
        type_password(&server, &mut browser, OTHER, "sms").await,
        "password_wrong"
    );
    assert_eq!(server.messages().await.len(), before, "an SMS that nobody pays for");
    sign_in(&server, &LUIS, OTHER).await.1.expect(303);
}

// REQ-PWD-11
async fn a_session_steps_up(backend: Backend) {
    let server = TestServer::with(backend, strict).await;
    let mut device = TestDevice::activate(&server, &LUIS).await;
    let mut browser = super::ask(&server, &LUIS).await;
    let code = server.last_code(LUIS.phone).await;
    finish(&server, &mut browser, &code, WORDS).await.expect(303);
    // The site's own front page asks for the lowest level.
    browser.get(&server, "/signin/password?site=sede").await.expect(200);
    let fields = [("document", LUIS.document), ("password", WORDS)];
    browser.post(&server, "/signin/password", &fields).await.expect(303);
    assert_eq!(session(&server, &browser).await.unwrap().level, Level::Low);
    let low = browser.clone();
    browser
        .get(&server, "/signin/password?site=sede&procedure=padron")
        .await
        .expect(200);
    browser.post(&server, "/signin/password", &fields).await.expect(303);
    assert_eq!(session(&server, &browser).await.unwrap().level, Level::Low, "not yet");
    browser.get(&server, "/signin/pin").await.expect(200);
    let id = browser.request();
    device.reveal(&server, &id).await.expect(200);
    let pin = device.pin(&id, "sede");
    browser.type_pin(&server, &pin).await.expect(303);
    assert_eq!(session(&server, &browser).await.unwrap().level, Level::Substantial);
    assert!(session(&server, &low).await.is_none());
}
