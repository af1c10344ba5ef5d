//! What a call does must not tell who is registered: by the work it takes, or by who waits for whom.

use std::collections::BTreeMap;
use std::sync::Arc;

use aldaba_core::document::Document;
use aldaba_core::ids::RequestId;
use aldaba_server::testing::{ANA, Answer, LUIS, PendingActivation, TestBrowser, TestDevice, TestPerson, TestServer};
use aldaba_store::testing::Held;
use aldaba_store::{Backend, DocumentLock, StoreError, audit};
use axum::body::Body;
use http::Request;

use crate::password::{NOBODY, WORDS, create};

on_both!(
    a_call_takes_the_same_statements_whoever_it_is_about,
    what_is_off_takes_the_same_statements_whether_or_not_a_device_has_signed,
);

const WRONG_DATE: TestPerson = TestPerson {
    contrast: "2031-05-18",
    ..ANA
};

/// What was run since the last time, by how often. A failure is counted at the device's row, or at that of what was typed: one
/// row, and nobody knows of which table.
fn work(server: &TestServer) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for statement in server.app.store().statements() {
        let name = match statement.as_str() {
            count if count.starts_with("UPDATE devices SET failures_in_row") => "count a failure",
            count if count.starts_with("UPDATE pair_failures SET failures_in_row") => "count a failure",
            other => other,
        };
        *counted.entry(name.to_owned()).or_default() += 1;
    }
    counted
}

/// Each call that takes a document, and those that follow from it: its name and what it took.
async fn calls(server: &TestServer, person: &TestPerson) -> Vec<(&'static str, BTreeMap<String, usize>)> {
    let mut seen = Vec::new();
    // Nothing of before counts any more, and no delay or limit of before holds.
    server.wait(3 * 24 * 3600);
    work(server);
    let activation = PendingActivation::start(server, person).await;
    seen.push(("start an activation", work(server)));
    activation.resend(server).await.expect(202);
    seen.push(("send its code again", work(server)));
    let wrong = activation.confirmation("0000-0000");
    server.send(wrong).await.expect_problem("activation_failed");
    seen.push(("confirm with a wrong code", work(server)));

    let mut browser = TestBrowser::ask(server, person).await;
    seen.push(("ask for a PIN", work(server)));
    browser
        .type_pin(server, "000000")
        .await
        .expect_problem("pin_not_revealed");
    seen.push(("type one before it is revealed", work(server)));
    server.wait(61);
    browser.get(server, "/signin/pin").await.expect(200);
    work(server);
    browser.post(server, "/signin/pin/sms", &[]).await.expect(303);
    seen.push(("have an SMS instead", work(server)));
    browser.get(server, "/signin/pin").await.expect(200);
    work(server);
    browser.type_pin(server, "000000").await.expect_problem("pin_wrong");
    seen.push(("type a wrong PIN of an SMS", work(server)));

    let mut browser = TestBrowser::ask_self_generated(server, person).await;
    seen.push(("ask with a self-generated PIN", work(server)));
    browser.type_pin(server, "000000").await.expect_problem("pin_wrong");
    seen.push(("type a wrong one", work(server)));
    let mut browser = TestBrowser::ask_bound(server, person).await;
    seen.push(("ask with a page-bound PIN", work(server)));
    browser.type_pin(server, "00000000").await.expect_problem("pin_wrong");
    seen.push(("type a wrong page-bound one", work(server)));

    let mut browser = TestBrowser::default();
    browser.get(server, "/password/recover").await.expect(200);
    work(server);
    let fields = [("document", person.document), ("contrast", person.contrast)];
    browser.post(server, "/password/recover", &fields).await.expect(303);
    seen.push(("ask for a code for a password", work(server)));
    let mut browser = TestBrowser::default();
    let page = "/signin/password?site=sede&procedure=padron";
    browser.get(server, page).await.expect(200);
    work(server);
    let fields = [("document", person.document), ("password", "no es esta")];
    let answer = browser.post(server, "/signin/password", &fields).await;
    answer.expect_problem("password_wrong");
    seen.push(("type a wrong password", work(server)));
    seen
}

/// Lets this process see where each lane of the audit log ends, as it has after its first minutes: an entry takes more where it
/// has not.
async fn see_every_lane(server: &TestServer) {
    for lane in 0..audit::LANES {
        let entry = audit::Entry {
            at: server.app.now(),
            kind: "test.happened",
            person: None,
            device: None,
            request: Some(RequestId::from_bytes([lane; 16])),
            detail: serde_json::Value::Null,
        };
        let store = server.app.store();
        let appended: Result<(), StoreError> = store
            .write(move |tx| Box::pin(async move { audit::append(tx, &entry).await }))
            .await;
        appended.unwrap();
    }
}

