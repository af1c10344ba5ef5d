//! Signing in with a QR: claimed once, approved once, spent once, in one browser at one site.

use std::collections::BTreeMap;
use std::time::Duration;

use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_protocol::qr::{FreshQr, PREFIX};
use aldaba_protocol::wire;
use aldaba_server::requests::scan;
use aldaba_server::testing::{ANA, LUIS, TestBrowser, TestDevice, TestServer};
use aldaba_store::Backend;

use crate::user_verified::proved;

on_both!(
    a_citizen_scans_and_approves,
    the_pages_code_does_the_same,
    a_qr_lives_three_seconds_to_the_millisecond,
    a_forged_qr_brings_up_nothing,
    the_first_person_has_it_and_no_other,
    a_wrong_phrase_ends_it,
    a_pin_may_be_read_instead,
    every_order_of_approve_reject_reveal_revoke_expire_and_spend,
    of_sixty_four_spends_one_wins,
    of_many_approvals_at_once_one_wins,
    another_browser_or_site_spends_nothing,
    the_page_works_without_a_script_and_tells_one_how_it_stands,
    an_approval_lives_two_minutes,
    a_device_of_the_first_version_reads_what_it_knows,
);

/// The text that the page's QR holds now.
fn text(server: &TestServer, browser: &TestBrowser) -> String {
    FreshQr::draw(&scan::key(&server.app), browser.request(), server.app.now()).text()
}

async fn claimed(server: &TestServer, browser: &TestBrowser, device: &TestDevice) -> wire::DeviceRequest {
    device.scan(server, &text(server, browser)).await.expect(200).json()
}

async fn state(server: &TestServer, browser: &TestBrowser) -> String {
    let answer = server.send(browser.form("/signin/qr/now", &[])).await.expect(200);
    answer.json::<serde_json::Value>()["state"].as_str().unwrap().to_owned()
}

async fn spend(server: &TestServer, browser: &mut TestBrowser) -> aldaba_server::testing::Answer {
    browser.post(server, "/signin/qr/page", &[]).await
}

// REQ-QR-01, REQ-UNL-01
async fn a_citizen_scans_and_approves(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut events = device.events(&server, None).await;
    for (verified, level) in [(false, Level::Low), (true, Level::Substantial)] {
        let mut browser = TestBrowser::ask_qr(&server).await;
        let page = browser.get(&server, "/signin/qr/page").await.expect(200).text();
        assert_eq!(state(&server, &browser).await, "waiting");
        let request = claimed(&server, &browser, &device).await;
        assert_eq!(request.id, browser.request().to_string());
        assert_eq!(
            (
                request.relying_party.name.as_str(),
                request.relying_party.domain.as_str()
            ),
            ("Sede sede", "sede.example")
        );
        assert_eq!(request.procedure, "Volante de empadronamiento");
        assert!(page.contains(&request.phrase));
        let choices = request.choices.clone().unwrap();
        assert_eq!(choices.len(), 3);
        assert!(choices.contains(&request.phrase));
        for other in choices.iter().filter(|choice| **choice != request.phrase) {
            assert!(!page.contains(other.as_str()));
        }
        assert_eq!(state(&server, &browser).await, "claimed");
        assert_eq!(device.requests(&server).await, std::slice::from_ref(&request));
        spend(&server, &mut browser).await.expect_problem("pin_not_revealed");
        let id = browser.request();
        let approved: wire::RequestApproved = device
            .approve(&server, &id, &request.phrase, verified)
            .await
            .expect(200)
            .json();
        assert_eq!(approved.approval_expires_at, server.app.now().as_millis() + 120_000);
        assert_eq!(state(&server, &browser).await, "approved");
        let answer = spend(&server, &mut browser).await.expect(303);
        assert_eq!(answer.headers["location"], "https://sede.example/entrar");
        assert_eq!(proved(&server, &browser).await, (Method::Qr, level));
        assert!(device.requests(&server).await.is_empty());
        // To devices of the first version an approval is an answer like a reveal.
        let mut told = Vec::new();
        for _ in 0..3 {
            let data: serde_json::Value = serde_json::from_str(&events.next().await.unwrap().data).unwrap();
            told.push(data["state"].as_str().unwrap().to_owned());
        }
        assert_eq!(told, ["pending", "revealed", "spent"]);
    }
    assert!(aldaba_store::audit::verify(server.app.store()).await.unwrap().entries >= 8);
}

