//! Activation, also when it is cut off at any step.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aldaba_authenticator::secure_store::{Entry, Fault, MemoryStore, SecureStore, StoreError};
use aldaba_authenticator::{Authenticator, Status};
use aldaba_protocol::error::ErrorCode;
use aldaba_server::testing::{ANA, LUIS, TestDevice};
use tokio::sync::Notify;

use crate::support::{Machine, Running, Server, activate, begin};

#[tokio::test(flavor = "multi_thread")]
async fn an_activated_device_stays_activated() {
    // REQ-ACT-01 REQ-DEV-06
    let server = Server::start().await;
    let machine = Machine::new(&server);
    let device = machine.start(&server);
    assert_eq!(device.status().await.unwrap(), Status::New);
    begin(&device, &ANA).await.unwrap();
    assert!(matches!(device.status().await.unwrap(), Status::Activating(_)));
    let error = device.confirm_activation("0000-0000").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::ActivationFailed);
    let error = device.confirm_activation("no code").await.unwrap_err();
    assert_eq!(
        (error.code, error.detail.as_deref()),
        (ErrorCode::ActivationFailed, Some("shape"))
    );
    assert!(matches!(device.status().await.unwrap(), Status::Activating(_)));

    let earlier = server.test.last_code(ANA.phone).await;
    device.resend_code().await.unwrap();
    let summary = device.confirm_activation(&earlier.to_lowercase()).await.unwrap();
    assert_eq!(
        (summary.name.as_str(), summary.level.as_str()),
        ("Prueba", "substantial")
    );
    assert_eq!(device.status().await.unwrap(), Status::Active(summary.clone()));
    assert_eq!(
        begin(&device, &ANA).await.unwrap_err().detail.as_deref(),
        Some("already_active")
    );
    drop(device);

    let again = machine.start(&server);
    assert_eq!(again.status().await.unwrap(), Status::Active(summary));
    assert_eq!(again.device_info().await.unwrap().name, "Prueba");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_mistyped_is_not_sent() {
    let server = Server::start().await;
    let device = Running::new(&server);
    for (document, contrast, code, detail) in [
        ("12345678A", ANA.contrast, ErrorCode::DocumentInvalid, "letter"),
        ("", ANA.contrast, ErrorCode::DocumentInvalid, "empty"),
        (ANA.document, "31/02/2030", ErrorCode::ContrastInvalid, "date"),
        (ANA.document, "01/01/9999", ErrorCode::ContrastInvalid, "permanent"),
    ] {
        let person = aldaba_server::testing::TestPerson {
            document: "",
            contrast: "",
            ..ANA
        };
        let request = aldaba_authenticator::StartRequest {
            document,
            contrast,
            device_name: person.name,
            platform: "linux",
            language: "es",
        };
        let error = device.start_activation(request).await.unwrap_err();
        assert_eq!((error.code, error.detail.as_deref()), (code, Some(detail)));
    }
    assert!(server.test.messages().await.is_empty());
    assert_eq!(
        device.confirm_activation("0000-0000").await.unwrap_err().code,
        ErrorCode::ActivationFailed
    );
}

/// A store that stops for ever at its nth call: the program is killed there.
struct KilledAt {
    store: Arc<MemoryStore>,
    calls: AtomicUsize,
    at: usize,
    reached: Notify,
}

impl KilledAt {
    fn step(&self) -> bool {
        let now = self.calls.fetch_add(1, Ordering::SeqCst);
        if now == self.at {
            self.reached.notify_one();
        }
        now >= self.at
    }
}

impl SecureStore for KilledAt {
    fn read(&self, entry: Entry) -> Result<Option<zeroize::Zeroizing<String>>, StoreError> {
        if self.step() {
            Err(StoreError::Failed)
        } else {
            self.store.read(entry)
        }
    }
    fn write(&self, entry: Entry, value: &str) -> Result<(), StoreError> {
        if self.step() {
            Err(StoreError::Failed)
        } else {
            self.store.write(entry, value)
        }
    }
    fn delete(&self, entry: Entry) -> Result<(), StoreError> {
        if self.step() {
            Err(StoreError::Failed)
        } else {
            self.store.delete(entry)
        }
    }
}

