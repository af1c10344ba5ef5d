//! The PIN that the app makes itself: steps used once, delays, and that nobody can tell by it who exists.

use aldaba_server::testing::{ANA, LUIS, TestBrowser, TestDevice, TestPerson, TestServer, other_pin};
use aldaba_store::Backend;

const STRANGER: TestPerson = TestPerson {
    document: "55667788Z",
    contrast: "2033-01-25",
    name: "nobody",
    phone: "+34600000099",
};

on_both!(
    a_citizen_signs_in_without_a_request_on_the_device,
    a_step_is_used_once,
    one_step_either_side_is_accepted,
    two_parallel_uses_of_one_pin_sign_in_one,
    three_tries_a_sign_in,
    failures_delay_this_method_only_and_no_signature_lifts_it,
    strangers_are_delayed_alike,
    another_node_delays_strangers_as_it_delays_the_owner,
    a_hundred_failures_switch_the_method_off,
    any_device_of_the_person_will_do,
    the_own_key_is_asked_again,
);

fn wrong(device: &TestDevice, server: &TestServer) -> String {
    // Far enough from the three steps that are accepted now.
    let now = server.app.now();
    let taken = [-30, 0, 30].map(|seconds| {
        let at = aldaba_core::time::Timestamp::from_secs(now.as_secs() + seconds);
        device.self_generated(at)
    });
    (1..)
        .map(|by| other_pin(&taken[1], by))
        .find(|pin| !taken.contains(pin))
        .unwrap()
}

// REQ-PIN-06
async fn a_citizen_signs_in_without_a_request_on_the_device(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask_self_generated(&server, &ANA).await;
    assert!(device.requests(&server).await.is_empty(), "nothing to reveal");
    let pin = device.self_generated(server.app.now());
    browser.type_pin(&server, &pin).await.expect(303);
    assert!(browser.has_session());
    // An incoming request does not take it.
    let mut incoming = TestBrowser::ask(&server, &ANA).await;
    let pin = device.self_generated(server.app.now());
    incoming
        .type_pin(&server, &pin)
        .await
        .expect_problem("pin_not_revealed");
}

// REQ-PIN-11
async fn a_step_is_used_once(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let pin = device.self_generated(server.app.now());
    let mut first = TestBrowser::ask_self_generated(&server, &ANA).await;
    first.type_pin(&server, &pin).await.expect(303);
    // Again, and from the neighbouring step, from which it would still be accepted.
    let mut second = TestBrowser::ask_self_generated(&server, &ANA).await;
    second.type_pin(&server, &pin).await.expect_problem("pin_wrong");
    server.wait(30);
    second.type_pin(&server, &pin).await.expect_problem("pin_wrong");
    // The step before one that was used is not accepted either.
    let mut third = TestBrowser::ask_self_generated(&server, &ANA).await;
    server.wait(30);
    let (now, before) = (
        server.app.now(),
        server.app.now().minus(std::time::Duration::from_secs(30)),
    );
    third.type_pin(&server, &device.self_generated(now)).await.expect(303);
    let mut fourth = TestBrowser::ask_self_generated(&server, &ANA).await;
    fourth
        .type_pin(&server, &device.self_generated(before))
        .await
        .expect_problem("pin_wrong");
}

// REQ-PIN-07
async fn one_step_either_side_is_accepted(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    for (ahead, accepted) in [(-60, false), (-30, true), (30, true), (90, false)] {
        let at = aldaba_core::time::Timestamp::from_secs(server.app.now().as_secs() + ahead);
        let mut browser = TestBrowser::ask_self_generated(&server, &ANA).await;
        let answer = browser.type_pin(&server, &device.self_generated(at)).await;
        assert_eq!(answer.status == 303, accepted, "{ahead}");
        server.wait(300);
    }
}

// REQ-PIN-11
async fn two_parallel_uses_of_one_pin_sign_in_one(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    for _ in 0..20 {
        let pin = device.self_generated(server.app.now());
        let (one, two) = (
            TestBrowser::ask_self_generated(&server, &ANA).await,
            TestBrowser::ask_self_generated(&server, &ANA).await,
        );
        let answers = server
            .send_all(vec![one.pin_form(&pin, &[]), two.pin_form(&pin, &[])])
            .await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 303).count(), 1);
        server.wait(30);
        device.info(&server).await.expect(200);
    }
}

