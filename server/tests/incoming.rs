//! The incoming PIN, from the page to the device and back.

use aldaba_protocol::wire;
use aldaba_server::testing::{ANA, Answer, LUIS, TestBrowser, TestDevice, TestPerson, TestServer};
use aldaba_store::Backend;

const STRANGER: TestPerson = TestPerson {
    document: "55667788Z",
    contrast: "2033-01-25",
    name: "nobody",
    phone: "+34600000099",
};
const WRONG_DATE: TestPerson = TestPerson {
    contrast: "2031-05-18",
    ..ANA
};

on_both!(
    a_citizen_signs_in,
    strangers_are_answered_alike_to_the_byte,
    before_the_reveal_nothing_is_evaluated_or_counted,
    three_wrong_tries_burn_the_request_only,
    a_pin_lives_five_minutes_to_the_second,
    a_request_lives_ten_minutes_and_its_pin_no_longer,
    another_browser_or_site_is_a_mismatch,
    the_own_key_is_asked_again,
    the_first_device_to_reveal_has_it,
    a_rejected_request_is_over,
    who_disowns_a_sign_in_ends_it_also_where_another_replaced_it,
    a_foreign_request_is_unknown_to_the_device,
    a_session_ends_after_an_idle_hour,
    a_pin_is_of_its_request,
);

// REQ-WEB-01
async fn a_citizen_signs_in(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    let page = browser.get(&server, "/signin/pin").await.expect(200).text();
    let requests = device.requests(&server).await;
    let [request] = requests.as_slice() else {
        panic!("{requests:?}")
    };
    assert_eq!(request.id, browser.request().to_string());
    assert_eq!(request.relying_party.domain, "sede.example");
    assert_eq!(request.procedure, "Volante de empadronamiento");
    assert_eq!(request.browser, "Navegador desconocido");
    assert!(page.contains(&request.phrase));
    let revealed: wire::RequestRevealed = device.reveal(&server, &browser.request()).await.expect(200).json();
    assert_eq!(revealed.relying_party_id, "sede");
    assert_eq!(revealed.pin_expires_at, server.app.now().as_millis() + 300_000);
    let [request] = <[_; 1]>::try_from(device.requests(&server).await).unwrap();
    assert!(request.revealed_here);
    let pin = device.pin(&browser.request(), "sede");
    let answer = browser.type_pin(&server, &pin).await.expect(303);
    assert_eq!(answer.headers["location"], "https://sede.example/entrar");
    assert!(browser.has_session());
    assert!(device.requests(&server).await.is_empty());
    let verified = aldaba_store::audit::verify(server.app.store()).await.unwrap();
    assert!(verified.entries >= 5);
}

// REQ-WEB-02
async fn strangers_are_answered_alike_to_the_byte(backend: Backend) {
    let server = TestServer::new(backend).await;
    TestDevice::activate(&server, &ANA).await;
    let mut begun = Vec::new();
    for person in [ANA, STRANGER, WRONG_DATE] {
        let mut browser = TestBrowser::open(&server, "sede").await;
        let started = browser.start(&server, &person, &[]).await.expect(303);
        let page = browser.get(&server, "/signin/pin").await.expect(200);
        let tried = browser
            .type_pin(&server, "123456")
            .await
            .expect_problem("pin_not_revealed");
        begun.push((browser, [started, page, tried]));
    }
    server.wait(600);
    let mut pages = Vec::new();
    for (mut browser, [started, page, tried]) in begun {
        let over = browser.get(&server, "/signin/pin").await;
        pages.push([started, page, tried, over].map(|answer| blank(&answer, &browser)));
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[0], pages[2]);
}

/// A page without what is random in every page.
fn blank(answer: &Answer, browser: &TestBrowser) -> String {
    let mut headers = answer.headers.clone();
    // Two words are longer than two others.
    headers.remove("content-length");
    let mut text = format!("{} {headers:?}\n{}", answer.status, answer.text());
    for value in browser.cookies.values().chain(browser.hidden.values()) {
        text = text.replace(value.as_str(), "X");
    }
    // The token of this page, the phrase, the code (spelled, drawn and linked).
    for (open, close) in [
        ("name=\"csrf\" value=\"", "\""),
        ("p-phrase\"", "</"),
        ("p-code", "</"),
        ("request?c=", "\""),
        ("carácter a carácter: ", "<"),
        ("<svg", "</svg>"),
    ] {
        let mut kept = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once(open) {
            kept.push_str(before);
            rest = after.split_once(close).unwrap().1;
        }
        text = kept + rest;
    }
    text
}

// REQ-PIN-02
async fn before_the_reveal_nothing_is_evaluated_or_counted(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    let right = device.pin(&browser.request(), "sede");
    for _ in 0..10 {
        browser
            .type_pin(&server, &right)
            .await
            .expect_problem("pin_not_revealed");
        browser
            .type_pin(&server, "000000")
            .await
            .expect_problem("pin_not_revealed");
    }
    device.reveal(&server, &browser.request()).await.expect(200);
    browser.type_pin(&server, &right).await.expect(303);
}

