use aldaba_core::ids::{DeviceId, PersonId, RequestId};
use aldaba_core::policy::Policy;
use aldaba_core::random::{Random, SeededRandom};
use aldaba_store::audit::{self, Broken, Entry, Fault, VerifyError};
use aldaba_store::testing::TestDatabase;
use aldaba_store::{Backend, Store, StoreError, devices, requests};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::support::*;

/// In lane 7 on PostgreSQL, in lane 0 on SQLite.
const PERSON: [u8; 16] = [7; 16];

fn entry(number: u64) -> Entry {
    Entry {
        at: at(number),
        kind: "request.revealed",
        person: Some(PersonId::from_bytes(PERSON)),
        device: number.is_multiple_of(2).then(|| DeviceId::from_bytes([1; 16])),
        request: Some(RequestId::from_bytes([2; 16])),
        detail: if number.is_multiple_of(3) {
            Value::Null
        } else {
            json!({ "number": number })
        },
    }
}

async fn append(db: &TestDatabase, entries: u64) {
    for number in 0..entries {
        write_tx!(db, |tx| audit::append(tx, &entry(number)).await);
    }
}

fn lane(db: &TestDatabase) -> i64 {
    if db.store.backend() == Backend::Postgres { 7 } else { 0 }
}

/// Appends ten entries, damages them past the store, and returns what is found.
async fn damaged(db: &TestDatabase, sql: &str) -> Broken {
    append(db, 10).await;
    assert_eq!(audit::verify(&db.store).await.unwrap().entries, 10);
    let connection = db.connect().await.unwrap();
    for statement in sql.split(';') {
        connection
            .execute_unprepared(&statement.replace("LANE", &lane(db).to_string()))
            .await
            .unwrap();
    }
    connection.close().await.unwrap();
    match audit::verify(&db.store).await {
        Err(VerifyError::Broken(broken)) => broken,
        other => panic!("{other:?}"),
    }
}

fn broken(db: &TestDatabase, seq: u64, why: Fault) -> Broken {
    Broken {
        lane: lane(db),
        seq,
        why,
    }
}

