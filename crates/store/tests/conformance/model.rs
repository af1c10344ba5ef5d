//! The store's transitions against the pure state machine of `aldaba_core::request`: in every order of events both say the same.

use aldaba_core::ids::{DeviceId, PersonId};
use aldaba_core::method::Method;
use aldaba_core::policy::Policy;
use aldaba_core::request::{ApprovalOutcome, PinOutcome, Request as Machine, RequestState};
use aldaba_core::time::Timestamp;
use aldaba_store::requests::{self, Reason};
use aldaba_store::testing::TestDatabase;
use aldaba_store::{Backend, Store};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::support::*;

#[derive(Debug, Clone)]
enum Step {
    Wait(u64),
    Reveal(usize),
    Approve(usize),
    Finish,
    Reject(usize),
    Right,
    Wrong,
}

fn steps() -> impl Strategy<Value = (Method, Vec<Step>)> {
    let step = prop_oneof![
        2 => (0u64..200).prop_map(Step::Wait),
        3 => (0usize..3).prop_map(Step::Reveal),
        2 => (0usize..3).prop_map(Step::Approve),
        2 => Just(Step::Finish),
        1 => (0usize..3).prop_map(Step::Reject),
        2 => Just(Step::Right),
        3 => Just(Step::Wrong),
    ];
    let method = prop_oneof![
        Just(Method::Incoming),
        Just(Method::SelfGenerated),
        Just(Method::PageBound),
        Just(Method::Qr)
    ];
    (method, prop::collection::vec(step, 1..16))
}

/// What the server does with a typed PIN: one statement, and if it loses, the machine says why.
async fn try_pin(
    store: &Store,
    id: aldaba_core::ids::RequestId,
    right: bool,
    mine: DeviceId,
    now: Timestamp,
) -> PinOutcome {
    let policy = Policy::default();
    let won = write(store, move |tx| {
        Box::pin(async move {
            let before = requests::get(tx, &id).await?.unwrap();
            let device = before.device.unwrap_or(mine);
            let after = if right {
                won_tx(tx, &id, requests::spending(&id, Some(&device), now)).await?
            } else {
                requests::count_wrong_try(tx, &Policy::default(), &id, now).await?
            };
            Ok((before, after))
        })
    })
    .await;
    match won {
        (_, Some(after)) if after.stored_state == RequestState::Spent => PinOutcome::Accepted,
        (_, Some(after)) if after.stored_state == RequestState::Burnt => PinOutcome::Burnt,
        (_, Some(after)) => PinOutcome::Wrong {
            tries_left: after.method.tries(&policy) - after.tries,
        },
        (before, None) => before.machine().try_pin(&policy, false, now).1,
    }
}

async fn agree(store: &Store, person: PersonId, devices: &[DeviceId], method: Method, steps: &[Step]) {
    let policy = Policy::default();
    let mut new = new_request(Some(person));
    new.method = method;
    let mut machine = Machine {
        method: new.method,
        state: RequestState::Pending,
        device: None,
        tries: 0,
        expires_at: new.expires_at,
        pin_expires_at: None,
    };
    let id = insert_request(store, new).await;
    let mut now = NOW;
    for step in steps {
        match *step {
            Step::Wait(wait) => now = now.plus(seconds(wait)),
            Step::Reveal(number) => {
                let device = devices[number];
                let expected = machine.reveal(&policy, device, now);
                let won = write(store, move |tx| {
                    Box::pin(async move {
                        won_tx(
                            tx,
                            &id,
                            requests::revealing(&Policy::default(), &id, &person, &device, false, now),
                        )
                        .await
                    })
                })
                .await;
                // Revealing again on the same device changes nothing; the store says "lost", and the machine why that is fine.
                let changes = matches!(expected, Ok(next) if next != machine);
                assert_eq!(won.is_some(), changes, "{step:?} of {machine:?}");
                machine = expected.unwrap_or(machine);
            }
            Step::Approve(number) => {
                let device = devices[number];
                let expected = machine.approve(&policy, device, now);
                let won = write(store, move |tx| {
                    Box::pin(async move {
                        requests::approve(tx, &Policy::default(), &id, &person, &device, true, now).await
                    })
                })
                .await;
                let changes = matches!(expected, Ok(next) if next != machine);
                assert_eq!(won.is_some(), changes, "{step:?} of {machine:?}");
                machine = expected.unwrap_or(machine);
            }
            Step::Finish => {
                let (next, expected) = machine.finish(now);
                let won = write(store, move |tx| {
                    Box::pin(async move { won_tx(tx, &id, requests::spending_approval(&id, now)).await })
                })
                .await;
                assert_eq!(
                    won.is_some(),
                    expected == ApprovalOutcome::Accepted,
                    "{step:?} of {machine:?}"
                );
                machine = next;
            }
            Step::Reject(number) => {
                let device = devices[number];
                let expected = machine.reject(now);
                let won = write(store, move |tx| {
                    Box::pin(async move { requests::reject(tx, &id, &person, &device, Reason::NotMe, now).await })
                })
                .await;
                assert_eq!(won.is_some(), expected.is_ok(), "{step:?} of {machine:?}");
                machine = expected.unwrap_or(machine);
            }
            Step::Right | Step::Wrong => {
                let right = matches!(step, Step::Right);
                let (next, expected) = machine.try_pin(&policy, right, now);
                let outcome = try_pin(store, id, right, devices[0], now).await;
                assert_eq!(outcome, expected, "{step:?} of {machine:?}");
                machine = next;
                if !machine.method.needs_device() && machine.state == RequestState::Spent {
                    machine.device = Some(devices[0]);
                }
            }
        }
        let row = store
            .read::<_, aldaba_store::StoreError, _>(move |tx| Box::pin(async move { requests::get(tx, &id).await }))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.machine(), machine, "after {step:?}");
        assert_eq!(row.state(now), machine.state_at(now));
    }
}

/// REQ-PIN-05, REQ-QR-05
fn every_order(backend: Backend, cases: u32) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let db = runtime
        .block_on(TestDatabase::new(backend))
        .unwrap_or_else(|error| panic!("{error}"));
    let (person, devices) = runtime.block_on(async {
        let person = person(&db.store).await;
        let mut devices = Vec::new();
        for _ in 0..3 {
            devices.push(device(&db.store, person).await);
        }
        (person, devices)
    });
    // No file of past failures: this folder is not written to by tests.
    let mut runner = TestRunner::new(ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(&steps(), |(method, steps)| {
            runtime.block_on(agree(&db.store, person, &devices, method, &steps));
            Ok(())
        })
        .unwrap();
    runtime.block_on(db.store.close()).unwrap();
}

#[test]
fn every_order_of_events_on_sqlite() {
    every_order(Backend::Sqlite, 300);
}

#[test]
fn every_order_of_events_on_postgresql() {
    every_order(Backend::Postgres, 300);
}