// REQ-PIN-05
async fn three_wrong_tries_burn_the_request_only(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    device.reveal(&server, &browser.request()).await.expect(200);
    let wrong = device.wrong_pin(&browser.request(), "sede");
    // What cannot be a PIN costs nothing.
    for nonsense in ["", "12345", "abcdef", "1234567"] {
        browser
            .type_pin(&server, nonsense)
            .await
            .expect_problem("request_invalid");
    }
    browser.type_pin(&server, &wrong).await.expect_problem("pin_wrong");
    browser.type_pin(&server, &wrong).await.expect_problem("pin_wrong");
    browser.type_pin(&server, &wrong).await.expect_problem("request_burnt");
    let right = device.pin(&browser.request(), "sede");
    browser.type_pin(&server, &right).await.expect_problem("request_burnt");
    assert!(!browser.has_session());
    // Neither the person nor the device suffers.
    let mut next = TestBrowser::ask(&server, &ANA).await;
    device.reveal(&server, &next.request()).await.expect(200);
    let right = device.pin(&next.request(), "sede");
    next.type_pin(&server, &right).await.expect(303);
    next.type_pin(&server, &right).await;
}

// REQ-PIN-03
async fn a_pin_lives_five_minutes_to_the_second(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let (mut just, mut late) = (
        TestBrowser::ask(&server, &ANA).await,
        TestBrowser::ask(&server, &ANA).await,
    );
    device.reveal(&server, &just.request()).await.expect(200);
    device.reveal(&server, &late.request()).await.expect(200);
    server.wait(299);
    let pin = device.pin(&just.request(), "sede");
    just.type_pin(&server, &pin).await.expect(303);
    server.wait(1);
    let pin = device.pin(&late.request(), "sede");
    late.type_pin(&server, &pin).await.expect_problem("pin_expired");
}

// REQ-PIN-03
async fn a_request_lives_ten_minutes_and_its_pin_no_longer(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let (mut just, late) = (
        TestBrowser::ask(&server, &ANA).await,
        TestBrowser::ask(&server, &ANA).await,
    );
    server.wait(599);
    let revealed: wire::RequestRevealed = device.reveal(&server, &just.request()).await.expect(200).json();
    assert_eq!(revealed.pin_expires_at, server.app.now().as_millis() + 1000);
    server.wait(1);
    device
        .reveal(&server, &late.request())
        .await
        .expect_problem("request_expired");
    device
        .reject(&server, &late.request(), "not_me")
        .await
        .expect_problem("request_expired");
    let pin = device.pin(&just.request(), "sede");
    just.type_pin(&server, &pin).await.expect_problem("pin_expired");
    assert!(device.requests(&server).await.is_empty());
}

// REQ-PIN-12
async fn another_browser_or_site_is_a_mismatch(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    device.reveal(&server, &browser.request()).await.expect(200);
    let pin = device.pin(&browser.request(), "sede");
    // A stranger's browser that somehow knows the request's id.
    let mut thief = TestBrowser::open(&server, "sede").await;
    thief.start(&server, &LUIS, &[]).await.expect(303);
    thief.get(&server, "/signin/pin").await;
    let id = browser.request().to_string();
    let stolen = thief.pin_form(&pin, &[("request", &id)]);
    server.send(stolen).await.expect_problem("request_mismatch");
    // The same browser in the name of another site.
    let elsewhere = browser.pin_form(&pin, &[("site", "otra")]);
    server.send(elsewhere).await.expect_problem("request_mismatch");
    browser.type_pin(&server, &pin).await.expect(303);
}

// REQ-PIN-13
async fn the_own_key_is_asked_again(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::open(&server, "sede").await;
    browser
        .start(&server, &ANA, &[("own_key", "ab12"), ("own_key_again", "AB12")])
        .await
        .expect(303);
    browser.get(&server, "/signin/pin").await.expect(200);
    device.reveal(&server, &browser.request()).await.expect(200);
    let pin = device.pin(&browser.request(), "sede");
    browser
        .post(&server, "/signin/pin", &[("pin", &pin)])
        .await
        .expect_problem("request_invalid");
    browser
        .post(&server, "/signin/pin", &[("pin", &pin), ("own_key", "AB13")])
        .await
        .expect_problem("pin_wrong");
    browser
        .post(&server, "/signin/pin", &[("pin", &pin), ("own_key", "Ab12")])
        .await
        .expect(303);
}

