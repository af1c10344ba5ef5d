//! The live stream.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use aldaba_authenticator::marker::Refused;
use aldaba_authenticator::{Authenticator, Signal, Status};
use aldaba_core::request::RequestState;
use aldaba_server::testing::{ANA, TestBrowser};
use tokio::sync::mpsc::Receiver;
use tokio::sync::{Notify, mpsc};

use crate::support::{Machine, Running, Server, activate};

fn follow(device: &Arc<impl Deref<Target = Authenticator> + Send + Sync + 'static>) -> Receiver<Signal> {
    let (signals, heard) = mpsc::channel(16);
    let device = device.clone();
    tokio::spawn(async move { device.watch(&signals, &Notify::new()).await });
    heard
}

async fn next(heard: &mut Receiver<Signal>) -> Signal {
    tokio::time::timeout(Duration::from_secs(5), heard.recv())
        .await
        .expect("nothing was heard")
        .expect("it ended")
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_heard_of_by_themselves() {
    // REQ-UI-03
    let server = Server::start().await;
    let device = Arc::new(Running::new(&server));
    activate(&server, &device, &ANA).await;
    let mut heard = follow(&device);
    assert!(matches!(next(&mut heard).await, Signal::Connected));
    let browser = TestBrowser::ask(&server.test, &ANA).await;
    let Signal::Request(event) = next(&mut heard).await else {
        panic!("not a request")
    };
    assert_eq!(
        (event.id, event.state),
        (browser.request().to_string(), RequestState::Pending)
    );
    device.reveal(&browser.request()).await.unwrap();
    let Signal::Request(event) = next(&mut heard).await else {
        panic!("not a request")
    };
    assert_eq!(event.state, RequestState::Revealed);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_device_is_heard_of() {
    // REQ-DEV-04
    let server = Server::start().await;
    let machine = Machine::new(&server);
    let device = Arc::new(Box::new(machine.start(&server)));
    activate(&server, &device, &ANA).await;
    let mut heard = follow(&device);
    assert!(matches!(next(&mut heard).await, Signal::Connected));
    // As if deactivated elsewhere: by another copy, whose marker stays here.
    let copy = std::fs::read(machine.path().join("device.json")).unwrap();
    let elsewhere = Machine::new(&server);
    std::fs::write(elsewhere.path().join("device.json"), copy).unwrap();
    elsewhere
        .start_with(&server, machine.store.clone())
        .deactivate()
        .await
        .unwrap();
    loop {
        match next(&mut heard).await {
            Signal::Refused(refused) => {
                assert_eq!(refused, Refused::Revoked);
                break;
            }
            Signal::Disconnected(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!(
        device.status().await.unwrap(),
        Status::Refused(Refused::Revoked, _)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_is_tried_again() {
    let server = Server::start().await;
    let machine = Machine::new(&server);
    let device = machine.start(&server);
    activate(&server, &device, &ANA).await;
    drop(device);
    // The same device at an address where nobody listens.
    let path = machine.path().join("device.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace(server.url.as_str(), "http://127.0.0.1:9")).unwrap();
    let device = Arc::new(Box::new(machine.start(&server)));
    let mut heard = follow(&device);
    for _ in 0..2 {
        assert!(matches!(next(&mut heard).await, Signal::Disconnected(_)));
    }
}
