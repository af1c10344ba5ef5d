//! PINs by SMS, and browsers that are known.

use aldaba_core::ids::{MessageId, PersonId, RequestId};
use aldaba_core::method::Method;
use aldaba_core::phone::Phone;
use aldaba_core::pin::Pin;
use aldaba_core::random::OsRandom;
use aldaba_core::request::RequestState;
use aldaba_core::sms::{KNOWN_FOR, SmsCounts};
use aldaba_core::time::Timestamp;
use aldaba_store::known_browsers::{self, Acquaintance};
use aldaba_store::outbox::{self, MessageKind, NewMessage};
use aldaba_store::testing::TestDatabase;
use aldaba_store::{changes, maintenance, requests, sms_pins};

use crate::support::*;

fn pin(digits: &str) -> Pin {
    Pin::parse(digits, 6).unwrap()
}

async fn by_sms(db: &TestDatabase, person: Option<PersonId>, method: Method, sent: bool) -> RequestId {
    let mut new = new_request(person);
    new.method = method;
    new.quiet = true;
    let id = insert_request(&db.store, new).await;
    write_tx!(db, |tx| sms_pins::insert(tx, &id, &pin("031234"), sent).await);
    id
}

async fn take_over(db: &TestDatabase, id: RequestId, made_before: Timestamp, now: Timestamp) -> bool {
    write_tx!(db, |tx| sms_pins::take_over(tx, &id, made_before, now).await)
}

async fn look(db: &TestDatabase, person: PersonId, browser: Option<[u8; 32]>, now: Timestamp) -> (bool, bool) {
    let Acquaintance {
        this_one,
        reserved: any,
    } = read_tx!(db, |tx| known_browsers::look(tx, &person, browser.as_ref(), now).await);
    (this_one, any)
}

async fn message(db: &TestDatabase, person: PersonId, kind: MessageKind, at: Timestamp) {
    let message = NewMessage {
        id: MessageId::generate(&OsRandom),
        person: Some(person),
        kind,
        to: Phone::parse(PHONE).unwrap(),
        text: "un SMS".to_owned(),
        created_at: at,
        expires_at: None,
    };
    write_tx!(db, |tx| outbox::enqueue(tx, &message).await);
}