// REQ-PIN-04
async fn the_first_device_to_reveal_has_it(backend: Backend) {
    let server = TestServer::new(backend).await;
    let (mut one, mut two) = (
        TestDevice::activate(&server, &ANA).await,
        TestDevice::activate(&server, &ANA).await,
    );
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    one.reveal(&server, &browser.request()).await.expect(200);
    two.reveal(&server, &browser.request())
        .await
        .expect_problem("request_taken");
    let [seen] = <[_; 1]>::try_from(two.requests(&server).await).unwrap();
    assert!(!seen.revealed_here && seen.state.as_str() == "revealed");
    // The second one's PIN is another and is wrong.
    let wrong = two.pin(&browser.request(), "sede");
    browser.type_pin(&server, &wrong).await.expect_problem("pin_wrong");
    // Yet it may stop what the first one began.
    two.reject(&server, &browser.request(), "not_me").await.expect(200);
    let pin = one.pin(&browser.request(), "sede");
    browser.type_pin(&server, &pin).await.expect_problem("request_rejected");
}

// REQ-PIN-04
async fn a_rejected_request_is_over(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    let id = browser.request();
    device.reject(&server, &id, "not_me").await.expect(200);
    device.reveal(&server, &id).await.expect_problem("request_rejected");
    device
        .reject(&server, &id, "not_me")
        .await
        .expect_problem("request_rejected");
    browser
        .type_pin(&server, &device.pin(&id, "sede"))
        .await
        .expect_problem("request_rejected");
    device
        .call(
            &server,
            "POST",
            &format!("/v1/requests/{id}/reject"),
            br#"{"counter":9,"reason":"other"}"#,
        )
        .await
        .expect_problem("request_invalid");
}

// REQ-PIN-15
async fn who_disowns_a_sign_in_ends_it_also_where_another_replaced_it(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    let disowned = browser.request();
    device.reveal(&server, &disowned).await.expect(200);
    let pin = device.pin(&disowned, "sede");
    browser.type_pin(&server, &pin).await.expect(303);
    // Whoever is there signs in again, and has another session.
    let page = "/signin?site=sede&procedure=padron";
    browser.get(&server, page).await.expect(200);
    browser
        .start(&server, &ANA, &[("method", "self_generated")])
        .await
        .expect(303);
    browser.get(&server, "/signin/pin").await.expect(200);
    let pin = device.self_generated(server.app.now());
    browser.type_pin(&server, &pin).await.expect(303);
    browser.get(&server, "/account").await.expect(200);
    device
        .reject(&server, &disowned, "not_me")
        .await
        .expect_problem("pin_used");
    browser.get(&server, "/account").await.expect(303);
}

async fn a_foreign_request_is_unknown_to_the_device(backend: Backend) {
    let server = TestServer::new(backend).await;
    TestDevice::activate(&server, &ANA).await;
    let mut other = TestDevice::activate(&server, &LUIS).await;
    let browser = TestBrowser::ask(&server, &ANA).await;
    other
        .reveal(&server, &browser.request())
        .await
        .expect_problem("request_unknown");
    other
        .reject(&server, &browser.request(), "not_me")
        .await
        .expect_problem("request_unknown");
    assert!(other.requests(&server).await.is_empty());
    other
        .call(&server, "POST", "/v1/requests/nonsense/reveal", br#"{"counter":9}"#)
        .await
        .expect_problem("request_unknown");
}

// REQ-WEB-04
async fn a_session_ends_after_an_idle_hour(backend: Backend) {
    let server = TestServer::with(backend, |config| config.demo = true).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    device.reveal(&server, &browser.request()).await.expect(200);
    let pin = device.pin(&browser.request(), "sede");
    browser.type_pin(&server, &pin).await.expect(303);
    let session = browser
        .cookies
        .iter()
        .find(|(name, _)| name.ends_with("aldaba_session"))
        .unwrap()
        .1
        .clone();
    let session: aldaba_core::ids::SessionId = session.parse().unwrap();
    let idle = std::time::Duration::from_secs(3600);
    let used = async |seconds: u64| {
        server.wait(seconds);
        let (id, now) = (session.clone(), server.app.now());
        let used = server
            .app
            .store()
            .write(move |tx| Box::pin(async move { aldaba_store::sessions::use_session(tx, &id, now, idle).await }));
        used.await.unwrap().is_some()
    };
    assert!(used(3599).await);
    assert!(used(3599).await);
    assert!(!used(3600).await);
}

// REQ-PIN-08
async fn a_pin_is_of_its_request(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let (mut one, two) = (
        TestBrowser::ask(&server, &ANA).await,
        TestBrowser::ask(&server, &ANA).await,
    );
    device.reveal(&server, &one.request()).await.expect(200);
    device.reveal(&server, &two.request()).await.expect(200);
    let id = one.request();
    let (pin, other) = (device.pin(&id, "sede"), device.pin(&two.request(), "sede"));
    if pin != other {
        one.type_pin(&server, &other).await.expect_problem("pin_wrong");
    }
    one.type_pin(&server, &pin).await.expect(303);
    // Used: the same page again.
    let id = id.to_string();
    let again = one.pin_form(&pin, &[("request", &id)]);
    server.send(again).await.expect_problem("pin_used");
}