// REQ-QR-04
async fn the_pages_code_does_the_same(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask_qr(&server).await;
    let page = browser.get(&server, "/signin/qr/page").await.text();
    let code = TestBrowser::code_of(&page);
    assert!(page.contains(&format!("aldaba://request?c={}", code.replace('-', ""))));
    // Ten minutes, not three seconds: it is typed by hand.
    server.wait(599);
    let request: wire::DeviceRequest = device.lookup(&server, &code).await.expect(200).json();
    let id = browser.request();
    device.approve(&server, &id, &request.phrase, false).await.expect(200);
    spend(&server, &mut browser).await.expect(303);
}

// REQ-QR-02
async fn a_qr_lives_three_seconds_to_the_millisecond(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    for (late, taken) in [(2_999, true), (3_000, false), (60_000, false)] {
        let browser = TestBrowser::ask_qr(&server).await;
        let text = text(&server, &browser);
        server.clock.advance(Duration::from_millis(late));
        let answer = device.scan(&server, &text).await;
        if taken {
            answer.expect(200);
        } else {
            answer.expect_problem("qr_stale");
        }
        server.clock.advance(Duration::from_millis(60_000 - late % 1_000));
    }
    // A picture that the page draws is of the very second.
    let mut browser = TestBrowser::ask_qr(&server).await;
    let first = browser.get(&server, "/signin/qr/now.svg").await.expect(200);
    assert_eq!(first.headers["content-type"], "image/svg+xml");
    assert_eq!(first.headers["cache-control"], "no-store");
    assert_eq!(first.body, browser.get(&server, "/signin/qr/now.svg").await.body);
    server.wait(1);
    assert_ne!(first.body, browser.get(&server, "/signin/qr/now.svg").await.body);
}

