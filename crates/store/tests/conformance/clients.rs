//! Sites as clients, their secrets and assertions, and what they pay for.

use aldaba_store::clients::{self, ClientState, Origin, Settings};
use aldaba_store::testing::TestDatabase;
use aldaba_store::{sms_budget, versions};

use crate::support::*;

fn settings(id: &str, sms_per_month: u32) -> Settings {
    Settings {
        id: id.to_owned(),
        json: format!(r#"{{"id":"{id}","sms":{sms_per_month}}}"#),
        sms_per_month,
    }
}

async fn version(db: &TestDatabase) -> u64 {
    read_tx!(db, |tx| versions::read(tx).await).clients
}

async fn state(db: &TestDatabase, id: &'static str) -> Option<ClientState> {
    read_tx!(db, |tx| clients::get(tx, id).await).map(|client| client.state)
}

on_both! {
    // REQ-CLI-01
    async fn what_the_file_says_is_written_once_and_marked_when_it_is_gone(db: &TestDatabase) {
        let before = version(db).await;
        let sede = settings("sede", 0);
        assert!(write_tx!(db, |tx| clients::put_from_file(tx, &sede, NOW).await));
        assert_eq!(version(db).await, before + 1);
        let same = settings("sede", 0);
        assert!(!write_tx!(db, |tx| clients::put_from_file(tx, &same, at(1)).await), "nothing changed");
        assert_eq!(version(db).await, before + 1, "and nobody need read it again");
        let other = settings("sede", 7);
        assert!(write_tx!(db, |tx| clients::put_from_file(tx, &other, at(2)).await));
        let stored = read_tx!(db, |tx| clients::get(tx, "sede").await).unwrap();
        assert_eq!(stored.settings, settings("sede", 7).json);
        assert_eq!((stored.origin, stored.created_at, stored.updated_at), (Origin::File, NOW, at(2)));
        assert!(write_tx!(db, |tx| clients::mark_absent(tx, "sede", at(3)).await));
        assert!(!write_tx!(db, |tx| clients::mark_absent(tx, "sede", at(3)).await));
        assert_eq!(state(db, "sede").await, Some(ClientState::Absent));
        let back = settings("sede", 7);
        assert!(write_tx!(db, |tx| clients::put_from_file(tx, &back, at(4)).await));
        assert_eq!(state(db, "sede").await, Some(ClientState::Active));
    }

    // REQ-CLI-04
    async fn who_is_disabled_stays_so_whatever_the_file_says(db: &TestDatabase) {
        let sede = settings("sede", 0);
        write_tx!(db, |tx| clients::put_from_file(tx, &sede, NOW).await);
        assert!(write_tx!(db, |tx| clients::disable(tx, "sede", NOW).await));
        assert!(!write_tx!(db, |tx| clients::disable(tx, "sede", NOW).await));
        let changed = settings("sede", 9);
        assert!(write_tx!(db, |tx| clients::put_from_file(tx, &changed, at(1)).await));
        assert!(!write_tx!(db, |tx| clients::mark_absent(tx, "sede", at(1)).await));
        assert_eq!(state(db, "sede").await, Some(ClientState::Disabled));
        assert!(write_tx!(db, |tx| clients::enable(tx, "sede", at(2)).await));
        assert!(!write_tx!(db, |tx| clients::enable(tx, "sede", at(2)).await));
        assert_eq!(state(db, "sede").await, Some(ClientState::Active));
    }

    // REQ-CLI-02
    async fn a_client_is_added_by_command_once_and_the_file_may_take_it_over(db: &TestDatabase) {
        let sede = settings("sede", 0);
        assert!(write_tx!(db, |tx| clients::add(tx, &sede, NOW).await));
        let again = settings("sede", 5);
        assert!(!write_tx!(db, |tx| clients::add(tx, &again, at(1)).await), "there is one");
        assert!(!write_tx!(db, |tx| clients::mark_absent(tx, "sede", at(1)).await), "it came from no file");
        let filed = settings("sede", 0);
        assert!(write_tx!(db, |tx| clients::put_from_file(tx, &filed, at(2)).await));
        let listed = read_tx!(db, |tx| clients::list(tx).await);
        assert_eq!((listed.len(), listed[0].origin), (1, Origin::File));
    }

    // REQ-CLI-06
    async fn a_new_secret_ends_the_earlier_ones_after_a_while(db: &TestDatabase) {
        let sede = settings("sede", 0);
        write_tx!(db, |tx| clients::add(tx, &sede, NOW).await);
        let before = version(db).await;
        let hashes = ["one", "two", "three"].map(clients::secret_hash);
        for (index, hash) in hashes.into_iter().enumerate() {
            let index = index as u64;
            write_tx!(db, |tx| clients::add_secret(tx, "sede", &hash, at(100 - index), at(index)).await);
        }
        assert_eq!(version(db).await, before + 3);
        let kept = read_tx!(db, |tx| clients::secrets(tx).await);
        let ends: Vec<_> = kept.iter().map(|secret| (secret.hash, secret.ends_at)).collect();
        assert_eq!(ends, [(hashes[2], None), (hashes[1], Some(at(98))), (hashes[0], Some(at(98)))]);
        write_tx!(db, |tx| aldaba_store::maintenance::purge(tx, at(98 + 48 * 3600)).await);
        assert_eq!(read_tx!(db, |tx| clients::secrets(tx).await).len(), 1, "ended secrets are thrown away");
    }

    // REQ-CLI-08
    async fn an_assertion_is_used_once(db: &TestDatabase) {
        let use_it = async |client: &'static str, jti: &'static str| {
            write_tx!(db, |tx| clients::use_assertion(tx, client, jti, at(300)).await)
        };
        assert!(use_it("sede", "a").await);
        assert!(!use_it("sede", "a").await);
        assert!(use_it("sede", "b").await);
        assert!(use_it("otra", "a").await, "each client has its own");
        assert_eq!(write_tx!(db, |tx| aldaba_store::maintenance::purge(tx, at(299)).await).clients, 0);
        assert_eq!(write_tx!(db, |tx| aldaba_store::maintenance::purge(tx, at(300)).await).clients, 3);
        let store = db.store.clone();
        let won = at_once(40, move |_| {
            let store = store.clone();
            async move {
                write(&store, |tx| Box::pin(async move { clients::use_assertion(tx, "sede", "once", at(300)).await })).await
            }
        }).await;
        assert_eq!(won.into_iter().filter(|won| *won).count(), 1);
    }

    // REQ-CLI-09
    async fn a_budget_is_never_overdrawn_and_begins_anew_each_month(db: &TestDatabase) {
        let (sede, free) = (settings("sede", 20), settings("free", 0));
        write_tx!(db, |tx| {
            clients::add(tx, &sede, NOW).await?;
            clients::add(tx, &free, NOW).await
        });
        let store = db.store.clone();
        let taken = at_once(60, move |_| {
            let store = store.clone();
            async move { write(&store, |tx| Box::pin(async move { sms_budget::take(tx, "sede", "2027-01").await })).await }
        }).await;
        assert_eq!(taken.into_iter().filter(|taken| *taken).count(), 20);
        let take = async |client: &'static str, month: &'static str| {
            write_tx!(db, |tx| sms_budget::take(tx, client, month).await)
        };
        let left = async |client: &'static str, month: &'static str| {
            let report = read_tx!(db, |tx| sms_budget::report(tx, month).await);
            let row = report.into_iter().find(|row| row.client_id == client);
            row.map_or(0, |row| row.budget.saturating_sub(row.taken))
        };
        assert_eq!(left("sede", "2027-01").await, 0);
        assert!(!take("sede", "2027-01").await);
        assert_eq!(left("sede", "2027-02").await, 20);
        assert!(take("sede", "2027-02").await);
        assert_eq!(left("sede", "2027-02").await, 19);
        assert!(!take("free", "2027-01").await);
        assert!(!take("nobody", "2027-01").await);
        assert_eq!((left("free", "2027-01").await, left("nobody", "2027-01").await), (0, 0));
        let more = settings("sede", 21);
        write_tx!(db, |tx| clients::put_from_file(tx, &more, NOW).await);
        assert!(take("sede", "2027-01").await, "the budget was raised");
        assert!(!take("sede", "2027-01").await);
        let less = settings("sede", 3);
        write_tx!(db, |tx| clients::put_from_file(tx, &less, NOW).await);
        assert_eq!(left("sede", "2027-01").await, 0);
        let report = read_tx!(db, |tx| sms_budget::report(tx, "2027-01").await);
        let rows: Vec<_> = report.iter().map(|row| (row.client_id.as_str(), row.taken, row.budget)).collect();
        assert_eq!(rows, [("sede", 21, 3)]);
        write_tx!(db, |tx| clients::disable(tx, "sede", NOW).await);
        assert!(!take("sede", "2027-03").await, "nobody pays for a disabled site");
    }
}
