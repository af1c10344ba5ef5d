use aldaba_core::ids::{DeviceId, PersonId, RequestId};
use aldaba_core::method::Method;
use aldaba_core::own_key::OwnKey;
use aldaba_core::policy::Policy;
use aldaba_core::random::OsRandom;
use aldaba_core::request::{NoticeCounts, Origin, RequestState, is_quiet};
use aldaba_core::time::Timestamp;
use aldaba_store::requests::{self, Reason, Request};
use aldaba_store::testing::TestDatabase;
use aldaba_store::{Store, audit, devices, persons};

use crate::support::*;

async fn reveal(store: &Store, id: RequestId, person: PersonId, device: DeviceId, now: Timestamp) -> Option<Request> {
    write(store, move |tx| {
        Box::pin(async move {
            won_tx(
                tx,
                &id,
                requests::revealing(&Policy::default(), &id, &person, &device, false, now),
            )
            .await
        })
    })
    .await
}

async fn spend(store: &Store, id: RequestId, device: DeviceId, now: Timestamp) -> Option<Request> {
    write(store, move |tx| {
        Box::pin(async move { won_tx(tx, &id, requests::spending(&id, Some(&device), now)).await })
    })
    .await
}

async fn wrong(store: &Store, id: RequestId, now: Timestamp) -> Option<Request> {
    write(store, move |tx| {
        Box::pin(async move { requests::count_wrong_try(tx, &Policy::default(), &id, now).await })
    })
    .await
}

async fn counts(db: &TestDatabase, person: PersonId, now: Timestamp) -> NoticeCounts {
    read_tx!(db, |tx| requests::counts(tx, &person, now).await)
}

fn new_qr() -> requests::NewRequest {
    let mut new = new_request(None);
    (new.method, new.origin) = (Method::Qr, Origin::Qr);
    new.choices = ["faro azul", "luna verde", "mesa alta"].map(str::to_owned).to_vec();
    new
}

fn winners(results: &[Option<Request>]) -> usize {
    results.iter().flatten().count()
}