// REQ-STO-03
on_both! {
    async fn a_whole_log_is_found_whole_past_a_page(db: &TestDatabase) {
        assert_eq!(audit::verify(&db.store).await.unwrap().entries, 0);
        let store = db.store.clone();
        write(&store, |tx| Box::pin(async move {
            for number in 0..2500 {
                audit::append(tx, &entry(number)).await?;
            }
            Ok(())
        })).await;
        let summary = audit::verify(&db.store).await.unwrap();
        assert_eq!((summary.entries, summary.heads.len()), (2500, 1));
        assert_eq!(summary.heads[&lane(db)].0, 2500);
    }

    async fn parallel_appends_make_one_chain_a_lane(db: &TestDatabase) {
        let store = db.store.clone();
        let random = SeededRandom::new(4);
        let people: Vec<PersonId> = (0..24).map(|_| PersonId::generate(&random as &dyn Random)).collect();
        at_once(48, move |number| {
            let (store, person) = (store.clone(), people[number % 24]);
            async move {
                for offset in 0..5 {
                    let entry = Entry { person: Some(person), ..entry(offset) };
                    write(&store, move |tx| Box::pin(async move { audit::append(tx, &entry).await })).await;
                }
            }
        }).await;
        let summary = audit::verify(&db.store).await.unwrap();
        assert_eq!(summary.entries, 240);
        assert_eq!(summary.heads.len() > 1, db.store.backend() == Backend::Postgres);
    }

    async fn a_lane_that_another_process_moved_on_is_continued_from_where_it_ends(db: &TestDatabase) {
        append(db, 2).await;
        let person = person(&db.store).await;
        let device = device(&db.store, person).await;
        let other = Store::open(&db.config(), db.keys().clone()).await.unwrap();
        for number in 0..3 {
            // Neither store has seen what the other appends.
            write(&other, move |tx| Box::pin(async move { audit::append(tx, &entry(number)).await })).await;
            write_tx!(db, |tx| audit::append(tx, &entry(number)).await);
            write(&other, move |tx| Box::pin(async move { audit::append(tx, &entry(number)).await })).await;
            let request = insert_request(&db.store, new_request(Some(person))).await;
            let taken = write_tx!(db, |tx| {
                let nonce = format!("nonce {number}");
                let turn = devices::Turn {
                    device: &device,
                    nonce: devices::Nonce { text: &nonce, expires_at: NOW },
                    counter: number + 1,
                    digest: &[0; 32],
                    now: NOW,
                };
                let revealing = requests::revealing(&Policy::default(), &request, &person, &device, false, NOW);
                devices::take_turn_to_reveal(tx, &turn, revealing, "{}", &entry(number)).await
            });
            assert!(matches!(taken, (Some(devices::Counted::Advanced), Some(_))));
        }
        other.close().await.unwrap();
        assert_eq!(audit::verify(&db.store).await.unwrap().entries, 14);
    }

    async fn an_undone_transaction_leaves_no_entry(db: &TestDatabase) {
        append(db, 2).await;
        let undone: Result<(), StoreError> = db.store.write(|tx| Box::pin(async move {
            audit::append(tx, &entry(3)).await?;
            Err(StoreError::Unavailable)
        })).await;
        assert!(undone.is_err());
        append(db, 1).await;
        assert_eq!(audit::verify(&db.store).await.unwrap().entries, 3);
    }

    async fn a_changed_entry_is_named(db: &TestDatabase) {
        let found = damaged(db, "UPDATE audit SET at = at + 1 WHERE lane = LANE AND seq = 4").await;
        assert_eq!(found, broken(db, 4, Fault::Changed));
    }

    async fn a_changed_detail_is_named(db: &TestDatabase) {
        let found = damaged(db, "UPDATE audit SET detail = NULL WHERE lane = LANE AND seq = 2").await;
        assert_eq!(found, broken(db, 2, Fault::Changed));
    }

    async fn a_removed_entry_is_named(db: &TestDatabase) {
        let found = damaged(db, "DELETE FROM audit WHERE lane = LANE AND seq = 5").await;
        assert_eq!(found, broken(db, 5, Fault::Missing));
    }

    async fn a_removed_first_entry_is_named(db: &TestDatabase) {
        let found = damaged(db, "DELETE FROM audit WHERE lane = LANE AND seq = 1").await;
        assert_eq!(found, broken(db, 1, Fault::Missing));
    }

    async fn a_removed_and_renumbered_entry_is_named(db: &TestDatabase) {
        let found = damaged(db, "DELETE FROM audit WHERE lane = LANE AND seq = 9;\
            UPDATE audit SET seq = 9 WHERE lane = LANE AND seq = 10").await;
        assert_eq!(found, broken(db, 9, Fault::Changed));
    }

    async fn reordered_entries_are_named(db: &TestDatabase) {
        let found = damaged(db, "UPDATE audit SET seq = 99 WHERE lane = LANE AND seq = 3;\
            UPDATE audit SET seq = 3 WHERE lane = LANE AND seq = 4;\
            UPDATE audit SET seq = 4 WHERE lane = LANE AND seq = 99").await;
        assert_eq!(found, broken(db, 3, Fault::Changed));
    }

    async fn entries_cut_from_the_end_are_named(db: &TestDatabase) {
        let found = damaged(db, "DELETE FROM audit WHERE lane = LANE AND seq > 8").await;
        assert_eq!(found, broken(db, 9, Fault::Missing));
    }

    async fn all_entries_cut_are_named(db: &TestDatabase) {
        let found = damaged(db, "DELETE FROM audit").await;
        assert_eq!(found, broken(db, 1, Fault::Missing));
    }

    async fn a_head_set_back_is_named(db: &TestDatabase) {
        let found = damaged(db, "UPDATE audit_lanes SET seq = 8 WHERE lane = LANE").await;
        assert_eq!(found, broken(db, 8, Fault::Changed));
    }

    async fn entries_past_a_head_set_back_are_named(db: &TestDatabase) {
        let found = damaged(db, "UPDATE audit_lanes SET seq = 8, hash = (SELECT hash FROM audit \
            WHERE audit.lane = audit_lanes.lane AND audit.seq = 8) WHERE lane = LANE").await;
        assert_eq!(found, broken(db, 9, Fault::BeyondHead));
    }

    async fn an_entry_of_another_hand_is_named(db: &TestDatabase) {
        let found = damaged(db, "INSERT INTO audit (lane, seq, at, kind, hash) SELECT lane, seq + 1, at, kind, hash \
            FROM audit WHERE lane = LANE AND seq = 10").await;
        assert_eq!(found, broken(db, 11, Fault::Changed));
    }
}
