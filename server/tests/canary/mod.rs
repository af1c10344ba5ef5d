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

mod pages;
mod password;
mod sites;

on_both!(
    nothing_personal_or_secret_is_told,
    nothing_of_a_site_and_its_citizens_is_told,
    nothing_of_a_certificate_is_told,
);

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

impl Kept {
    /// Keeps all log lines from now on. Each test is a process of its own under nextest; under `cargo test` the first keeps all.
    fn begin() -> Self {
        let log = Self::default();
        let started = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            // Spans tell their fields only when they open and close.
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(log.clone())
            .try_init()
            .is_ok();
        if !started {
            log.0.lock().unwrap().extend_from_slice(NOT_KEPT.as_bytes());
        }
        log
    }

    /// Looks for those, for what is known of everybody, and for the server's keys, wherever something is told.
    async fn tells_none_of(&self, mut secrets: Vec<String>, server: &TestServer) {
        for person in [ANA, LUIS] {
            secrets.extend([person.document, person.contrast, person.name, person.phone].map(str::to_owned));
            secrets.extend([person.given_name(), person.family_name()].map(str::to_owned));
            secrets.push(person.phone.trim_start_matches("+34").to_owned());
        }
        secrets.push("17/05/2031".to_owned());
        let keys = server.app.keys();
        for key in [
            keys.index.expose(),
            keys.seal.expose(),
            keys.mac.expose(),
            keys.signing.to_bytes().expose(),
        ] {
            secrets.extend([b64::encode(key), hex(key)]);
        }
        for (place, text) in self.told(server).await {
            for secret in &secrets {
                // Six digits come up by chance in a file of numbers.
                let short = secret.len() <= 6 && place != "audit";
                let found = if short {
                    place != "database" && finds_word(&text, secret)
                } else {
                    text.contains(secret.as_str())
                };
                if found {
                    panic!("{secret:?} is in the {place}: {}", around(&text, secret));
                }
            }
        }
    }

    /// All that is told to anybody but the citizen: where, and what.
    async fn told(&self, server: &TestServer) -> Vec<(&'static str, String)> {
        let mut told = vec![("figures", server.app.metrics().render())];
        let audit = server.database.connect().await.unwrap();
        let statement = "SELECT kind || ' ' || COALESCE(detail, '') FROM audit";
        let rows = audit
            .query_all_raw(sea_orm::Statement::from_string(audit.get_database_backend(), statement))
            .await
            .unwrap();
        assert!(rows.len() >= 2);
        let entries = rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap());
        told.push(("audit", entries.collect::<Vec<_>>().join("\n")));
        for file in server.database.files() {
            let bytes = std::fs::read(file).unwrap();
            told.push(("database", bytes.iter().map(|byte| char::from(*byte)).collect()));
        }
        let log = String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned();
        if log != NOT_KEPT {
            assert!(log.contains("/signin"), "the log is kept");
            assert!(log.len() > 10_000);
            told.push(("log", log));
        }
        told
    }
}

/// In place of a log, where another test of the same process keeps it.
const NOT_KEPT: &str = "another test keeps the log";

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

// REQ-OPS-01
async fn nothing_personal_or_secret_is_told(backend: Backend) {
    let log = Kept::begin();
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
    secrets.extend(password::passwords(&server).await);
    secrets.extend(pages::page_bound(&server, &device).await);
    secrets.extend(pages::qr(&server, &mut device).await);

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
    secrets.extend(cookies(&browser).chain(cookies(&own)));
    secrets.push("Portátil de pruebas".to_owned());
    for key in [&device.otp, &second.otp] {
        secrets.extend([b64::encode(key.expose()), hex(key.expose())]);
    }
    log.tells_none_of(secrets, &server).await;
    aldaba_store::audit::verify(server.app.store()).await.unwrap();
}

// REQ-OPS-01
async fn nothing_of_a_site_and_its_citizens_is_told(backend: Backend) {
    let log = Kept::begin();
    let (server, secrets) = sites::openid_connect(backend).await;
    log.tells_none_of(secrets, &server).await;
}

// REQ-OPS-01
async fn nothing_of_a_certificate_is_told(backend: Backend) {
    let log = Kept::begin();
    let (server, secrets) = sites::certificate(backend).await;
    log.tells_none_of(secrets, &server).await;
}

/// What a browser keeps and nobody else should: not an id that tells nothing, and a word of ours.
fn cookies(browser: &TestBrowser) -> impl Iterator<Item = String> {
    let secret = |name: &str| !name.ends_with("aldaba_request") && !name.ends_with("aldaba_method");
    let kept = browser.cookies.iter().filter(move |(name, _)| secret(name));
    kept.map(|(_, value)| value.clone())
}

fn around(text: &str, secret: &str) -> String {
    let at = text.find(secret).unwrap();
    let before = text[..at].chars().count().saturating_sub(80);
    text.chars().skip(before).take(200).collect()
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
