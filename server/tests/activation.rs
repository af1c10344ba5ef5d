//! Activation: one answer for everybody, limits on SMS, lives and tries.

use std::time::Duration;

use aldaba_core::random::OsRandom;
use aldaba_protocol::keys::{AgreementKey, SigningKey};
use aldaba_protocol::wire;
use aldaba_server::testing::{ANA, Answer, LUIS, PendingActivation, TestDevice, TestPerson, TestServer};
use aldaba_store::outbox::MessageKind;
use aldaba_store::{Backend, activations};

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
    a_device_is_activated,
    strangers_wrong_dates_and_right_ones_are_answered_alike,
    malformed_data_is_refused_before_anything_else,
    wrong_codes_and_signatures_cost_tries_and_have_one_answer,
    a_code_lives_ten_minutes_to_the_second,
    an_earlier_code_stays_valid_for_its_own_life,
    three_live_activations_a_person,
    three_sms_an_hour_and_six_a_day,
    what_is_not_sent_lengthens_nothing,
    an_activation_makes_one_device,
    a_lost_answer_is_given_again_to_its_own_device_while_the_code_lives,
    a_device_that_ended_is_not_announced_again,
    a_decoy_can_never_be_confirmed,
);

async fn start(server: &TestServer, person: &TestPerson) -> Answer {
    let (signing, agreement) = (SigningKey::generate(&OsRandom), AgreementKey::generate(&OsRandom));
    server
        .post_json(
            "/v1/activations",
            &PendingActivation::body(person, &signing, &agreement, "Móvil"),
        )
        .await
}

// REQ-ACT-01, REQ-ACT-07
async fn a_device_is_activated(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let info: wire::DeviceInfo = device.info(&server).await.expect(200).json();
    assert_eq!(info.device_id, device.id.to_string());
    assert_eq!(info.name, "Portátil de pruebas");
    assert_eq!(info.level.as_str(), "substantial");
    assert_eq!((info.counter, info.other_devices), (0, 0));
    let messages = server.messages().await;
    assert_eq!(messages.len(), 2, "the code, and the notice of a new device");
    let of_kind = |kind| messages.iter().find(|message| message.kind == kind).unwrap();
    let code = of_kind(MessageKind::ActivationCode);
    assert_eq!(code.to.e164(), ANA.phone);
    let last = code.text.lines().last().unwrap();
    assert!(last.starts_with("@pin.example #"), "{last}");
    assert!(of_kind(MessageKind::NewDevice).text.contains("Portátil de pruebas"));
    // A second device does not cancel the first, and the first learns of it.
    let second = TestDevice::activate(&server, &ANA).await;
    second.info(&server).await.expect(200);
    let info: wire::DeviceInfo = device.info(&server).await.expect(200).json();
    assert_eq!(info.other_devices, 1);
}

// REQ-ACT-02
async fn strangers_wrong_dates_and_right_ones_are_answered_alike(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut answers = Vec::new();
    for person in [STRANGER, WRONG_DATE, ANA] {
        answers.push(start(&server, &person).await.expect(202));
    }
    let blank = |answer: &Answer| {
        let started: wire::ActivationStarted = answer.json();
        let text = answer.text();
        text.replace(&started.activation_id, "ID")
            .replace(&started.agreement_key, "KEY")
    };
    let headers = |answer: &Answer| format!("{:?}", answer.headers);
    for answer in &answers {
        assert_eq!(blank(answer), blank(&answers[2]));
        assert_eq!(answer.body.len(), answers[2].body.len());
        assert_eq!(headers(answer), headers(&answers[2]));
    }
    assert_eq!(server.messages().await.len(), 1, "only the right one sent an SMS");
    // Resending is answered alike, too.
    let mut resent = Vec::new();
    for answer in &answers {
        let started: wire::ActivationStarted = answer.json();
        let path = format!("/v1/activations/{}/resend", started.activation_id);
        let request = http::Request::post(path).body(axum::body::Body::empty()).unwrap();
        resent.push(server.send(request).await.expect(202));
    }
    let unknown = "/v1/activations/00112233445566778899aabbccddeeff/resend";
    resent.push(
        server
            .send(http::Request::post(unknown).body(axum::body::Body::empty()).unwrap())
            .await
            .expect(202),
    );
    assert!(resent.iter().all(|answer| answer.body == resent[0].body));
    assert_eq!(server.messages().await.len(), 2);
}

