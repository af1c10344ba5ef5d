use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aldaba_store::testing::{Held, TestDatabase};
use aldaba_store::{DocumentLock, Store, StoreError, persons, requests};
use sea_orm::ConnectionTrait as _;

use crate::support::*;

on_both! {
    async fn an_error_undoes_its_own_job_and_no_other(db: &TestDatabase) {
        let person = person(&db.store).await;
        let store = db.store.clone();
        // Many at once, so that on SQLite they share commits.
        let results = at_once(60, move |number| {
            let (store, new) = (store.clone(), new_request(Some(person)));
            async move {
                let id = new.id;
                let result: Result<(), StoreError> = store.write(move |tx| Box::pin(async move {
                    requests::insert(tx, &new).await?;
                    match number % 3 {
                        0 => Err(StoreError::Unavailable),
                        1 => panic!("a fault in a use case"),
                        _ => Ok(()),
                    }
                })).await;
                (number, id, result)
            }
        });
        let results = if db.store.backend() == aldaba_store::Backend::Sqlite {
            results.await
        } else {
            // On PostgreSQL a panic stays in its caller's task.
            let mut kept = Vec::new();
            let store = db.store.clone();
            for number in [0usize, 2] {
                let new = new_request(Some(person));
                let id = new.id;
                let result: Result<(), StoreError> = store.write(move |tx| Box::pin(async move {
                    requests::insert(tx, &new).await?;
                    if number == 0 { Err(StoreError::Unavailable) } else { Ok(()) }
                })).await;
                kept.push((number, id, result));
            }
            kept
        };
        for (number, id, result) in results {
            let found = read_tx!(db, |tx| requests::get(tx, &id).await);
            match number % 3 {
                0 => assert!(matches!(result, Err(StoreError::Unavailable)) && found.is_none()),
                1 => assert!(matches!(result, Err(StoreError::Panicked)) && found.is_none()),
                _ => assert!(result.is_ok() && found.is_some()),
            }
        }
    }

    async fn a_refused_statement_undoes_its_own_job_and_no_other(db: &TestDatabase) {
        let person = person(&db.store).await;
        let first = new_request(Some(person));
        insert_request(&db.store, first.clone()).await;
        let store = db.store.clone();
        let results = at_once(40, move |number| {
            let (store, first, new) = (store.clone(), first.clone(), new_request(Some(person)));
            async move {
                let id = new.id;
                let result: Result<(), StoreError> = store.write(move |tx| Box::pin(async move {
                    requests::insert(tx, &new).await?;
                    // The same primary key again.
                    if number % 2 == 0 { requests::insert(tx, &first).await } else { Ok(()) }
                })).await;
                (number, id, result)
            }
        }).await;
        for (number, id, result) in results {
            let found = read_tx!(db, |tx| requests::get(tx, &id).await);
            assert_eq!((result.is_ok(), found.is_some()), (number % 2 == 1, number % 2 == 1));
            if let Err(error) = result {
                assert!(matches!(error, StoreError::Statement(_)), "{error}");
            }
        }
    }

    async fn reading_connections_do_not_write(db: &TestDatabase) {
        let new = new_person();
        let refused: Result<bool, StoreError> =
            db.store.read(move |tx| Box::pin(async move { persons::insert(tx, &new).await })).await;
        assert!(matches!(refused, Err(StoreError::ReadOnly)));
        let refused = db.store.read(|tx| Box::pin(async { persons::find_locked(tx, &document()).await })).await;
        assert!(matches!(refused, Err(StoreError::ReadOnly)));
    }

    async fn what_was_acknowledged_is_read_at_once(db: &TestDatabase) {
        let person = person(&db.store).await;
        let store = db.store.clone();
        let seen = at_once(64, move |_| {
            let (store, new) = (store.clone(), new_request(Some(person)));
            async move {
                let id = insert_request(&store, new).await;
                store.read::<_, StoreError, _>(move |tx| Box::pin(async move { requests::get(tx, &id).await })).await.unwrap()
            }
        }).await;
        assert!(seen.iter().all(Option::is_some));
    }

    async fn a_job_whose_caller_went_away_harms_nobody(db: &TestDatabase) {
        let person = person(&db.store).await;
        let ran = Arc::new(AtomicU32::new(0));
        for _ in 0..20 {
            let (store, ran, new) = (db.store.clone(), Arc::clone(&ran), new_request(Some(person)));
            let task = tokio::spawn(async move {
                store.write::<(), StoreError, _>(move |tx| Box::pin(async move {
                    requests::insert(tx, &new).await?;
                    ran.fetch_add(1, Ordering::Relaxed);
                    Ok(())
                })).await
            });
            tokio::task::yield_now().await;
            task.abort();
        }
        request(&db.store, person).await;
        db.store.ping().await.unwrap();
    }

    async fn a_closed_store_says_so(db: &TestDatabase) {
        db.store.close().await.unwrap();
        assert!(matches!(db.store.ping().await, Err(StoreError::Unavailable)));
        let new = new_person();
        let refused: Result<bool, StoreError> =
            db.store.write(move |tx| Box::pin(async move { persons::insert(tx, &new).await })).await;
        assert!(matches!(refused, Err(StoreError::Unavailable)), "{refused:?}");
        db.store.close().await.unwrap();
    }

    async fn a_job_dropped_half_way_leaves_nothing_and_its_connection_serves_on(db: &TestDatabase) {
        if db.store.backend() == aldaba_store::Backend::Sqlite {
            // There a job runs to its end whoever waits for it.
            return;
        }
        let person = person(&db.store).await;
        let mut dropped = Vec::new();
        // More often than there are connections.
        for _ in 0..48 {
            let (store, new) = (db.store.clone(), new_request(Some(person)));
            dropped.push(new.id);
            let (tell, told) = tokio::sync::oneshot::channel();
            let task = tokio::spawn(async move {
                store.write::<(), StoreError, _>(move |tx| Box::pin(async move {
                    requests::insert(tx, &new).await?;
                    let _ = tell.send(());
                    std::future::pending().await
                })).await
            });
            told.await.unwrap();
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
        }
        let kept = request(&db.store, person).await;
        for id in dropped {
            assert!(read_tx!(db, |tx| requests::get(tx, &id).await).is_none());
        }
        assert!(read_tx!(db, |tx| requests::get(tx, &kept).await).is_some());
        // Whoever writes next begins in no transaction of somebody else's.
        let store = db.store.clone();
        at_once(32, move |_| {
            let (store, new) = (store.clone(), new_request(Some(person)));
            async move { insert_request(&store, new).await }
        }).await;
        assert_eq!(read_tx!(db, |tx| requests::list_for_person(tx, &person, at(1)).await).len(), 33);
    }
}

/// PostgreSQL: two nodes. Who goes away while waiting for a document's lock leaves no transaction behind that gets it later.
// REQ-WEB-06
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_goes_away_while_waiting_for_a_document_holds_nothing() {
    let db = TestDatabase::postgres().await.unwrap();
    let other = Store::open(&db.config(), Arc::clone(db.keys())).await.unwrap();
    let watching = db.connect().await.unwrap();
    let waiting = async || {
        let question = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, question);
        let row = watching.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get_by_index::<i64>(0).unwrap()
    };
    let lock = DocumentLock::of(db.keys(), &document());
    let first = Held::take(&db.store, lock).await.unwrap();
    let gone = {
        let other = other.clone();
        tokio::spawn(async move {
            other
                .write_for::<(), StoreError, _>(lock, |_| Box::pin(async { Ok(()) }))
                .await
        })
    };
    while waiting().await == 0 {}
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    assert!(first.let_go().await);
    for store in [&db.store, &other, &db.store] {
        let through = store.write_for::<(), StoreError, _>(lock, |_| Box::pin(async { Ok(()) }));
        through.await.unwrap();
    }
    other.close().await.unwrap();
}
