//! Known PINs, documents, phones, names, codes and keys are put through everything while all log lines are kept, down to
//! TRACE. None of them may appear in a log line, an address, the audit log, a figure, or a file of the database.

use std::io::Write;
use std::sync::{Arc, Mutex};

use aldaba_protocol::b64;
use aldaba_server::testing::{ANA, LUIS, PendingActivation, TestBrowser, TestDevice, TestServer, other_pin};
use aldaba_store::Backend;
use sea_orm::ConnectionTrait;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

on_both!(nothing_personal_or_secret_is_told);

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

// REQ-OPS-01
async fn nothing_personal_or_secret_is_told(backend: Backend) {
    let log = Kept::default();
    // Each test is a process of its own under nextest; under `cargo test` the first of the two keeps all lines.
    let started = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        // Spans tell their fields only when they open and close.
        .with_span_events(FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(log.clone())
        .try_init()
        .is_ok();
    let server = TestServer::with(backend, |config| {
        config.demo = true;
        config.relying_parties[0].sms_per_month = 100;
    })
    .await;
    let mut secrets: Vec<String> = Vec::new();

    let pending = PendingActivation::start(&server, &ANA).await;
    pending.resend(&server).await.expect(202);
    let code = server.last_code(ANA.phone).await;
    pending
        .confirm(&server, "ZZZZZZZZ")
        .await
        .expect_problem("activation_failed");
    let answer = pending.confirm(&server, &code).await.expect(200);
    let mut device = pending.device(&answer, &code);
    let mut second = TestDevice::activate(&server, &ANA).await;
    secrets.extend([code.clone(), format!("{}-{}", &code[..4], &code[4..])]);

    let mut events = device.events(&server, None).await;
    let mut browser = TestBrowser::open(&server, "sede").await;
    browser
        .start(&server, &ANA, &[("own_key", "QX7Z"), ("own_key_again", "QX7Z")])
        .await
        .expect(303);
    browser.get(&server, "/signin/pin").await.expect(200);
    browser.get(&server, "/signin/qr.svg").await;
    events.next().await.unwrap();
    device.requests(&server).await;
    device.info(&server).await;
    device.reveal(&server, &browser.request()).await.expect(200);
    second
        .reveal(&server, &browser.request())
        .await
        .expect_problem("request_taken");
    let pin = device.pin(&browser.request(), "sede");
    let wrong = device.wrong_pin(&browser.request(), "sede");
    browser
        .post(&server, "/signin/pin", &[("pin", &wrong), ("own_key", "QX7Z")])
        .await
        .expect_problem("pin_wrong");
    browser
        .post(&server, "/signin/pin", &[("pin", &pin), ("own_key", "QX7Z")])
        .await
        .expect(303);
    secrets.extend([pin, wrong, "QX7Z".to_owned()]);

    let mut own = TestBrowser::ask_self_generated(&server, &ANA).await;
    let pin = device.self_generated(server.app.now());
    own.type_pin(&server, &pin).await.expect(303);
    secrets.push(pin);

    for path in ["/signin/sms", "/signin/key"] {
        browser.get(&server, &format!("{path}?site=sede")).await.expect(200);
        let fields = [
            ("document", ANA.document),
            ("contrast", ANA.contrast),
            ("own_key", "WK5H"),
            ("own_key_again", "WK5H"),
        ];
        let sent = server.messages().await.len();
        server.wait(1);
        browser.post(&server, path, &fields).await.expect(303);
        browser.get(&server, "/signin/pin").await.expect(200);
        assert_eq!(server.messages().await.len(), sent + 1);
        let pin = server.last_code(ANA.phone).await;
        let wrong = other_pin(&pin, 7);
        let own_key = ("own_key", "WK5H");
        browser
            .post(&server, "/signin/pin", &[("pin", &wrong), own_key])
            .await
            .expect_problem("pin_wrong");
        browser
            .post(&server, "/signin/pin", &[("pin", &pin), own_key])
            .await
            .expect(303);
        secrets.extend([pin, wrong, "WK5H".to_owned()]);
    }
    let mut waiting = TestBrowser::ask(&server, &ANA).await;
    server.wait(60);
    waiting.post(&server, "/signin/pin/sms", &[]).await.expect(303);
    waiting.get(&server, "/signin/pin").await.expect(200);
    secrets.extend(passwords(&server).await);

    let asked = TestBrowser::ask(&server, &ANA).await;
    let id = asked.request();
    let page_code = server
        .read(move |tx| Box::pin(async move { aldaba_store::requests::get(tx, &id).await }))
        .await
        .unwrap()
        .code;
    device.lookup(&server, page_code.canonical()).await.expect(200);
    device.reject(&server, &id, "not_me").await.expect(200);
    secrets.extend([page_code.canonical().to_owned(), page_code.grouped()]);
    for malformed in [
        "/v1/requests/12345678Z/reveal",
        "/v1/activations/12345678Z/resend",
        "/12345678Z?x=600000001",
    ] {
        server.get(malformed).await;
        device.call(&server, "POST", malformed, br#"{"counter":1}"#).await;
    }
    let mut device = TestDevice::activate(&server, &LUIS).await;
    device.end(&server).await.expect(200);
    for cookie in browser.cookies.iter().chain(&own.cookies) {
        // An id that tells nothing, and a word of ours.
        if !cookie.0.ends_with("aldaba_request") && !cookie.0.ends_with("aldaba_method") {
            secrets.push(cookie.1.clone());
        }
    }
    for person in [ANA, LUIS] {
        secrets.extend([person.document, person.contrast, person.name, person.phone].map(str::to_owned));
        secrets.push(person.phone.trim_start_matches("+34").to_owned());
        secrets.push("17/05/2031".to_owned());
    }
    secrets.push("Portátil de pruebas".to_owned());
    for key in [&device.otp, &second.otp] {
        secrets.extend([b64::encode(key.expose()), hex(key.expose())]);
    }
    let keys = server.app.keys();
    for key in [
        keys.index.expose(),
        keys.seal.expose(),
        keys.mac.expose(),
        keys.signing.to_bytes().expose(),
    ] {
        secrets.extend([b64::encode(key), hex(key)]);
    }

    let mut told = vec![("figures", server.app.metrics().render())];
    let audit = server.database.connect().await.unwrap();
    let statement = "SELECT kind || ' ' || COALESCE(detail, '') FROM audit";
    let rows = audit
        .query_all_raw(sea_orm::Statement::from_string(audit.get_database_backend(), statement))
        .await
        .unwrap();
    assert!(rows.len() >= 15);
    told.push((
        "audit",
        rows.iter()
            .map(|row| row.try_get_by_index::<String>(0).unwrap())
            .collect(),
    ));
    aldaba_store::audit::verify(server.app.store()).await.unwrap();
    for file in server.database.files() {
        let bytes = std::fs::read(file).unwrap();
        told.push(("database", bytes.iter().map(|byte| char::from(*byte)).collect()));
    }
    if started {
        let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
        assert!(log.contains("/v1/requests/{id}/reveal"), "the log is kept");
        assert!(log.len() > 10_000);
        told.push(("log", log));
    }
    for (where_, text) in &told {
        for secret in &secrets {
            // Six digits come up by chance in a file of numbers.
            let short = secret.len() <= 6 && *where_ != "audit";
            let found = if short {
                finds_word(text, secret)
            } else {
                text.contains(secret.as_str())
            };
            if found && !(short && *where_ == "database") {
                let at = text.find(secret.as_str()).unwrap();
                let around: String = text
                    .chars()
                    .skip(text[..at].chars().count().saturating_sub(80))
                    .take(200)
                    .collect();
                panic!("{secret:?} is in the {where_}: {around}");
            }
        }
    }
}

/// A password is made, typed wrongly and rightly, sent a second step, and changed. What must not be found of it.
async fn passwords(server: &TestServer) -> Vec<String> {
    let [first, second, wrong] = [
        "canario zurdo entre cactus",
        "grapadora de tortuga violeta",
        "mirlo de patas torcidas",
    ];
    server.wait(1);
    let mut browser = TestBrowser::default();
    browser.get(server, "/password/create").await.expect(200);
    let who = [("document", LUIS.document), ("contrast", LUIS.contrast)];
    browser.post(server, "/password/create", &who).await.expect(303);
    browser.get(server, "/password/new").await.expect(200);
    let code = server.last_code(LUIS.phone).await;
    for (code, password) in [("ZZZZZZZZ", wrong), (code.as_str(), "12345678"), (code.as_str(), first)] {
        let fields = [
            ("code", code),
            ("new_password", password),
            ("new_password_again", password),
        ];
        browser.post(server, "/password/new", &fields).await;
    }
    browser.get(server, "/signin/password?site=sede").await.expect(200);
    let typed = |password| [("document", LUIS.document), ("password", password)];
    browser
        .post(server, "/signin/password", &typed(wrong))
        .await
        .expect_problem("password_wrong");
    browser
        .post(server, "/signin/password", &typed(first))
        .await
        .expect(303);
    browser.get(server, "/signin/password?site=sede").await.expect(200);
    let [document, password] = typed(first);
    server.wait(1);
    let step = [document, password, ("step", "sms")];
    browser.post(server, "/signin/password", &step).await.expect(303);
    browser.get(server, "/signin/password/code").await.expect(200);
    let step_code = server.last_code(LUIS.phone).await;
    browser
        .post(server, "/signin/password/code", &[("code", &step_code)])
        .await
        .expect(303);
    browser.get(server, "/password/change").await.expect(200);
    let change = [
        document,
        password,
        ("new_password", second),
        ("new_password_again", second),
    ];
    browser.post(server, "/password/change", &change).await.expect(303);
    let grouped = |code: &str| format!("{}-{}", &code[..4], &code[4..]);
    let mut secrets = vec![grouped(&code), grouped(&step_code), code, step_code];
    for password in [first, second, wrong] {
        secrets.extend([
            password.to_owned(),
            password.replace(' ', "+"),
            b64::encode(password.as_bytes()),
        ]);
        secrets.push(hex(password.as_bytes()));
    }
    secrets.push("$argon2id$".to_owned());
    secrets
}

/// Whether the text has it by itself, not as a part of a longer number or word.
fn finds_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric());
        !part(before) && !part(after)
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