// REQ-ERR-01
async fn malformed_data_is_refused_before_anything_else(backend: Backend) {
    let server = TestServer::new(backend).await;
    for document in ["", "12345678A", "1234", "hola"] {
        start(&server, &TestPerson { document, ..ANA })
            .await
            .expect_problem("document_invalid");
    }
    for contrast in ["", "31-02-2030", "C01234567", "01-01-9999"] {
        start(&server, &TestPerson { contrast, ..ANA })
            .await
            .expect_problem("contrast_invalid");
    }
    let (signing, agreement) = (SigningKey::generate(&OsRandom), AgreementKey::generate(&OsRandom));
    let good = PendingActivation::body(&ANA, &signing, &agreement, "Móvil");
    let long = "x".repeat(65);
    let bad = [
        wire::StartActivation {
            signing_key: "AAAA".into(),
            ..good.clone()
        },
        wire::StartActivation {
            agreement_key: "no base64!".into(),
            ..good.clone()
        },
        wire::StartActivation {
            language: "español".into(),
            ..good.clone()
        },
        wire::StartActivation {
            device: wire::DeviceDescription {
                name: String::new(),
                platform: "linux".into(),
            },
            ..good.clone()
        },
        wire::StartActivation {
            device: wire::DeviceDescription {
                name: long,
                platform: "linux".into(),
            },
            ..good.clone()
        },
        wire::StartActivation {
            device: wire::DeviceDescription {
                name: "a\u{7}b".into(),
                platform: "linux".into(),
            },
            ..good.clone()
        },
        wire::StartActivation {
            device: wire::DeviceDescription {
                name: "Móvil".into(),
                platform: "beos".into(),
            },
            ..good.clone()
        },
    ];
    for body in bad {
        server
            .post_json("/v1/activations", &body)
            .await
            .expect_problem("request_invalid");
    }
    server
        .post_json("/v1/activations", &serde_json::json!({ "document": "12345678Z" }))
        .await
        .expect_problem("request_invalid");
    let plain = http::Request::post("/v1/activations").header("content-type", "text/plain");
    server
        .send(plain.body(axum::body::Body::from("{}")).unwrap())
        .await
        .expect_problem("request_invalid");
    let huge = http::Request::post("/v1/activations").header("content-type", "application/json");
    let huge = huge.body(axum::body::Body::from(vec![b' '; 20_000])).unwrap();
    server.send(huge).await.expect_problem("payload_too_large");
    assert!(server.messages().await.is_empty());
}

// REQ-ACT-03
async fn wrong_codes_and_signatures_cost_tries_and_have_one_answer(backend: Backend) {
    let server = TestServer::new(backend).await;
    let pending = PendingActivation::start(&server, &ANA).await;
    let code = server.last_code(ANA.phone).await;
    let wrong = if code == "AAAAAAAA" { "BBBBBBBB" } else { "AAAAAAAA" };
    let mut answers = vec![
        pending
            .confirm(&server, wrong)
            .await
            .expect_problem("activation_failed"),
    ];
    // The right code with somebody else's signature, and with a code that cannot be one.
    let other = aldaba_protocol::b64::encode(&[7; 64]);
    answers.push(
        server
            .send(pending.confirmation_signed(&code, other.clone()))
            .await
            .expect_problem("activation_failed"),
    );
    answers.push(
        server
            .send(pending.confirmation_signed("?", other))
            .await
            .expect_problem("activation_failed"),
    );
    for _ in 0..2 {
        answers.push(
            pending
                .confirm(&server, wrong)
                .await
                .expect_problem("activation_failed"),
        );
    }
    // Five tries are used up: the right one comes too late, and is answered just the same.
    answers.push(
        pending
            .confirm(&server, &code)
            .await
            .expect_problem("activation_failed"),
    );
    let unknown = http::Request::post("/v1/activations/nonsense/confirm").header("content-type", "application/json");
    let body = serde_json::json!({ "code": code, "signature": aldaba_protocol::b64::encode(&[7; 64]) });
    answers.push(
        server
            .send(unknown.body(axum::body::Body::from(body.to_string())).unwrap())
            .await,
    );
    assert!(answers.iter().all(|answer| answer.body == answers[0].body));
}