on_both! {
    // REQ-SMS-01
    async fn a_pin_is_of_its_request_and_only_if_it_was_sent(db: &TestDatabase) {
        let person = person(&db.store).await;
        let sent = by_sms(db, Some(person), Method::Sms, true).await;
        let other = by_sms(db, Some(person), Method::Sms, false).await;
        let matches = async |id: RequestId, digits: &'static str| {
            read_tx!(db, |tx| sms_pins::matches(tx, &id, &pin(digits)).await)
        };
        assert!(matches(sent, "031234").await);
        assert!(!matches(sent, "031235").await);
        assert!(!matches(other, "031234").await, "what was not sent is no PIN");
        assert!(!matches(request(&db.store, person).await, "031234").await);
    }

    // REQ-SMS-01
    async fn of_parallel_spends_by_sms_one_wins_and_a_decoy_never(db: &TestDatabase) {
        let person = person(&db.store).await;
        for method in [Method::Sms, Method::OwnKeySms] {
            let id = by_sms(db, Some(person), method, true).await;
            let store = db.store.clone();
            let results = at_once(64, move |_| {
                let store = store.clone();
                async move {
                    write(&store, move |tx| Box::pin(async move { won_tx(tx, &id, requests::spending(&id, None, at(599))).await })).await
                }
            }).await;
            assert_eq!(results.iter().flatten().count(), 1);
            let late = by_sms(db, Some(person), method, true).await;
            assert!(write_tx!(db, |tx| won_tx(tx, &late, requests::spending(&late, None, at(600))).await).is_none());
            let decoy = by_sms(db, None, method, false).await;
            assert!(write_tx!(db, |tx| won_tx(tx, &decoy, requests::spending(&decoy, None, NOW)).await).is_none());
        }
    }

    // REQ-SMS-02
    async fn a_request_goes_on_by_sms_once_when_its_time_has_come(db: &TestDatabase) {
        let person = person(&db.store).await;
        let device = device(&db.store, person).await;
        let id = request(&db.store, person).await;
        assert!(!take_over(db, id, at(59).minus(seconds(60)), at(59)).await, "its devices have a minute");
        let store = db.store.clone();
        let won = at_once(16, move |_| {
            let store = store.clone();
            async move {
                write(&store, move |tx| Box::pin(async move { sms_pins::take_over(tx, &id, NOW, at(60)).await })).await
            }
        }).await;
        assert_eq!(won.into_iter().filter(|won| *won).count(), 1);
        let found = read_tx!(db, |tx| requests::get(tx, &id).await).unwrap();
        assert_eq!((found.method, found.state(at(60)), found.updated_at), (Method::Sms, RequestState::Pending, at(60)));
        // No device sees or reveals it any more, and streams are told that it is over.
        assert!(read_tx!(db, |tx| requests::list_for_person(tx, &person, at(60)).await).is_empty());
        let policy = aldaba_core::policy::Policy::default();
        assert!(write_tx!(db, |tx| won_tx(tx, &id, requests::revealing(&policy, &id, &person, &device, false, at(61))).await).is_none());
        let changed = read_tx!(db, |tx| changes::requests_since(tx, at(60), at(61)).await);
        assert_eq!((changed.len(), changed[0].id, changed[0].state), (1, id, RequestState::Expired));
        let resumed = read_tx!(db, |tx| requests::changed_since(tx, &person, at(60)).await);
        assert_eq!((resumed.len(), resumed[0].method), (1, Method::Sms));
        // The notice that it was counts on.
        let counts = read_tx!(db, |tx| requests::counts(tx, &person, at(61)).await);
        assert_eq!((counts.unanswered_hour, counts.unanswered_day), (1, 1));
        by_sms(db, Some(person), Method::Sms, true).await;
        let counts = read_tx!(db, |tx| requests::counts(tx, &person, at(61)).await);
        assert_eq!(counts.unanswered_day, 1, "what was by SMS from the start was no notice");

        let revealed = request(&db.store, person).await;
        let policy = aldaba_core::policy::Policy::default();
        write_tx!(db, |tx| won_tx(tx, &revealed, requests::revealing(&policy, &revealed, &person, &device, false, NOW)).await).unwrap();
        assert!(!take_over(db, revealed, NOW, at(60)).await);
        let over = request(&db.store, person).await;
        assert!(!take_over(db, over, NOW, at(600)).await);
    }

    // REQ-SMS-05
    async fn a_browser_is_known_to_who_signed_in_there_for_a_year(db: &TestDatabase) {
        let ana = person(&db.store).await;
        let (mine, other) = ([7; 32], [8; 32]);
        assert_eq!(look(db, ana, Some(mine), NOW).await, (false, false));
        for _ in 0..2 {
            write_tx!(db, |tx| remember_tx(tx, &ana, &mine, NOW).await);
        }
        assert_eq!(look(db, ana, Some(mine), NOW).await, (true, true));
        assert_eq!(look(db, ana, Some(other), NOW).await, (false, true));
        assert_eq!(look(db, ana, None, NOW).await, (false, true));
        let nobody = PersonId::generate(&OsRandom);
        assert_eq!(look(db, nobody, Some(mine), NOW).await, (false, false));
        let year = NOW.plus(KNOWN_FOR);
        assert_eq!(look(db, ana, Some(mine), year.minus(seconds(1))).await, (true, true));
        assert_eq!(look(db, ana, Some(mine), year).await, (false, false));
        // Used again, it stays known; an older use changes nothing.
        write_tx!(db, |tx| remember_tx(tx, &ana, &mine, at(10)).await);
        write_tx!(db, |tx| remember_tx(tx, &ana, &mine, NOW).await);
        assert_eq!(look(db, ana, Some(mine), year).await, (true, true));
        let purged = write_tx!(db, |tx| maintenance::purge(tx, year).await);
        assert_eq!(purged.known_browsers, 0);
        let purged = write_tx!(db, |tx| maintenance::purge(tx, at(10).plus(KNOWN_FOR)).await);
        assert_eq!((purged.known_browsers, purged.total()), (1, 1));
    }

    // REQ-SMS-04
    async fn codes_are_counted_by_who_caused_them(db: &TestDatabase) {
        let person = person(&db.store).await;
        message(db, person, MessageKind::ActivationCode, at(0)).await;
        message(db, person, MessageKind::SignInPin, at(100)).await;
        message(db, person, MessageKind::KnownSignInPin, at(200)).await;
        message(db, person, MessageKind::NewDevice, at(200)).await;
        let count = async |now: Timestamp| read_tx!(db, |tx| outbox::count_codes(tx, &person, now).await);
        let counts = |day, open_day, open_hour| SmsCounts { day, open_day, open_hour };
        assert_eq!(count(at(300)).await, counts(3, 2, 2));
        assert_eq!(count(at(3600)).await, counts(3, 2, 1));
        assert_eq!(count(at(24 * 3600)).await, counts(2, 1, 0));
        assert_eq!(count(at(24 * 3600 + 200)).await, counts(0, 0, 0));
        let nobody = PersonId::generate(&OsRandom);
        assert_eq!(read_tx!(db, |tx| outbox::count_codes(tx, &nobody, at(300)).await), counts(0, 0, 0));
    }

    // REQ-SMS-02
    async fn a_message_that_is_due_later_leaves_later(db: &TestDatabase) {
        let new = NewMessage {
            id: MessageId::generate(&OsRandom),
            person: None,
            kind: MessageKind::SignInPin,
            to: Phone::parse(PHONE).unwrap(),
            text: "un SMS".to_owned(),
            created_at: NOW,
            expires_at: Some(at(600)),
        };
        write_tx!(db, |tx| outbox::enqueue_for(tx, &new, at(60)).await);
        let claim = async |now| write_tx!(db, |tx| outbox::claim_due(tx, now, seconds(30), 10).await);
        assert!(claim(at(59)).await.is_empty());
        let claimed = claim(at(60)).await;
        assert_eq!((claimed.len(), claimed[0].created_at), (1, NOW));
    }
}
