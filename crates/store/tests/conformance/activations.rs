use aldaba_core::code::ShortCode;
use aldaba_core::ids::{ActivationId, DeviceId, PersonId};
use aldaba_core::language::Language;
use aldaba_core::random::OsRandom;
use aldaba_protocol::secret::Key32;
use aldaba_store::activations::{self, Activation};
use zeroize::Zeroizing;

use crate::support::*;

fn new(person: Option<PersonId>) -> Activation {
    Activation {
        id: ActivationId::generate(&OsRandom),
        person,
        lock: None,
        transcript: Zeroizing::new(b"every field".to_vec()),
        device_name: DEVICE_NAME.to_owned(),
        platform: "Linux".to_owned(),
        language: Language::Es,
        signing_key: [2; 33],
        agreement_key: [3; 33],
        agreement_secret: Some(Key32::new([7; 32])),
        created_at: NOW,
        expires_at: at(600),
        tries: 0,
        device: None,
    }
}

on_both! {
    // REQ-ACT-05
    async fn an_activation_is_read_back_and_a_later_code_leaves_the_earlier_one_valid(db: &TestDatabase) {
        let activation = new(Some(person(&db.store).await));
        let (id, first, second) = (activation.id, ShortCode::generate(&OsRandom), ShortCode::generate(&OsRandom));
        let (one, two) = (first.clone(), second.clone());
        let (one_again, two_again) = (first.clone(), second.clone());
        write_tx!(db, |tx| {
            activations::insert(tx, &activation).await?;
            activations::add_code(tx, &id, Some(&one), NOW).await?;
            activations::add_code(tx, &id, None, NOW).await?;
            activations::add_code(tx, &id, None, at(30)).await?;
            activations::add_code(tx, &id, Some(&two), at(60)).await
        });
        let found = read_tx!(db, |tx| activations::find(tx, &id).await).unwrap();
        assert_eq!((found.transcript.as_slice(), found.device_name.as_str()), (b"every field".as_slice(), DEVICE_NAME));
        assert_eq!(found.agreement_secret.unwrap().expose(), &[7; 32]);
        for code in [first, second] {
            assert!(read_tx!(db, |tx| activations::code_matches(tx, &id, &code, NOW.minus(seconds(1))).await));
        }
        let (early, late) = (one_again, two_again);
        assert!(!read_tx!(db, |tx| activations::code_matches(tx, &id, &early, NOW).await), "a code's own life is over");
        assert!(read_tx!(db, |tx| activations::code_matches(tx, &id, &late, NOW).await));
        let wrong = ShortCode::generate(&OsRandom);
        assert!(!read_tx!(db, |tx| activations::code_matches(tx, &id, &wrong, NOW.minus(seconds(1))).await));
    }

    // REQ-ACT-03
    async fn of_fifty_parallel_tries_five_are_given_the_row(db: &TestDatabase) {
        let activation = new(Some(person(&db.store).await));
        let id = activation.id;
        write_tx!(db, |tx| activations::insert(tx, &activation).await);
        let store = db.store.clone();
        let tries = at_once(50, move |_| {
            let store = store.clone();
            async move {
                write(&store, move |tx| Box::pin(async move { activations::count_try(tx, &id, 5, NOW).await })).await
            }
        }).await;
        let mut given: Vec<u32> = tries.into_iter().flatten().map(|activation| activation.tries).collect();
        given.sort_unstable();
        assert_eq!(given, [1, 2, 3, 4, 5]);
    }

    // REQ-ACT-04
    async fn the_moment_of_expiry_is_too_late(db: &TestDatabase) {
        let person = person(&db.store).await;
        let activation = new(Some(person));
        let id = activation.id;
        write_tx!(db, |tx| activations::insert(tx, &activation).await);
        let last = at(600).minus(std::time::Duration::from_millis(1));
        assert_eq!(read_tx!(db, |tx| activations::count_live(tx, &person, last).await), 1);
        assert_eq!(read_tx!(db, |tx| activations::count_live(tx, &person, at(600)).await), 0);
        assert!(write_tx!(db, |tx| activations::count_try(tx, &id, 5, at(600)).await).is_none());
        let device = DeviceId::generate(&OsRandom);
        assert!(!write_tx!(db, |tx| activations::confirm(tx, &id, &device, at(600)).await));
        assert!(write_tx!(db, |tx| activations::count_try(tx, &id, 5, last).await).is_some());
        assert!(write_tx!(db, |tx| activations::confirm(tx, &id, &device, last).await));
    }

    async fn one_confirmation_wins_and_wipes_the_secret(db: &TestDatabase) {
        let activation = new(Some(person(&db.store).await));
        let id = activation.id;
        write_tx!(db, |tx| activations::insert(tx, &activation).await);
        let store = db.store.clone();
        let won = at_once(16, move |_| {
            let (store, device) = (store.clone(), DeviceId::generate(&OsRandom));
            async move {
                write(&store, move |tx| Box::pin(async move { activations::confirm(tx, &id, &device, NOW).await })).await
            }
        }).await;
        assert_eq!(won.iter().filter(|won| **won).count(), 1);
        let found = read_tx!(db, |tx| activations::find(tx, &id).await).unwrap();
        assert!(found.device.is_some() && found.agreement_secret.is_none());
        assert!(write_tx!(db, |tx| activations::count_try(tx, &id, 5, NOW).await).is_none());
    }

    // REQ-ACT-05
    async fn a_resent_code_gives_a_live_activation_more_time_and_never_less(db: &TestDatabase) {
        let activation = new(Some(person(&db.store).await));
        let id = activation.id;
        write_tx!(db, |tx| activations::insert(tx, &activation).await);
        assert!(!write_tx!(db, |tx| activations::extend(tx, &id, at(1200), at(600)).await), "too late");
        assert!(write_tx!(db, |tx| activations::extend(tx, &id, at(1100), at(500)).await));
        write_tx!(db, |tx| activations::extend(tx, &id, at(900), at(500)).await);
        assert_eq!(read_tx!(db, |tx| activations::find(tx, &id).await).unwrap().expires_at, at(1100));
    }

    async fn a_decoy_counts_tries_and_is_never_confirmed(db: &TestDatabase) {
        let decoy = new(None);
        let (id, device) = (decoy.id, DeviceId::generate(&OsRandom));
        write_tx!(db, |tx| activations::insert(tx, &decoy).await);
        assert_eq!(write_tx!(db, |tx| activations::count_try(tx, &id, 5, NOW).await).unwrap().tries, 1);
        assert!(!write_tx!(db, |tx| activations::confirm(tx, &id, &device, NOW).await));
    }
}