// REQ-ACT-04
async fn a_code_lives_ten_minutes_to_the_second(backend: Backend) {
    let server = TestServer::new(backend).await;
    let (late, just) = (
        PendingActivation::start(&server, &ANA).await,
        PendingActivation::start(&server, &LUIS).await,
    );
    let (late_code, just_code) = (server.last_code(ANA.phone).await, server.last_code(LUIS.phone).await);
    server.wait(599);
    just.confirm(&server, &just_code).await.expect(200);
    server.wait(1);
    late.confirm(&server, &late_code)
        .await
        .expect_problem("activation_failed");
}

// REQ-ACT-05
async fn an_earlier_code_stays_valid_for_its_own_life(backend: Backend) {
    let server = TestServer::new(backend).await;
    let pending = PendingActivation::start(&server, &ANA).await;
    let first = server.last_code(ANA.phone).await;
    server.wait(300);
    pending.resend(&server).await.expect(202);
    let second = server.last_code(ANA.phone).await;
    assert_ne!(first, second);
    server.wait(299);
    pending.confirm(&server, &first).await.expect(200);

    let pending = PendingActivation::start(&server, &LUIS).await;
    let first = server.last_code(LUIS.phone).await;
    server.wait(300);
    pending.resend(&server).await.expect(202);
    let second = server.last_code(LUIS.phone).await;
    server.wait(300);
    pending
        .confirm(&server, &first)
        .await
        .expect_problem("activation_failed");
    // The activation lives as long as its last code.
    server.wait(299);
    pending.confirm(&server, &second).await.expect(200);
}

// REQ-ACT-06
async fn three_live_activations_a_person(backend: Backend) {
    let server = TestServer::with(backend, |config| {
        config.policy.sms_per_hour = 100;
        config.policy.sms_per_day = 100;
    })
    .await;
    for _ in 0..4 {
        PendingActivation::start(&server, &ANA).await;
    }
    assert_eq!(
        server.messages().await.len(),
        3,
        "the fourth is answered and sends nothing"
    );
    PendingActivation::start(&server, &LUIS).await;
    assert_eq!(server.messages().await.len(), 4, "another person's are their own");
    server.wait(600);
    TestDevice::activate(&server, &ANA).await;
}

// REQ-ACT-06
async fn three_sms_an_hour_and_six_a_day(backend: Backend) {
    let server = TestServer::new(backend).await;
    let count = async || server.messages().await.len();
    let pending = PendingActivation::start(&server, &ANA).await;
    for _ in 0..4 {
        pending.resend(&server).await.expect(202);
    }
    assert_eq!(count().await, 3);
    server.wait(3600);
    let pending = PendingActivation::start(&server, &ANA).await;
    for _ in 0..4 {
        pending.resend(&server).await.expect(202);
    }
    assert_eq!(count().await, 6);
    server.wait(3600);
    PendingActivation::start(&server, &ANA).await;
    assert_eq!(count().await, 6, "six a day");
    server.wait(24 * 3600);
    TestDevice::activate(&server, &ANA).await;
}

