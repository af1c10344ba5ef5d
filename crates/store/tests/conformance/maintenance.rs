use aldaba_core::ids::SessionId;
use aldaba_core::random::OsRandom;
use aldaba_store::maintenance::{self, Purged};
use aldaba_store::{devices, requests};

use crate::support::*;

on_both! {
    async fn what_no_limit_counts_any_more_is_thrown_away(db: &TestDatabase) {
        let person = person(&db.store).await;
        let device = device(&db.store, person).await;
        let id = request(&db.store, person).await;
        let session = new_session(person, Some(device));
        write_tx!(db, |tx| {
            let nonce = devices::Nonce { text: "n", expires_at: at(180) };
            devices::admit(tx, &device, nonce, NOW).await?;
            open_tx(tx, &SessionId::generate(&OsRandom), &session, &entry_of(person)).await
        });
        let nothing = write_tx!(db, |tx| maintenance::purge(tx, at(179)).await);
        assert_eq!((nothing.total(), nothing.is_partial()), (0, false));
        let day = write_tx!(db, |tx| maintenance::purge(tx, at(86_400)).await);
        assert_eq!(day, Purged { nonces: 1, ..Purged::default() });
        let later = write_tx!(db, |tx| maintenance::purge(tx, at(2 * 86_400 + 600)).await);
        assert_eq!(later, Purged { requests: 1, sessions: 1, ..Purged::default() });
        assert!(read_tx!(db, |tx| requests::get(tx, &id).await).is_none());
        assert!(read_tx!(db, |tx| devices::get(tx, &device).await).is_some());
    }
}
