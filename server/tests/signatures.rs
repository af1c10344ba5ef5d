//! Signed calls: what is refused, and why.

use aldaba_protocol::wire;
use aldaba_server::testing::{ANA, LUIS, TestDevice, TestServer};
use aldaba_store::Backend;
use axum::body::Body;
use http::{HeaderValue, Request};

on_both!(
    tampered_calls_are_refused,
    a_replayed_call_is_refused_and_freezes_nothing,
    clocks_may_be_ninety_seconds_off,
    unknown_and_deactivated_devices_are_refused,
    a_revoked_device_is_refused_at_once,
    calls_without_a_signature_are_refused,
);

// REQ-SIG-01
async fn tampered_calls_are_refused(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let other = TestDevice::activate(&server, &LUIS).await;
    let signed = || device.sign(&server, "POST", "/v1/requests/lookup", br#"{"code":"00000000"}"#);
    server.send(signed()).await.expect_problem("request_unknown");

    // Another body, another path, another method, another query, each header of another call.
    let (parts, _) = signed().into_parts();
    let changed = Request::from_parts(parts, Body::from(r#"{"code":"00000001"}"#));
    server.send(changed).await.expect_problem("signature_invalid");
    for (method, path) in [
        ("POST", "/v1/requests/lookup?x=1"),
        ("GET", "/v1/device"),
        ("GET", "/v1/device/requests"),
    ] {
        let mut request = signed();
        *request.method_mut() = method.parse().unwrap();
        *request.uri_mut() = path.parse().unwrap();
        server.send(request).await.expect_problem("signature_invalid");
    }
    let donor = device.sign(&server, "POST", "/v1/requests/lookup", br#"{"code":"00000009"}"#);
    for header in ["content-digest", "signature-input", "signature"] {
        let mut request = signed();
        request.headers_mut().insert(header, donor.headers()[header].clone());
        server.send(request).await.expect_problem("signature_invalid");
        let mut request = signed();
        request.headers_mut().remove(header);
        server.send(request).await.expect_problem("signature_invalid");
        let mut request = signed();
        request.headers_mut().append(header, donor.headers()[header].clone());
        server.send(request).await.expect_problem("signature_invalid");
    }
    // Signed by one device in the name of another.
    let mut forged = device.copy();
    forged.id = other.id;
    forged.info(&server).await.expect_problem("signature_invalid");
    // None of it did anything: the device works.
    device.info(&server).await.expect(200);
}

// REQ-SIG-05
async fn a_replayed_call_is_refused_and_freezes_nothing(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let nonce = "abcdefghijklmnopqrstuv";
    let signed = || device.sign_with(&server, "GET", "/v1/device", b"", nonce);
    server.send(signed()).await.expect(200);
    server.send(signed()).await.expect_problem("signature_replayed");
    server.wait(91);
    // By now its date is too old; before its nonce is forgotten.
    let old = {
        let mut device = device.copy();
        device.skew = -91;
        device.sign_with(&server, "GET", "/v1/device", b"", nonce)
    };
    server.send(old).await.expect_problem("clock_skew");
    let mut device = device;
    let request = device.sign_with(
        &server,
        "DELETE",
        "/v1/device",
        br#"{"counter":1}"#,
        "zzzzzzzzzzzzzzzzzzzzzz",
    );
    let again = device.sign_with(
        &server,
        "DELETE",
        "/v1/device",
        br#"{"counter":1}"#,
        "zzzzzzzzzzzzzzzzzzzzzz",
    );
    server.send(request).await.expect(200);
    server.send(again).await.expect_problem("signature_replayed");
    device.counter = 1;
    // Sixteen parallel copies of one signed call: one is answered.
    let device = TestDevice::activate(&server, &LUIS).await;
    let copies = (0..16)
        .map(|_| device.sign_with(&server, "GET", "/v1/device", b"", nonce))
        .collect();
    let answers = server.send_all(copies).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    device.info(&server).await.expect(200);
}

// REQ-SIG-06
async fn clocks_may_be_ninety_seconds_off(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let year = 365 * 24 * 3600;
    for (skew, accepted) in [
        (90, true),
        (-90, true),
        (91, false),
        (-91, false),
        (year, false),
        (-year, false),
    ] {
        device.skew = skew;
        let answer = device.info(&server).await;
        if accepted {
            answer.expect(200);
        } else {
            let problem: wire::Problem = answer.expect_problem("clock_skew").json();
            assert_eq!(problem.server_time, Some(server.app.now().as_millis()));
        }
    }
    let time: wire::ServerTime = server.get("/v1/time").await.expect(200).json();
    assert_eq!(time.time, server.app.now().as_millis());
}

// REQ-DEV-04
async fn unknown_and_deactivated_devices_are_refused(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut nobody = device.copy();
    nobody.id = aldaba_core::ids::DeviceId::from_bytes([9; 16]);
    nobody.info(&server).await.expect_problem("device_unknown");
    let ended: wire::DeviceDeactivated = device.end(&server).await.expect(200).json();
    assert_eq!(ended.device_id, device.id.to_string());
    device.info(&server).await.expect_problem("device_revoked");
    device
        .call(&server, "GET", "/v1/device/requests", b"")
        .await
        .expect_problem("device_revoked");
    device
        .call(&server, "GET", "/v1/device/events", b"")
        .await
        .expect_problem("device_revoked");
    device
        .lookup(&server, "00000000")
        .await
        .expect_problem("device_revoked");
    let request = aldaba_core::ids::RequestId::from_bytes([1; 16]);
    device.reveal(&server, &request).await.expect_problem("device_revoked");
    // The very call that deactivated it is answered as the first time.
    let again = device.call(&server, "DELETE", "/v1/device", br#"{"counter":1}"#).await;
    again.expect(200);
    let notices = server.messages().await;
    assert!(notices.last().unwrap().text.contains("Portátil de pruebas"));
}

// REQ-DEV-04
async fn a_revoked_device_is_refused_at_once(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let revoked = aldaba_server::devices::revoke::revoke(&server.app, device.id)
        .await
        .unwrap();
    assert_eq!(revoked, Some(true));
    device.info(&server).await.expect_problem("device_revoked");
    let again = aldaba_server::devices::revoke::revoke(&server.app, device.id)
        .await
        .unwrap();
    assert_eq!(again, Some(false));
    let unknown = aldaba_core::ids::DeviceId::from_bytes([9; 16]);
    assert_eq!(
        aldaba_server::devices::revoke::revoke(&server.app, unknown)
            .await
            .unwrap(),
        None
    );
}

// REQ-SIG-02
async fn calls_without_a_signature_are_refused(backend: Backend) {
    let server = TestServer::new(backend).await;
    let id = "00112233445566778899aabbccddeeff";
    for (method, path) in [
        ("GET", "/v1/device".to_owned()),
        ("DELETE", "/v1/device".to_owned()),
        ("GET", "/v1/device/requests".to_owned()),
        ("GET", "/v1/device/events".to_owned()),
        ("POST", format!("/v1/requests/{id}/reveal")),
        ("POST", format!("/v1/requests/{id}/reject")),
        ("POST", "/v1/requests/lookup".to_owned()),
    ] {
        let bare = Request::builder()
            .method(method)
            .uri(&path)
            .body(Body::empty())
            .unwrap();
        server.send(bare).await.expect_problem("signature_invalid");
        let mut rubbish = Request::builder()
            .method(method)
            .uri(&path)
            .body(Body::empty())
            .unwrap();
        for header in ["content-digest", "signature-input", "signature"] {
            rubbish
                .headers_mut()
                .insert(header, HeaderValue::from_bytes(b"\xff\xfe").unwrap());
        }
        server.send(rubbish).await.expect_problem("signature_invalid");
    }
    let device = TestDevice::activate(&server, &ANA).await;
    let huge = vec![b'x'; 17 * 1024];
    device
        .call(&server, "POST", "/v1/requests/lookup", &huge)
        .await
        .expect_problem("payload_too_large");
    device
        .call(&server, "POST", "/v1/requests/lookup", b"{}")
        .await
        .expect_problem("request_invalid");
    device
        .call(&server, "POST", "/v1/requests/lookup", b"[")
        .await
        .expect_problem("request_invalid");
}
