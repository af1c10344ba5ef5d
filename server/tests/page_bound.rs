//! The PIN that the app makes for one page's challenge, without a network.

use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_server::testing::{ANA, LUIS, TestBrowser, TestDevice, TestPerson, TestServer, other_pin};
use aldaba_store::Backend;

use crate::user_verified::proved;

const STRANGER: TestPerson = TestPerson {
    document: "55667788Z",
    contrast: "2033-01-25",
    name: "nobody",
    phone: "+34600000099",
};

on_both!(
    a_citizen_signs_in_at_the_higher_level,
    a_pin_serves_its_page_only_and_once,
    three_tries_burn_the_page,
    failures_delay_it_as_they_delay_the_home_screens,
    strangers_are_answered_alike,
    a_site_that_does_not_admit_it_refuses,
    neither_code_nor_reveal_brings_it_up,
);

fn wrong(pin: &str) -> String {
    format!("{:08}", (pin.parse::<u32>().unwrap() + 1) % 100_000_000)
}

async fn page(server: &TestServer, browser: &mut TestBrowser) -> String {
    browser.get(server, "/signin/pin").await.expect(200).text()
}

async fn pin(server: &TestServer, browser: &mut TestBrowser, device: &TestDevice) -> String {
    device.page_bound(&TestBrowser::code_of(&page(server, browser).await))
}

// REQ-BOUND-01, REQ-BOUND-03
async fn a_citizen_signs_in_at_the_higher_level(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask_bound(&server, &ANA).await;
    let shown = page(&server, &mut browser).await;
    let code = TestBrowser::code_of(&shown);
    assert!(
        shown.contains(&format!("aldaba://bound?c={}", code.replace('-', ""))),
        "{shown}"
    );
    let pin = device.page_bound(&code);
    assert_eq!(pin.len(), 8);
    browser
        .type_pin(&server, &pin[..6])
        .await
        .expect_problem("request_invalid");
    let spaced = format!("{} {}", &pin[..4], &pin[4..]);
    browser.type_pin(&server, &spaced).await.expect(303);
    assert_eq!(proved(&server, &browser).await, (Method::PageBound, Level::Substantial));
}

// REQ-BOUND-02
async fn a_pin_serves_its_page_only_and_once(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let mut one = TestBrowser::ask_bound(&server, &ANA).await;
    let mut two = TestBrowser::ask_bound(&server, &ANA).await;
    let first = pin(&server, &mut one, &device).await;
    two.type_pin(&server, &first).await.expect_problem("pin_wrong");
    // Nor does one of its page in another browser, nor the incoming or the home screen's PIN.
    let mut thief = TestBrowser::ask_bound(&server, &ANA).await;
    let id = one.request().to_string();
    thief
        .post(&server, "/signin/pin", &[("pin", &first), ("request", &id)])
        .await
        .expect_problem("request_mismatch");
    thief
        .post(
            &server,
            "/signin/pin",
            &[("pin", "123456"), ("method", "self_generated")],
        )
        .await
        .expect_problem("request_mismatch");
    thief
        .post(&server, "/signin/pin", &[("pin", "123456"), ("method", "incoming")])
        .await
        .expect_problem("request_mismatch");
    let replay = one.clone();
    one.type_pin(&server, &first).await.expect(303);
    let answers = server
        .send_all((0..8).map(|_| replay.pin_form(&first, &[])).collect())
        .await;
    for answer in answers {
        answer.expect_problem("pin_used");
    }
    // Many at once: one.
    let mut many = TestBrowser::ask_bound(&server, &ANA).await;
    let right = pin(&server, &mut many, &device).await;
    let answers = server
        .send_all((0..64).map(|_| many.pin_form(&right, &[])).collect())
        .await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 303).count(), 1);
}

// REQ-BOUND-02
async fn three_tries_burn_the_page(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask_bound(&server, &ANA).await;
    let right = pin(&server, &mut browser, &device).await;
    for expected in ["pin_wrong", "pin_wrong", "request_burnt"] {
        browser.type_pin(&server, &wrong(&right)).await.expect_problem(expected);
    }
    browser.type_pin(&server, &right).await.expect_problem("request_burnt");
    let mut next = TestBrowser::ask_bound(&server, &ANA).await;
    let right = pin(&server, &mut next, &device).await;
    next.type_pin(&server, &right).await.expect(303);
}

