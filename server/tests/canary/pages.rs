//! The ways of signing in by the page's challenge and by its QR.

use aldaba_protocol::qr::FreshQr;
use aldaba_protocol::wire;
use aldaba_server::requests::scan;
use aldaba_server::testing::{ANA, TestBrowser, TestDevice, TestServer};

use super::cookies;

/// A PIN for a page's challenge, wrongly and rightly. What must not be found of it.
pub async fn page_bound(server: &TestServer, device: &TestDevice) -> Vec<String> {
    let mut browser = TestBrowser::ask_bound(server, &ANA).await;
    let page = browser.get(server, "/signin/pin").await.expect(200).text();
    let challenge = TestBrowser::code_of(&page);
    let pin = device.page_bound(&challenge);
    let wrong = format!("{:08}", (pin.parse::<u32>().unwrap() + 1) % 100_000_000);
    browser.type_pin(server, &wrong).await.expect_problem("pin_wrong");
    browser.type_pin(server, &pin).await.expect(303);
    let mut secrets = vec![challenge.replace('-', ""), challenge, pin, wrong];
    secrets.extend(cookies(&browser));
    secrets
}

/// A QR is drawn, scanned and approved; another is scanned too late. What must not be found of it.
pub async fn qr(server: &TestServer, device: &mut TestDevice) -> Vec<String> {
    let mut secrets = Vec::new();
    for late in [true, false] {
        let mut browser = TestBrowser::ask_qr(server).await;
        let page = browser.get(server, "/signin/qr/page").await.expect(200).text();
        browser.get(server, "/signin/qr.svg").await;
        let text = FreshQr::draw(&scan::key(&server.app), browser.request(), server.app.now()).text();
        if late {
            server.wait(60);
            device.scan(server, &text).await.expect_problem("qr_stale");
        } else {
            let request: wire::DeviceRequest = device.scan(server, &text).await.expect(200).json();
            let id = browser.request();
            device.approve(server, &id, &request.phrase, true).await.expect(200);
            server.send(browser.form("/signin/qr/now", &[])).await.expect(200);
            browser.post(server, "/signin/qr/page", &[]).await.expect(303);
        }
        let code = TestBrowser::code_of(&page);
        secrets.extend([text, code.replace('-', ""), code]);
        secrets.extend(cookies(&browser));
    }
    secrets
}
