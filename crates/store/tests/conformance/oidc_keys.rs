//! The keys that sign tokens, and logouts on their way.

use aldaba_core::random::{OsRandom, bytes};
use aldaba_core::time::Timestamp;
use aldaba_protocol::keys::SigningKey;
use aldaba_store::oidc_keys::{self, OidcKey};
use aldaba_store::outbox::MessageState;
use aldaba_store::testing::TestDatabase;
use aldaba_store::{logouts, versions};

use crate::support::*;

fn key(active_at: Timestamp) -> OidcKey {
    let signing = SigningKey::generate(&OsRandom);
    OidcKey {
        kid: hex::encode(bytes::<8>(&OsRandom)),
        public: signing.public(),
        private: signing.to_bytes(),
        created_at: NOW,
        active_at,
        withdrawn_at: None,
    }
}

async fn add(db: &TestDatabase, key: OidcKey, unless_after: Option<Timestamp>) -> bool {
    write_tx!(db, |tx| oidc_keys::add(tx, &key, unless_after).await)
}

async fn kids(db: &TestDatabase) -> Vec<String> {
    read_tx!(db, |tx| oidc_keys::list(tx).await)
        .into_iter()
        .map(|key| key.kid)
        .collect()
}

on_both! {
    // REQ-KEY-05
    async fn a_key_comes_back_as_it_was_and_is_sealed(db: &TestDatabase) {
        let first = key(NOW);
        assert!(add(db, first.clone(), Some(Timestamp::from_millis(i64::MIN))).await);
        let stored = read_tx!(db, |tx| oidc_keys::list(tx).await).remove(0);
        assert_eq!(stored.private.expose(), first.private.expose());
        assert_eq!((&stored.kid, stored.public, stored.active_at), (&first.kid, first.public, NOW));
        assert!(!format!("{stored:?}").contains(&hex::encode(first.private.expose())));
    }

    // REQ-KEY-03
    async fn of_many_nodes_one_makes_the_key(db: &TestDatabase) {
        let before = read_tx!(db, |tx| versions::read(tx).await).oidc_keys;
        let store = db.store.clone();
        let made = at_once(12, move |_| {
            let store = store.clone();
            async move {
                let key = key(NOW);
                write(&store, move |tx| Box::pin(async move {
                    oidc_keys::add(tx, &key, Some(Timestamp::from_millis(i64::MIN))).await
                })).await
            }
        }).await;
        assert_eq!(made.into_iter().filter(|made| *made).count(), 1);
        assert!(read_tx!(db, |tx| versions::read(tx).await).oidc_keys > before);
        assert!(!add(db, key(at(90)), Some(NOW.minus(seconds(1)))).await, "one begins after that");
        assert!(add(db, key(at(90)), Some(NOW)).await);
        assert!(add(db, key(at(95)), None).await, "whatever there is");
        assert_eq!(kids(db).await.len(), 3);
    }

    // REQ-KEY-02
    async fn a_key_is_deleted_once_its_successor_has_signed_for_long_enough(db: &TestDatabase) {
        let (first, second, third) = (key(NOW), key(at(100)), key(at(200)));
        let names = [&first, &second, &third].map(|key| key.kid.clone());
        for key in [first, second, third] {
            add(db, key, None).await;
        }
        let purge = async |before: u64| write_tx!(db, |tx| oidc_keys::purge(tx, at(before)).await);
        assert_eq!(purge(99).await, 0);
        assert_eq!(purge(100).await, 1);
        assert_eq!(kids(db).await, names[1..]);
        assert_eq!(purge(100_000).await, 1, "the newest stays");
        assert_eq!(kids(db).await, names[2..]);
    }

    // REQ-KEY-04
    async fn withdrawn_keys_hinder_no_new_one_and_are_deleted(db: &TestDatabase) {
        let (leaked, fresh) = (key(NOW), key(at(10)));
        let kid = fresh.kid.clone();
        add(db, leaked, None).await;
        write_tx!(db, |tx| {
            oidc_keys::add(tx, &fresh, None).await?;
            oidc_keys::withdraw_others(tx, &fresh.kid, at(10)).await
        });
        let listed = read_tx!(db, |tx| oidc_keys::list(tx).await);
        assert_eq!(listed.iter().map(|key| key.withdrawn_at).collect::<Vec<_>>(), [Some(at(10)), None]);
        assert_eq!(write_tx!(db, |tx| oidc_keys::purge(tx, at(10)).await), 1);
        let other = key(at(20)).kid;
        assert_eq!(write_tx!(db, |tx| oidc_keys::withdraw_others(tx, &other, at(20)).await), 1);
        assert!(add(db, key(at(20)), Some(Timestamp::from_millis(i64::MIN))).await);
        assert_eq!(kids(db).await[0], kid);
    }

    // REQ-CLI-10
    async fn a_logout_is_written_once_and_told_until_it_is_known(db: &TestDatabase) {
        let queue = async |client: &'static str, sid: &'static str| {
            write_tx!(db, |tx| logouts::queue(tx, client, "sub", sid, NOW).await)
        };
        assert!(queue("sede", "s1").await);
        assert!(!queue("sede", "s1").await, "one session ends at one site once");
        assert!(queue("otra", "s1").await);
        let claim = async |offset: u64| write_tx!(db, |tx| logouts::claim_due(tx, at(offset), seconds(30), 10).await);
        let claimed = claim(0).await;
        assert_eq!(claimed.len(), 2);
        assert!(claim(29).await.is_empty(), "claimed by somebody");
        let again = claim(30).await;
        assert_eq!(again.iter().map(|logout| logout.attempts).collect::<Vec<_>>(), [2, 2]);
        let (one, other) = (again[0].id, again[1].id);
        assert!(!write_tx!(db, |tx| logouts::mark_failed(tx, &one, 1, Some(at(31))).await), "claimed anew");
        assert!(write_tx!(db, |tx| logouts::mark_failed(tx, &one, 2, Some(at(90))).await));
        assert!(write_tx!(db, |tx| logouts::mark_sent(tx, &other, at(31)).await));
        assert!(!write_tx!(db, |tx| logouts::mark_sent(tx, &other, at(31)).await));
        assert!(claim(89).await.is_empty());
        assert_eq!(claim(90).await.len(), 1);
        assert!(write_tx!(db, |tx| logouts::mark_failed(tx, &one, 3, None).await));
        let states = read_tx!(db, |tx| logouts::list(tx, 10).await);
        let mut states: Vec<_> = states.iter().map(|logout| (logout.id == one, logout.state)).collect();
        states.sort_by_key(|(is_one, _)| *is_one);
        assert_eq!(states, [(false, MessageState::Sent), (true, MessageState::Failed)]);
        let purged = write_tx!(db, |tx| aldaba_store::maintenance::purge(tx, at(48 * 3600)).await);
        assert_eq!(purged.logouts, 2);
    }
}
