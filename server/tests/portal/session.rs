//! Sessions: when they begin anew and when they end.

use aldaba_core::method::Method;
use aldaba_server::portal::Visitor;
use aldaba_server::sessions::{self, Current};
use aldaba_server::testing::{ANA, TestBrowser, TestDevice, TestServer};
use aldaba_store::Backend;
use http::Request;

async fn sign_in(server: &TestServer, device: &mut TestDevice, browser: &mut TestBrowser) {
    browser.get(server, "/signin?site=sede").await.expect(200);
    browser.start(server, &ANA, &[]).await.expect(303);
    browser.get(server, "/signin/pin").await.expect(200);
    let id = browser.request();
    device.reveal_verified(server, &id).await.expect(200);
    let entered = browser.type_pin(server, &device.pin(&id, "sede")).await.expect(303);
    assert_eq!(entered.headers["location"], "https://sede.example/entrar");
}

/// Who the server thinks that this browser is, as every page and the provider ask it.
async fn current(server: &TestServer, browser: &TestBrowser) -> Option<Current> {
    let pairs: Vec<_> = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let request = Request::get("/").header("cookie", pairs.join("; ")).body(()).unwrap();
    let (parts, ()) = request.into_parts();
    let visitor = Visitor::read(&server.app, &parts);
    sessions::current(&server.app, &visitor).await.unwrap()
}

async fn is_signed_in(server: &TestServer, browser: &TestBrowser) -> bool {
    current(server, browser).await.is_some()
}

// REQ-WEB-04
#[tokio::test]
async fn the_server_knows_who_came_until_they_leave() {
    let server = TestServer::new(Backend::Sqlite).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::default();
    sign_in(&server, &mut device, &mut browser).await;
    let found = current(&server, &browser).await.unwrap();
    assert_eq!((found.name.as_str(), found.method), (ANA.name, Method::Incoming));
    assert_eq!((found.level.as_str(), found.since), ("substantial", server.app.now()));
    let stolen = browser.clone();
    browser
        .post(&server, "/signout", &[("csrf", "forged")])
        .await
        .expect(403);
    browser.get(&server, "/signin?site=sede").await.expect(200);
    let left = browser.post(&server, "/signout", &[]).await.expect(303);
    assert_eq!(left.headers["location"], "/");
    assert!(!browser.has_session());
    assert!(
        !is_signed_in(&server, &stolen).await,
        "a copy of the cookie is worth nothing afterwards"
    );
}

// REQ-WEB-04
#[tokio::test]
async fn sixty_idle_minutes_end_a_session() {
    let server = TestServer::new(Backend::Sqlite).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::default();
    sign_in(&server, &mut device, &mut browser).await;
    for _ in 0..3 {
        server.wait(3599);
        assert!(is_signed_in(&server, &browser).await, "using it prolongs it");
    }
    server.wait(3600);
    assert!(!is_signed_in(&server, &browser).await);
    server.wait(1);
    assert!(!is_signed_in(&server, &browser).await, "and it does not come back");
}

#[tokio::test]
async fn each_sign_in_has_a_new_id_and_ends_the_one_before() {
    let server = TestServer::with(Backend::Sqlite, |config| {
        // Plain names of cookies, so that one can be planted.
        config.public_url = "http://127.0.0.1:8080".parse().unwrap();
    })
    .await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::default();
    let planted = "ab".repeat(32);
    browser.cookies.insert("aldaba_session".to_owned(), planted.clone());
    sign_in(&server, &mut device, &mut browser).await;
    assert_ne!(browser.cookies["aldaba_session"], planted);

    let before = browser.clone();
    sign_in(&server, &mut device, &mut browser).await;
    assert_ne!(browser.cookies["aldaba_session"], before.cookies["aldaba_session"]);
    assert!(!is_signed_in(&server, &before).await);
    assert!(is_signed_in(&server, &browser).await);
}

#[tokio::test]
async fn the_apps_own_pin_signs_in_too() {
    let server = TestServer::new(Backend::Sqlite).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::open(&server, "sede").await;
    browser
        .start(&server, &ANA, &[("method", "self_generated")])
        .await
        .expect(303);
    let page = browser.get(&server, "/signin/pin").await.expect(200).text();
    assert!(page.contains("Escriba el PIN sin conexión") && !page.contains("p-code"));
    browser
        .type_pin(&server, &device.self_generated(server.app.now()))
        .await
        .expect(303);
    assert_eq!(current(&server, &browser).await.unwrap().method, Method::SelfGenerated);
}
