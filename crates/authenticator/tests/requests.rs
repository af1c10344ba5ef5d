//! The main job.

use aldaba_authenticator::Status;
use aldaba_authenticator::secure_store::{Entry, SecureStore as _};
use aldaba_core::ids::RequestId;
use aldaba_core::request::RequestState;
use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::wire::RejectReason;
use aldaba_server::testing::{ANA, LUIS, TestBrowser};

use crate::support::{Machine, Running, Server, activate};

#[tokio::test(flavor = "multi_thread")]
async fn from_a_request_to_being_signed_in_and_out_of_the_keychain() {
    // REQ-PIN-02 REQ-UI-03
    let server = Server::start().await;
    let machine = Machine::new(&server);
    let device = machine.start(&server);
    activate(&server, &device, &ANA).await;
    assert!(device.requests().await.unwrap().is_empty());
    let mut browser = TestBrowser::ask(&server.test, &ANA).await;

    let listed = device.requests().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].request.relying_party.id, "sede");
    assert!(
        listed[0].pin.is_none(),
        "no PIN before the server knows that it is shown"
    );
    let view = device.reveal(&browser.request()).await.unwrap();
    let pin = view.pin.unwrap();
    assert_eq!(
        (view.request.state, view.request.revealed_here),
        (RequestState::Revealed, true)
    );
    assert!(
        device
            .revealed_pin(&browser.request())
            .await
            .unwrap()
            .unwrap()
            .matches(&pin)
    );

    // A restarted app shows it again, from the list alone.
    let again = machine.start(&server).requests().await.unwrap();
    assert!(again[0].pin.as_ref().unwrap().matches(&pin));

    browser.type_pin(&server.test, pin.expose()).await.expect(303);
    assert!(browser.has_session());
    assert!(device.requests().await.unwrap().is_empty());

    device.deactivate().await.unwrap();
    assert_eq!(device.status().await.unwrap(), Status::New);
    assert!(machine.store.read(Entry::Device).unwrap().is_none());
    assert_eq!(device.requests().await.unwrap_err().code, ErrorCode::NotActivated);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_self_generated_pin_signs_in() {
    // REQ-PIN-06
    let server = Server::start().await;
    let device = Running::new(&server);
    activate(&server, &device, &ANA).await;
    let mut browser = TestBrowser::ask_self_generated(&server.test, &ANA).await;
    let generated = device.self_generated_pin().await.unwrap();
    assert_eq!(generated.period, 30);
    browser.type_pin(&server.test, generated.pin.expose()).await.expect(303);
    assert!(browser.has_session());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_rejected_is_gone_and_twice_mutes() {
    // REQ-LIM-04
    let server = Server::start().await;
    let device = Running::new(&server);
    activate(&server, &device, &ANA).await;
    let first = TestBrowser::ask(&server.test, &ANA).await.request();
    let second = TestBrowser::ask(&server.test, &ANA).await.request();
    assert_eq!(device.reject(&first, RejectReason::NotMe).await.unwrap(), None);
    assert_eq!(device.reveal(&first).await.unwrap_err().code, ErrorCode::RequestUnknown);
    assert!(device.reject(&second, RejectReason::NotMe).await.unwrap().is_some());
    assert!(device.requests().await.unwrap().is_empty());
    let muted = TestBrowser::ask(&server.test, &ANA).await;
    assert!(device.requests().await.unwrap().is_empty());
    assert_eq!(
        device.reveal(&muted.request()).await.unwrap_err().code,
        ErrorCode::RequestUnknown
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_code_brings_its_request_up() {
    // REQ-LIM-03
    let server = Server::start().await;
    let (ana, luis) = (Running::new(&server), Running::new(&server));
    activate(&server, &ana, &ANA).await;
    activate(&server, &luis, &LUIS).await;
    let mut browser = TestBrowser::ask(&server.test, &ANA).await;
    let page = browser.get(&server.test, "/signin/pin").await.text();
    let code = page
        .as_bytes()
        .windows(9)
        .filter_map(|nine| std::str::from_utf8(nine).ok())
        .find(|nine| {
            nine.as_bytes()[4] == b'-'
                && nine
                    .bytes()
                    .enumerate()
                    .all(|(at, byte)| at == 4 || byte.is_ascii_digit() || byte.is_ascii_uppercase())
        })
        .unwrap()
        .to_owned();
    let found = ana.lookup(&code.to_lowercase().replace('-', " ")).await.unwrap();
    assert_eq!(found.request.id, browser.request().to_string());
    assert_eq!(luis.lookup(&code).await.unwrap_err().code, ErrorCode::RequestUnknown);
    let shape = ana.lookup("12").await.unwrap_err();
    assert_eq!(
        (shape.code, shape.detail.as_deref()),
        (ErrorCode::RequestUnknown, Some("shape"))
    );
    assert!(ana.reveal(&browser.request()).await.unwrap().pin.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_device_has_the_request() {
    // REQ-PIN-04
    let server = Server::start().await;
    let (one, two) = (Running::new(&server), Running::new(&server));
    activate(&server, &one, &ANA).await;
    activate(&server, &two, &ANA).await;
    let browser = TestBrowser::ask(&server.test, &ANA).await;
    assert_eq!(two.requests().await.unwrap().len(), 1);
    one.reveal(&browser.request()).await.unwrap();
    assert_eq!(
        two.reveal(&browser.request()).await.unwrap_err().code,
        ErrorCode::RequestTaken
    );
    assert!(two.requests().await.unwrap().iter().all(|view| view.pin.is_none()));
    assert_eq!(
        one.reveal(&RequestId::from_bytes([0; 16])).await.unwrap_err().code,
        ErrorCode::RequestUnknown
    );
}
