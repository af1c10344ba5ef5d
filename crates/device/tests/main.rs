//! The command line, run as other programs run it, against the real server's router.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests fail by panicking; the helpers between them are not recognised as tests"
)]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use aldaba_core::time::{Clock as _, SystemClock};
use aldaba_server::testing::{ANA, TestBrowser, TestServer};
use aldaba_store::Backend;
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

struct Server {
    test: TestServer,
    url: String,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let public = url.clone();
        let test = TestServer::with(Backend::Sqlite, |config| {
            config.public_url = public.parse().unwrap();
            // One person activates many devices within a minute here.
            config.policy.live_activations = 1000;
            config.policy.sms_per_hour = 1000;
            config.policy.sms_per_day = 1000;
        })
        .await;
        // Another process asks for the time: it must be this machine's.
        test.clock.set(SystemClock.now());
        let router = aldaba_server::http::router(test.app.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { test, url }
    }

    /// Lets a little time pass, so that the newest message is the newest.
    async fn code(&self) -> String {
        let code = self.test.last_code(ANA.phone).await;
        self.test.clock.set(SystemClock.now());
        code
    }
}

fn command(server: &Server, home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aldaba-device"));
    command
        .args(["--server", &server.url, "--home"])
        .arg(home)
        .args(arguments);
    command
}

