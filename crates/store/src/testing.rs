//! A database of one's own for a test, on SQLite or PostgreSQL.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use aldaba_core::random::{self, OsRandom, SeededRandom};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use tempfile::TempDir;

use crate::document_lock::DocumentLock;
use crate::error::{OpenError, StoreError};
use crate::keys::ServerKeys;
use crate::steps::Step;
use crate::store::{Backend, Store, StoreConfig};
use crate::transaction::Transaction;

/// Names the PostgreSQL server that tests may make databases on.
pub const POSTGRES_VARIABLE: &str = "ALDABA_TEST_POSTGRES";

/// Why a test has no database.
#[derive(Debug, thiserror::Error)]
pub enum TestDatabaseError {
    /// No PostgreSQL server was named. Tests fail then: a test that is silently skipped looks like one that passed.
    #[error(
        "ALDABA_TEST_POSTGRES is not set. `cargo xtask test` starts a PostgreSQL of its own and sets it; by hand: \
         ALDABA_TEST_POSTGRES=postgres://USER@127.0.0.1:PORT/postgres, as a user who may create databases"
    )]
    NoPostgres,
    /// The variable or the temporary folder cannot be used.
    #[error("no place for a test database: {0}")]
    Place(String),
    /// The database does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// PostgreSQL refused to make a database.
    #[error("PostgreSQL: {0}")]
    Postgres(#[from] sea_orm::DbErr),
}

/// A fresh, migrated database that nobody else uses. It is thrown away when this is dropped.
pub struct TestDatabase {
    /// The opened store.
    pub store: Store,
    keys: Arc<ServerKeys>,
    url: String,
    place: Place,
}

enum Place {
    Sqlite(TempDir),
    Postgres { server: String, name: String },
}

impl TestDatabase {
    /// On either database, with keys of a fixed seed.
    ///
    /// # Errors
    /// [`TestDatabaseError`].
    pub async fn new(backend: Backend) -> Result<Self, TestDatabaseError> {
        let keys = Arc::new(ServerKeys::generate(&SeededRandom::new(0xA1DABA)));
        let (url, place) = match backend {
            Backend::Sqlite => {
                let folder = tempfile::Builder::new()
                    .prefix("aldaba-test-")
                    .tempdir()
                    .map_err(|error| TestDatabaseError::Place(error.to_string()))?;
                (
                    format!("sqlite://{}", folder.path().join("aldaba.db").display()),
                    Place::Sqlite(folder),
                )
            }
            Backend::Postgres => {
                let server = std::env::var(POSTGRES_VARIABLE).map_err(|_| TestDatabaseError::NoPostgres)?;
                let name = format!("aldaba_test_{}", hex::encode(random::bytes::<8>(&OsRandom)));
                let mut url = url::Url::parse(&server).map_err(|error| TestDatabaseError::Place(error.to_string()))?;
                url.set_path(&name);
                let connection = Database::connect(&server).await?;
                connection
                    .execute_unprepared(&format!("CREATE DATABASE {name}"))
                    .await?;
                connection.close().await?;
                (url.to_string(), Place::Postgres { server, name })
            }
        };
        let store = Store::open(&config(&url), Arc::clone(&keys)).await?;
        Ok(Self {
            store,
            keys,
            url,
            place,
        })
    }

    /// [`TestDatabase::new`] on SQLite.
    ///
    /// # Errors
    /// [`TestDatabaseError`].
    pub async fn sqlite() -> Result<Self, TestDatabaseError> {
        Self::new(Backend::Sqlite).await
    }

    /// [`TestDatabase::new`] on PostgreSQL.
    ///
    /// # Errors
    /// [`TestDatabaseError`].
    pub async fn postgres() -> Result<Self, TestDatabaseError> {
        Self::new(Backend::Postgres).await
    }

    /// The keys it was opened with.
    pub fn keys(&self) -> &Arc<ServerKeys> {
        &self.keys
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A configuration to open it once more.
    pub fn config(&self) -> StoreConfig {
        config(&self.url)
    }

    /// The files of an SQLite database, as they are on the disk.
    pub fn files(&self) -> Vec<PathBuf> {
        let Place::Sqlite(folder) = &self.place else {
            return Vec::new();
        };
        let Ok(entries) = std::fs::read_dir(folder.path()) else {
            return Vec::new();
        };
        entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .collect()
    }

    /// A connection past the store, to look at rows as a thief would, or to damage them.
    ///
    /// # Errors
    /// What the database said.
    pub async fn connect(&self) -> Result<DatabaseConnection, TestDatabaseError> {
        Ok(Database::connect(&self.url).await?)
    }
}

fn config(url: &str) -> StoreConfig {
    StoreConfig {
        url: url.to_owned(),
        max_connections: 16,
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Place::Postgres { server, name } = &self.place else {
            return;
        };
        let (server, sql) = (server.clone(), format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        // A drop cannot wait for futures, and the test's own runtime may be ending.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let connection = Database::connect(&server).await.map_err(std::io::Error::other)?;
                connection
                    .execute_unprepared(&sql)
                    .await
                    .map_err(std::io::Error::other)?;
                connection.close().await.map_err(std::io::Error::other)
            })
        });
        if !matches!(thread.join(), Ok(Ok(()))) {
            eprintln!("the test database {name} was not dropped");
        }
    }
}

/// The texts of the statements that a store ran, from when they were asked for.
#[derive(Default)]
pub(crate) struct Noted(Mutex<Option<Vec<String>>>);

impl Noted {
    pub(crate) fn note(&self, sql: &str) {
        if let Some(noted) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            noted.push(sql.to_owned());
        }
    }

    pub(crate) fn take(&self) -> Vec<String> {
        let before = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .replace(Vec::new());
        before.unwrap_or_default()
    }
}

/// A job for a document that stays where it is, with the document's lock, until it is let go.
pub struct Held {
    leave: tokio::sync::oneshot::Sender<()>,
    job: tokio::task::JoinHandle<Result<(), StoreError>>,
}

impl Held {
    /// Returns once the lock is taken. `None`: the job ended before.
    pub async fn take(store: &Store, lock: DocumentLock) -> Option<Self> {
        let (entered, inside) = tokio::sync::oneshot::channel::<()>();
        let (leave, left) = tokio::sync::oneshot::channel::<()>();
        let store = store.clone();
        let job = tokio::spawn(async move {
            let held = store.write_for(lock, move |_| {
                Box::pin(async move {
                    let _ = entered.send(());
                    let _ = left.await;
                    Ok(())
                })
            });
            held.await
        });
        inside.await.ok()?;
        Some(Self { leave, job })
    }

    /// Lets it go; whether it ended as it should.
    pub async fn let_go(self) -> bool {
        self.leave.send(()).is_ok() && matches!(self.job.await, Ok(Ok(())))
    }
}

/// A step without what usually travels with it: whether it won.
///
/// # Errors
/// The database.
pub async fn alone(tx: &Transaction, step: Step) -> Result<bool, StoreError> {
    let [won] = tx.in_turn([step]).await?;
    Ok(won.is_some())
}
