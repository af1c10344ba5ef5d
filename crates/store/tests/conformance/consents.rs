use std::collections::BTreeSet;

use aldaba_core::oidc::Claim;
use aldaba_store::consents;

use crate::support::*;

on_both! {
    // REQ-OIDC-22
    async fn consent_is_remembered_a_person_and_a_site(db: &TestDatabase) {
        let person = person(&db.store).await;
        assert_eq!(read_tx!(db, |tx| consents::get(tx, &person, "sede").await), None);
        let (name, all) = (BTreeSet::from([Claim::GivenName]), BTreeSet::from([Claim::GivenName, Claim::Document]));
        let (one, two) = (name.clone(), all.clone());
        write_tx!(db, |tx| consents::give(tx, &person, "sede", &one, NOW).await);
        assert_eq!(read_tx!(db, |tx| consents::get(tx, &person, "sede").await), Some(name));
        write_tx!(db, |tx| consents::give(tx, &person, "sede", &two, at(1)).await);
        assert_eq!(read_tx!(db, |tx| consents::get(tx, &person, "sede").await), Some(all));
        assert_eq!(read_tx!(db, |tx| consents::get(tx, &person, "otra").await), None);
    }
}
