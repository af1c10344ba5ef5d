//! Opening a database, and the two ways to use it.

use std::fmt;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

use crate::direct::Direct;
use crate::document_lock::DocumentLock;
use crate::error::{OpenError, StoreError};
use crate::keys::ServerKeys;
use crate::migrations;
use crate::postgres::Leases;
use crate::transaction::{Context, Transaction};
use crate::writer::Writer;

/// How long a statement waits for a connection or, on SQLite, for another process's lock.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Where the data is.
#[derive(Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreConfig {
    /// `sqlite:///path/aldaba.db` (made when it does not exist) or `postgres://user:password@host/database`.
    pub url: String,
    /// Connections: on PostgreSQL all of them, on SQLite those that read (one more writes).
    #[serde(default = "default_connections")]
    pub max_connections: u32,
}

const fn default_connections() -> u32 {
    16
}

impl StoreConfig {
    /// A configuration with the default number of connections.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            max_connections: default_connections(),
        }
    }
}

impl fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL may hold a password.
        f.debug_struct("StoreConfig")
            .field("max_connections", &self.max_connections)
            .finish_non_exhaustive()
    }
}

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// One file, one writer, commits grouped.
    Sqlite,
    /// A server of its own.
    Postgres,
}

/// An open database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    context: Arc<Context>,
    backend: Backend,
    ways: Ways,
}

/// The ways to the database.
enum Ways {
    /// Connections that only read, and the one that writes.
    Sqlite {
        readers: DatabaseConnection,
        writer: Writer,
    },
    /// All are alike.
    Postgres(Leases),
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("backend", &self.inner.backend)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the database, brings its schema up to this program's, and checks that it was made with `keys`.
    ///
    /// # Errors
    /// [`OpenError`]; a database newer than the program, or of other keys, is left untouched.
    pub async fn open(config: &StoreConfig, keys: Arc<ServerKeys>) -> Result<Self, OpenError> {
        let backend = match config.url.split_once(':') {
            Some(("sqlite", _)) => Backend::Sqlite,
            Some(("postgres" | "postgresql", _)) => Backend::Postgres,
            _ => return Err(OpenError::Url),
        };
        match backend {
            Backend::Sqlite => Self::open_sqlite(config, keys).await,
            Backend::Postgres => Self::open_postgres(config, keys).await,
        }
    }

    async fn open_sqlite(config: &StoreConfig, keys: Arc<ServerKeys>) -> Result<Self, OpenError> {
        let migrating = connect_sqlite(&config.url, 1, true).await?;
        migrations::run(&migrating).await?;
        migrating.close().await?;
        let context = Context::new(keys, DbBackend::Sqlite);
        let pool = connect_sqlite(&config.url, config.max_connections.max(1), false).await?;
        let file = SqliteConnectOptions::from_str(&config.url).map_err(|_| OpenError::Url)?;
        let writer = Writer::start(Direct::open(file.get_filename())?, Arc::clone(&context))?;
        let store = Self {
            inner: Arc::new(Inner {
                context,
                backend: Backend::Sqlite,
                ways: Ways::Sqlite { readers: pool, writer },
            }),
        };
        store.check_keys().await?;
        Ok(store)
    }

    async fn open_postgres(config: &StoreConfig, keys: Arc<ServerKeys>) -> Result<Self, OpenError> {
        // The driver asks the process for its cryptography where only the authority of a certificate is to be checked, and the
        // program is built with two: ours is that of the TLS stack. Whoever installed one before has chosen.
        let _installed_before = rustls::crypto::aws_lc_rs::default_provider().install_default();
        // Two servers may start at once: the migrations run on one connection that holds an advisory lock.
        let alone = connect_postgres(&config.url, 1).await?;
        migrations::run(&alone).await?;
        alone.close().await?;
        let connections = config.max_connections.max(2);
        let pool = connect_postgres(&config.url, connections).await?;
        require(&pool, "SHOW synchronous_commit", "on").await?;
        require(&pool, "SHOW fsync", "on").await?;
        let context = Context::new(keys, DbBackend::Postgres);
        let store = Self {
            inner: Arc::new(Inner {
                context,
                backend: Backend::Postgres,
                ways: Ways::Postgres(Leases::new(pool.get_postgres_connection_pool().clone(), connections)),
            }),
        };
        store.check_keys().await?;
        Ok(store)
    }