on_both! {
    async fn a_request_is_read_back(db: &TestDatabase) {
        let person = person(&db.store).await;
        let mut new = new_request(Some(person));
        new.own_key = OwnKey::parse("r4na");
        new.place = Some("Teruel".to_owned());
        let code = new.code.clone();
        let id = insert_request(&db.store, new).await;
        let found = read_tx!(db, |tx| requests::get(tx, &id).await).unwrap();
        assert_eq!((found.person, found.state(NOW), found.tries), (Some(person), RequestState::Pending, 0));
        assert_eq!((found.place.as_deref(), found.phrase.as_str()), (Some("Teruel"), "faro azul"));
        assert!(found.code == code && found.is_bound_to(&BINDING) && !found.is_bound_to(&[0; 32]));
        assert!(found.wants_own_key() && found.own_key_matches(db.keys(), OwnKey::parse("R4NA").as_ref()));
        assert!(!found.own_key_matches(db.keys(), OwnKey::parse("r4nb").as_ref()));
        assert!(!found.own_key_matches(db.keys(), None));
        assert_eq!(found.state(at(600)), RequestState::Expired);
    }

    // REQ-PIN-04
    async fn of_many_devices_the_first_to_reveal_has_it(db: &TestDatabase) {
        let person = person(&db.store).await;
        let id = request(&db.store, person).await;
        let mut devices = Vec::new();
        for _ in 0..8 {
            devices.push(device(&db.store, person).await);
        }
        let store = db.store.clone();
        let results = at_once(64, move |number| {
            let (store, device) = (store.clone(), devices[number % 8]);
            async move { reveal(&store, id, person, device, NOW).await }
        }).await;
        assert_eq!(winners(&results), 1);
        let winner = results.into_iter().flatten().next().unwrap();
        assert_eq!(winner.stored_state, RequestState::Revealed);
        let found = read_tx!(db, |tx| requests::get(tx, &id).await).unwrap();
        assert_eq!(found.machine(), winner.machine());
    }

    // REQ-PIN-03
    async fn the_pin_lives_five_minutes_and_never_past_the_request(db: &TestDatabase) {
        let person = person(&db.store).await;
        let device = device(&db.store, person).await;
        let early = request(&db.store, person).await;
        let revealed = reveal(&db.store, early, person, device, NOW).await.unwrap();
        assert_eq!(revealed.pin_expires_at, Some(at(300)));
        assert!(spend(&db.store, early, device, at(300)).await.is_none());
        assert!(wrong(&db.store, early, at(300)).await.is_none());
        assert!(spend(&db.store, early, device, at(299)).await.is_some());
        let late = request(&db.store, person).await;
        let revealed = reveal(&db.store, late, person, device, at(500)).await.unwrap();
        assert_eq!(revealed.pin_expires_at, Some(at(600)));
        assert!(spend(&db.store, late, device, at(600)).await.is_none());
        let over = request(&db.store, person).await;
        assert!(reveal(&db.store, over, person, device, at(600)).await.is_none());
    }

    // REQ-PIN-02
    async fn before_its_reveal_nothing_is_evaluated_counted_or_spent(db: &TestDatabase) {
        let person = person(&db.store).await;
        let device = device(&db.store, person).await;
        let id = request(&db.store, person).await;
        assert!(wrong(&db.store, id, NOW).await.is_none());
        assert!(spend(&db.store, id, device, NOW).await.is_none());
        assert_eq!(read_tx!(db, |tx| requests::get(tx, &id).await).unwrap().tries, 0);
    }

    // REQ-PIN-09
    async fn of_parallel_spends_one_wins(db: &TestDatabase) {
        let person = person(&db.store).await;
        let device = device(&db.store, person).await;
        for _ in 0..20 {
            let id = request(&db.store, person).await;
            reveal(&db.store, id, person, device, NOW).await.unwrap();
            let store = db.store.clone();
            let results = at_once(64, move |_| {
                let store = store.clone();
                async move { spend(&store, id, device, NOW).await }
            }).await;
            assert_eq!(winners(&results), 1);
        }
    }

    // REQ-PIN-10
    async fn of_parallel_wrong_tries_three_are_counted_and_burn_it(db: &TestDatabase) {
        let person = person(&db.store).await;
        let device = device(&db.store, person).await;
        let id = request(&db.store, person).await;
        reveal(&db.store, id, person, device, NOW).await.unwrap();
        let store = db.store.clone();
        let results = at_once(200, move |_| {
            let store = store.clone();
            async move { wrong(&store, id, NOW).await }
        }).await;
        let mut counted: Vec<_> = results.into_iter().flatten().map(|row| (row.tries, row.stored_state)).collect();
        counted.sort_by_key(|(tries, _)| *tries);
        let (revealed, burnt) = (RequestState::Revealed, RequestState::Burnt);
        assert_eq!(counted, [(1, revealed), (2, revealed), (3, burnt)]);
        assert!(spend(&db.store, id, device, NOW).await.is_none());
    }

    async fn right_and_wrong_at_once_never_spend_what_is_burnt(db: &TestDatabase) {
        let person = person(&db.store).await;
        let device = device(&db.store, person).await;
        for _ in 0..10 {
            let id = request(&db.store, person).await;
            reveal(&db.store, id, person, device, NOW).await.unwrap();
            let store = db.store.clone();
            let results = at_once(24, move |number| {
                let store = store.clone();
                async move {
                    if number % 4 == 0 { spend(&store, id, device, NOW).await } else { wrong(&store, id, NOW).await }
                }
            }).await;
            let ends = results.iter().flatten().filter(|row| !row.stored_state.is_live()).count();
            assert_eq!(ends, 1, "one final state, reached once");
        }
    }

    // REQ-PIN-04, REQ-LIM-04
    async fn any_device_of_its_owner_rejects_once_and_strangers_never(db: &TestDatabase) {
        let owner = person(&db.store).await;
        let (mine, second) = (device(&db.store, owner).await, device(&db.store, owner).await);
        let mut other = new_person();
        other.document = aldaba_core::document::Document::parse("X1234567L").unwrap();
        other.contrast = aldaba_core::contrast::Contrast::parse_for(&other.document, "C01234567").unwrap();
        let stranger = other.id;
        assert!(write_tx!(db, |tx| aldaba_store::persons::insert(tx, &other).await));
        let foreign = device(&db.store, stranger).await;
        let id = request(&db.store, owner).await;
        let reject = async |person, device, reason, now| {
            write_tx!(db, |tx| requests::reject(tx, &id, &person, &device, reason, now).await)
        };
        assert!(reveal(&db.store, id, stranger, foreign, NOW).await.is_none());
        assert!(reveal(&db.store, id, owner, foreign, NOW).await.is_none());
        assert!(reject(stranger, foreign, Reason::NotMe, NOW).await.is_none());
        assert!(reject(owner, foreign, Reason::NotMe, NOW).await.is_none());
        reveal(&db.store, id, owner, mine, NOW).await.unwrap();
        let rejected = reject(owner, second, Reason::NotMe, at(10)).await.unwrap();
        assert_eq!((rejected.stored_state, rejected.reason), (RequestState::Rejected, Some(Reason::NotMe)));
        assert!(reject(owner, mine, Reason::NotMe, at(11)).await.is_none());
        assert!(spend(&db.store, id, mine, at(11)).await.is_none());
        let since = async |reason, since| {
            read_tx!(db, |tx| requests::rejections_since(tx, &owner, reason, since).await)
        };
        assert_eq!(since(Reason::NotMe, NOW).await, 1);
        assert_eq!(since(Reason::NotMe, at(10)).await, 0);
        assert_eq!(since(Reason::ChangedMind, NOW).await, 0);
    }

    // REQ-DEV-04
    async fn a_closed_device_neither_reveals_nor_spends(db: &TestDatabase) {
        let person = person(&db.store).await;
        let gone = device(&db.store, person).await;
        let id = request(&db.store, person).await;
        reveal(&db.store, id, person, gone, NOW).await.unwrap();
        assert!(write_tx!(db, |tx| devices::revoke(tx, &gone, NOW).await));
        assert!(spend(&db.store, id, gone, NOW).await.is_none());
        let next = request(&db.store, person).await;
        assert!(reveal(&db.store, next, person, gone, NOW).await.is_none());
    }

    async fn only_the_device_that_revealed_spends(db: &TestDatabase) {
        let person = person(&db.store).await;
        let (first, second) = (device(&db.store, person).await, device(&db.store, person).await);
        let id = request(&db.store, person).await;
        reveal(&db.store, id, person, first, NOW).await.unwrap();
        assert!(spend(&db.store, id, second, NOW).await.is_none());
        assert!(spend(&db.store, id, first, NOW).await.is_some());
    }

    async fn a_self_generated_request_is_tried_while_pending_and_never_revealed(db: &TestDatabase) {
        let person = person(&db.store).await;
        let mine = device(&db.store, person).await;
        let mut new = new_request(Some(person));
        new.method = Method::SelfGenerated;
        let id = insert_request(&db.store, new).await;
        assert!(reveal(&db.store, id, person, mine, NOW).await.is_none());
        assert_eq!(wrong(&db.store, id, NOW).await.unwrap().tries, 1);
        let spent = spend(&db.store, id, mine, NOW).await.unwrap();
        assert_eq!((spent.stored_state, spent.device), (RequestState::Spent, Some(mine)));
        assert!(spend(&db.store, id, mine, NOW).await.is_none());
        assert_eq!(counts(db, person, NOW).await, NoticeCounts::default());
    }

    async fn a_decoy_is_never_revealed_found_or_spent(db: &TestDatabase) {
        let person = person(&db.store).await;
        let mine = device(&db.store, person).await;
        let new = new_request(None);
        let code = new.code.clone();
        let id = insert_request(&db.store, new).await;
        assert!(reveal(&db.store, id, person, mine, NOW).await.is_none());
        assert!(write_tx!(db, |tx| requests::find_by_code(tx, &person, &code, NOW).await).is_none());
        let mut decoy = new_request(None);
        decoy.method = Method::SelfGenerated;
        let id = insert_request(&db.store, decoy).await;
        assert!(spend(&db.store, id, mine, NOW).await.is_none());
        assert_eq!(wrong(&db.store, id, NOW).await.unwrap().tries, 1);
    }

    // REQ-LIM-01
    async fn notices_are_counted_until_their_owner_answers(db: &TestDatabase) {
        let person = person(&db.store).await;
        let mine = device(&db.store, person).await;
        let mut ids = Vec::new();
        for minute in 0..4u64 {
            let mut new = new_request(Some(person));
            (new.created_at, new.expires_at) = (at(minute * 60), at(minute * 60 + 600));
            ids.push(insert_request(&db.store, new).await);
        }
        let mut quiet = new_request(Some(person));
        quiet.quiet = true;
        insert_request(&db.store, quiet).await;
        let mut scanned = new_request(Some(person));
        scanned.origin = Origin::Qr;
        insert_request(&db.store, scanned).await;
        let expected = |pending, hour, day| NoticeCounts { pending, unanswered_hour: hour, unanswered_day: day };
        assert_eq!(counts(db, person, at(200)).await, expected(4, 4, 4));
        assert_eq!(counts(db, person, at(630)).await, expected(3, 4, 4));
        reveal(&db.store, ids[3], person, mine, at(200)).await.unwrap();
        assert_eq!(counts(db, person, at(200)).await, expected(3, 3, 3));
        let id = ids[2];
        write_tx!(db, |tx| requests::reject(tx, &id, &person, &mine, Reason::ChangedMind, at(200)).await).unwrap();
        assert_eq!(counts(db, person, at(200)).await, expected(2, 2, 2));
        assert_eq!(counts(db, person, at(3600)).await, expected(0, 1, 2));
        assert_eq!(counts(db, person, at(86_400 + 60)).await, expected(0, 0, 0));
        assert_eq!(read_tx!(db, |tx| requests::list_for_person(tx, &person, at(200)).await).len(), 4);
    }

    // REQ-LIM-01
    async fn a_request_is_made_quiet_exactly_when_the_rule_says_so(db: &TestDatabase) {
        let person = person(&db.store).await;
        let policy = Policy::default();
        let mut made = 0;
        for minute in [0u64, 1, 2, 3, 9, 11, 12, 61, 62, 63, 64, 121, 122, 123, 124, 1443, 1500] {
            let mut new = new_request(Some(person));
            (new.created_at, new.expires_at) = (at(minute * 60), at(minute * 60 + 600));
            new.quiet = minute == 61;
            let expected = is_quiet(&policy, Origin::Document, &counts(db, person, new.created_at).await, new.quiet);
            let id = new.id;
            let quiet = write_tx!(db, |tx| requests::make(tx, &Policy::default(), &new, &person, &entry_of(person)).await);
            assert_eq!(quiet, expected, "minute {minute}");
            assert_eq!(read_tx!(db, |tx| requests::get(tx, &id).await).unwrap().quiet, expected);
            made += 1;
        }
        assert_eq!(audit::verify(&db.store).await.unwrap().entries, made);
        // Nobody's requests are counted for a decoy, and it is never quiet.
        for _ in 0..5 {
            let (decoy, nobody) = (new_request(None), PersonId::generate(&OsRandom));
            assert!(!write_tx!(db, |tx| requests::make(tx, &Policy::default(), &decoy, &nobody, &entry_of(nobody)).await));
        }
    }

    // REQ-LIM-01
    async fn of_parallel_requests_no_more_are_shown_than_the_limit_allows(db: &TestDatabase) {
        let person = person(&db.store).await;
        let store = db.store.clone();
        let quiet = at_once(32, move |_| {
            let (store, new) = (store.clone(), new_request(Some(person)));
            async move {
                write(&store, move |tx| Box::pin(async move {
                    persons::find_locked(tx, &document()).await?;
                    requests::make(tx, &Policy::default(), &new, &person, &entry_of(person)).await
                })).await
            }
        }).await;
        let shown = quiet.iter().filter(|quiet| !**quiet).count();
        assert_eq!(shown, Policy::default().visible_pending as usize);
        assert_eq!(read_tx!(db, |tx| requests::list_for_person(tx, &person, at(1)).await).len(), shown);
        assert_eq!(audit::verify(&db.store).await.unwrap().entries, 32);
    }

    // REQ-LIM-03
    async fn the_pages_code_brings_up_its_request_on_its_owners_devices_only(db: &TestDatabase) {
        let person = person(&db.store).await;
        let mut new = new_request(Some(person));
        new.quiet = true;
        let code = new.code.clone();
        let id = insert_request(&db.store, new).await;
        assert!(read_tx!(db, |tx| requests::list_for_person(tx, &person, at(1)).await).is_empty());
        let find = async |person: PersonId, now| {
            let code = code.clone();
            write_tx!(db, |tx| requests::find_by_code(tx, &person, &code, now).await)
        };
        assert!(find(PersonId::generate(&OsRandom), at(1)).await.is_none());
        assert!(find(person, at(600)).await.is_none());
        let found = find(person, at(2)).await.unwrap();
        assert_eq!((found.id, found.quiet, found.updated_at), (id, false, at(2)));
        assert_eq!(find(person, at(3)).await.unwrap().updated_at, at(2));
        assert_eq!(read_tx!(db, |tx| requests::list_for_person(tx, &person, at(3)).await).len(), 1);
    }

    async fn a_qr_start_belongs_to_the_first_who_scans_it(db: &TestDatabase) {
        let person = person(&db.store).await;
        let mut new = new_request(None);
        new.origin = Origin::Qr;
        let (id, code) = (new.id, new.code.clone());
        insert_request(&db.store, new).await;
        let again = code.clone();
        let found = write_tx!(db, |tx| requests::find_by_code(tx, &person, &code, NOW).await).unwrap();
        assert_eq!((found.id, found.person), (id, Some(person)));
        let other = PersonId::generate(&OsRandom);
        assert!(write_tx!(db, |tx| requests::find_by_code(tx, &other, &again, NOW).await).is_none());
    }

    // REQ-QR-03
    async fn of_many_persons_one_claims_a_qr(db: &TestDatabase) {
        let mut people = Vec::new();
        for number in ["X1234567L", "Y1234567X", "Z1234567R", "12345678Z"] {
            let mut new = new_person();
            new.document = aldaba_core::document::Document::parse(number).unwrap();
            people.push(new.id);
            assert!(write_tx!(db, |tx| aldaba_store::persons::insert(tx, &new).await));
        }
        let id = insert_request(&db.store, new_qr()).await;
        let store = db.store.clone();
        let claimants = people.clone();
        let results = at_once(32, move |number| {
            let (store, person) = (store.clone(), claimants[number % 4]);
            async move { write(&store, move |tx| Box::pin(async move { requests::claim(tx, &id, &person, NOW).await })).await }
        }).await;
        let owners: std::collections::BTreeSet<_> = results.iter().flatten().map(|row| row.person).collect();
        assert_eq!((owners.len(), winners(&results)), (1, 8), "one person, who may ask again");
        let owner = owners.into_iter().next().flatten().unwrap();
        assert!(people.contains(&owner));
        assert_eq!(read_tx!(db, |tx| requests::list_for_person(tx, &owner, NOW).await).len(), 1);
        // What began by typing a document is nobody's to claim, and what is over is over.
        let typed = insert_request(&db.store, new_request(None)).await;
        assert!(write_tx!(db, |tx| requests::claim(tx, &typed, &owner, NOW).await).is_none());
        let (off, unseen) = ([Method::Qr], insert_request(&db.store, new_qr()).await);
        assert!(write_tx!(db, |tx| aldaba_store::persons::choose_methods(tx, &owner, &[], &off).await));
        assert!(write_tx!(db, |tx| requests::claim(tx, &unseen, &owner, NOW).await).is_none(), "switched off");
        assert!(write_tx!(db, |tx| aldaba_store::persons::choose_methods(tx, &owner, &[], &[]).await));
        let late = insert_request(&db.store, new_qr()).await;
        assert!(write_tx!(db, |tx| requests::claim(tx, &late, &owner, at(600)).await).is_none());
    }

    // REQ-QR-05
    async fn of_many_spends_of_an_approval_one_wins(db: &TestDatabase) {
        let person = person(&db.store).await;
        let (mine, other) = (device(&db.store, person).await, device(&db.store, person).await);
        let approve = async |id: RequestId, device: DeviceId, now| {
            write_tx!(db, |tx| requests::approve(tx, &Policy::default(), &id, &person, &device, true, now).await)
        };
        for _ in 0..10 {
            let id = insert_request(&db.store, new_qr()).await;
            assert!(approve(id, mine, NOW).await.is_none(), "nobody's yet");
            write_tx!(db, |tx| requests::claim(tx, &id, &person, NOW).await).unwrap();
            assert!(write_tx!(db, |tx| won_tx(tx, &id, requests::spending_approval(&id, NOW)).await).is_none());
            let approved = approve(id, mine, at(1)).await.unwrap();
            assert_eq!((approved.stored_state, approved.user_verified), (RequestState::Approved, true));
            assert_eq!(approved.pin_expires_at, Some(at(121)));
            assert!(approve(id, other, at(1)).await.is_none());
            assert!(reveal(&db.store, id, person, other, at(1)).await.is_none());
            assert!(spend(&db.store, id, mine, at(1)).await.is_none(), "no PIN of what was approved");
            assert!(wrong(&db.store, id, at(1)).await.is_none());
            assert!(write_tx!(db, |tx| won_tx(tx, &id, requests::spending_approval(&id, at(121))).await).is_none());
            let store = db.store.clone();
            let results = at_once(64, move |_| {
                let store = store.clone();
                async move { write(&store, move |tx| Box::pin(async move { won_tx(tx, &id, requests::spending_approval(&id, at(2))).await })).await }
            }).await;
            assert_eq!(winners(&results), 1);
        }
    }

    // REQ-DEV-04, REQ-QR-05
    async fn a_closed_device_approves_nothing_and_what_it_approved_is_not_spent(db: &TestDatabase) {
        let person = person(&db.store).await;
        let gone = device(&db.store, person).await;
        let mut ids = Vec::new();
        for _ in 0..2 {
            let id = insert_request(&db.store, new_qr()).await;
            write_tx!(db, |tx| requests::claim(tx, &id, &person, NOW).await).unwrap();
            ids.push(id);
        }
        let (first, second) = (ids[0], ids[1]);
        let approve = async |id| {
            write_tx!(db, |tx| requests::approve(tx, &Policy::default(), &id, &person, &gone, false, NOW).await)
        };
        approve(first).await.unwrap();
        assert!(write_tx!(db, |tx| devices::revoke(tx, &gone, NOW).await));
        assert!(write_tx!(db, |tx| won_tx(tx, &first, requests::spending_approval(&first, NOW)).await).is_none());
        assert!(approve(second).await.is_none());
    }

    async fn changes_come_in_their_order_for_who_resumes(db: &TestDatabase) {
        let person = person(&db.store).await;
        let mine = device(&db.store, person).await;
        let (first, second) = (request(&db.store, person).await, request(&db.store, person).await);
        reveal(&db.store, second, person, mine, at(5)).await.unwrap();
        reveal(&db.store, first, person, mine, at(7)).await.unwrap();
        let changed = read_tx!(db, |tx| requests::changed_since(tx, &person, at(5)).await);
        assert_eq!(changed.iter().map(|row| row.id).collect::<Vec<_>>(), [second, first]);
        assert_eq!(read_tx!(db, |tx| requests::changed_since(tx, &person, at(6)).await).len(), 1);
    }
}
