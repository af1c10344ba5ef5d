use aldaba_core::ids::{PersonId, SessionId};
use aldaba_core::policy::Policy;
use aldaba_core::random::OsRandom;
use aldaba_store::sessions::{self, Opened, Opening, Session};
use aldaba_store::{audit, known_browsers, persons, requests};

use crate::support::*;

fn fresh() -> SessionId {
    SessionId::generate(&OsRandom)
}

on_both! {
    // REQ-WEB-04
    async fn a_session_ends_idle_or_by_signing_out_and_one_request_makes_one(db: &TestDatabase) {
        let person = person(&db.store).await;
        let session = new_session(person, Some(device(&db.store, person).await));
        let (id, second) = (fresh(), fresh());
        let (one, row, key) = (id.clone(), session.clone(), id.clone());
        assert!(write_tx!(db, |tx| open_tx(tx, &key, &row, &entry_of(person)).await));
        let row = session.clone();
        let other = second.clone();
        let again = write_tx!(db, |tx| open_tx(tx, &other, &row, &entry_of(person)).await);
        assert!(!again, "one request, one session");
        // Nothing happened the second time, so nothing is told.
        assert_eq!(audit::verify(&db.store).await.unwrap().entries, 1);
        let using = async |id: SessionId, now| {
            write_tx!(db, |tx| sessions::use_session(tx, &id, now, seconds(3600)).await)
        };
        assert!(using(second, at(1)).await.is_none());
        assert_eq!(using(id.clone(), at(3599)).await, Some(Session { used_at: at(3599), ..session }));
        assert!(using(id.clone(), at(3599 + 3600)).await.is_none());
        assert!(using(id.clone(), at(3599 + 3599)).await.is_some());
        assert!(write_tx!(db, |tx| sessions::end(tx, &id, at(7200)).await));
        assert!(using(one.clone(), at(7201)).await.is_none());
        assert!(!write_tx!(db, |tx| sessions::end(tx, &one, at(7202)).await));
    }

    async fn a_request_is_spent_on_one_session_or_nothing_is_written(db: &TestDatabase) {
        let person = person(&db.store).await;
        let mine = device(&db.store, person).await;
        let request = request(&db.store, person).await;
        let earlier = fresh();
        let before = new_session(person, None);
        let first = earlier.clone();
        assert!(write_tx!(db, |tx| open_tx(tx, &first, &before, &entry_of(person)).await));
        let of_browser = earlier.clone();
        let spend = |id: SessionId| {
            let row = Session { request: Some(request), ..new_session(person, Some(mine)) };
            let earlier = of_browser.clone();
            async move {
                write_tx!(db, |tx| {
                    let spent = requests::spending(&request, Some(&mine), NOW);
                    let opening = Opening { browser: &[7; 32], earlier: Some(&earlier), ..opening(&id, &row) };
                    sessions::open(tx, &opening, Some(spent), &entry_of(person)).await
                })
            }
        };
        let is_open = async || {
            let earlier = earlier.clone();
            write_tx!(db, |tx| sessions::use_session(tx, &earlier, NOW, seconds(3600)).await).is_some()
        };
        let known = async || read_tx!(db, |tx| known_browsers::look(tx, &person, Some(&[7; 32]), NOW).await).this_one;
        let (early, id, late) = (fresh(), fresh(), fresh());
        assert_eq!(spend(early).await, Opened::NotSpent, "not revealed");
        assert!(!known().await && is_open().await);
        assert_eq!(audit::verify(&db.store).await.unwrap().entries, 1);
        write_tx!(db, |tx| won_tx(tx, &request, requests::revealing(&Policy::default(), &request, &person, &mine, false, NOW)).await).unwrap();
        assert_eq!(spend(id.clone()).await, Opened::Yes);
        assert!(known().await);
        assert!(!is_open().await, "a browser has one session");
        assert_eq!(spend(late).await, Opened::NotSpent, "spent");
        assert_eq!(audit::verify(&db.store).await.unwrap().entries, 2);
        let open = read_tx!(db, |tx| sessions::list_open(tx, &person, NOW, seconds(3600)).await);
        assert_eq!(open.len(), 1);
        assert_eq!(open[0].handle, sessions::handle(&id));
    }

    // REQ-PIN-15
    async fn who_disowns_a_request_ends_what_replaced_its_session(db: &TestDatabase) {
        let person = person(&db.store).await;
        let mut other = new_person();
        other.document = aldaba_core::document::Document::parse("87654321X").unwrap();
        let stranger = other.id;
        assert!(write_tx!(db, |tx| persons::insert(tx, &other).await));
        // Those who sign in in one browser, one after the other: the first one's request, and the last session.
        let browser = async |people: &[PersonId]| {
            let (mut first, mut last) = (None, None);
            for who in people.iter().copied() {
                let (id, row, earlier) = (fresh(), new_session(who, None), last.clone());
                first = first.or(row.request);
                last = Some(id.clone());
                let opened = write_tx!(db, |tx| {
                    let opening = Opening { earlier: earlier.as_ref(), ..opening(&id, &row) };
                    sessions::open(tx, &opening, None, &entry_of(who)).await
                });
                assert_eq!(opened, Opened::Yes);
            }
            (first.unwrap(), last.unwrap())
        };
        let (request, last) = browser(&[person, person, person]).await;
        let (_, elsewhere) = browser(&[person]).await;
        let (shared, strangers) = browser(&[person, stranger]).await;
        let is_open = async |id: &SessionId| {
            let id = id.clone();
            write_tx!(db, |tx| sessions::use_session(tx, &id, NOW, seconds(3600)).await).is_some()
        };
        assert!(is_open(&last).await);
        assert!(write_tx!(db, |tx| sessions::end_of_request(tx, &request, NOW).await));
        assert!(!is_open(&last).await && is_open(&elsewhere).await);
        assert!(!write_tx!(db, |tx| sessions::end_of_request(tx, &shared, NOW).await), "that is somebody else's now");
        assert!(is_open(&strangers).await);
    }
}
