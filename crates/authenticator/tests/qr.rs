//! What a device reads off a page, and the system's lock before it answers.

use aldaba_authenticator::BroughtUp;
use aldaba_authenticator::user_verification::Outcome;
use aldaba_core::request::RequestState;
use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::qr::FreshQr;
use aldaba_server::requests::scan;
use aldaba_server::testing::{ANA, TestBrowser};

use crate::support::{Machine, Running, Server, activate};

fn text(server: &Server, browser: &TestBrowser) -> String {
    FreshQr::draw(&scan::key(&server.test.app), browser.request(), server.test.app.now()).text()
}

// REQ-QR-01, REQ-QR-06
#[tokio::test(flavor = "multi_thread")]
async fn a_scan_and_an_approval_sign_in() {
    let server = Server::start().await;
    let device = Running::new(&server);
    activate(&server, &device, &ANA).await;
    let mut browser = TestBrowser::ask_qr(&server.test).await;
    let BroughtUp::Request(view) = device.scan(&text(&server, &browser)).await.unwrap() else {
        panic!("a request was to come up")
    };
    assert_eq!(view.request.choices.as_ref().map(Vec::len), Some(3));
    // The answer is lost on its way; the very same call is said again.
    server.lose_answers(1);
    let approved = device.approve(&browser.request(), &view.request.phrase).await.unwrap();
    assert_eq!(
        (approved.request.state, approved.request.approved),
        (RequestState::Revealed, true)
    );
    assert!(approved.pin.is_none(), "no PIN of what was approved");
    assert!(device.requests().await.unwrap()[0].pin.is_none());
    browser.post(&server.test, "/signin/qr/page", &[]).await.expect(303);

    let wrong = TestBrowser::ask_qr(&server.test).await;
    device.scan(&text(&server, &wrong)).await.unwrap();
    let error = device.approve(&wrong.request(), "otras palabras").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::PhraseWrong);
    assert!(device.requests().await.unwrap().is_empty());
}

// REQ-UNL-02, REQ-UNL-03
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_refused_says_nothing_and_one_that_was_passed_is_said() {
    let server = Server::start().await;
    let mut machine = Machine::new(&server);
    activate(&server, &machine.start(&server), &ANA).await;
    for (lock, verified) in [
        (Outcome::Declined, None),
        (Outcome::Verified, Some(true)),
        (Outcome::Unavailable, Some(false)),
    ] {
        machine.lock = lock;
        let device = machine.start(&server);
        assert_eq!(device.verifies_user(), lock != Outcome::Unavailable);
        let browser = TestBrowser::ask(&server.test, &ANA).await;
        let (id, before) = (browser.request(), server.changes());
        let revealed = device.reveal(&id).await;
        let stored = server
            .test
            .read(move |tx| Box::pin(async move { aldaba_store::requests::get(tx, &id).await }))
            .await
            .unwrap();
        match verified {
            None => {
                assert_eq!(revealed.unwrap_err().code, ErrorCode::UnlockRefused);
                assert_eq!(server.changes(), before, "nothing was sent");
                assert_eq!(stored.stored_state, RequestState::Pending);
                device
                    .reject(&id, aldaba_protocol::wire::RejectReason::ChangedMind)
                    .await
                    .unwrap();
            }
            Some(verified) => {
                assert!(revealed.unwrap().pin.is_some());
                assert_eq!(stored.user_verified, verified);
            }
        }
    }
}

// REQ-LINK-01, REQ-LINK-02
#[tokio::test(flavor = "multi_thread")]
async fn a_link_brings_up_what_it_names_and_others_ask_nobody() {
    let server = Server::start().await;
    let device = Running::new(&server);
    activate(&server, &device, &ANA).await;
    let mut browser = TestBrowser::ask(&server.test, &ANA).await;
    let page = browser.get(&server.test, "/signin/pin").await.text();
    let code = TestBrowser::code_of(&page).replace('-', "");
    let BroughtUp::Request(view) = device.open_link(&format!("aldaba://request?c={code}")).await.unwrap() else {
        panic!("a request was to come up")
    };
    assert_eq!(
        (view.request.id, view.request.state),
        (browser.request().to_string(), RequestState::Pending)
    );
    assert!(view.pin.is_none());
    let BroughtUp::Challenge(challenge) = device.open_link(&format!("aldaba://bound?c={code}")).await.unwrap() else {
        panic!("a challenge was to come up")
    };
    assert_eq!(challenge.canonical(), code);
    for hostile in [
        format!("aldaba://reveal?c={code}"),
        format!("aldaba://request?c={code}&server=https://evil.example"),
        format!("https://evil.example/open/request#c={code}"),
        format!("{}/open/request#c={code}", server.url),
    ] {
        let error = device.open_link(&hostile).await.unwrap_err();
        assert_eq!(
            (error.code, error.detail.as_deref()),
            (ErrorCode::RequestUnknown, Some("link")),
            "{hostile}"
        );
    }
    let error = device.scan("https://evil.example").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::QrUnreadable);
    let stale = text(&server, &TestBrowser::ask_qr(&server.test).await);
    server.test.wait(3);
    assert_eq!(device.scan(&stale).await.unwrap_err().code, ErrorCode::QrStale);
}

// REQ-BOUND-01
#[tokio::test(flavor = "multi_thread")]
async fn a_pin_for_one_page_needs_no_network() {
    let server = Server::start().await;
    let device = Running::new(&server);
    activate(&server, &device, &ANA).await;
    let mut browser = TestBrowser::ask_bound(&server.test, &ANA).await;
    let page = browser.get(&server.test, "/signin/pin").await.text();
    let before = server.changes();
    let pin = device
        .page_bound_pin(&TestBrowser::code_of(&page).to_lowercase())
        .await
        .unwrap();
    assert_eq!((pin.expose().len(), server.changes()), (8, before));
    browser.type_pin(&server.test, pin.expose()).await.expect(303);
    let error = device.page_bound_pin("U").await.unwrap_err();
    assert_eq!(error.detail.as_deref(), Some("shape"));
}