    /// A database remembers the keys it was made with: with others nothing in it could be found or opened, and what would be
    /// written under them would be lost to the right ones.
    async fn check_keys(&self) -> Result<(), OpenError> {
        let fingerprint = self.inner.context.keys.fingerprint();
        let known: Result<[u8; 32], StoreError> = self
            .write(move |tx| {
                Box::pin(async move {
                    tx.execute(
                        "INSERT INTO meta (name, value) VALUES ('keys', $1) ON CONFLICT (name) DO NOTHING",
                        vec![crate::transaction::bind::blob(fingerprint)],
                    )
                    .await?;
                    let row = tx
                        .select_one("SELECT value FROM meta WHERE name = 'keys'", vec![])
                        .await?;
                    row.ok_or(StoreError::Corrupt("the mark of the keys"))?.array(0)
                })
            })
            .await;
        if known? == fingerprint {
            Ok(())
        } else {
            Err(OpenError::OtherKeys)
        }
    }

    /// Runs `job` in one transaction: `Ok` commits and returns once that is durable, `Err` undoes everything.
    ///
    /// So what must stay although the use case refuses (a counted try, an audit entry) is returned as `Ok` of an outcome.
    /// On SQLite all jobs run one after the other on one connection: a job does nothing but talk to the database.
    ///
    /// # Errors
    /// The job's own, or a [`StoreError`] turned into it.
    pub async fn write<T, E, F>(&self, job: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t Transaction) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.write_in(None, job).await
    }

    /// [`Store::write`] by somebody who comes with a document, alone at it: whoever comes with the same one meanwhile waits, on
    /// whichever node, whether or not somebody is registered with it. Those who wait in this process have no connection yet, so
    /// that a crowd at one document leaves the others to everybody else.
    ///
    /// # Errors
    /// As [`Store::write`]; [`StoreError::Unavailable`] if the wait is too long.
    pub async fn write_for<T, E, F>(&self, document: DocumentLock, job: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t Transaction) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.write_in(Some(document), job).await
    }

    async fn write_in<T, E, F>(&self, document: Option<DocumentLock>, job: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t Transaction) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let leases = match &self.inner.ways {
            Ways::Sqlite { writer, .. } => return writer.write(job).await,
            Ways::Postgres(leases) => leases,
        };
        let _turn = match document {
            Some(document) => Some(leases.turn(document).await?),
            None => None,
        };
        let lease = leases.lease().await?;
        lease.begin(document).await?;
        let transaction = Transaction::writing(lease, Arc::clone(&self.inner.context));
        match job(&transaction).await {
            Ok(value) => {
                transaction.commit().await?;
                Ok(value)
            }
            Err(error) => {
                // A rollback that fails closes the connection, which undoes the transaction just as well.
                if let Err(failure) = transaction.rollback().await {
                    tracing::warn!(error = %failure, "rolling back failed");
                }
                Err(error)
            }
        }
    }

    /// Runs `job` on a connection that reads. Each statement sees what is committed when it starts.
    ///
    /// # Errors
    /// The job's own, or a [`StoreError`] turned into it.
    pub async fn read<T, E, F>(&self, job: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t Transaction) -> BoxFuture<'t, Result<T, E>> + Send,
        E: From<StoreError>,
    {
        let context = Arc::clone(&self.inner.context);
        let transaction = match &self.inner.ways {
            Ways::Sqlite { readers, .. } => Transaction::reading(readers.clone(), context),
            Ways::Postgres(leases) => Transaction::looking(leases.lease().await?, context),
        };
        job(&transaction).await
    }

    /// Whether the database answers, and on SQLite whether its writer does.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or what the database said.
    pub async fn ping(&self) -> Result<(), StoreError> {
        match &self.inner.ways {
            Ways::Sqlite { readers, writer } => {
                readers.ping().await?;
                writer.write::<(), StoreError, _>(|_| Box::pin(async { Ok(()) })).await
            }
            Ways::Postgres(leases) => leases.lease().await?.ping().await,
        }
    }

    /// Finishes what is waiting and closes every connection. Later calls fail with [`StoreError::Unavailable`].
    ///
    /// # Errors
    /// What the database said on closing.
    pub async fn close(&self) -> Result<(), StoreError> {
        match &self.inner.ways {
            Ways::Sqlite { readers, writer } => {
                writer.close().await;
                readers.close_by_ref().await?;
            }
            Ways::Postgres(leases) => leases.close().await,
        }
        Ok(())
    }

    /// The texts of the statements run since this was asked last; from the first time on they are kept.
    #[cfg(feature = "testing")]
    pub fn statements(&self) -> Vec<String> {
        self.inner.context.noted.take()
    }

    /// The keys it was opened with.
    pub fn keys(&self) -> &Arc<ServerKeys> {
        &self.inner.context.keys
    }

    /// Which database it is.
    pub fn backend(&self) -> Backend {
        self.inner.backend
    }
}

