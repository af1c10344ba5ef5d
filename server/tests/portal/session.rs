//! Sessions: when they begin anew and when they end.

use aldaba_server::testing::{ANA, TestBrowser, TestDevice, TestServer};
use aldaba_store::Backend;

const SITE: &str = "demo-sede";

/// A server with the sample site, on loopback as the demo is.
async fn demo() -> TestServer {
    TestServer::with(Backend::Sqlite, |config| {
        config.demo = true;
        config.public_url = "http://127.0.0.1:8080".parse().unwrap();
        config.relying_parties[0].id = SITE.to_owned();
        config.relying_parties[0].return_url = "http://127.0.0.1:8080/demo/sede".parse().unwrap();
    })
    .await
}

async fn sign_in(server: &TestServer, device: &mut TestDevice, browser: &mut TestBrowser) {
    browser.get(server, &format!("/signin?site={SITE}")).await.expect(200);
    browser.start(server, &ANA, &[]).await.expect(303);
    browser.get(server, "/signin/pin").await.expect(200);
    let id = browser.request();
    device.reveal(server, &id).await.expect(200);
    let entered = browser.type_pin(server, &device.pin(&id, SITE)).await.expect(303);
    assert_eq!(entered.headers["location"], "/demo/sede");
}

async fn is_signed_in(server: &TestServer, browser: &mut TestBrowser) -> bool {
    browser
        .get(server, "/demo/sede")
        .await
        .expect(200)
        .text()
        .contains("data-signed-in")
}

/// The page's sign-out form is in its header, not among the forms that the harness reads.
async fn token(server: &TestServer, browser: &mut TestBrowser) -> String {
    let page = browser.get(server, "/demo/sede").await.expect(200).text();
    let (_, rest) = page.split_once("name=\"csrf\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

// REQ-WEB-04
#[tokio::test]
async fn the_site_knows_who_came_until_they_leave() {
    let server = demo().await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::default();
    sign_in(&server, &mut device, &mut browser).await;
    let page = browser.get(&server, "/demo/sede").await.expect(200).text();
    for text in [ANA.name, "Avanzado", "PIN de un solo uso", "15 de enero de 2027, 09:00"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let stolen = browser.clone();
    let csrf = token(&server, &mut browser).await;
    let left = browser.post(&server, "/signout", &[("csrf", &csrf)]).await.expect(303);
    assert_eq!(left.headers["location"], "/demo/sede?signed_out=1");
    assert!(!browser.has_session());
    assert!(
        browser
            .get(&server, "/demo/sede?signed_out=1")
            .await
            .text()
            .contains("Se ha desconectado")
    );
    assert!(
        !is_signed_in(&server, &mut stolen.clone()).await,
        "a copy of the cookie is worth nothing afterwards"
    );
}

// REQ-WEB-04
#[tokio::test]
async fn sixty_idle_minutes_end_a_session() {
    let server = demo().await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::default();
    sign_in(&server, &mut device, &mut browser).await;
    for _ in 0..3 {
        server.wait(3599);
        assert!(is_signed_in(&server, &mut browser).await, "using it prolongs it");
    }
    server.wait(3600);
    assert!(!is_signed_in(&server, &mut browser).await);
    server.wait(1);
    assert!(!is_signed_in(&server, &mut browser).await, "and it does not come back");
}

#[tokio::test]
async fn each_sign_in_has_a_new_id_and_ends_the_one_before() {
    let server = demo().await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::default();
    let planted = "ab".repeat(32);
    browser.cookies.insert("aldaba_session".to_owned(), planted.clone());
    sign_in(&server, &mut device, &mut browser).await;
    assert_ne!(browser.cookies["aldaba_session"], planted);

    let before = browser.clone();
    sign_in(&server, &mut device, &mut browser).await;
    assert_ne!(browser.cookies["aldaba_session"], before.cookies["aldaba_session"]);
    assert!(!is_signed_in(&server, &mut before.clone()).await);
    assert!(is_signed_in(&server, &mut browser).await);
}

#[tokio::test]
async fn the_apps_own_pin_signs_in_too() {
    let server = demo().await;
    let device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::open(&server, SITE).await;
    browser
        .start(&server, &ANA, &[("method", "self_generated")])
        .await
        .expect(303);
    let page = browser.get(&server, "/signin/pin").await.expect(200).text();
    assert!(page.contains("pantalla de inicio") && !page.contains("p-code"));
    browser
        .type_pin(&server, &device.self_generated(server.app.now()))
        .await
        .expect(303);
    let page = browser.get(&server, "/demo/sede").await.text();
    assert!(page.contains("PIN generado por su app"));
}
