use aldaba_core::device::DeviceState;
use aldaba_core::ids::DeviceId;
use aldaba_core::policy::Policy;
use aldaba_core::request::RequestState;
use aldaba_core::self_generated::Throttle;
use aldaba_store::audit;
use aldaba_store::devices::{self, Admitted, Counted, Nonce, Turn};
use aldaba_store::requests::{self, Reveal};

use crate::support::*;

const ONE: [u8; 32] = [1; 32];
const OTHER: [u8; 32] = [2; 32];

fn nonce(text: &str) -> Nonce<'_> {
    Nonce {
        text,
        expires_at: at(180),
    }
}

fn turn<'a>(device: &'a DeviceId, text: &'a str, counter: u64, digest: &'a [u8; 32]) -> Turn<'a> {
    Turn {
        device,
        nonce: nonce(text),
        counter,
        digest,
        now: NOW,
    }
}

on_both! {
    async fn a_device_is_read_back_and_loses_its_key_when_revoked(db: &TestDatabase) {
        let person = person(&db.store).await;
        let id = device(&db.store, person).await;
        let found = read_tx!(db, |tx| devices::get(tx, &id).await).unwrap();
        assert_eq!((found.name.as_str(), found.state, found.counter), (DEVICE_NAME, DeviceState::Active, 0));
        assert_eq!(found.otp_key.unwrap().expose(), &OTP_KEY);
        assert_eq!(read_tx!(db, |tx| devices::count_active(tx, &person).await), 1);
        assert!(write_tx!(db, |tx| devices::revoke(tx, &id, at(5)).await));
        assert!(!write_tx!(db, |tx| devices::revoke(tx, &id, at(6)).await));
        assert!(!write_tx!(db, |tx| devices::freeze(tx, &id, at(6)).await));
        let revoked = Admitted::Inactive(DeviceState::Revoked);
        assert_eq!(write_tx!(db, |tx| devices::admit(tx, &id, nonce("n"), at(6)).await), revoked);
        let found = read_tx!(db, |tx| devices::list(tx, &person).await);
        assert_eq!((found[0].state, found[0].closed_at), (DeviceState::Revoked, Some(at(5))));
        assert!(found[0].otp_key.is_none());
        assert!(write_tx!(db, |tx| devices::list_active_locked(tx, &person).await).is_empty());
    }

    // REQ-SIG-05
    async fn a_nonce_is_good_once_for_its_device(db: &TestDatabase) {
        let person = person(&db.store).await;
        let (first, second) = (device(&db.store, person).await, device(&db.store, person).await);
        let store = db.store.clone();
        let admitted = at_once(32, move |_| {
            let store = store.clone();
            async move {
                write(&store, move |tx| Box::pin(async move { devices::admit(tx, &first, nonce("n"), at(9)).await })).await
            }
        }).await;
        assert_eq!(admitted.iter().filter(|admitted| **admitted == Admitted::Yes).count(), 1);
        assert_eq!(admitted.iter().filter(|admitted| **admitted == Admitted::Replayed).count(), 31);
        let found = read_tx!(db, |tx| devices::get(tx, &first).await).unwrap();
        assert_eq!(found.seen_at, at(9));
        assert_eq!(write_tx!(db, |tx| devices::admit(tx, &second, nonce("n"), NOW).await), Admitted::Yes);
        assert_eq!(write_tx!(db, |tx| devices::admit(tx, &first, nonce("m"), NOW).await), Admitted::Yes);
        assert!(write_tx!(db, |tx| devices::freeze(tx, &first, NOW).await));
        let frozen = Admitted::Inactive(DeviceState::Frozen);
        assert_eq!(write_tx!(db, |tx| devices::admit(tx, &first, nonce("o"), NOW).await), frozen);
        assert_eq!(write_tx!(db, |tx| devices::admit(tx, &first, nonce("o"), NOW).await), Admitted::Replayed);
        let nobody = aldaba_core::ids::DeviceId::from_bytes([9; 16]);
        assert_eq!(write_tx!(db, |tx| devices::admit(tx, &nobody, nonce("n"), NOW).await), Admitted::Unknown);
    }

    // REQ-DEV-01, REQ-DEV-02, REQ-DEV-03
    async fn counters_advance_repeat_with_their_answer_or_diverge(db: &TestDatabase) {
        let id = device(&db.store, person(&db.store).await).await;
        let mut calls = 0;
        let mut advance = async |counter: u64, digest: [u8; 32]| {
            calls += 1;
            let fresh = calls.to_string();
            write_tx!(db, |tx| devices::take_turn(tx, &turn(&id, &fresh, counter, &digest)).await).unwrap()
        };
        assert_eq!(advance(0, ONE).await, Counted::Diverged);
        assert_eq!(advance(3, ONE).await, Counted::Advanced);
        assert_eq!(advance(3, ONE).await, Counted::Repeated(None));
        assert!(write_tx!(db, |tx| devices::save_answer(tx, &id, 3, r#"{"id":1}"#).await));
        assert!(!write_tx!(db, |tx| devices::save_answer(tx, &id, 2, "{}").await));
        assert_eq!(advance(3, ONE).await, Counted::Repeated(Some(r#"{"id":1}"#.to_owned())));
        assert_eq!(advance(3, OTHER).await, Counted::Diverged);
        assert_eq!(advance(2, ONE).await, Counted::Diverged);
        assert_eq!(advance(u64::MAX, ONE).await, Counted::Diverged);
        assert_eq!(advance(9, OTHER).await, Counted::Advanced);
        // The answer of the call before is not this one's.
        assert_eq!(advance(9, OTHER).await, Counted::Repeated(None));
        assert!(write_tx!(db, |tx| devices::save_answer(tx, &id, 9, r#"{"id":2}"#).await));
        assert_eq!(advance(9, OTHER).await, Counted::Repeated(Some(r#"{"id":2}"#.to_owned())));
        assert!(write_tx!(db, |tx| devices::freeze(tx, &id, NOW).await));
        assert_eq!(advance(10, ONE).await, Counted::Inactive(DeviceState::Frozen));
        let nobody = aldaba_core::ids::DeviceId::from_bytes([9; 16]);
        let counted = write_tx!(db, |tx| devices::take_turn(tx, &turn(&nobody, "n", 1, &ONE)).await);
        assert_eq!(counted, Some(Counted::Unknown));
    }

    // REQ-SIG-05
    async fn a_call_whose_nonce_was_used_takes_no_counter(db: &TestDatabase) {
        let id = device(&db.store, person(&db.store).await).await;
        let counter = async || read_tx!(db, |tx| devices::get(tx, &id).await).unwrap().counter;
        assert_eq!(write_tx!(db, |tx| devices::take_turn(tx, &turn(&id, "n", 1, &ONE)).await), Some(Counted::Advanced));
        // The same nonce with a higher counter, and with one that is lower than all before.
        assert_eq!(write_tx!(db, |tx| devices::take_turn(tx, &turn(&id, "n", 2, &OTHER)).await), None);
        assert_eq!(write_tx!(db, |tx| devices::take_turn(tx, &turn(&id, "n", 0, &OTHER)).await), None);
        assert_eq!(write_tx!(db, |tx| devices::take_turn(tx, &turn(&id, "n", u64::MAX, &OTHER)).await), None);
        assert_eq!(counter().await, 1);
        // A nonce is used up also by a call that was refused for its counter.
        assert_eq!(write_tx!(db, |tx| devices::take_turn(tx, &turn(&id, "m", 0, &OTHER)).await), Some(Counted::Diverged));
        assert_eq!(write_tx!(db, |tx| devices::take_turn(tx, &turn(&id, "m", 2, &OTHER)).await), None);
        assert_eq!(counter().await, 1);
    }

    async fn of_parallel_calls_with_one_counter_one_advances(db: &TestDatabase) {
        let id = device(&db.store, person(&db.store).await).await;
        let store = db.store.clone();
        let counted = at_once(32, move |number| {
            let store = store.clone();
            let digest = [number as u8; 32];
            async move {
                let fresh = number.to_string();
                write(&store, move |tx| Box::pin(async move {
                    devices::take_turn(tx, &turn(&id, &fresh, 1, &digest)).await
                })).await.unwrap()
            }
        }).await;
        assert_eq!(counted.iter().filter(|counted| **counted == Counted::Advanced).count(), 1);
        assert_eq!(counted.iter().filter(|counted| **counted == Counted::Diverged).count(), 31);
    }

    async fn parallel_calls_of_one_nonce_are_one_call(db: &TestDatabase) {
        let id = device(&db.store, person(&db.store).await).await;
        let store = db.store.clone();
        let counted = at_once(32, move |number| {
            let store = store.clone();
            async move {
                write(&store, move |tx| Box::pin(async move {
                    devices::take_turn(tx, &turn(&id, "n", number as u64 + 1, &ONE)).await
                })).await
            }
        }).await;
        assert_eq!(counted.iter().filter(|counted| **counted == Some(Counted::Advanced)).count(), 1);
        assert_eq!(counted.iter().filter(|counted| counted.is_none()).count(), 31);
    }

    // REQ-PIN-11
    async fn a_totp_step_is_accepted_once_and_only_forwards(db: &TestDatabase) {
        let id = device(&db.store, person(&db.store).await).await;
        let store = db.store.clone();
        let won = at_once(64, move |_| {
            let store = store.clone();
            async move {
                write(&store, move |tx| Box::pin(async move {
                    devices::accept_totp_step(tx, &id, 60_000_000, &Throttle::default()).await
                })).await
            }
        }).await;
        assert_eq!(won.iter().filter(|won| **won).count(), 1);
        assert!(!write_tx!(db, |tx| devices::accept_totp_step(tx, &id, 59_999_999, &Throttle::default()).await));
        assert!(write_tx!(db, |tx| devices::accept_totp_step(tx, &id, 60_000_001, &Throttle::default()).await));
        assert!(write_tx!(db, |tx| devices::freeze(tx, &id, NOW).await));
        assert!(!write_tx!(db, |tx| devices::accept_totp_step(tx, &id, 60_000_002, &Throttle::default()).await));
    }

    // REQ-LIM-02
    async fn only_a_right_pin_ends_the_failures_and_a_step_counts_with_those_that_were_judged(db: &TestDatabase) {
        let id = device(&db.store, person(&db.store).await).await;
        let policy = Policy::default();
        let mut throttle = Throttle::default();
        for _ in 0..policy.self_failures_before_delay {
            let after = throttle.after_failure(&policy, NOW);
            assert!(write_tx!(db, |tx| devices::set_throttle(tx, &id, &throttle, &after).await));
            assert!(!write_tx!(db, |tx| devices::set_throttle(tx, &id, &throttle, &after).await));
            throttle = after;
        }
        assert_eq!(write_tx!(db, |tx| devices::admit(tx, &id, nonce("n"), at(10)).await), Admitted::Yes);
        assert_eq!(write_tx!(db, |tx| devices::take_turn(tx, &turn(&id, "m", 1, &ONE)).await), Some(Counted::Advanced));
        assert_eq!(read_tx!(db, |tx| devices::get(tx, &id).await).unwrap().throttle, throttle);
        assert!(!write_tx!(db, |tx| devices::accept_totp_step(tx, &id, 1, &Throttle::default()).await));
        assert!(write_tx!(db, |tx| devices::accept_totp_step(tx, &id, 1, &throttle).await));
        assert_eq!(read_tx!(db, |tx| devices::get(tx, &id).await).unwrap().throttle, Throttle::cleared());
    }

    // REQ-DEV-03
    async fn a_reveal_takes_its_turn_and_tells_what_it_needs(db: &TestDatabase) {
        let person = person(&db.store).await;
        let id = device(&db.store, person).await;
        let request = request(&db.store, person).await;
        let revealed = async |text: &'static str, counter, digest: [u8; 32], now| {
            write_tx!(db, |tx| {
                let turn = Turn { now, ..turn(&id, text, counter, &digest) };
                let revealing = requests::revealing(&Policy::default(), &request, &person, &id, false, now);
                devices::take_turn_to_reveal(tx, &turn, revealing, r#""shown""#, &entry_of(person)).await
            })
        };
        let stored = async || read_tx!(db, |tx| requests::get(tx, &request).await).unwrap().stored_state;
        // Nothing is revealed in a turn that is not taken.
        assert_eq!(revealed("a", 0, ONE, NOW).await, (Some(Counted::Diverged), None));
        assert_eq!(revealed("b", u64::MAX, ONE, NOW).await, (Some(Counted::Diverged), None));
        assert_eq!(revealed("b", 1, ONE, NOW).await, (None, None));
        assert_eq!(stored().await, RequestState::Pending);
        assert_eq!(audit::verify(&db.store).await.unwrap().entries, 0);
        let told = Reveal { relying_party: "demo-sede".to_owned(), pin_expires_at: at(301) };
        assert_eq!(revealed("c", 1, ONE, at(1)).await, (Some(Counted::Advanced), Some(told)));
        assert_eq!(stored().await, RequestState::Revealed);
        assert_eq!(revealed("d", 1, ONE, at(2)).await, (Some(Counted::Repeated(Some(r#""shown""#.to_owned()))), None));
        // Revealed before: the turn is taken, nothing is revealed, and nothing told of.
        assert_eq!(revealed("e", 2, ONE, at(3)).await, (Some(Counted::Advanced), None));
        assert_eq!(audit::verify(&db.store).await.unwrap().entries, 1);
    }
}
