//! The live stream of a device.

use aldaba_core::ids::RequestId;
use aldaba_core::request::RequestState;
use aldaba_server::requests::events::Live;
use aldaba_server::requests::poll::Poll;
use aldaba_server::testing::{ANA, LUIS, TestBrowser, TestDevice, TestServer};
use aldaba_store::{Backend, requests};

on_both!(
    requests_and_their_changes_are_told,
    what_is_live_is_told_on_connecting,
    a_stream_is_resumed,
    a_revoked_devices_stream_ends_at_once,
    other_processes_changes_are_told,
    nothing_older_is_told_after_something_newer,
    a_fifth_stream_of_a_device_ends_its_first,
    streams_end_when_the_server_stops,
    a_slow_reader_is_brought_up_to_date,
    a_new_device_is_announced_to_the_persons_others,
    a_new_device_is_announced_by_every_node,
);

// REQ-UI-03
async fn requests_and_their_changes_are_told(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let other = TestDevice::activate(&server, &LUIS).await;
    let (mut events, mut others) = (device.events(&server, None).await, other.events(&server, None).await);
    assert!(events.is_silent().await);
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    let id = browser.request();
    let event = events.next().await.unwrap();
    assert_eq!(event.kind, "request");
    assert_eq!(event.id, format!("{}-{id}", server.app.now().as_millis()));
    assert_eq!(event.data, format!(r#"{{"id":"{id}","state":"pending"}}"#));
    device.reveal(&server, &id).await.expect(200);
    assert!(events.next().await.unwrap().data.contains(r#""state":"revealed""#));
    let pin = device.pin(&id, "sede");
    browser.type_pin(&server, &pin).await.expect(303);
    assert!(events.next().await.unwrap().data.contains(r#""state":"spent""#));
    let browser = TestBrowser::ask(&server, &ANA).await;
    events.next().await.unwrap();
    device.reject(&server, &browser.request(), "not_me").await.expect(200);
    assert!(events.next().await.unwrap().data.contains(r#""state":"rejected""#));
    // A self-generated PIN is no notice.
    TestBrowser::ask_self_generated(&server, &ANA).await;
    assert!(events.is_silent().await);
    assert!(others.is_silent().await, "nobody else is told");
}

// REQ-ACT-07
async fn a_new_device_is_announced_to_the_persons_others(backend: Backend) {
    let server = TestServer::new(backend).await;
    let first = TestDevice::activate(&server, &ANA).await;
    let stranger = TestDevice::activate(&server, &LUIS).await;
    let (mut events, mut others) = (first.events(&server, None).await, stranger.events(&server, None).await);
    // The outbox tells messages of one moment apart by nothing: the second code must be the later one.
    server.wait(1);
    TestDevice::activate(&server, &ANA).await;
    let event = events.next().await.unwrap();
    assert_eq!(
        (event.kind.as_str(), event.data.as_str()),
        ("notice", r#"{"kind":"device_activated"}"#)
    );
    assert!(event.id.is_empty(), "a notice is not resumed from");
    assert!(others.is_silent().await, "nobody else is told");
}

// REQ-ACT-07
async fn a_new_device_is_announced_by_every_node(backend: Backend) {
    if backend != Backend::Postgres {
        // One process is all there is.
        return;
    }
    let mut server = TestServer::new(backend).await;
    let first = TestDevice::activate(&server, &ANA).await;
    let mut events = first.events(&server, None).await;
    let here = server.app.clone();
    let mut poll = Poll::new(&here);
    server.wait(10);
    poll.once(&here).await.unwrap();
    assert!(events.is_silent().await, "a device is not told of itself");
    server.move_to_another_node();
    let second = TestDevice::activate(&server, &ANA).await;
    assert!(events.is_silent().await);
    poll.once(&here).await.unwrap();
    assert_eq!(events.next().await.unwrap().data, r#"{"kind":"device_activated"}"#);
    poll.once(&here).await.unwrap();
    assert!(events.is_silent().await, "told once");
    // The node that activated it told its own streams, and does not tell them again, nor the new device of itself.
    let (mut known, mut new) = (first.events(&server, None).await, second.events(&server, None).await);
    server.wait(10);
    let mut poll = Poll::new(&server.app);
    TestDevice::activate(&server, &ANA).await;
    for events in [&mut known, &mut new] {
        assert_eq!(events.next().await.unwrap().data, r#"{"kind":"device_activated"}"#);
    }
    poll.once(&server.app).await.unwrap();
    assert!(known.is_silent().await && new.is_silent().await);
}

// REQ-UI-03
async fn what_is_live_is_told_on_connecting(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let (one, two) = (
        TestBrowser::ask(&server, &ANA).await,
        TestBrowser::ask(&server, &ANA).await,
    );
    let mut events = device.events(&server, None).await;
    let told = [events.next().await.unwrap().data, events.next().await.unwrap().data].join(" ");
    assert!(told.contains(&one.request().to_string()) && told.contains(&two.request().to_string()));
    assert!(events.is_silent().await);
}

// REQ-UI-03
async fn a_stream_is_resumed(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut events = device.events(&server, None).await;
    let missed = TestBrowser::ask(&server, &ANA).await;
    let last = events.next().await.unwrap().id;
    drop(events);
    server.wait(60);
    device
        .reject(&server, &missed.request(), "changed_mind")
        .await
        .expect(200);
    let new = TestBrowser::ask(&server, &ANA).await;
    let mut events = device.events(&server, Some(&last)).await;
    let told = [events.next().await.unwrap().data, events.next().await.unwrap().data].join(" ");
    assert!(
        told.contains("rejected") && told.contains(&new.request().to_string()),
        "{told}"
    );
    // An id that is not one of ours, and one that is a day old, begin anew.
    server.wait(60);
    for last in ["rubbish", "5-00112233445566778899aabbccddeeff"] {
        let mut events = device.events(&server, Some(last)).await;
        assert!(events.next().await.unwrap().data.contains(&new.request().to_string()));
        assert!(events.is_silent().await);
    }
}

// REQ-DEV-04
async fn a_revoked_devices_stream_ends_at_once(backend: Backend) {
    let server = TestServer::new(backend).await;
    let (mut one, two) = (
        TestDevice::activate(&server, &ANA).await,
        TestDevice::activate(&server, &ANA).await,
    );
    let (mut ended, mut going) = (one.events(&server, None).await, two.events(&server, None).await);
    one.end(&server).await.expect(200);
    let event = ended.next().await.unwrap();
    assert_eq!(
        (event.kind.as_str(), event.data.as_str()),
        ("device", r#"{"state":"revoked"}"#)
    );
    assert!(ended.ends().await);
    assert!(going.is_silent().await, "the other device's goes on");
}

// REQ-DEV-04
async fn other_processes_changes_are_told(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let mut events = device.events(&server, None).await;
    let mut poll = Poll::new(&server.app);
    // The operator's command line is another process: it knows nothing of this one's streams.
    let node = server.another_node();
    if backend == Backend::Postgres {
        let person = ANA;
        let document = aldaba_core::document::Document::parse(person.document).unwrap();
        let contrast = aldaba_core::contrast::Contrast::parse_for(&document, person.contrast).unwrap();
        let binding = aldaba_server::requests::BrowserBinding::generate(node.random());
        let made = aldaba_server::requests::create(
            &node,
            aldaba_server::requests::NewSignIn {
                relying_party: &node.relying_party("sede").unwrap(),
                procedure: "",
                document,
                contrast,
                own_key: None,
                browser: aldaba_server::requests::BrowserInfo::default(),
                binding: &binding,
                language: aldaba_core::language::Language::Es,
                method: aldaba_core::method::Method::Incoming,
            },
        )
        .await
        .unwrap();
        assert!(events.is_silent().await);
        poll.once(&server.app).await.unwrap();
        assert!(events.next().await.unwrap().data.contains(&made.id.to_string()));
        poll.once(&server.app).await.unwrap();
        assert!(events.is_silent().await, "told once");
        // What this node told itself it does not tell again.
        TestBrowser::ask(&server, &ANA).await;
        events.next().await.unwrap();
        poll.once(&server.app).await.unwrap();
        assert!(events.is_silent().await);
    }
    aldaba_server::devices::revoke::revoke(&node, device.id).await.unwrap();
    assert!(events.is_silent().await);
    poll.once(&server.app).await.unwrap();
    assert_eq!(events.next().await.unwrap().data, r#"{"state":"revoked"}"#);
    assert!(events.ends().await);
}

async fn nothing_older_is_told_after_something_newer(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let mut events = device.events(&server, None).await;
    let id = TestBrowser::ask(&server, &ANA).await.request();
    let made = events.next().await.unwrap();
    let request = server
        .read(move |tx| Box::pin(async move { requests::get(tx, &id).await }))
        .await
        .unwrap();
    let (person, updated_at) = (request.person.unwrap(), request.updated_at);
    let tell = |state, updated_at| {
        let event = Live::Request { id, state, updated_at };
        server.app.hub().publish(&person, event);
    };
    // A poll that read the row before it changed, and one that read what this node told itself.
    tell(RequestState::Pending, updated_at);
    assert!(events.is_silent().await);
    tell(RequestState::Revealed, updated_at);
    assert_ne!(events.next().await.unwrap().data, made.data);
    tell(RequestState::Pending, updated_at);
    assert!(events.is_silent().await);
    // However much others are told in between.
    let stranger = TestDevice::activate(&server, &LUIS).await;
    let _others = stranger.events(&server, None).await;
    let asked = TestBrowser::ask(&server, &LUIS).await.request();
    let theirs = server
        .read(move |tx| Box::pin(async move { requests::get(tx, &asked).await }))
        .await
        .unwrap();
    for _ in 0..2000 {
        let event = Live::Request {
            id: RequestId::generate(server.app.random()),
            state: RequestState::Pending,
            updated_at,
        };
        server.app.hub().publish(&theirs.person.unwrap(), event);
    }
    tell(RequestState::Revealed, updated_at);
    assert!(events.is_silent().await);
    // What is forgotten would be told once more: never not at all.
    server
        .app
        .hub()
        .forget_before(updated_at.plus(std::time::Duration::from_millis(1)));
    tell(RequestState::Revealed, updated_at);
    assert!(events.next().await.unwrap().data.contains("revealed"));
}

async fn a_fifth_stream_of_a_device_ends_its_first(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let mut first = device.events(&server, None).await;
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(device.events(&server, None).await);
    }
    assert!(first.is_silent().await);
    let mut fifth = device.events(&server, None).await;
    assert!(first.ends().await);
    TestBrowser::ask(&server, &ANA).await;
    assert!(fifth.next().await.is_some());
    for stream in &mut others {
        assert!(stream.next().await.is_some());
    }
    assert_eq!(server.app.metrics().open_streams(), 5);
    drop((first, fifth, others));
    assert_eq!(server.app.metrics().open_streams(), 0);
    assert_eq!(server.app.hub().watched(), 0);
}

async fn streams_end_when_the_server_stops(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let mut events = device.events(&server, None).await;
    server.app.stopping().cancel();
    server.app.hub().close();
    assert!(events.ends().await);
    device
        .call(&server, "GET", "/v1/device/events", b"")
        .await
        .expect_problem("unavailable");
}

async fn a_slow_reader_is_brought_up_to_date(backend: Backend) {
    let server = TestServer::with(backend, |config| {
        config.policy.visible_pending = 1000;
        config.policy.unanswered_per_hour = 1000;
        config.policy.unanswered_per_day = 1000;
    })
    .await;
    let device = TestDevice::activate(&server, &ANA).await;
    let mut events = device.events(&server, None).await;
    let mut asked = std::collections::BTreeSet::new();
    for _ in 0..80 {
        asked.insert(TestBrowser::ask(&server, &ANA).await.request().to_string());
    }
    let mut told = std::collections::BTreeSet::new();
    while told.len() < asked.len() {
        let event = events
            .next()
            .await
            .unwrap_or_else(|| panic!("{} of {} told", told.len(), asked.len()));
        told.extend(asked.iter().filter(|id| event.data.contains(*id)).cloned());
    }
}
