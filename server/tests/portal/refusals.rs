//! Every refusal has its own text and its own way out.

use aldaba_server::testing::{ANA, TestBrowser, TestDevice, TestServer};
use aldaba_store::Backend;

#[tokio::test]
async fn what_is_misshapen_is_told_before_anything_happens() {
    let server = TestServer::new(Backend::Sqlite).await;
    let mut browser = TestBrowser::open(&server, "sede").await;
    let fields = [
        ("document", "<b>12345678A"),
        ("contrast", "nunca"),
        ("own_key", "s3cr"),
        ("own_key_again", "s3cre"),
    ];
    let page = browser
        .post(&server, "/signin", &fields)
        .await
        .expect_problem("document_invalid")
        .text();
    assert!(
        page.contains("value=\"&#60;b&#62;12345678A\"") && page.contains("value=\"nunca\""),
        "what was typed is kept"
    );
    assert!(!page.contains("s3cr"), "except the keys");
    assert!(page.contains("<title>Error: "));
    assert!(page.contains("href=\"#document\"") && page.contains("href=\"#own_key_again\""));

    let fields = [("document", "12345678Z"), ("contrast", "01/01/9999")];
    browser
        .post(&server, "/signin", &fields)
        .await
        .expect_problem("contrast_invalid");
    assert!(!browser.cookies.contains_key("__Host-aldaba_request"));
    assert!(server.messages().await.is_empty());
}

// REQ-PIN-02, REQ-ERR-01
#[tokio::test]
async fn each_end_of_a_request_has_its_own_page() {
    let server = TestServer::new(Backend::Sqlite).await;
    let mut device = TestDevice::activate(&server, &ANA).await;

    let mut browser = TestBrowser::ask(&server, &ANA).await;
    let early = browser
        .type_pin(&server, "123456")
        .await
        .expect_problem("pin_not_revealed")
        .text();
    assert!(early.contains("Este intento no cuenta") && early.contains("id=\"missing\" open"));
    for shape in ["", "12345", "12345a"] {
        browser.type_pin(&server, shape).await.expect_problem("request_invalid");
    }
    device
        .reject(&server, &browser.request(), "changed_mind")
        .await
        .expect(200);
    let rejected = browser
        .type_pin(&server, "123456")
        .await
        .expect_problem("request_rejected")
        .text();
    assert!(
        rejected.contains("href=\"/signin?site=sede&#38;procedure=padron\""),
        "the way out keeps the procedure"
    );
    browser
        .get(&server, "/signin/pin")
        .await
        .expect_problem("request_rejected");

    let mut browser = TestBrowser::ask(&server, &ANA).await;
    let id = browser.request();
    device.reveal(&server, &id).await.expect(200);
    let wrong = device.wrong_pin(&id, "sede");
    browser.type_pin(&server, &wrong).await.expect_problem("pin_wrong");
    browser.type_pin(&server, &wrong).await.expect_problem("pin_wrong");
    browser.type_pin(&server, &wrong).await.expect_problem("request_burnt");
    browser
        .type_pin(&server, &device.pin(&id, "sede"))
        .await
        .expect_problem("request_burnt");
    browser
        .get(&server, "/signin/pin")
        .await
        .expect_problem("request_burnt");

    let mut browser = TestBrowser::ask(&server, &ANA).await;
    let id = browser.request();
    device.reveal(&server, &id).await.expect(200);
    let before = browser.clone();
    browser.type_pin(&server, &device.pin(&id, "sede")).await.expect(303);
    let mut again = before;
    again
        .type_pin(&server, &device.pin(&id, "sede"))
        .await
        .expect_problem("pin_used");
    again.get(&server, "/signin/pin").await.expect_problem("pin_used");
}

// REQ-PIN-03
#[tokio::test]
async fn what_expired_is_told_apart() {
    let server = TestServer::new(Backend::Sqlite).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    let id = browser.request();
    device.reveal(&server, &id).await.expect(200);
    server.wait(300);
    browser
        .type_pin(&server, &device.pin(&id, "sede"))
        .await
        .expect_problem("pin_expired");
    browser.get(&server, "/signin/pin").await.expect_problem("pin_expired");

    let mut browser = TestBrowser::ask(&server, &ANA).await;
    server.wait(599);
    let page = browser.get(&server, "/signin/pin").await.expect(200).text();
    assert!(page.contains("Queda menos de un minuto") && page.contains("data-countdown=\"1\""));
    server.wait(1);
    browser
        .get(&server, "/signin/pin")
        .await
        .expect_problem("request_expired");
    browser
        .type_pin(&server, "123456")
        .await
        .expect_problem("request_expired");
}

// REQ-LIM-02
#[tokio::test]
async fn failures_with_the_apps_pin_slow_it_down_and_say_so() {
    let server = TestServer::new(Backend::Sqlite).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let wrong = aldaba_server::testing::other_pin(&device.self_generated(server.app.now()), 7);
    let mut browser = TestBrowser::ask_self_generated(&server, &ANA).await;
    let told = browser
        .type_pin(&server, &wrong)
        .await
        .expect_problem("pin_wrong")
        .text();
    assert!(told.contains("ya ha cambiado"));
    browser.type_pin(&server, &wrong).await.expect_problem("pin_wrong");
    browser.type_pin(&server, &wrong).await.expect_problem("request_burnt");
    let mut browser = TestBrowser::ask_self_generated(&server, &ANA).await;
    browser.type_pin(&server, &wrong).await.expect_problem("pin_wrong");
    browser.type_pin(&server, &wrong).await.expect_problem("pin_wrong");
    let delayed = browser
        .type_pin(&server, &wrong)
        .await
        .expect_problem("self_generated_delayed");
    assert!(delayed.headers.contains_key("retry-after"));
    assert!(delayed.text().contains("Espere un minuto"));
}

#[tokio::test]
async fn who_has_no_request_is_told_where_to_begin() {
    let server = TestServer::new(Backend::Sqlite).await;
    let mut browser = TestBrowser::default();
    browser
        .get(&server, "/signin/pin")
        .await
        .expect_problem("request_unknown");
    browser
        .cookies
        .insert("__Host-aldaba_request".to_owned(), "0".repeat(32));
    browser
        .get(&server, "/signin/pin")
        .await
        .expect_problem("request_unknown");
    browser
        .get(&server, "/signin?site=nadie")
        .await
        .expect_problem("not_found");
    browser
        .get(&server, "/signin?site=sede&procedure=nada")
        .await
        .expect_problem("not_found");
}

#[tokio::test]
async fn browsers_get_pages_and_programs_get_problems() {
    let mut server = TestServer::with(Backend::Sqlite, |config| config.limits.calls_per_minute = 2).await;
    let mut browser = TestBrowser::default();
    let page = browser.get(&server, "/nada").await.expect(404);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(
        server.get("/nada").await.expect(404).headers["content-type"],
        "application/problem+json"
    );
    browser.post(&server, "/", &[]).await.expect(405);
    let long = "x".repeat(20_000);
    TestBrowser::open(&server, "sede")
        .await
        .post(&server, "/signin", &[("document", &long)])
        .await
        .expect(413);

    server.come_from("192.0.2.7");
    browser.get(&server, "/").await.expect(200);
    browser.get(&server, "/").await.expect(200);
    let refused = browser.get(&server, "/").await.expect_problem("rate_limited");
    assert!(refused.headers.contains_key("retry-after") && refused.text().contains("Espere un momento"));
}
