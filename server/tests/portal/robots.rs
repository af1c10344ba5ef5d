//! The demo's test citizens, who answer by themselves.

use std::time::Duration;

use aldaba_server::demo::{ROBOTS, start_robots};
use aldaba_server::testing::{Answer, TestBrowser, TestPerson, TestServer};
use aldaba_store::Backend;
use axum::body::Body;
use http::Request;
use serde_json::Value;
use tempfile::TempDir;

async fn demo(backend: Backend) -> (TestServer, TempDir) {
    let server = TestServer::with(backend, |config| config.demo = true).await;
    let folder = TempDir::new().unwrap();
    start_robots(&server.app, folder.path()).await.unwrap();
    (server, folder)
}

fn person(behaviour: &str) -> TestPerson {
    let robot = ROBOTS
        .iter()
        .find(|robot| robot.behaviour.as_str() == behaviour)
        .unwrap();
    TestPerson {
        document: robot.person.document,
        contrast: robot.person.contrast,
        name: robot.person.name,
        phone: robot.person.phone,
    }
}

async fn robot(server: &TestServer, person: &TestPerson) -> Value {
    let all: Vec<Value> = server.get("/demo/robots").await.expect(200).json();
    all.into_iter().find(|one| one["document"] == person.document).unwrap()
}

/// What that citizen did with the browser's request, as soon as it did.
async fn answered(server: &TestServer, person: &TestPerson, browser: &TestBrowser) -> Value {
    let id = browser.request().to_string();
    for _ in 0..500 {
        let requests = robot(server, person).await["requests"].clone();
        if let Some(request) = requests.as_array().unwrap().iter().find(|request| request["id"] == id) {
            return request.clone();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{} did not answer", person.name);
}

/// The code of the page, typed in the app of that citizen, by a program.
async fn type_code(server: &TestServer, person: &TestPerson, code: &str) -> Answer {
    let body = format!("document={}&code={code}", person.document);
    let request = Request::post("/demo/robots").header("content-type", "application/x-www-form-urlencoded");
    server.send(request.body(Body::from(body)).unwrap()).await
}

fn page_code(page: &str) -> String {
    let (_, rest) = page.split_once("p-code__value").unwrap();
    let (_, rest) = rest.split_once('>').unwrap();
    rest.split_once('<').unwrap().0.trim().to_owned()
}

// REQ-SITE-01
async fn each_answers_as_it_says(backend: Backend) {
    let (server, _folder) = demo(backend).await;

    let approves = person("approves");
    let mut browser = TestBrowser::ask(&server, &approves).await;
    let did = answered(&server, &approves, &browser).await;
    assert_eq!(
        (&did["did"], &did["site"]),
        (&Value::from("revealed"), &Value::from("sede"))
    );
    browser
        .type_pin(&server, did["pin"].as_str().unwrap())
        .await
        .expect(303);
    assert!(browser.has_session());

    let mut own = TestBrowser::ask_self_generated(&server, &approves).await;
    let pin = robot(&server, &approves).await["self_generated_pin"].clone();
    own.type_pin(&server, pin.as_str().unwrap()).await.expect(303);

    let rejects = person("rejects");
    for _ in 0..4 {
        // The page is only opened afterwards: it is not said which of the two would be first.
        let mut browser = TestBrowser::open(&server, "sede").await;
        browser.start(&server, &rejects, &[]).await.expect(303);
        assert_eq!(answered(&server, &rejects, &browser).await["did"], "rejected");
        browser
            .get(&server, "/signin/pin")
            .await
            .expect_problem("request_rejected");
    }

    let mistypes = person("mistypes");
    let mut browser = TestBrowser::ask(&server, &mistypes).await;
    let did = answered(&server, &mistypes, &browser).await;
    let wrong = did["pin"].as_str().unwrap();
    browser.type_pin(&server, wrong).await.expect_problem("pin_wrong");
    browser.type_pin(&server, wrong).await.expect_problem("pin_wrong");
    browser.type_pin(&server, wrong).await.expect_problem("request_burnt");

    let silent = person("silent");
    let mut browser = TestBrowser::ask(&server, &silent).await;
    let did = answered(&server, &silent, &browser).await;
    assert_eq!((&did["did"], &did["pin"]), (&Value::from("ignored"), &Value::Null));
    browser
        .type_pin(&server, "123456")
        .await
        .expect_problem("pin_not_revealed");
    server.wait(601);
    browser
        .type_pin(&server, "123456")
        .await
        .expect_problem("request_expired");
}

// REQ-SITE-01
async fn a_quiet_request_comes_up_by_the_code_of_its_page(backend: Backend) {
    let (server, _folder) = demo(backend).await;
    let silent = person("silent");
    for _ in 0..3 {
        let browser = TestBrowser::ask(&server, &silent).await;
        answered(&server, &silent, &browser).await;
    }
    let mut quiet = TestBrowser::ask(&server, &silent).await;
    let page = quiet.get(&server, "/signin/pin").await.expect(200).text();
    let found: Value = type_code(&server, &silent, &page_code(&page)).await.expect(200).json();
    assert_eq!(
        (&found["id"], &found["did"]),
        (&Value::from(quiet.request().to_string()), &Value::from("ignored"))
    );

    // Nobody else's app knows it, as nobody else's would.
    let approves = person("approves");
    type_code(&server, &approves, &page_code(&page))
        .await
        .expect_problem("request_unknown");
    type_code(&server, &approves, "not-a-code")
        .await
        .expect_problem("request_unknown");
}

// REQ-SITE-01
async fn their_devices_are_those_of_the_folder(backend: Backend) {
    let (server, folder) = demo(backend).await;
    let before = server.messages().await.len();
    let file = folder.path().join("robots.keys");
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions()) & 0o777,
        0o600
    );

    let again = server.another_node();
    start_robots(&again, folder.path()).await.unwrap();
    assert_eq!(server.messages().await.len(), before, "no device was activated anew");
    // The new codes must be newer than the old ones: this clock stands still.
    server.wait(1);
    std::fs::remove_file(&file).unwrap();
    start_robots(&server.another_node(), folder.path()).await.unwrap();
    assert_eq!(
        server.messages().await.len(),
        before + 2 * ROBOTS.len(),
        "a code and a notice for each"
    );
}