// REQ-ACT-06
async fn what_is_not_sent_lengthens_nothing(backend: Backend) {
    let server = TestServer::new(backend).await;
    let pending = PendingActivation::start(&server, &ANA).await;
    for _ in 0..2 {
        pending.resend(&server).await.expect(202);
    }
    // The hour's three are sent. What is asked for now sends nothing, whatever it answers.
    server.wait(300);
    for _ in 0..50 {
        pending.resend(&server).await.expect(202);
    }
    let id = pending.id;
    let stored = server.read(move |tx| Box::pin(async move { activations::find(tx, &id).await }));
    let stored = stored.await.unwrap();
    assert_eq!(stored.expires_at, server.app.now().plus(Duration::from_secs(300)));
    let code = server.last_code(ANA.phone).await;
    pending.confirm(&server, &code).await.expect(200);
}

// REQ-ACT-03, REQ-ACT-09
async fn an_activation_makes_one_device(backend: Backend) {
    let server = TestServer::new(backend).await;
    let pending = PendingActivation::start(&server, &ANA).await;
    let code = server.last_code(ANA.phone).await;
    let answers = server
        .send_all((0..7).map(|_| pending.confirmation(&code)).collect())
        .await;
    let mut devices = Vec::new();
    for answer in answers {
        let confirmed: wire::ActivationConfirmed = answer.expect(200).json();
        devices.push(confirmed.device_id);
    }
    devices.dedup();
    assert_eq!(devices.len(), 1, "whoever asks again hears of the same device");
    let device = TestDevice::activate(&server, &ANA).await;
    let info: wire::DeviceInfo = device.info(&server).await.expect(200).json();
    assert_eq!(info.other_devices, 1);
    assert_eq!(
        server.messages().await.len(),
        4,
        "two codes, and one notice for each device"
    );
}

// REQ-ACT-09
async fn a_lost_answer_is_given_again_to_its_own_device_while_the_code_lives(backend: Backend) {
    let server = TestServer::new(backend).await;
    let pending = PendingActivation::start(&server, &ANA).await;
    let code = server.last_code(ANA.phone).await;
    let first: wire::ActivationConfirmed = pending.confirm(&server, &code).await.expect(200).json();
    server.wait(598);
    // It is signed anew, with the server's time of now: a device sets its clock by it.
    let answer = pending.confirm(&server, &code).await.expect(200);
    let device = pending.device(&answer, &code);
    assert_eq!(device.id.to_string(), first.device_id);
    let again: wire::ActivationConfirmed = answer.json();
    assert_eq!(again.server_time, first.server_time + 598_000);
    device.info(&server).await.expect(200);
    // Another code, or another's signature, gets what everybody gets; so does the right one once its life is over.
    let wrong = if code == "AAAAAAAA" { "BBBBBBBB" } else { "AAAAAAAA" };
    let other = aldaba_protocol::b64::encode(&[7; 64]);
    pending
        .confirm(&server, wrong)
        .await
        .expect_problem("activation_failed");
    let forged = pending.confirmation_signed(&code, other);
    server.send(forged).await.expect_problem("activation_failed");
    server.wait(2);
    pending
        .confirm(&server, &code)
        .await
        .expect_problem("activation_failed");
}

// REQ-ACT-09
async fn a_device_that_ended_is_not_announced_again(backend: Backend) {
    let server = TestServer::new(backend).await;
    let pending = PendingActivation::start(&server, &ANA).await;
    let code = server.last_code(ANA.phone).await;
    let answer = pending.confirm(&server, &code).await.expect(200);
    pending.device(&answer, &code).end(&server).await.expect(200);
    pending
        .confirm(&server, &code)
        .await
        .expect_problem("activation_failed");
}

// REQ-ACT-02
async fn a_decoy_can_never_be_confirmed(backend: Backend) {
    let server = TestServer::new(backend).await;
    let decoy = PendingActivation::start(&server, &WRONG_DATE).await;
    let real = PendingActivation::start(&server, &ANA).await;
    let code = server.last_code(ANA.phone).await;
    decoy.confirm(&server, &code).await.expect_problem("activation_failed");
    real.confirm(&server, &code).await.expect(200);
}