/// After a kill: activated, or clean with nothing left behind.
async fn is_active_or_clean(machine: &Machine, server: &Server) -> bool {
    let device: Authenticator = machine.start(server);
    match device.status().await.unwrap() {
        Status::Active(_) => {
            device.requests().await.unwrap();
            true
        }
        Status::New => {
            assert!(
                machine.store.read(Entry::Device).unwrap().is_none(),
                "secrets without a device"
            );
            assert!(machine.marker().is_none());
            false
        }
        other => panic!("neither activated nor clean: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_step_it_is_activated_or_clean() {
    // REQ-ACT-08: each call to the store is a place to die at, and each pause of the program another.
    let server = Server::start().await;
    for at in 0..6 {
        let machine = Machine::new(&server);
        let store = Arc::new(KilledAt {
            store: machine.store.clone(),
            calls: AtomicUsize::new(0),
            at,
            reached: Notify::new(),
        });
        let device = Arc::new(machine.start_with(&server, store.clone()));
        let code = {
            let started = begin(&device, &ANA).await;
            if started.is_err() {
                assert!(!is_active_or_clean(&machine, &server).await);
                continue;
            }
            server.test.last_code(ANA.phone).await
        };
        let mut confirming = tokio::spawn({
            let device = device.clone();
            async move { device.confirm_activation(&code).await }
        });
        tokio::select! {
            () = store.reached.notified() => confirming.abort(),
            done = &mut confirming => assert!(done.unwrap().is_ok()),
        }
        is_active_or_clean(&machine, &server).await;
        server.test.wait(3600);
    }

    for tenth in 0..24 {
        let machine = Machine::new(&server);
        let device = Arc::new(machine.start(&server));
        begin(&device, &LUIS).await.unwrap();
        let code = server.test.last_code(LUIS.phone).await;
        let confirming = tokio::spawn(async move { device.confirm_activation(&code).await });
        tokio::time::sleep(Duration::from_micros(tenth * 700)).await;
        confirming.abort();
        let _ = confirming.await;
        is_active_or_clean(&machine, &server).await;
        server.test.wait(24 * 3600);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_secrets_and_marker_it_is_clean() {
    // REQ-ACT-08
    let server = Server::start().await;
    let machine = Machine::new(&server);
    let device = machine.start(&server);
    activate(&server, &device, &ANA).await;
    drop(device);
    // What the disk looks like if the program had died right before the marker's rename.
    std::fs::rename(
        machine.path().join("device.json"),
        machine.path().join("device.json.new"),
    )
    .unwrap();
    assert!(machine.store.read(Entry::Device).unwrap().is_some());
    assert!(!is_active_or_clean(&machine, &server).await);
    let device = machine.start(&server);
    activate(&server, &device, &ANA).await;
    assert!(is_active_or_clean(&machine, &server).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_whose_answer_was_lost_is_sent_again_and_is_one_device() {
    // REQ-ACT-09
    let server = Server::start().await;
    let machine = Machine::new(&server);
    let device = machine.start(&server);
    begin(&device, &ANA).await.unwrap();
    let code = server.test.last_code(ANA.phone).await;
    server.lose_answers(1);
    let error = device.confirm_activation(&code).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Network);
    assert!(matches!(device.status().await.unwrap(), Status::Activating(_)));
    // The code is still good, as its owner is told.
    device.confirm_activation(&code).await.unwrap();
    assert_eq!(device.device_info().await.unwrap().other_devices, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_cannot_be_kept_is_given_back() {
    // REQ-DEV-05
    let server = Server::start().await;
    let machine = Machine::new(&server);
    let device = machine.start(&server);
    begin(&device, &ANA).await.unwrap();
    machine.store.set_fault(Some(Fault::Always(StoreError::Locked)));
    let error = device
        .confirm_activation(&server.test.last_code(ANA.phone).await)
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::SecureStoreLocked);
    assert!(machine.marker().is_none());
    machine.store.set_fault(None);
    assert_eq!(device.status().await.unwrap(), Status::New);
    // The server was told: a device that is activated afterwards is the only one.
    let other = TestDevice::activate(&server.test, &ANA).await;
    drop(other);
    activate(&server, &device, &ANA).await;
    assert_eq!(device.device_info().await.unwrap().other_devices, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_is_a_clean_start() {
    let server = Server::start().await;
    let machine = Machine::new(&server);
    let device = machine.start(&server);
    begin(&device, &ANA).await.unwrap();
    device.cancel_activation().await.unwrap();
    assert_eq!(device.status().await.unwrap(), Status::New);
    server.test.wait(1);
    activate(&server, &device, &ANA).await;
}
