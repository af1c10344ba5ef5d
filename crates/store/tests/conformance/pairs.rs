use aldaba_core::contrast::Contrast;
use aldaba_core::document::Document;
use aldaba_core::method::Method;
use aldaba_core::self_generated::{FORGOTTEN, Throttle};
use aldaba_store::{maintenance, pairs};

use crate::support::*;

on_both! {
    // REQ-WEB-02
    async fn failures_are_those_of_what_was_typed_and_forgotten_in_the_end(db: &TestDatabase) {
        let made_for = async |contrast: &str| {
            let mut new = new_request(None);
            new.method = Method::SelfGenerated;
            let id = new.id;
            insert_request(&db.store, new).await;
            let document = Document::parse("55667788Z").unwrap();
            let contrast = Contrast::parse_for(&document, contrast).unwrap();
            write_tx!(db, |tx| pairs::note(tx, &id, &document, &contrast).await);
            id
        };
        let (one, again, other) = (made_for("2033-01-25").await, made_for("25/01/2033").await, made_for("2033-01-26").await);
        let none = Throttle::default();
        let counted = Throttle { failures_in_row: 6, blocked_until: Some(at(90)), failed_at: Some(NOW) };
        write_tx!(db, |tx| {
            assert_eq!(pairs::lock(tx, &one, NOW).await?, none);
            pairs::set(tx, &one, &counted, NOW).await
        });
        assert_eq!(write_tx!(db, |tx| pairs::lock(tx, &again, at(1)).await), counted);
        assert_eq!(write_tx!(db, |tx| pairs::lock(tx, &other, at(1)).await), none);
        // A request that is for no such PIN has none, and makes none.
        let incoming = new_request(None);
        let id = incoming.id;
        insert_request(&db.store, incoming).await;
        write_tx!(db, |tx| {
            pairs::set(tx, &id, &counted, NOW).await?;
            assert_eq!(pairs::lock(tx, &id, NOW).await?, none);
            Ok::<_, aldaba_store::StoreError>(())
        });
        let month = FORGOTTEN;
        assert_eq!(write_tx!(db, |tx| maintenance::purge(tx, NOW.plus(month).minus(seconds(1))).await).pairs, 0);
        assert_eq!(write_tx!(db, |tx| maintenance::purge(tx, at(1).plus(month)).await).pairs, 2);
    }
}