fn options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .connect_timeout(PATIENCE)
        .max_lifetime(None::<Duration>)
        .idle_timeout(None::<Duration>)
        .sqlx_logging(false)
        .record_stmt_in_spans(false);
    options
}

async fn connect_sqlite(url: &str, connections: u32, writing: bool) -> Result<DatabaseConnection, OpenError> {
    use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
    let mut options = options(url, connections);
    options
        .min_connections(1)
        .test_before_acquire(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            let sqlite = sqlite
                .create_if_missing(writing)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(PATIENCE)
                .statement_cache_capacity(256);
            if writing {
                sqlite.journal_mode(SqliteJournalMode::Wal)
            } else {
                sqlite.pragma("query_only", "on")
            }
        });
    Ok(Database::connect(options).await?)
}

async fn connect_postgres(url: &str, connections: u32) -> Result<DatabaseConnection, OpenError> {
    // The driver's spans show its options at TRACE: the password is taken out of the URL and set where nothing prints it.
    let mut bare = url::Url::parse(url).map_err(|_| OpenError::Url)?;
    let password = bare.password().map(percent_decoded);
    // An address without a host, of a socket, has no place for one and takes none away.
    if password.is_some() {
        bare.set_password(None).map_err(|()| OpenError::Url)?;
    }
    let mut options = options(bare.as_str(), connections);
    // Leases ask a connection that slept (postgres.rs); the pool's own question would come a second time.
    options
        .test_before_acquire(false)
        .map_sqlx_postgres_opts(move |postgres| {
            let postgres = postgres
                .options([("synchronous_commit", "on")])
                .statement_cache_capacity(256);
            match &password {
                Some(password) => postgres.password(password),
                None => postgres,
            }
        });
    Ok(Database::connect(options).await?)
}

fn percent_decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

/// Refuses a database whose setting is not `wanted`.
async fn require(connection: &DatabaseConnection, question: &str, wanted: &str) -> Result<(), OpenError> {
    let row = connection
        .query_one_raw(Statement::from_string(connection.get_database_backend(), question))
        .await?;
    let found = match row {
        Some(row) => match row.try_get_by_index::<String>(0) {
            Ok(text) => text,
            Err(_) => row.try_get_by_index::<i64>(0)?.to_string(),
        },
        None => String::new(),
    };
    if found.eq_ignore_ascii_case(wanted) {
        Ok(())
    } else {
        Err(OpenError::NotDurable(format!(
            "{question} says {found:?}, and must say {wanted:?}"
        )))
    }
}