// REQ-PIN-05
async fn three_tries_a_sign_in(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask_self_generated(&server, &ANA).await;
    let wrong = wrong(&device, &server);
    browser
        .type_pin(&server, "12345")
        .await
        .expect_problem("request_invalid");
    browser.type_pin(&server, &wrong).await.expect_problem("pin_wrong");
    browser.type_pin(&server, &wrong).await.expect_problem("pin_wrong");
    browser.type_pin(&server, &wrong).await.expect_problem("request_burnt");
    let right = device.self_generated(server.app.now());
    browser.type_pin(&server, &right).await.expect_problem("request_burnt");
    let mut next = TestBrowser::ask_self_generated(&server, &ANA).await;
    next.type_pin(&server, &right).await.expect(303);
}

/// So many failures in a row, each as soon as it is evaluated. What the last one was answered.
async fn fail(server: &TestServer, device: Option<&TestDevice>, person: &TestPerson, times: u32) -> Vec<(String, u64)> {
    let mut told = Vec::new();
    let mut browser = TestBrowser::ask_self_generated(server, person).await;
    for _ in 0..times {
        let pin = device.map_or("000000".to_owned(), |device| wrong(device, server));
        let mut answer = browser.type_pin(server, &pin).await;
        let retry: u64 = answer
            .headers
            .get("retry-after")
            .map_or(0, |value| value.to_str().unwrap().parse().unwrap());
        told.push((answer.code(), retry));
        if answer.code() == "self_generated_delayed" {
            server.wait(retry);
            browser = TestBrowser::ask_self_generated(server, person).await;
            answer = browser.type_pin(server, &pin).await;
            told.push((answer.code(), 0));
        }
        if answer.code() == "request_burnt" {
            browser = TestBrowser::ask_self_generated(server, person).await;
        }
    }
    told
}

// REQ-LIM-02
async fn failures_delay_this_method_only_and_no_signature_lifts_it(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    fail(&server, Some(&device), &ANA, 5).await;
    let right = device.self_generated(server.app.now());
    let mut browser = TestBrowser::ask_self_generated(&server, &ANA).await;
    browser
        .type_pin(&server, &right)
        .await
        .expect_problem("self_generated_delayed");
    server.wait(29);
    let right = device.self_generated(server.app.now());
    browser
        .type_pin(&server, &right)
        .await
        .expect_problem("self_generated_delayed");
    // The incoming PIN knows nothing of it. Its reveal is signed, which lifts nothing: strangers can make a device sign.
    let mut incoming = TestBrowser::ask(&server, &ANA).await;
    device.reveal(&server, &incoming.request()).await.expect(200);
    let pin = device.pin(&incoming.request(), "sede");
    incoming.type_pin(&server, &pin).await.expect(303);
    browser
        .type_pin(&server, &right)
        .await
        .expect_problem("self_generated_delayed");
    server.wait(1);
    let right = device.self_generated(server.app.now());
    browser.type_pin(&server, &right).await.expect(303);
    // That success forgot all of it.
    fail(&server, Some(&device), &ANA, 4).await;
    let mut browser = TestBrowser::ask_self_generated(&server, &ANA).await;
    server.wait(30);
    let right = device.self_generated(server.app.now());
    browser.type_pin(&server, &right).await.expect(303);
}

// REQ-WEB-02
async fn strangers_are_delayed_alike(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    // Luis exists but has no device.
    let known = fail(&server, Some(&device), &ANA, 9).await;
    assert!(
        known.iter().any(|(code, _)| code == "self_generated_delayed"),
        "{known:?}"
    );
    assert_eq!(known, fail(&server, None, &STRANGER, 9).await);
    assert_eq!(known, fail(&server, None, &LUIS, 9).await);
    // Who does not know the datum delays nobody but themselves.
    let wrong_date = TestPerson {
        contrast: "2031-05-18",
        ..LUIS
    };
    assert_eq!(known, fail(&server, None, &wrong_date, 9).await);
}

