//! What the system's lock adds to a PIN, and that nothing claims more than was proved.

use aldaba_core::ids::SessionId;
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_server::testing::{ANA, TestBrowser, TestDevice, TestServer};
use aldaba_store::{Backend, sessions};

on_both!(
    a_reveal_proves_substantial_only_with_the_unlock,
    what_the_first_reveal_said_stands,
    a_reveal_of_the_first_version_is_taken_as_before,
    a_low_registration_proves_low_whatever_the_device_says,
);

/// What the browser's session proves, and how.
pub async fn proved(server: &TestServer, browser: &TestBrowser) -> (Method, Level) {
    let cookie = browser
        .cookies
        .iter()
        .find(|(name, _)| name.ends_with("aldaba_session"));
    let id: SessionId = cookie.unwrap().1.parse().unwrap();
    let now = server.app.now();
    let session = server
        .app
        .store()
        .write(move |tx| {
            Box::pin(async move { sessions::use_session(tx, &id, now, std::time::Duration::from_secs(3600)).await })
        })
        .await
        .unwrap()
        .unwrap();
    (session.method, session.level)
}

// REQ-UNL-01
async fn a_reveal_proves_substantial_only_with_the_unlock(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    for (verified, level) in [(false, Level::Low), (true, Level::Substantial)] {
        let mut browser = TestBrowser::ask(&server, &ANA).await;
        let id = browser.request();
        if verified {
            device.reveal_verified(&server, &id).await.expect(200);
        } else {
            device.reveal(&server, &id).await.expect(200);
        }
        browser.type_pin(&server, &device.pin(&id, "sede")).await.expect(303);
        assert_eq!(proved(&server, &browser).await, (Method::Incoming, level));
    }
}

// REQ-UNL-02
async fn what_the_first_reveal_said_stands(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    let id = browser.request();
    device.reveal(&server, &id).await.expect(200);
    device.reveal_verified(&server, &id).await.expect(200);
    browser.type_pin(&server, &device.pin(&id, "sede")).await.expect(303);
    assert_eq!(proved(&server, &browser).await.1, Level::Low);
}

// REQ-UNL-02
async fn a_reveal_of_the_first_version_is_taken_as_before(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let browser = TestBrowser::ask(&server, &ANA).await;
    let path = format!("/v1/requests/{}/reveal", browser.request());
    let counter = device.count();
    let unknown = format!(r#"{{"counter":{counter},"user_verified":true,"level":"high"}}"#);
    device
        .call(&server, "POST", &path, unknown.as_bytes())
        .await
        .expect_problem("request_invalid");
    let word = format!(r#"{{"counter":{counter},"user_verified":"yes"}}"#);
    device
        .call(&server, "POST", &path, word.as_bytes())
        .await
        .expect_problem("request_invalid");
    // A signature over one body does not serve another.
    let signed = device.sign(&server, "POST", &path, format!(r#"{{"counter":{counter}}}"#).as_bytes());
    let (parts, _) = signed.into_parts();
    let body = format!(r#"{{"counter":{counter},"user_verified":true}}"#);
    let forged = http::Request::from_parts(parts, axum::body::Body::from(body));
    server.send(forged).await.expect_problem("signature_invalid");
    let body = format!(r#"{{"counter":{counter}}}"#);
    device.call(&server, "POST", &path, body.as_bytes()).await.expect(200);
}

// REQ-UNL-01
async fn a_low_registration_proves_low_whatever_the_device_says(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    // The device was activated when the registration was worth more.
    let person = server.person(&ANA).await;
    let lowered = server
        .app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                let found = aldaba_store::persons::get(tx, &person).await?.unwrap();
                let document = found.document.clone();
                let new = aldaba_store::persons::NewPerson {
                    id: person,
                    contrast: aldaba_core::contrast::Contrast::parse_for(&document, ANA.contrast).unwrap(),
                    document,
                    name: found.name,
                    given_name: None,
                    family_name: None,
                    phone: found.phone,
                    level: Level::Low,
                    language: found.language,
                    created_at: found.created_at,
                };
                aldaba_store::persons::update(tx, &person, &new).await
            })
        })
        .await
        .unwrap();
    assert!(lowered);
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    let id = browser.request();
    device.reveal_verified(&server, &id).await.expect(200);
    browser.type_pin(&server, &device.pin(&id, "sede")).await.expect(303);
    assert_eq!(proved(&server, &browser).await.1, Level::Low);
    let mut bound = TestBrowser::ask_bound(&server, &ANA).await;
    let page = bound.get(&server, "/signin/pin").await.text();
    let pin = device.page_bound(&TestBrowser::code_of(&page));
    bound.type_pin(&server, &pin).await.expect(303);
    assert_eq!(proved(&server, &bound).await, (Method::PageBound, Level::Low));
}