// REQ-QR-02
async fn a_forged_qr_brings_up_nothing(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let browser = TestBrowser::ask_qr(&server).await;
    let other_key = FreshQr::draw(&[7; 32], browser.request(), server.app.now()).text();
    let right = text(&server, &browser);
    let mut changed = right.clone().into_bytes();
    let last = changed.len() - 1;
    changed[last] = if changed[last] == b'0' { b'1' } else { b'0' };
    let changed = String::from_utf8(changed).unwrap();
    let lower = right.to_lowercase();
    let long = "A".repeat(10_000);
    for forged in [
        "",
        PREFIX,
        &other_key,
        &changed,
        &lower,
        &long,
        "7K2M9QXT",
        "https://evil.example",
    ] {
        device.scan(&server, forged).await.expect_problem("request_unknown");
    }
    // A request that began by typing a document is not claimed by a QR, were one made for it.
    let typed = TestBrowser::ask(&server, &LUIS).await;
    device
        .scan(&server, &text(&server, &typed))
        .await
        .expect_problem("request_unknown");
    // A scan is signed and good once.
    let body = format!(r#"{{"payload":"{right}"}}"#);
    let nonce = "AAAAAAAAAAAAAAAAAAAAAA";
    let call = || device.sign_with(&server, "POST", "/v1/requests/scan", body.as_bytes(), nonce);
    server.send(call()).await.expect(200);
    server.send(call()).await.expect_problem("signature_replayed");
}

// REQ-QR-03
async fn the_first_person_has_it_and_no_other(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut ana = TestDevice::activate(&server, &ANA).await;
    let second = TestDevice::activate(&server, &ANA).await;
    let mut luis = TestDevice::activate(&server, &LUIS).await;
    for _ in 0..10 {
        let browser = TestBrowser::ask_qr(&server).await;
        let body = format!(r#"{{"payload":"{}"}}"#, text(&server, &browser));
        let calls =
            [&ana, &luis, &ana, &luis].map(|device| device.sign(&server, "POST", "/v1/requests/scan", body.as_bytes()));
        let answers = server.send_all(calls.into()).await;
        let won: Vec<bool> = answers.iter().map(|answer| answer.status == 200).collect();
        assert!(
            won == [true, false, true, false] || won == [false, true, false, true],
            "{won:?}"
        );
    }
    let mut browser = TestBrowser::ask_qr(&server).await;
    let request = claimed(&server, &browser, &ana).await;
    let id = browser.request();
    let page = browser.get(&server, "/signin/qr/page").await.text();
    let code = TestBrowser::code_of(&page);
    luis.scan(&server, &text(&server, &browser))
        .await
        .expect_problem("request_unknown");
    luis.lookup(&server, &code).await.expect_problem("request_unknown");
    luis.approve(&server, &id, &request.phrase, true)
        .await
        .expect_problem("request_unknown");
    luis.reveal(&server, &id).await.expect_problem("request_unknown");
    luis.reject(&server, &id, "not_me")
        .await
        .expect_problem("request_unknown");
    // Another device of hers sees it.
    assert!(second.requests(&server).await.iter().any(|seen| seen.id == request.id));
    ana.approve(&server, &id, &request.phrase, false).await.expect(200);
    spend(&server, &mut browser).await.expect(303);
}

// REQ-QR-06
async fn a_wrong_phrase_ends_it(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask_qr(&server).await;
    let request = claimed(&server, &browser, &device).await;
    let id = browser.request();
    let other = request
        .choices
        .unwrap()
        .into_iter()
        .find(|choice| *choice != request.phrase)
        .unwrap();
    device
        .approve(&server, &id, &other, true)
        .await
        .expect_problem("phrase_wrong");
    device
        .approve(&server, &id, &request.phrase, true)
        .await
        .expect_problem("request_rejected");
    device.reveal(&server, &id).await.expect_problem("request_rejected");
    spend(&server, &mut browser).await.expect_problem("request_rejected");
    // It is no "it was not me": nothing is muted by it.
    assert!(device.requests(&server).await.is_empty());
    TestBrowser::ask(&server, &ANA).await;
    assert_eq!(device.requests(&server).await.len(), 1);
}

// REQ-QR-07
async fn a_pin_may_be_read_instead(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask_qr(&server).await;
    let request = claimed(&server, &browser, &device).await;
    let id = browser.request();
    browser.get(&server, "/signin/pin").await.expect(200);
    let pin = device.pin(&id, "sede");
    browser.type_pin(&server, &pin).await.expect_problem("pin_not_revealed");
    device.reveal_verified(&server, &id).await.expect(200);
    device
        .approve(&server, &id, &request.phrase, true)
        .await
        .expect_problem("request_taken");
    browser
        .type_pin(&server, &device.wrong_pin(&id, "sede"))
        .await
        .expect_problem("pin_wrong");
    let mut same = browser.clone();
    same.get(&server, "/signin/qr/page").await.expect(200);
    spend(&server, &mut same).await.expect_problem("pin_not_revealed");
    browser.type_pin(&server, &pin).await.expect(303);
    // Still what began with a QR: a site that admits nothing else admits it.
    assert_eq!(proved(&server, &browser).await, (Method::Qr, Level::Substantial));
}

// REQ-QR-05
async fn every_order_of_approve_reject_reveal_revoke_expire_and_spend(backend: Backend) {
    let server = TestServer::new(backend).await;
    let steps = ["approve", "reject", "reveal", "spend", "expire", "revoke"];
    let orders =
        (0..steps.len()).flat_map(|a| (0..steps.len()).flat_map(move |b| (0..steps.len()).map(move |c| [a, b, c])));
    for order in orders.filter(|[a, b, c]| a != b && b != c && a != c) {
        let mut device = TestDevice::activate(&server, &ANA).await;
        let mut browser = TestBrowser::ask_qr(&server).await;
        let request = claimed(&server, &browser, &device).await;
        let id = browser.request();
        let named = order.map(|step| steps[step]);
        let (mut open, mut approved) = (true, false);
        for step in named {
            match step {
                "approve" => {
                    let done = device.approve(&server, &id, &request.phrase, false).await.status == 200;
                    assert_eq!(done, open, "{named:?}");
                    approved |= done;
                    open = false;
                }
                "reveal" => {
                    let done = device.reveal(&server, &id).await.status == 200;
                    assert_eq!(done, open, "{named:?}");
                    open = false;
                }
                "reject" => {
                    device.reject(&server, &id, "changed_mind").await;
                    (open, approved) = (false, false);
                }
                "revoke" => {
                    device.end(&server).await;
                    (open, approved) = (false, false);
                }
                "expire" => {
                    server.wait(600);
                    (open, approved) = (false, false);
                }
                _ => {
                    let answer = spend(&server, &mut browser).await;
                    assert_eq!(answer.status == 303, approved, "{named:?}: {}", answer.code());
                    approved = false;
                    open &= answer.status != 303;
                }
            }
        }
        device.end(&server).await;
        // A part of the six SMS of a day is all that a browser which nobody knows can cause.
        server.wait(12 * 3600);
    }
}

// REQ-QR-05
async fn of_sixty_four_spends_one_wins(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    for _ in 0..20 {
        let browser = TestBrowser::ask_qr(&server).await;
        let request = claimed(&server, &browser, &device).await;
        device
            .approve(&server, &browser.request(), &request.phrase, false)
            .await
            .expect(200);
        let forms = (0..64).map(|_| browser.form("/signin/qr/page", &[])).collect();
        let mut tally: BTreeMap<String, usize> = BTreeMap::new();
        for answer in server.send_all(forms).await {
            let what = if answer.status == 303 {
                "signed in".to_owned()
            } else {
                answer.code()
            };
            *tally.entry(what).or_default() += 1;
        }
        assert_eq!(
            tally,
            BTreeMap::from([("pin_used".to_owned(), 63), ("signed in".to_owned(), 1)])
        );
    }
}

// REQ-QR-05
async fn of_many_approvals_at_once_one_wins(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut devices = Vec::new();
    for _ in 0..4 {
        devices.push(TestDevice::activate(&server, &ANA).await);
        // Three SMS an hour.
        server.wait(1800);
    }
    for _ in 0..10 {
        let mut browser = TestBrowser::ask_qr(&server).await;
        let request = claimed(&server, &browser, &devices[0]).await;
        let id = browser.request();
        let calls = devices
            .iter_mut()
            .map(|device| device.approval(&server, &id, &request.phrase, false))
            .collect();
        let answers = server.send_all(calls).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        assert_eq!(
            answers.iter().filter(|answer| answer.code() == "request_taken").count(),
            3
        );
        spend(&server, &mut browser).await.expect(303);
    }
}

// REQ-QR-05, REQ-WEB-03
async fn another_browser_or_site_spends_nothing(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask_qr(&server).await;
    let request = claimed(&server, &browser, &device).await;
    let id = browser.request();
    device.approve(&server, &id, &request.phrase, false).await.expect(200);
    let mut thief = TestBrowser::ask_qr(&server).await;
    let number = id.to_string();
    thief
        .post(&server, "/signin/qr/page", &[("request", &number)])
        .await
        .expect_problem("request_mismatch");
    server
        .send(thief.form("/signin/qr/now", &[("request", &number)]))
        .await
        .expect(404);
    browser
        .clone()
        .post(&server, "/signin/qr/page", &[("site", "otra")])
        .await
        .expect_problem("request_mismatch");
    let answer = browser
        .clone()
        .post(&server, "/signin/qr/page", &[("csrf", "x")])
        .await
        .expect(403);
    assert_eq!(answer.code(), "csrf");
    server
        .send(browser.form("/signin/qr/now", &[("csrf", "x")]))
        .await
        .expect(403);
    // An incoming request is not spent as an approval.
    let mut incoming = TestBrowser::ask(&server, &ANA).await;
    let typed = incoming.request();
    device
        .approve(&server, &typed, &request.phrase, true)
        .await
        .expect_problem("request_unknown");
    device.reveal(&server, &typed).await.expect(200);
    incoming
        .post(&server, "/signin/qr/page", &[])
        .await
        .expect_problem("request_mismatch");
    spend(&server, &mut browser).await.expect(303);
}

// REQ-QR-01, REQ-WEB-01, REQ-WEB-05
async fn the_page_works_without_a_script_and_tells_one_how_it_stands(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask_qr(&server).await;
    let page = browser.get(&server, "/signin/qr/page").await.expect(200).text();
    assert!(!page.contains("http-equiv"), "it never loads itself again");
    let hidden = browser.request().to_string();
    let addresses = page
        .split('"')
        .filter(|part| part.starts_with('/') || part.contains("://"));
    for address in addresses {
        assert!(!address.contains(&hidden), "{address}");
    }
    let now: serde_json::Value = server
        .send(browser.form("/signin/qr/now", &[]))
        .await
        .expect(200)
        .json();
    assert!(now["image"].as_str().unwrap().starts_with("<svg"));
    let request = claimed(&server, &browser, &device).await;
    let now: serde_json::Value = server
        .send(browser.form("/signin/qr/now", &[]))
        .await
        .expect(200)
        .json();
    assert_eq!(now, serde_json::json!({ "state": "claimed" }));
    browser.get(&server, "/signin/qr/now.svg").await.expect(404);
    let page = browser.get(&server, "/signin/qr/page").await.text();
    assert!(page.contains("data-qr-state=\"claimed\"") && page.contains(&request.phrase));
    device.reject(&server, &browser.request(), "not_me").await.expect(200);
    assert_eq!(state(&server, &browser).await, "over");
    browser
        .get(&server, "/signin/qr/page")
        .await
        .expect_problem("request_rejected");
    TestBrowser::default()
        .get(&server, "/signin/qr/now.svg")
        .await
        .expect(404);
    TestBrowser::default()
        .get(&server, "/signin/qr/page")
        .await
        .expect_problem("request_unknown");
}

// REQ-QR-05
async fn an_approval_lives_two_minutes(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    for (wait, lives) in [(119, true), (120, false)] {
        let mut browser = TestBrowser::ask_qr(&server).await;
        let request = claimed(&server, &browser, &device).await;
        let id = browser.request();
        device.approve(&server, &id, &request.phrase, false).await.expect(200);
        server.wait(wait);
        let answer = spend(&server, &mut browser).await;
        if lives {
            answer.expect(303);
        } else {
            answer.expect_problem("request_expired");
        }
    }
}

// REQ-QR-09
async fn a_device_of_the_first_version_reads_what_it_knows(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let browser = TestBrowser::ask_qr(&server).await;
    let request = claimed(&server, &browser, &device).await;
    device
        .approve(&server, &browser.request(), &request.phrase, false)
        .await
        .expect(200);
    let list: serde_json::Value = device
        .call(&server, "GET", "/v1/device/requests", b"")
        .await
        .expect(200)
        .json();
    let seen = &list["requests"][0];
    assert_eq!(
        (seen["state"].as_str(), seen["approved"].as_bool()),
        (Some("revealed"), Some(true))
    );
    assert_eq!(seen["revealed_here"], true);
    let typed = TestBrowser::ask(&server, &ANA).await;
    let list: serde_json::Value = device
        .call(&server, "GET", "/v1/device/requests", b"")
        .await
        .expect(200)
        .json();
    let seen = list["requests"]
        .as_array()
        .unwrap()
        .iter()
        .find(|seen| seen["id"] == typed.request().to_string())
        .unwrap();
    assert!(seen.get("approved").is_none() && seen.get("choices").is_none());
}