// REQ-BOUND-02, REQ-LIM-02
async fn failures_delay_it_as_they_delay_the_home_screens(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    for _ in 0..2 {
        let mut browser = TestBrowser::ask_bound(&server, &ANA).await;
        let right = pin(&server, &mut browser, &device).await;
        for _ in 0..3 {
            browser.type_pin(&server, &wrong(&right)).await;
        }
    }
    let mut browser = TestBrowser::ask_bound(&server, &ANA).await;
    let right = pin(&server, &mut browser, &device).await;
    let answer = browser
        .type_pin(&server, &right)
        .await
        .expect_problem("self_generated_delayed");
    assert!(answer.headers.contains_key("retry-after"));
    let mut other = TestBrowser::ask_self_generated(&server, &ANA).await;
    let home = device.self_generated(server.app.now());
    other
        .type_pin(&server, &home)
        .await
        .expect_problem("self_generated_delayed");
    // The incoming PIN knows nothing of it, and its signed reveal lifts nothing.
    let mut incoming = TestBrowser::ask(&server, &ANA).await;
    device.reveal(&server, &incoming.request()).await.expect(200);
    let pin = device.pin(&incoming.request(), "sede");
    incoming.type_pin(&server, &pin).await.expect(303);
    browser
        .type_pin(&server, &right)
        .await
        .expect_problem("self_generated_delayed");
    server.wait(60);
    browser.type_pin(&server, &right).await.expect(303);
    // A right one ends the row of failures.
    for _ in 0..2 {
        let mut browser = TestBrowser::ask_bound(&server, &ANA).await;
        let right = self::pin(&server, &mut browser, &device).await;
        browser
            .type_pin(&server, &wrong(&right))
            .await
            .expect_problem("pin_wrong");
        browser
            .type_pin(&server, &wrong(&right))
            .await
            .expect_problem("pin_wrong");
        browser.type_pin(&server, &right).await.expect(303);
    }
}

// REQ-WEB-02
async fn strangers_are_answered_alike(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let told = async |person: &TestPerson, device: Option<&TestDevice>| {
        let mut told = Vec::new();
        for _ in 0..3 {
            let mut browser = TestBrowser::ask_bound(&server, person).await;
            let shown = page(&server, &mut browser).await;
            let code = TestBrowser::code_of(&shown);
            let typed = device.map_or("00000000".to_owned(), |device| wrong(&device.page_bound(&code)));
            for _ in 0..3 {
                told.push(browser.type_pin(&server, &typed).await.code());
            }
        }
        told
    };
    let known = told(&ANA, Some(&device)).await;
    assert!(known.contains(&"self_generated_delayed".to_owned()), "{known:?}");
    assert_eq!(known, told(&STRANGER, None).await);
    assert_eq!(known, told(&LUIS, None).await);
}

async fn a_site_that_does_not_admit_it_refuses(backend: Backend) {
    let server = TestServer::with(backend, |config| {
        config.relying_parties[0].methods = vec![Method::Incoming];
    })
    .await;
    let mut browser = TestBrowser::open(&server, "sede").await;
    for path in ["/signin/bound", "/signin/qr"] {
        let answer = browser.get(&server, &format!("{path}?site=sede")).await.expect(403);
        assert_eq!(answer.code(), "method_refused");
        browser.get(&server, "/signin?site=sede").await.expect(200);
        let fields = [("document", ANA.document), ("contrast", ANA.contrast)];
        let answer = browser.post(&server, path, &fields).await.expect(403);
        assert_eq!(answer.code(), "method_refused");
    }
}

// REQ-BOUND-02
async fn neither_code_nor_reveal_brings_it_up(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask_bound(&server, &ANA).await;
    let code = TestBrowser::code_of(&page(&server, &mut browser).await);
    device.lookup(&server, &code).await.expect_problem("request_unknown");
    device
        .reveal(&server, &browser.request())
        .await
        .expect_problem("request_unknown");
    assert!(device.requests(&server).await.is_empty());
    // Six digits of another kind are not even looked at.
    let six = other_pin("000000", 1);
    browser.type_pin(&server, &six).await.expect_problem("request_invalid");
}
