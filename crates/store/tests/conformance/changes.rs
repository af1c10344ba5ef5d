use aldaba_core::device::DeviceState;
use aldaba_core::method::Method;
use aldaba_core::policy::Policy;
use aldaba_core::request::RequestState;
use aldaba_store::changes::{self, ActivatedDevice, ChangedRequest, ClosedDevice};
use aldaba_store::{devices, requests};

use crate::support::*;

on_both! {
    // REQ-UI-03
    async fn another_process_learns_of_requests_that_devices_are_to_show(db: &TestDatabase) {
        let person = person(&db.store).await;
        let mine = device(&db.store, person).await;
        let id = request(&db.store, person).await;
        let mut quiet = new_request(Some(person));
        quiet.quiet = true;
        insert_request(&db.store, quiet).await;
        insert_request(&db.store, new_request(None)).await;
        let mut own = new_request(Some(person));
        own.method = Method::SelfGenerated;
        insert_request(&db.store, own).await;
        let since = async |since, now| read_tx!(db, |tx| changes::requests_since(tx, since, now).await);
        let changed = |state, updated_at| vec![ChangedRequest { id, person, state, updated_at }];
        assert_eq!(since(NOW, at(1)).await, changed(RequestState::Pending, NOW));
        assert_eq!(since(at(1), at(1)).await, []);
        write_tx!(db, |tx| won_tx(tx, &id, requests::revealing(&Policy::default(), &id, &person, &mine, false, at(5))).await).unwrap();
        assert_eq!(since(at(5), at(6)).await, changed(RequestState::Revealed, at(5)));
        assert_eq!(since(at(5), at(600)).await, []);
    }

    // REQ-DEV-04
    async fn another_process_learns_of_devices_that_were_closed(db: &TestDatabase) {
        let person = person(&db.store).await;
        let (frozen, revoked) = (device(&db.store, person).await, device(&db.store, person).await);
        device(&db.store, person).await;
        assert!(write_tx!(db, |tx| devices::freeze(tx, &frozen, at(1)).await));
        assert!(write_tx!(db, |tx| devices::revoke(tx, &revoked, at(2)).await));
        let closed = |id, state, closed_at| ClosedDevice { id, person, state, closed_at };
        let (first, second) = (closed(frozen, DeviceState::Frozen, at(1)), closed(revoked, DeviceState::Revoked, at(2)));
        let since = async |since| read_tx!(db, |tx| changes::devices_closed_since(tx, since).await);
        assert_eq!(since(NOW).await, [first, second]);
        assert_eq!(since(at(2)).await, [second]);
        assert_eq!(since(at(3)).await, []);
    }

    // REQ-ACT-07
    async fn another_process_learns_of_devices_that_were_activated(db: &TestDatabase) {
        let person = person(&db.store).await;
        let id = device(&db.store, person).await;
        let since = async |since| read_tx!(db, |tx| changes::devices_activated_since(tx, since).await);
        assert_eq!(since(NOW).await, [ActivatedDevice { id, person, activated_at: NOW }]);
        assert_eq!(since(at(1)).await, []);
    }
}