// REQ-WEB-02
async fn another_node_delays_strangers_as_it_delays_the_owner(backend: Backend) {
    let mut server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let mut told = Vec::new();
    for (device, person) in [(Some(&device), ANA), (None, STRANGER), (None, LUIS)] {
        let mut codes = fail(&server, device, &person, 7).await;
        // The request of before goes on there, and one that is made there finds the failures of before.
        let mut browser = TestBrowser::ask_self_generated(&server, &person).await;
        server.move_to_another_node();
        let pin = device.map_or("000000".to_owned(), |device| wrong(device, &server));
        codes.push((browser.type_pin(&server, &pin).await.code(), 0));
        codes.extend(fail(&server, device, &person, 1).await);
        told.push(codes);
    }
    assert!(
        told[0]
            .iter()
            .filter(|(code, _)| code == "self_generated_delayed")
            .count()
            >= 4,
        "{told:?}"
    );
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0], told[2]);
}

// REQ-LIM-02
async fn a_hundred_failures_switch_the_method_off(backend: Backend) {
    let server = TestServer::with(backend, |config| {
        config.policy.self_failures_to_disable = 8;
    })
    .await;
    let device = TestDevice::activate(&server, &ANA).await;
    fail(&server, Some(&device), &ANA, 8).await;
    fail(&server, None, &STRANGER, 8).await;
    server.wait(24 * 3600);
    let mut browser = TestBrowser::ask_self_generated(&server, &ANA).await;
    let right = device.self_generated(server.app.now());
    browser
        .type_pin(&server, &right)
        .await
        .expect_problem("self_generated_disabled");
    // One try for each signature, of which whoever fails sees nothing.
    device.info(&server).await.expect(200);
    for _ in 0..2 {
        for (device, person) in [(Some(&device), &ANA), (None, &STRANGER)] {
            let pin = device.map_or("000000".to_owned(), |device| wrong(device, &server));
            let mut browser = TestBrowser::ask_self_generated(&server, person).await;
            browser
                .type_pin(&server, &pin)
                .await
                .expect_problem("self_generated_disabled");
        }
    }
    browser
        .type_pin(&server, &right)
        .await
        .expect_problem("self_generated_disabled");
    // Nor does a signature within the delay count.
    server.wait(1);
    device.info(&server).await.expect(200);
    browser
        .type_pin(&server, &right)
        .await
        .expect_problem("self_generated_disabled");
    server.wait(3600);
    device.info(&server).await.expect(200);
    let mut browser = TestBrowser::ask_self_generated(&server, &ANA).await;
    let right = device.self_generated(server.app.now());
    browser.type_pin(&server, &right).await.expect(303);
}

async fn any_device_of_the_person_will_do(backend: Backend) {
    let server = TestServer::new(backend).await;
    let (mut one, two) = (
        TestDevice::activate(&server, &ANA).await,
        TestDevice::activate(&server, &ANA).await,
    );
    for device in [&one, &two] {
        let mut browser = TestBrowser::ask_self_generated(&server, &ANA).await;
        browser
            .type_pin(&server, &device.self_generated(server.app.now()))
            .await
            .expect(303);
    }
    one.end(&server).await.expect(200);
    server.wait(60);
    let mut browser = TestBrowser::ask_self_generated(&server, &ANA).await;
    browser
        .type_pin(&server, &one.self_generated(server.app.now()))
        .await
        .expect_problem("pin_wrong");
    browser
        .type_pin(&server, &two.self_generated(server.app.now()))
        .await
        .expect(303);
}

// REQ-PIN-13
async fn the_own_key_is_asked_again(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::open(&server, "sede").await;
    let fields = [
        ("method", "self_generated"),
        ("own_key", "AB12"),
        ("own_key_again", "AB12"),
    ];
    browser.start(&server, &ANA, &fields).await.expect(303);
    browser.get(&server, "/signin/pin").await.expect(200);
    let pin = device.self_generated(server.app.now());
    browser
        .post(&server, "/signin/pin", &[("pin", &pin), ("own_key", "AB13")])
        .await
        .expect_problem("pin_wrong");
    // A wrong own key does not use the step up.
    browser
        .post(&server, "/signin/pin", &[("pin", &pin), ("own_key", "AB12")])
        .await
        .expect(303);
}
