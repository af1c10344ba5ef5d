use aldaba_core::code::ShortCode;
use aldaba_core::ids::{PasswordCodeId, PersonId};
use aldaba_core::password::Failures;
use aldaba_core::policy::Policy;
use aldaba_core::random::OsRandom;
use aldaba_store::devices::Nonce;
use aldaba_store::passwords::codes::{self, NewCode, Purpose};
use aldaba_store::{maintenance, passwords};

use crate::support::*;

const PHC: &str = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g";

fn new_code(person: Option<PersonId>, code: &ShortCode) -> NewCode {
    NewCode {
        id: PasswordCodeId::generate(&OsRandom),
        person,
        purpose: Purpose::Set,
        binding: BINDING,
        code: code.clone(),
        relying_party: "sede".to_owned(),
        procedure: "padron".to_owned(),
        password_version: Some(7),
        created_at: NOW,
        expires_at: at(600),
    }
}

on_both! {
    // REQ-PWD-04
    async fn a_password_is_found_by_its_document_and_its_version_guards_it(db: &TestDatabase) {
        let owner = person(&db.store).await;
        assert!(read_tx!(db, |tx| passwords::find(tx, &document()).await).is_none());
        write_tx!(db, |tx| passwords::set(tx, &owner, PHC, NOW, at(1000)).await);
        let found = read_tx!(db, |tx| passwords::find(tx, &document()).await).unwrap();
        assert_eq!((found.person, found.phc.as_str(), found.expires_at), (owner, PHC, at(1000)));
        let first = found.version;
        assert!(write_tx!(db, |tx| passwords::use_password(tx, &owner, first, at(999)).await));
        assert!(!write_tx!(db, |tx| passwords::use_password(tx, &owner, first, at(1000)).await), "over");
        assert!(!write_tx!(db, |tx| passwords::use_password(tx, &owner, first + 1, at(1)).await));
        assert!(write_tx!(db, |tx| passwords::rehash(tx, &owner, first, "better").await));
        assert!(write_tx!(db, |tx| passwords::replace(tx, &owner, first, "other", NOW, at(2000)).await));
        // What was verified against the one before changes nothing.
        assert!(!write_tx!(db, |tx| passwords::replace(tx, &owner, first, "third", NOW, at(2000)).await));
        assert!(!write_tx!(db, |tx| passwords::rehash(tx, &owner, first, "third").await));
        assert!(!write_tx!(db, |tx| passwords::use_password(tx, &owner, first, at(1)).await));
        assert!(!write_tx!(db, |tx| passwords::remove(tx, &owner, Some(first)).await));
        let found = read_tx!(db, |tx| passwords::find(tx, &document()).await).unwrap();
        assert_eq!(found.phc.as_str(), "other");
        let second = found.version;
        assert!(second > first);
        assert!(write_tx!(db, |tx| passwords::remove(tx, &owner, Some(second)).await));
        assert!(!write_tx!(db, |tx| passwords::remove(tx, &owner, None).await));
        // After a cancellation no version comes back, as long as the clock goes on.
        write_tx!(db, |tx| passwords::set(tx, &owner, PHC, at(1), at(1000)).await);
        let found = read_tx!(db, |tx| passwords::find(tx, &document()).await).unwrap();
        assert!(found.version > second);
    }

    // REQ-PWD-06
    async fn of_many_counts_of_one_failure_one_wins(db: &TestDatabase) {
        let policy = Policy::default();
        let before = Failures::default();
        let store = db.store.clone();
        let won = at_once(16, |_| {
            let (store, policy) = (store.clone(), policy.clone());
            async move {
                let after = before.after_failure(&policy, NOW);
                write(&store, move |tx| {
                    Box::pin(async move { passwords::count_try(tx, &document(), &[], &before, &after).await })
                })
                .await
            }
        })
        .await;
        assert_eq!(won.iter().filter(|won| **won).count(), 1);
        let counted = read_tx!(db, |tx| passwords::failures(tx, &document(), &[]).await);
        assert_eq!(counted, before.after_failure(&policy, NOW));
        // Other browsers are another count.
        assert_eq!(read_tx!(db, |tx| passwords::failures(tx, &document(), b"known").await), before);
        write_tx!(db, |tx| passwords::clear_failures(tx, &document(), Some(b"known")).await);
        assert_eq!(read_tx!(db, |tx| passwords::failures(tx, &document(), &[]).await), counted);
        write_tx!(db, |tx| passwords::clear_failures(tx, &document(), None).await);
        assert_eq!(read_tx!(db, |tx| passwords::failures(tx, &document(), &[]).await), before);
    }

    // REQ-PWD-06
    async fn a_signature_is_that_of_the_owners_active_devices(db: &TestDatabase) {
        assert_eq!(read_tx!(db, |tx| passwords::device_signed_at(tx, &document()).await), None);
        let owner = person(&db.store).await;
        assert_eq!(read_tx!(db, |tx| passwords::device_signed_at(tx, &document()).await), None);
        let device = device(&db.store, owner).await;
        let nonce = Nonce { text: "n", expires_at: at(100) };
        write_tx!(db, |tx| aldaba_store::devices::admit(tx, &device, nonce, at(5)).await);
        assert_eq!(read_tx!(db, |tx| passwords::device_signed_at(tx, &document()).await), Some(at(5)));
        write_tx!(db, |tx| aldaba_store::devices::revoke(tx, &device, at(6)).await);
        assert_eq!(read_tx!(db, |tx| passwords::device_signed_at(tx, &document()).await), None);
    }

    // REQ-PWD-08
    async fn a_code_is_of_its_browser_and_purpose_tried_so_often_and_used_once(db: &TestDatabase) {
        let owner = person(&db.store).await;
        let code = ShortCode::generate(&OsRandom);
        let (new, decoy) = (new_code(Some(owner), &code), new_code(None, &code));
        let (id, decoy_id) = (new.id, decoy.id);
        write_tx!(db, |tx| {
            codes::insert(tx, &new).await?;
            codes::insert(tx, &decoy).await
        });
        let try_it = async |binding: [u8; 32], purpose, now| {
            write_tx!(db, |tx| codes::count_try(tx, &id, &binding, purpose, 2, now).await)
        };
        assert!(try_it([0; 32], Purpose::Set, at(1)).await.is_none());
        assert!(try_it(BINDING, Purpose::SecondStep, at(1)).await.is_none());
        assert!(try_it(BINDING, Purpose::Set, at(600)).await.is_none());
        let found = try_it(BINDING, Purpose::Set, at(599)).await.unwrap();
        assert!(found.matches(db.keys(), &code) && !found.matches(db.keys(), &ShortCode::generate(&OsRandom)));
        assert_eq!((found.tries, found.person, found.password_version), (1, Some(owner), Some(7)));
        write_tx!(db, |tx| codes::give_back(tx, &id).await);
        assert!(try_it(BINDING, Purpose::Set, at(1)).await.is_some());
        assert!(try_it(BINDING, Purpose::Set, at(1)).await.is_some());
        assert!(try_it(BINDING, Purpose::Set, at(1)).await.is_none(), "two tries");
        assert_eq!(read_tx!(db, |tx| codes::count_live(tx, &owner, Purpose::Set, at(1)).await), 1);
        assert!(!write_tx!(db, |tx| codes::use_code(tx, &decoy_id, at(1)).await), "a decoy opens nothing");
        assert!(!write_tx!(db, |tx| codes::use_code(tx, &id, at(600)).await));
        assert!(write_tx!(db, |tx| codes::use_code(tx, &id, at(599)).await));
        assert!(!write_tx!(db, |tx| codes::use_code(tx, &id, at(599)).await));
    }

    // REQ-PWD-05
    async fn a_warning_is_taken_once_however_many_take(db: &TestDatabase) {
        let owner = person(&db.store).await;
        write_tx!(db, |tx| passwords::set(tx, &owner, PHC, NOW, at(1000)).await);
        assert!(write_tx!(db, |tx| passwords::take_warnings(tx, at(1), at(999), 10).await).is_empty());
        assert!(write_tx!(db, |tx| passwords::take_warnings(tx, at(1000), at(2000), 10).await).is_empty(), "over");
        let store = db.store.clone();
        let taken = at_once(8, |_| {
            let store = store.clone();
            async move {
                write(&store, |tx| Box::pin(async move { passwords::take_warnings(tx, at(1), at(1000), 10).await })).await
            }
        })
        .await;
        assert_eq!(taken.concat(), vec![(owner, at(1000))]);
    }

    // REQ-PWD-07
    async fn failures_are_forgotten_after_a_month_whoever_the_document_is_of(db: &TestDatabase) {
        let owner = person(&db.store).await;
        write_tx!(db, |tx| passwords::set(tx, &owner, PHC, NOW, at(10_000_000)).await);
        let stranger = || aldaba_core::document::Document::parse("00000000T").unwrap();
        let before = Failures::default();
        let after = before.after_failure(&Policy::default(), NOW);
        write_tx!(db, |tx| {
            passwords::count_try(tx, &document(), &[], &before, &after).await?;
            passwords::count_try(tx, &stranger(), &[], &before, &after).await
        });
        let code = new_code(None, &ShortCode::generate(&OsRandom));
        write_tx!(db, |tx| codes::insert(tx, &code).await);
        assert_eq!(write_tx!(db, |tx| maintenance::purge(tx, at(48 * 3600 + 600)).await).passwords, 1);
        let month = NOW.plus(aldaba_core::self_generated::FORGOTTEN);
        write_tx!(db, |tx| maintenance::purge(tx, month.minus(seconds(1))).await);
        for document in [stranger(), document()] {
            assert_eq!(read_tx!(db, |tx| passwords::failures(tx, &document, &[]).await), after);
        }
        assert_eq!(write_tx!(db, |tx| maintenance::purge(tx, month).await).passwords, 2);
        for document in [stranger(), document()] {
            assert_eq!(read_tx!(db, |tx| passwords::failures(tx, &document, &[]).await), before);
        }
    }
}
