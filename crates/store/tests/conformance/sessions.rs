use aldaba_core::ids::{RequestId, SessionId};
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::random::OsRandom;
use aldaba_store::sessions::{self, Session};

use crate::support::*;

on_both! {
    // REQ-WEB-04
    async fn a_session_ends_idle_or_by_signing_out_and_one_request_makes_one(db: &TestDatabase) {
        let person = person(&db.store).await;
        let session = Session {
            person,
            device: Some(device(&db.store, person).await),
            request: Some(RequestId::generate(&OsRandom)),
            relying_party: "demo-sede".to_owned(),
            method: Method::Incoming,
            second_step: None,
            level: Level::Low,
            browser: "Firefox".to_owned(),
            system: "Linux".to_owned(),
            created_at: NOW,
            used_at: NOW,
        };
        let (id, second) = (SessionId::generate(&OsRandom), SessionId::generate(&OsRandom));
        let (one, row, key) = (id.clone(), session.clone(), id.clone());
        assert!(write_tx!(db, |tx| sessions::insert(tx, &key, &row).await));
        let row = session.clone();
        let other = second.clone();
        assert!(!write_tx!(db, |tx| sessions::insert(tx, &other, &row).await), "one request, one session");
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
}
