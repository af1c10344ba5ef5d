//! What only the demo serves.

use std::collections::BTreeSet;

use aldaba_server::testing::{ANA, TestBrowser, TestDevice, TestServer};
use aldaba_store::Backend;
use serde_json::Value;

#[tokio::test]
async fn outside_the_demo_its_pages_do_not_exist() {
    let server = TestServer::new(Backend::Sqlite).await;
    for path in ["/demo/sede", "/demo/messages", "/demo/citizens", "/demo/robots"] {
        server.get(path).await.expect(404);
    }
    let home = TestBrowser::default().get(&server, "/").await.expect(200).text();
    assert!(home.contains("Servicio de identificación") && !home.contains("/demo/"));
}

#[tokio::test]
async fn the_demo_shows_the_way_to_the_sample_site() {
    let server = TestServer::with(Backend::Sqlite, |config| {
        config.demo = true;
        config.relying_parties[0].id = "demo-sede".to_owned();
        config.relying_parties[0].return_url = "http://127.0.0.1:8081/login?iss=x".parse().unwrap();
    })
    .await;
    let sent = server.get("/demo/sede").await.expect(303);
    assert_eq!(sent.headers["location"], "http://127.0.0.1:8081/");
}

#[tokio::test]
async fn messages_and_people_are_json_for_programs_and_pages_for_people() {
    let server = TestServer::with(Backend::Sqlite, |config| config.demo = true).await;
    assert_eq!(server.get("/demo/messages").await.expect(200).text(), "[]");
    TestDevice::activate(&server, &ANA).await;
    let messages: Vec<Value> = server.get("/demo/messages").await.expect(200).json();
    assert_eq!(messages.len(), 2, "the code, then the notice of the new device");
    assert!(messages[0]["text"].as_str().unwrap().contains('#'), "oldest first");
    for message in &messages {
        let fields: BTreeSet<_> = message.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, BTreeSet::from(["sent_at", "text", "to"]));
        assert_eq!(message["to"], ANA.phone);
        assert_eq!(message["sent_at"], "2027-01-15T08:00:00Z");
    }
    let citizens: Vec<Value> = server.get("/demo/citizens").await.expect(200).json();
    for citizen in &citizens {
        let fields: BTreeSet<_> = citizen.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            fields,
            BTreeSet::from(["behaviour", "contrast", "document", "level", "name", "phone"])
        );
    }
    let mut browser = TestBrowser::default();
    let page = browser.get(&server, "/demo/messages").await.expect(200);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert!(page.text().contains(ANA.phone));
    let people = browser.get(&server, "/demo/citizens").await.expect(200).text();
    assert!(
        citizens
            .iter()
            .all(|citizen| people.contains(citizen["document"].as_str().unwrap()))
    );
    assert!(
        browser
            .get(&server, "/")
            .await
            .expect(200)
            .text()
            .contains("https://pin.example")
    );
}