on_both!(
    each_answers_as_it_says,
    a_quiet_request_comes_up_by_the_code_of_its_page,
    their_devices_are_those_of_the_folder,
);

// REQ-SITE-01
#[tokio::test]
async fn the_page_shows_what_they_did_and_takes_codes() {
    let (server, _folder) = demo(Backend::Sqlite).await;
    let approves = person("approves");
    let browser = TestBrowser::ask(&server, &approves).await;
    let did = answered(&server, &approves, &browser).await;
    let mut reader = TestBrowser::default();
    let page = reader.get(&server, "/demo/robots").await.expect(200).text();
    assert!(page.contains(did["pin"].as_str().unwrap()) && page.contains(did["phrase"].as_str().unwrap()));
    assert!(page.contains("Rechaza cada petición"));

    let mut fields = vec![("document", approves.document), ("code", "0000-0000")];
    let refused = reader.post(&server, "/demo/robots", &fields).await.expect(404).text();
    assert!(refused.contains("Su app no conoce ese código"));
    fields.push(("csrf", "forged"));
    reader.post(&server, "/demo/robots", &fields).await.expect(403);
}

// REQ-SITE-01
#[tokio::test]
async fn outside_the_demo_they_do_not_exist() {
    let server = TestServer::new(Backend::Sqlite).await;
    server.get("/demo/robots").await.expect(404);
    type_code(&server, &person("approves"), "0000-0000").await.expect(404);
}
