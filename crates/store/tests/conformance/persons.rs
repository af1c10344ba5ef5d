use std::collections::BTreeSet;

use aldaba_core::contrast::Contrast;
use aldaba_core::document::{Document, control_letter};
use aldaba_core::oidc::Claim;
use aldaba_core::phone::Phone;
use aldaba_store::{StoreError, consents, devices, persons};

use crate::support::*;

on_both! {
    async fn a_citizen_is_found_by_any_spelling_and_read_back(db: &TestDatabase) {
        let id = person(&db.store).await;
        let found = read_tx!(db, |tx| persons::find(tx, &Document::parse("12.345.678-z").unwrap()).await).unwrap();
        assert_eq!((found.id, found.name.as_str()), (id, NAME));
        assert_eq!(found.document.canonical(), DOCUMENT);
        assert_eq!(found.phone.as_ref().map(Phone::e164), Some(PHONE));
        assert!(found.contrast_matches(db.keys(), &contrast()));
        let other = Contrast::parse_for(&document(), "18-05-2031").unwrap();
        assert!(!found.contrast_matches(db.keys(), &other));
        assert!(!persons::contrast_matches_nobody(db.keys(), &contrast()));
        assert!(read_tx!(db, |tx| persons::find(tx, &Document::parse("00000000T").unwrap()).await).is_none());
        assert_eq!(read_tx!(db, |tx| persons::count(tx).await), 1);
        assert!(format!("{found:?}").contains("Person"));
        for secret in [NAME, DOCUMENT, PHONE] {
            assert!(!format!("{found:?}{:?}", new_person()).contains(secret));
        }
    }

    async fn one_document_is_one_citizen_also_when_registered_at_once(db: &TestDatabase) {
        let store = db.store.clone();
        let won = at_once(16, move |_| {
            let (store, new) = (store.clone(), new_person());
            async move { write(&store, move |tx| Box::pin(async move { persons::insert(tx, &new).await })).await }
        }).await;
        assert_eq!(won.iter().filter(|won| **won).count(), 1);
        assert_eq!(read_tx!(db, |tx| persons::count(tx).await), 1);
    }

    async fn many_at_once_are_the_same_as_one_by_one(db: &TestDatabase) {
        // One more than fits into a statement, twice.
        let made: Vec<_> = (0..33u32).map(|number| {
            let mut new = new_person();
            new.document = Document::parse(&format!("{number:08}{}", control_letter(number))).unwrap();
            new
        }).collect();
        let devices: Vec<_> = made.iter().map(|person| new_device(person.id)).collect();
        let (persons, ids, owned) = (made.clone(), made.iter().map(|person| person.id).collect::<Vec<_>>(), devices.clone());
        write_tx!(db, |tx| {
            persons::insert_all(tx, &persons).await?;
            devices::insert_all(tx, &owned).await?;
            consents::give_all(tx, &ids, "sede", &BTreeSet::from([Claim::Document]), NOW).await
        });
        assert_eq!(read_tx!(db, |tx| persons::count(tx).await), 33);
        for (person, device) in made.into_iter().zip(devices) {
            let (id, document) = (person.id, person.document.clone());
            let wanted = document.clone();
            let found = read_tx!(db, |tx| persons::find(tx, &wanted).await).unwrap();
            assert_eq!((found.id, found.name.as_str(), &found.document), (id, NAME, &document));
            assert!(found.contrast_matches(db.keys(), &person.contrast));
            let held = read_tx!(db, |tx| devices::list(tx, &id).await);
            assert_eq!(held.iter().map(|held| (held.id, held.name.as_str())).collect::<Vec<_>>(), [(device.id, DEVICE_NAME)]);
            let agreed = read_tx!(db, |tx| consents::get(tx, &id, "sede").await);
            assert_eq!(agreed, Some(BTreeSet::from([Claim::Document])));
        }
        let again = new_person();
        let twice = [again.clone(), again];
        let refused: Result<(), StoreError> = db.store.write(|tx| Box::pin(async move { persons::insert_all(tx, &twice).await })).await;
        assert!(refused.is_err());
        assert_eq!(read_tx!(db, |tx| persons::count(tx).await), 33);
    }

    async fn a_citizen_is_updated_and_mutes_never_shorten(db: &TestDatabase) {
        let id = person(&db.store).await;
        let mut new = new_person();
        new.phone = None;
        new.name = "Marisol E.".to_owned();
        assert!(write_tx!(db, |tx| persons::update(tx, &id, &new).await));
        let found = read_tx!(db, |tx| persons::get(tx, &id).await).unwrap();
        assert_eq!((found.name.as_str(), found.phone.is_none(), found.is_muted(NOW)), ("Marisol E.", true, false));
        assert!(write_tx!(db, |tx| persons::mute_until(tx, &id, at(100)).await));
        assert!(!write_tx!(db, |tx| persons::mute_until(tx, &id, at(50)).await));
        let found = write_tx!(db, |tx| persons::lock(tx, &id).await).unwrap();
        assert!(found.is_muted(at(99)) && !found.is_muted(at(100)));
        let found = write_tx!(db, |tx| persons::find_locked(tx, &document()).await).unwrap();
        assert_eq!(found.id, id);
    }
}