// REQ-WEB-06
async fn a_call_takes_the_same_statements_whoever_it_is_about(backend: Backend) {
    let server = TestServer::with(backend, |config| config.policy.sms_wait = 60).await;
    TestDevice::activate(&server, &ANA).await;
    create(&server, &ANA, WORDS).await;
    see_every_lane(&server).await;
    let nobody = calls(&server, &NOBODY).await;
    assert!(nobody.iter().all(|(_, work)| !work.is_empty()), "{nobody:?}");
    // Ana has a device and a password; Luis has neither.
    for person in [ANA, LUIS, WRONG_DATE] {
        for ((call, expected), (_, found)) in nobody.iter().zip(calls(&server, &person).await) {
            let more: Vec<_> = found.iter().filter(|one| expected.get(one.0) != Some(one.1)).collect();
            let less: Vec<_> = expected.iter().filter(|one| found.get(one.0) != Some(one.1)).collect();
            assert!(
                more.is_empty() && less.is_empty(),
                "{call}: {more:#?} instead of {less:#?}"
            );
        }
    }
}

// REQ-WEB-06, REQ-LIM-02, REQ-PWD-06
async fn what_is_off_takes_the_same_statements_whether_or_not_a_device_has_signed(backend: Backend) {
    let server = TestServer::with(backend, |config| config.policy.self_failures_to_disable = 1).await;
    let device = TestDevice::activate(&server, &ANA).await;
    create(&server, &ANA, WORDS).await;
    see_every_lane(&server).await;
    let page = "/signin/password?site=sede&procedure=padron";
    let mut seen = Vec::new();
    for person in [NOBODY, ANA] {
        let fields = [("document", person.document), ("password", "no es esta")];
        let mut browser = TestBrowser::ask_self_generated(&server, &person).await;
        browser.type_pin(&server, "000000").await.expect_problem("pin_wrong");
        let mut passwords = TestBrowser::default();
        passwords.get(&server, page).await.expect(200);
        let first = passwords.post(&server, "/signin/password", &fields).await;
        first.expect_problem("password_wrong");
        // Ana's may be tried once now, and nobody's not.
        server.wait(2 * 3600);
        device.info(&server).await.expect(200);
        let mut browser = TestBrowser::ask_self_generated(&server, &person).await;
        passwords.get(&server, page).await.expect(200);
        work(&server);
        let answer = browser.type_pin(&server, "000000").await;
        answer.expect_problem("self_generated_disabled");
        let pin = work(&server);
        let answer = passwords.post(&server, "/signin/password", &fields).await;
        answer.expect_problem("password_disabled");
        seen.push((pin, work(&server)));
    }
    let [nobody, ana] = seen.as_slice() else { panic!() };
    assert_eq!(nobody, ana);
}

/// PostgreSQL: whoever comes with one document waits for each other, whether or not it is anybody's. On SQLite all wait for all.
// REQ-WEB-06
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobodys_document_makes_wait_as_somebodys_does() {
    for person in [NOBODY, WRONG_DATE, ANA] {
        let server = Arc::new(TestServer::new(Backend::Postgres).await);
        let activation = PendingActivation::start(&server, &person).await;
        let mut browser = TestBrowser::ask(&server, &person).await;
        server.wait(61);
        browser.get(&server, "/signin/pin").await.expect(200);
        let fields = [("document", person.document), ("contrast", person.contrast)];
        let mut asking = TestBrowser::open(&server, "sede").await;
        let mut recovering = TestBrowser::default();
        recovering.get(&server, "/password/recover").await.expect(200);
        let another = PendingActivation::body(
            &person,
            &aldaba_protocol::keys::SigningKey::generate(&aldaba_core::random::OsRandom),
            &aldaba_protocol::keys::AgreementKey::generate(&aldaba_core::random::OsRandom),
            "Otro",
        );
        let calls = vec![
            Request::post("/v1/activations")
                .header("content-type", "application/json")
                .body(Body::from(serde_json::to_vec(&another).unwrap()))
                .unwrap(),
            Request::post(format!("/v1/activations/{}/resend", activation.id))
                .body(Body::empty())
                .unwrap(),
            asking.form("/signin", &fields),
            browser.form("/signin/pin/sms", &[]),
            recovering.form("/password/recover", &fields),
        ];

        let lock = DocumentLock::of(server.app.keys(), &Document::parse(person.document).unwrap());
        let held = Held::take(server.app.store(), lock).await.unwrap();
        let waiting: Vec<_> = calls
            .into_iter()
            .map(|call| {
                let server = Arc::clone(&server);
                tokio::spawn(async move { server.send(call).await })
            })
            .collect();
        // Meanwhile others come and go, many times over.
        for _ in 0..20 {
            asking = TestBrowser::ask(&server, &LUIS).await;
        }
        assert!(asking.request() != browser.request());
        for (number, call) in waiting.iter().enumerate() {
            assert!(!call.is_finished(), "call {number} did not wait at {}", person.name);
        }
        assert!(held.let_go().await);
        for call in waiting {
            let answer: Answer = call.await.unwrap();
            assert!(answer.status.as_u16() < 400, "{}", answer.text());
        }
    }
}
