//! The counter of state-changing calls: the same call again, a store put back, two copies of a store.

use aldaba_server::testing::{ANA, TestBrowser, TestDevice, TestServer};
use aldaba_store::Backend;

on_both!(
    the_same_call_again_has_the_same_answer,
    a_refusal_is_repeated_too,
    a_counter_that_goes_back_freezes_the_device,
    two_copies_of_a_store_freeze_the_device,
    gaps_are_fine,
    parallel_copies_of_one_call_do_it_once,
);

// REQ-DEV-03
async fn the_same_call_again_has_the_same_answer(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let browser = TestBrowser::ask(&server, &ANA).await;
    let first = device.reveal(&server, &browser.request()).await.expect(200);
    server.wait(20);
    let path = format!("/v1/requests/{}/reveal", browser.request());
    let again = device
        .call(&server, "POST", &path, br#"{"counter":1}"#)
        .await
        .expect(200);
    let field = |answer: &aldaba_server::testing::Answer, name: &str| answer.json::<serde_json::Value>()[name].clone();
    for name in ["id", "relying_party_id", "pin_expires_at"] {
        assert_eq!(field(&first, name), field(&again, name));
    }
    device.info(&server).await.expect(200);
}

// REQ-DEV-03
async fn a_refusal_is_repeated_too(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let path = "/v1/requests/00112233445566778899aabbccddeeff/reveal";
    device
        .call(&server, "POST", path, br#"{"counter":1}"#)
        .await
        .expect_problem("request_unknown");
    device
        .call(&server, "POST", path, br#"{"counter":1}"#)
        .await
        .expect_problem("request_unknown");
    device.info(&server).await.expect(200);
}

// REQ-DEV-02
async fn a_counter_that_goes_back_freezes_the_device(backend: Backend) {
    let server = TestServer::new(backend).await;
    for lower in [0, 4] {
        let device = TestDevice::activate(&server, &ANA).await;
        let path = "/v1/requests/00112233445566778899aabbccddeeff/reveal";
        device
            .call(&server, "POST", path, br#"{"counter":5}"#)
            .await
            .expect_problem("request_unknown");
        let mut events = device.events(&server, None).await;
        let body = format!(r#"{{"counter":{lower}}}"#);
        device
            .call(&server, "POST", path, body.as_bytes())
            .await
            .expect_problem("device_frozen");
        let event = events.next().await.unwrap();
        assert_eq!(
            (event.kind.as_str(), event.data.as_str()),
            ("device", r#"{"state":"frozen"}"#)
        );
        assert!(events.ends().await);
        device.info(&server).await.expect_problem("device_frozen");
        device
            .call(&server, "POST", path, br#"{"counter":6}"#)
            .await
            .expect_problem("device_frozen");
        // Only activating again helps.
        server.wait(4000);
        TestDevice::activate(&server, &ANA)
            .await
            .info(&server)
            .await
            .expect(200);
        server.wait(4000);
    }
}

// REQ-DEV-02
async fn two_copies_of_a_store_freeze_the_device(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut copy = device.copy();
    let (one, other) = (
        TestBrowser::ask(&server, &ANA).await,
        TestBrowser::ask(&server, &ANA).await,
    );
    device.reveal(&server, &one.request()).await.expect(200);
    // The copy's first call has the same counter and another content.
    copy.reveal(&server, &other.request())
        .await
        .expect_problem("device_frozen");
    device
        .reveal(&server, &other.request())
        .await
        .expect_problem("device_frozen");
    // What it had revealed can no longer be spent.
    let mut one = one;
    let pin = device.pin(&one.request(), "sede");
    one.type_pin(&server, &pin).await.expect_problem("pin_expired");
}

// REQ-DEV-01
async fn gaps_are_fine(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let browser = TestBrowser::ask(&server, &ANA).await;
    device.counter = 41;
    device.reveal(&server, &browser.request()).await.expect(200);
    device.counter = 1_000_000;
    device
        .reject(&server, &browser.request(), "changed_mind")
        .await
        .expect(200);
    let huge = format!(r#"{{"counter":{}}}"#, u64::MAX);
    let path = format!("/v1/requests/{}/reveal", browser.request());
    device
        .call(&server, "POST", &path, huge.as_bytes())
        .await
        .expect_problem("device_frozen");
}

// REQ-DEV-03
async fn parallel_copies_of_one_call_do_it_once(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let browser = TestBrowser::ask(&server, &ANA).await;
    let path = format!("/v1/requests/{}/reveal", browser.request());
    let calls = (0..16)
        .map(|_| device.sign(&server, "POST", &path, br#"{"counter":1}"#))
        .collect();
    for answer in server.send_all(calls).await {
        answer.expect(200);
    }
    device.info(&server).await.expect(200);
}
