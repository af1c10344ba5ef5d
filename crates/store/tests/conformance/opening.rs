use std::sync::Arc;

use aldaba_core::random::{OsRandom, SeededRandom};
use aldaba_store::{KeyFile, KeyFileError, OpenError, ServerKeys, Store, StoreConfig, persons};
use sea_orm::ConnectionTrait;

use crate::support::*;

// REQ-STO-04
on_both! {
    async fn a_database_newer_than_the_program_is_refused_and_left_alone(db: &TestDatabase) {
        person(&db.store).await;
        db.store.close().await.unwrap();
        let connection = db.connect().await.unwrap();
        connection
            .execute_unprepared("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_of_tomorrow', 1)")
            .await
            .unwrap();
        let refused = Store::open(&db.config(), Arc::clone(db.keys())).await.unwrap_err();
        assert!(matches!(&refused, OpenError::NewerSchema(name) if name == "m9999_of_tomorrow"), "{refused}");
        connection.execute_unprepared("DELETE FROM seaql_migrations WHERE version = 'm9999_of_tomorrow'").await.unwrap();
        let store = Store::open(&db.config(), Arc::clone(db.keys())).await.unwrap();
        assert_eq!(store.read::<_, aldaba_store::StoreError, _>(|tx| Box::pin(persons::count(tx))).await.unwrap(), 1);
        store.close().await.unwrap();
    }

    async fn a_database_of_other_keys_is_refused(db: &TestDatabase) {
        let mut others = ServerKeys::generate(&SeededRandom::new(0xA1DABA));
        others.seal = ServerKeys::generate(&OsRandom).seal;
        let refused = Store::open(&db.config(), Arc::new(others)).await.unwrap_err();
        assert!(matches!(refused, OpenError::OtherKeys), "{refused}");
    }

    async fn several_may_open_it_at_once_and_what_was_written_is_there(db: &TestDatabase) {
        person(&db.store).await;
        let (config, keys) = (db.config(), Arc::clone(db.keys()));
        let counts = at_once(4, move |_| {
            let (config, keys) = (config.clone(), Arc::clone(&keys));
            async move {
                let store = Store::open(&config, keys).await.unwrap();
                store.ping().await.unwrap();
                let count = store.read::<_, aldaba_store::StoreError, _>(|tx| Box::pin(persons::count(tx))).await.unwrap();
                store.close().await.unwrap();
                count
            }
        }).await;
        assert_eq!(counts, [1; 4]);
    }
}

#[tokio::test]
async fn a_url_of_neither_database_is_refused_without_repeating_it() {
    let keys = Arc::new(ServerKeys::generate(&OsRandom));
    for url in ["mysql://root:hunter2@localhost/db", "hunter2", ""] {
        let refused = Store::open(&StoreConfig::new(url), Arc::clone(&keys))
            .await
            .unwrap_err();
        assert!(matches!(refused, OpenError::Url));
        assert!(!format!("{refused} {refused:?} {:?}", StoreConfig::new(url)).contains("hunter2"));
    }
}

#[test]
fn a_key_file_is_private_never_overwritten_and_read_back() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server.keys");
    assert!(matches!(KeyFile::load(&path), Err(KeyFileError::Missing(_))));
    let made = KeyFile::create(&path, &OsRandom).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o400);
    assert!(matches!(
        KeyFile::create(&path, &OsRandom),
        Err(KeyFileError::Exists(_))
    ));
    let read = KeyFile::load(&path).unwrap();
    assert_eq!(read.mac("test", &[b"one"]), made.mac("test", &[b"one"]));
    assert_eq!(read.document_index(&document()), made.document_index(&document()));
    assert_eq!(read.signing.public(), made.signing.public());
    assert_eq!(format!("{read:?}"), "ServerKeys(…)");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o440)).unwrap();
    assert!(matches!(KeyFile::load(&path), Err(KeyFileError::Permissions(_))));
    let text = std::fs::read_to_string(&path).unwrap();
    let damaged = folder.path().join("damaged.keys");
    for wrong in [
        "",
        "aldaba-server-keys v1\n",
        &text.replace("v1", "v2"),
        &text.replace("mac", "mak"),
        &text[..80],
    ] {
        let _ = std::fs::remove_file(&damaged);
        std::fs::write(&damaged, wrong).unwrap();
        std::fs::set_permissions(&damaged, PermissionsExt::from_mode(0o400)).unwrap();
        assert!(
            matches!(KeyFile::load(&damaged), Err(KeyFileError::Shape(_))),
            "{wrong:?}"
        );
    }
}
