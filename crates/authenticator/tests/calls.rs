//! The counter rule.

use aldaba_authenticator::Status;
use aldaba_authenticator::marker::Refused;
use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::wire::RejectReason;
use aldaba_server::testing::{ANA, TestBrowser};

use crate::support::{Machine, Server, activate};

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_asked_for_again_with_the_same_counter() {
    // REQ-DEV-03
    let server = Server::start().await;
    let machine = Machine::new(&server);
    let device = machine.start(&server);
    activate(&server, &device, &ANA).await;
    let browser = TestBrowser::ask(&server.test, &ANA).await;
    server.lose_answers(1);
    let view = device.reveal(&browser.request()).await.unwrap();
    assert!(view.pin.is_some());
    assert_eq!(server.changes(), 2);
    let marker = machine.marker().unwrap();
    assert_eq!((marker.counter, marker.unanswered), (1, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_stays_unanswered_is_said_again_after_a_restart() {
    // REQ-DEV-03
    let server = Server::start().await;
    let machine = Machine::new(&server);
    let device = machine.start(&server);
    activate(&server, &device, &ANA).await;
    let browser = TestBrowser::ask(&server.test, &ANA).await;
    let other = TestBrowser::ask(&server.test, &ANA).await;
    server.lose_answers(1000);
    assert_eq!(
        device.reveal(&browser.request()).await.unwrap_err().code,
        ErrorCode::Network
    );
    let marker = machine.marker().unwrap();
    assert_eq!((marker.counter, marker.unanswered.is_some()), (1, true));
    drop(device);

    server.lose_answers(0);
    let device = machine.start(&server);
    // Something else first: the earlier call is settled before it, with its own counter.
    device
        .reject(&other.request(), RejectReason::ChangedMind)
        .await
        .unwrap();
    assert_eq!(machine.marker().unwrap().counter, 2);
    let listed = device.requests().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert!(listed[0].pin.is_some(), "what was settled is revealed");
    assert!(matches!(device.status().await.unwrap(), Status::Active(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deactivation_that_did_not_arrive_is_not_carried_out_later() {
    // REQ-DEV-04: its owner has gone on, and expects a device that works.
    let server = Server::start().await;
    let machine = Machine::new(&server);
    let device = machine.start(&server);
    activate(&server, &device, &ANA).await;
    let browser = TestBrowser::ask(&server.test, &ANA).await;
    server.cut_off(true);
    assert_eq!(device.deactivate().await.unwrap_err().code, ErrorCode::Network);
    server.cut_off(false);
    let view = device.reveal(&browser.request()).await.unwrap();
    assert!(view.pin.is_some());
    assert!(matches!(device.status().await.unwrap(), Status::Active(_)));
    assert_eq!(server.changes(), 1);
    // Asked for again, it is said again.
    device.deactivate().await.unwrap();
    assert_eq!(device.status().await.unwrap(), Status::New);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deactivation_whose_answer_was_lost_is_found_out() {
    // REQ-DEV-04
    let server = Server::start().await;
    let machine = Machine::new(&server);
    let device = machine.start(&server);
    activate(&server, &device, &ANA).await;
    let browser = TestBrowser::ask(&server.test, &ANA).await;
    server.lose_answers(1);
    // The same call again, within the same press of the button, hears that the device is no more.
    device.deactivate().await.unwrap();
    assert_eq!(device.status().await.unwrap(), Status::New);
    assert_eq!(
        device.reveal(&browser.request()).await.unwrap_err().code,
        ErrorCode::NotActivated
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_copy_freezes_the_device() {
    // REQ-DEV-02
    let server = Server::start().await;
    let machine = Machine::new(&server);
    let device = machine.start(&server);
    activate(&server, &device, &ANA).await;
    let copy = std::fs::read(machine.path().join("device.json")).unwrap();
    let first = TestBrowser::ask(&server.test, &ANA).await;
    device.reveal(&first.request()).await.unwrap();
    drop(device);

    std::fs::write(machine.path().join("device.json"), copy).unwrap();
    let device = machine.start(&server);
    let second = TestBrowser::ask(&server.test, &ANA).await;
    let error = device.reveal(&second.request()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::DeviceFrozen);
    assert!(matches!(
        device.status().await.unwrap(),
        Status::Refused(Refused::Frozen, _)
    ));
    drop(device);

    let device = machine.start(&server);
    assert!(matches!(
        device.status().await.unwrap(),
        Status::Refused(Refused::Frozen, _)
    ));
    assert_eq!(device.requests().await.unwrap_err().code, ErrorCode::DeviceFrozen);
    device.forget().await.unwrap();
    assert_eq!(device.status().await.unwrap(), Status::New);
    server.test.wait(1);
    activate(&server, &device, &ANA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_at_the_same_time_arrive_in_order() {
    // REQ-DEV-01
    let server = Server::start().await;
    let machine = Machine::new(&server);
    let device = machine.start(&server);
    activate(&server, &device, &ANA).await;
    let mut asked = Vec::new();
    for _ in 0..3 {
        asked.push(TestBrowser::ask(&server.test, &ANA).await.request());
    }
    let done = futures::future::join_all(asked.iter().map(|id| device.reveal(id))).await;
    assert!(done.iter().all(Result::is_ok), "{done:?}");
    assert_eq!(machine.marker().unwrap().counter, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_revoked_elsewhere_is_told_and_can_be_forgotten() {
    // REQ-DEV-04
    let server = Server::start().await;
    let machine = Machine::new(&server);
    let device = machine.start(&server);
    activate(&server, &device, &ANA).await;
    assert!(device.requests().await.unwrap().is_empty());
    // Another copy of the program on the same machine ends the device; this one still has it in memory.
    machine.start(&server).deactivate().await.unwrap();
    let error = device.requests().await.unwrap_err();
    assert!(
        matches!(error.code, ErrorCode::DeviceRevoked | ErrorCode::DeviceUnknown),
        "{error:?}"
    );
    assert_eq!(device.status().await.unwrap(), Status::New);
    assert!(machine.marker().is_none(), "a removed device is not written back");
}
