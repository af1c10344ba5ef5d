//! Who knows a document can neither drown its owner in notices nor keep them from signing in.

use aldaba_protocol::wire;
use aldaba_server::testing::{ANA, LUIS, TestBrowser, TestDevice, TestServer};
use aldaba_store::{Backend, requests};

on_both!(
    three_pending_are_shown_and_no_more,
    three_unanswered_an_hour_and_ten_a_day,
    revealed_ones_never_count,
    a_wrong_datum_reaches_nobody,
    two_rejections_mute_for_a_day,
    a_change_of_mind_mutes_nobody,
    the_code_always_brings_the_request_up,
);

async fn ask(server: &TestServer) -> TestBrowser {
    TestBrowser::ask(server, &ANA).await
}

async fn code_of(server: &TestServer, browser: &TestBrowser) -> String {
    let id = browser.request();
    let request = server
        .read(move |tx| Box::pin(async move { requests::get(tx, &id).await }))
        .await
        .unwrap();
    request.code.grouped()
}

// REQ-LIM-01
async fn three_pending_are_shown_and_no_more(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let mut events = device.events(&server, None).await;
    let mut asked = Vec::new();
    for _ in 0..5 {
        asked.push(ask(&server).await);
    }
    let shown = device.requests(&server).await;
    assert_eq!(shown.len(), 3);
    for browser in asked.iter().take(3) {
        let event = events.next().await.unwrap();
        assert!(event.data.contains(&browser.request().to_string()));
    }
    assert!(events.is_silent().await, "the fourth and the fifth stay quiet");
    // Another person's are their own.
    let other = TestDevice::activate(&server, &LUIS).await;
    TestBrowser::ask(&server, &LUIS).await;
    assert_eq!(other.requests(&server).await.len(), 1);
}

// REQ-LIM-01
async fn three_unanswered_an_hour_and_ten_a_day(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let shown = async || {
        ask(&server).await;
        let shown = device.requests(&server).await.len();
        server.wait(601);
        shown
    };
    assert_eq!(
        [shown().await, shown().await, shown().await, shown().await],
        [1, 1, 1, 0],
        "three an hour"
    );
    server.wait(3600);
    assert_eq!(
        [shown().await, shown().await, shown().await, shown().await],
        [1, 1, 1, 0]
    );
    server.wait(3600);
    assert_eq!(
        [shown().await, shown().await, shown().await, shown().await],
        [1, 1, 1, 0]
    );
    server.wait(3600);
    assert_eq!([shown().await, shown().await], [1, 0], "ten a day");
    server.wait(24 * 3600);
    assert_eq!(shown().await, 1);
}

// REQ-LIM-01
async fn revealed_ones_never_count(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    for _ in 0..15 {
        let browser = ask(&server).await;
        assert_eq!(
            device
                .requests(&server)
                .await
                .iter()
                .filter(|shown| shown.state.as_str() == "pending")
                .count(),
            1
        );
        device.reveal(&server, &browser.request()).await.expect(200);
    }
}

// REQ-LIM-05
async fn a_wrong_datum_reaches_nobody(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let wrong = aldaba_server::testing::TestPerson {
        contrast: "2031-05-18",
        ..ANA
    };
    for _ in 0..5 {
        let browser = TestBrowser::ask(&server, &wrong).await;
        let code = code_of(&server, &browser).await;
        device.lookup(&server, &code).await.expect_problem("request_unknown");
    }
    assert!(device.requests(&server).await.is_empty());
    // Nor does it use up what its owner may see.
    ask(&server).await;
    assert_eq!(device.requests(&server).await.len(), 1);
}

// REQ-LIM-04
async fn two_rejections_mute_for_a_day(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let first = ask(&server).await;
    let answer: wire::RequestRejected = device
        .reject(&server, &first.request(), "not_me")
        .await
        .expect(200)
        .json();
    assert_eq!(answer.muted_until, None);
    let second = ask(&server).await;
    assert_eq!(device.requests(&server).await.len(), 1, "one rejection mutes nobody");
    let answer: wire::RequestRejected = device
        .reject(&server, &second.request(), "not_me")
        .await
        .expect(200)
        .json();
    let until = server.app.now().as_millis() + 24 * 3600 * 1000;
    assert_eq!(answer.muted_until, Some(until));
    let mut muted = ask(&server).await;
    assert!(device.requests(&server).await.is_empty());
    // Its owner signs in all the same, by the code of the page.
    let code = code_of(&server, &muted).await;
    device.lookup(&server, &code).await.expect(200);
    device.reveal(&server, &muted.request()).await.expect(200);
    let pin = device.pin(&muted.request(), "sede");
    muted.type_pin(&server, &pin).await.expect(303);
    server.wait(24 * 3600 - 1);
    ask(&server).await;
    assert!(device.requests(&server).await.is_empty());
    server.wait(1);
    ask(&server).await;
    assert_eq!(device.requests(&server).await.len(), 1);
}

// REQ-LIM-04
async fn a_change_of_mind_mutes_nobody(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    for _ in 0..5 {
        let browser = ask(&server).await;
        assert_eq!(device.requests(&server).await.len(), 1);
        device
            .reject(&server, &browser.request(), "changed_mind")
            .await
            .expect(200);
    }
}

// REQ-LIM-03, REQ-LIM-05
async fn the_code_always_brings_the_request_up(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let stranger = TestDevice::activate(&server, &LUIS).await;
    // Somebody has been pestering all day.
    for _ in 0..30 {
        ask(&server).await;
    }
    let mut mine = ask(&server).await;
    assert!(
        device
            .requests(&server)
            .await
            .iter()
            .all(|shown| shown.id != mine.request().to_string())
    );
    let code = code_of(&server, &mine).await;
    stranger.lookup(&server, &code).await.expect_problem("request_unknown");
    let typed = code.to_lowercase().replace('-', " ");
    let found: wire::DeviceRequest = device.lookup(&server, &typed).await.expect(200).json();
    assert_eq!(found.id, mine.request().to_string());
    assert!(
        device.requests(&server).await.iter().any(|shown| shown.id == found.id),
        "quiet no longer"
    );
    device.reveal(&server, &mine.request()).await.expect(200);
    let pin = device.pin(&mine.request(), "sede");
    mine.type_pin(&server, &pin).await.expect(303);
    device.lookup(&server, &code).await.expect_problem("request_unknown");
    for nonsense in ["", "zzz", "00000000", "UUUU-UUUU"] {
        device.lookup(&server, nonsense).await.expect_problem("request_unknown");
    }
    server.wait(600);
    let late = ask(&server).await;
    let code = code_of(&server, &late).await;
    server.wait(600);
    device.lookup(&server, &code).await.expect_problem("request_unknown");
}
