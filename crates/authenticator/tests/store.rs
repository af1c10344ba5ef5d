//! Keychains that are absent, locked, damaged or emptied by hand.

use std::time::Duration;

use aldaba_authenticator::Status;
use aldaba_authenticator::secure_store::{Entry, Fault, SecureStore as _, StoreError};
use aldaba_protocol::error::ErrorCode;
use aldaba_server::testing::ANA;

use crate::support::{Machine, Server, activate, begin};

#[tokio::test(flavor = "multi_thread")]
async fn without_a_working_store_nothing_begins_and_nothing_is_written() {
    // REQ-DEV-05
    let server = Server::start().await;
    for (fault, state, code) in [
        (
            Fault::Always(StoreError::Absent),
            StoreError::Absent,
            ErrorCode::NoSecureStore,
        ),
        (Fault::NoCollection, StoreError::Absent, ErrorCode::NoSecureStore),
        (
            Fault::Always(StoreError::Locked),
            StoreError::Locked,
            ErrorCode::SecureStoreLocked,
        ),
        (
            Fault::Slow(Duration::from_secs(2)),
            StoreError::TimedOut,
            ErrorCode::SecureStoreLocked,
        ),
    ] {
        let machine = Machine::new(&server);
        machine.store.set_fault(Some(fault));
        let device = machine.start(&server);
        assert_eq!(device.status().await.unwrap(), Status::Store(state, None), "{fault:?}");
        assert_eq!(begin(&device, &ANA).await.unwrap_err().code, code, "{fault:?}");
        assert_eq!(
            std::fs::read_dir(machine.path()).unwrap().count(),
            0,
            "something was written elsewhere"
        );
    }
    assert!(server.test.messages().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_trouble_of_an_activated_device_has_its_name_and_ends_when_it_does() {
    // REQ-DEV-05
    let server = Server::start().await;
    let machine = Machine::new(&server);
    let device = machine.start(&server);
    activate(&server, &device, &ANA).await;
    let Status::Active(summary) = device.status().await.unwrap() else {
        panic!("not active")
    };
    for (fault, error) in [
        (Fault::Always(StoreError::Locked), StoreError::Locked),
        (Fault::NoCollection, StoreError::Absent),
        (Fault::Always(StoreError::Absent), StoreError::Absent),
    ] {
        machine.store.set_fault(Some(fault));
        assert_eq!(
            device.status().await.unwrap(),
            Status::Store(error, Some(summary.clone()))
        );
        assert!(device.requests().await.is_err(), "secrets do not stay in memory");
        machine.store.set_fault(None);
        assert_eq!(device.status().await.unwrap(), Status::Active(summary.clone()));
        assert!(device.requests().await.is_ok());
    }

    let kept = machine.store.read(Entry::Device).unwrap().unwrap();
    machine.store.delete(Entry::Device).unwrap();
    assert_eq!(
        device.status().await.unwrap(),
        Status::Store(StoreError::MissingEntry, Some(summary.clone()))
    );
    assert_eq!(
        device.requests().await.unwrap_err().code,
        ErrorCode::SecureStoreMissingEntry
    );
    machine.store.write(Entry::Device, &kept[..kept.len() / 2]).unwrap();
    assert_eq!(
        device.status().await.unwrap(),
        Status::Store(StoreError::Corrupted, Some(summary))
    );

    device.forget().await.unwrap();
    assert_eq!(device.status().await.unwrap(), Status::New);
    activate(&server, &device, &ANA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entry_and_marker_of_two_activations_are_never_mixed() {
    // REQ-DEV-05
    let server = Server::start().await;
    let (one, two) = (Machine::new(&server), Machine::new(&server));
    activate(&server, &one.start(&server), &ANA).await;
    activate(&server, &two.start(&server), &ANA).await;
    let foreign = two.store.read(Entry::Device).unwrap().unwrap();
    one.store.write(Entry::Device, &foreign).unwrap();
    assert!(matches!(
        one.start(&server).status().await.unwrap(),
        Status::Store(StoreError::Corrupted, Some(_))
    ));
}