async fn run(server: &Server, home: &Path, arguments: &[&str]) -> Output {
    let mut command = command(server, home, arguments);
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

async fn says(server: &Server, home: &Path, arguments: &[&str]) -> String {
    let output = run(server, home, arguments).await;
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

async fn json(server: &Server, home: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&says(server, home, arguments).await).unwrap()
}

async fn fails(server: &Server, home: &Path, arguments: &[&str]) -> (i32, String) {
    let output = run(server, home, arguments).await;
    assert!(output.stdout.is_empty(), "{arguments:?}");
    let said: Value = serde_json::from_slice(&output.stderr).unwrap();
    (output.status.code().unwrap(), said["code"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_from_the_command_line() {
    let server = Server::start().await;
    let folder = TempDir::new().unwrap();
    let home = folder.path();
    assert_eq!(fails(&server, home, &["pin"]).await, (6, "not_activated".to_owned()));
    assert_eq!(
        fails(&server, home, &["activate", "12345678A", ANA.contrast]).await,
        (3, "document_invalid".to_owned())
    );

    let started = json(&server, home, &["activate", ANA.document, ANA.contrast, "--json"]).await;
    assert_eq!(started["expires_in"], 600);
    let id = started["activation_id"].as_str().unwrap();
    assert_eq!(
        fails(&server, home, &["confirm", id, "0000-0000"]).await,
        (3, "activation_failed".to_owned())
    );
    let code = server.code().await;
    assert_eq!(
        fails(&server, home, &["confirm", &"0".repeat(32), &code]).await,
        (3, "activation_failed".to_owned())
    );
    says(&server, home, &["confirm", id, &code]).await;
    assert_eq!(json(&server, home, &["device", "--json"]).await["level"], "substantial");
    assert_eq!(
        json(&server, home, &["requests", "--json"]).await,
        serde_json::json!([])
    );

    let mut browser = TestBrowser::ask(&server.test, &ANA).await;
    let listed = json(&server, home, &["requests", "--json"]).await;
    let request = listed[0]["id"].as_str().unwrap();
    assert_eq!(request, browser.request().to_string());
    let pin = says(&server, home, &["reveal", request]).await;
    assert!(
        pin.len() == 7 && pin.ends_with('\n') && pin.trim().bytes().all(|byte| byte.is_ascii_digit()),
        "{pin:?}"
    );
    assert_eq!(
        says(&server, home, &["reveal", request]).await,
        pin,
        "said again, the same answer"
    );
    browser.type_pin(&server.test, pin.trim()).await.expect(303);
    assert!(browser.has_session());

    let other = TestBrowser::ask(&server.test, &ANA).await.request().to_string();
    assert!(json(&server, home, &["reject", &other]).await["muted_until"].is_null());
    assert_eq!(
        fails(&server, home, &["reveal", &other]).await,
        (3, "request_unknown".to_owned())
    );
    assert_eq!(
        fails(&server, home, &["lookup", "ABCD-2345"]).await,
        (3, "request_unknown".to_owned())
    );
    assert_eq!(says(&server, home, &["pin"]).await.trim().len(), 6);

    says(&server, home, &["deactivate"]).await;
    assert_eq!(
        fails(&server, home, &["requests"]).await,
        (6, "not_activated".to_owned())
    );
    let secrets = std::fs::read_to_string(home.join("secrets-for-tests.json")).unwrap();
    assert!(!secrets.contains("otp_key"), "secrets are gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_watch_prints_events_and_ends_with_the_device() {
    // REQ-DEV-04
    let server = Server::start().await;
    let folder = TempDir::new().unwrap();
    let home = folder.path();
    activate(&server, home).await;
    let mut watch = command(&server, home, &["watch"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (lines, mut printed) = mpsc::unbounded_channel();
    let output = BufReader::new(watch.stdout.take().unwrap());
    let reading = tokio::task::spawn_blocking(move || {
        for line in output.lines() {
            let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
            lines.send(line).unwrap();
        }
        watch.wait().unwrap()
    });
    let mut next = async || {
        let line = tokio::time::timeout(Duration::from_secs(20), printed.recv());
        line.await.expect("a line, or the end, in time")
    };
    assert_eq!(next().await.unwrap()["event"], "connected");
    let request = TestBrowser::ask(&server.test, &ANA).await.request().to_string();
    let is_told = |line: &Value| line["event"] == "request" && line["id"] == request.as_str();
    while !is_told(&next().await.expect("the request before the end")) {}
    says(&server, home, &["deactivate"]).await;
    while next().await.is_some() {}
    reading.await.unwrap();
    assert!(
        !home.join("device.json").exists(),
        "the watch does not bring the device back"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_of_confirming_it_is_activated_or_starts_clean() {
    // REQ-ACT-08
    let server = Server::start().await;
    let mut activated = 0;
    for attempt in 0..40 {
        let folder = TempDir::new().unwrap();
        let home = folder.path();
        let id = says(&server, home, &["activate", ANA.document, ANA.contrast]).await;
        let code = server.code().await;
        let mut confirming: Child = command(&server, home, &["confirm", id.trim(), &code])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        tokio::time::sleep(Duration::from_millis(attempt * 2)).await;
        confirming.kill().unwrap();
        confirming.wait().unwrap();

        if home.join("device.json").exists() {
            json(&server, home, &["device", "--json"]).await;
            assert_eq!(
                json(&server, home, &["requests", "--json"]).await,
                serde_json::json!([])
            );
            activated += 1;
        } else {
            assert_eq!(
                fails(&server, home, &["requests"]).await,
                (6, "not_activated".to_owned())
            );
            activate(&server, home).await;
            json(&server, home, &["device", "--json"]).await;
        }
    }
    println!("{activated} of 40 were activated when they were killed");
}

async fn activate(server: &Server, home: &Path) {
    let id = says(server, home, &["activate", ANA.document, ANA.contrast]).await;
    let code = server.code().await;
    says(server, home, &["confirm", id.trim(), &code]).await;
}

// REQ-QR-04, REQ-BOUND-01, REQ-LINK-02, REQ-UNL-01
#[tokio::test(flavor = "multi_thread")]
async fn codes_links_approvals_and_the_pin_for_one_page() {
    let server = Server::start().await;
    let folder = TempDir::new().unwrap();
    let home = folder.path();
    let started = json(&server, home, &["activate", ANA.document, ANA.contrast, "--json"]).await;
    let id = started["activation_id"].as_str().unwrap();
    says(&server, home, &["confirm", id, &server.code().await]).await;

    let mut browser = TestBrowser::ask_qr(&server.test).await;
    let page = browser.get(&server.test, "/signin/qr/page").await.text();
    let code = TestBrowser::code_of(&page);
    let link = format!("aldaba://request?c={}", code.replace('-', ""));
    let found = json(&server, home, &["open", &link]).await;
    let (id, phrase) = (found["id"].as_str().unwrap(), found["phrase"].as_str().unwrap());
    assert!(page.contains(phrase));
    assert_eq!(
        fails(&server, home, &["open", &format!("{link}&server=x")]).await,
        (3, "request_unknown".to_owned())
    );
    json(&server, home, &["--user-verified", "approve", id, "--phrase", phrase]).await;
    browser.post(&server.test, "/signin/qr/page", &[]).await.expect(303);

    let mut bound = TestBrowser::ask_bound(&server.test, &ANA).await;
    let page = bound.get(&server.test, "/signin/pin").await.text();
    let pin = says(&server, home, &["pin", "--challenge", &TestBrowser::code_of(&page)]).await;
    assert_eq!(pin.trim().len(), 8);
    bound.type_pin(&server.test, pin.trim()).await.expect(303);
    assert_eq!(
        fails(&server, home, &["scan", "not-there.png", "--picture"]).await,
        (3, "qr_unreadable".to_owned())
    );
}
