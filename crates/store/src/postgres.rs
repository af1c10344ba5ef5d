//! PostgreSQL's connections, leased to one job at a time.
//!
//! The driver's pool asks each connection that is given back whether it still answers: a way there and back, on a task of
//! its own, after every transaction. Here a connection that ended its job in order is kept aside for the next one; only one
//! that did not (its job was dropped half-way, a statement failed at the wire) goes back to the driver's pool, which mends
//! or closes it (docs/adr/0019).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::postgres::{PgArguments, PgPool, PgRow};
use sea_orm::sqlx::{Arguments as _, AssertSqlSafe, Connection as _, Database, Either, Executor as _, Postgres};
use sea_orm::{DbErr, QueryResult, RuntimeErr, Value};
use sqlx_core::sql_str::SqlSafeStr as _;
use sqlx_core::transaction::TransactionManager as _;
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

use crate::document_lock::DocumentLock;
use crate::error::StoreError;
use crate::store::PATIENCE;

/// A connection that slept longer may have died with the server behind it, and is asked before it is used.
const FRESH: Duration = Duration::from_secs(10);

type Manager = <Postgres as Database>::TransactionManager;

/// Connections that nobody uses, and places for those that are used.
#[derive(Clone)]
pub(crate) struct Leases {
    shared: Arc<Shared>,
}

struct Shared {
    pool: PgPool,
    places: Arc<Semaphore>,
    resting: Mutex<Vec<(PoolConnection<Postgres>, Instant)>>,
    /// The documents at which somebody is, or waits.
    turns: Mutex<Turns>,
}

type Turns = HashMap<DocumentLock, Arc<tokio::sync::Mutex<()>>>;

impl Shared {
    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn resting(&self) -> MutexGuard<'_, Vec<(PoolConnection<Postgres>, Instant)>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Leases {
    /// Leases of so many connections of that pool, which nobody else takes from.
    pub(crate) fn new(pool: PgPool, connections: u32) -> Self {
        let places = Arc::new(Semaphore::new(usize::try_from(connections).unwrap_or(1)));
        Self {
            shared: Arc::new(Shared {
                pool,
                places,
                resting: Mutex::default(),
                turns: Mutex::default(),
            }),
        }
    }

    /// A connection, as soon as one is free.
    pub(crate) async fn lease(&self) -> Result<Lease, StoreError> {
        let place = tokio::time::timeout(PATIENCE, Arc::clone(&self.shared.places).acquire_owned()).await;
        let Ok(Ok(place)) = place else {
            return Err(StoreError::Unavailable);
        };
        let rested = self.shared.resting().pop();
        let connection = match rested {
            Some((connection, since)) if since.elapsed() < FRESH => connection,
            Some((mut connection, _)) => match connection.ping().await {
                Ok(()) => connection,
                Err(_) => {
                    connection.close_on_drop();
                    drop(connection);
                    self.connect().await?
                }
            },
            None => self.connect().await?,
        };
        Ok(Lease {
            shared: Arc::clone(&self.shared),
            held: tokio::sync::Mutex::new(Held {
                connection: Some(connection),
                in_transaction: false,
                opening: false,
                in_order: true,
            }),
            _place: place,
        })
    }

    async fn connect(&self) -> Result<PoolConnection<Postgres>, StoreError> {
        self.shared.pool.acquire().await.map_err(|error| {
            tracing::warn!(%error, "no connection to PostgreSQL");
            StoreError::Unavailable
        })
    }

    /// This process's turn at a document. Who waits for it holds no connection.
    pub(crate) async fn turn(&self, document: DocumentLock) -> Result<Turn, StoreError> {
        let queue = Arc::clone(self.shared.turns().entry(document).or_default());
        let mut turn = Turn {
            shared: Arc::clone(&self.shared),
            document,
            queue: Some(Arc::clone(&queue)),
            held: None,
        };
        let held = tokio::time::timeout(PATIENCE, queue.lock_owned()).await;
        turn.held = Some(held.map_err(|_| StoreError::Unavailable)?);
        Ok(turn)
    }

    /// Lets nobody lease any more and closes the connections that rest; those in use close when they are given back.
    pub(crate) async fn close(&self) {
        self.shared.places.close();
        let rested = std::mem::take(&mut *self.shared.resting());
        drop(rested);
        self.shared.pool.close().await;
    }
}

/// One process's turn at a document, or a place in the queue for it.
pub(crate) struct Turn {
    shared: Arc<Shared>,
    document: DocumentLock,
    queue: Option<Arc<tokio::sync::Mutex<()>>>,
    held: Option<OwnedMutexGuard<()>>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.held = None;
        let mut turns = self.shared.turns();
        self.queue = None;
        // Only the map's own is left: nobody else is there, and nobody comes while the map is locked.
        if turns
            .get(&self.document)
            .is_some_and(|queue| Arc::strong_count(queue) == 1)
        {
            turns.remove(&self.document);
        }
    }
}

/// One connection, for one job.
pub(crate) struct Lease {
    shared: Arc<Shared>,
    held: tokio::sync::Mutex<Held>,
    _place: OwnedSemaphorePermit,
}

struct Held {
    connection: Option<PoolConnection<Postgres>>,
    in_transaction: bool,
    /// `BEGIN` was sent and not answered: a transaction may be open, and hold a document's lock, of which the driver knows nothing.
    opening: bool,
    /// Nothing is under way on the wire, and nothing went wrong there.
    in_order: bool,
}

impl Held {
    fn connection(&mut self) -> Result<&mut PoolConnection<Postgres>, StoreError> {
        self.connection.as_mut().ok_or(StoreError::Unavailable)
    }

    /// In order again, unless it failed for another reason than that the database refused.
    fn outcome<T>(&mut self, result: Result<T, sea_orm::SqlxError>) -> Result<T, StoreError> {
        self.in_order = match &result {
            Ok(_) => true,
            Err(error) => matches!(error, sea_orm::SqlxError::Database(_)),
        };
        result.map_err(refused)
    }
}

fn refused(error: sea_orm::SqlxError) -> StoreError {
    match error {
        sea_orm::SqlxError::Io(_) | sea_orm::SqlxError::PoolClosed | sea_orm::SqlxError::PoolTimedOut => {
            StoreError::Unavailable
        }
        other => StoreError::Statement(DbErr::Query(RuntimeErr::SqlxError(Arc::new(other)))),
    }
}

impl Lease {
    /// Opens the transaction, and takes a document's lock in it, one way to the database for both.
    pub(crate) async fn begin(&self, document: Option<DocumentLock>) -> Result<(), StoreError> {
        let statements = document.map(|document| {
            let both = format!("BEGIN; SELECT pg_advisory_xact_lock({})", document.number());
            AssertSqlSafe(both).into_sql_str()
        });
        let mut held = self.held.lock().await;
        held.in_order = false;
        held.opening = true;
        let begun = tokio::time::timeout(PATIENCE, Manager::begin(held.connection()?, statements)).await;
        // Whoever gives up here, or is dropped, leaves `opening` behind.
        begun.map_err(|_| StoreError::Unavailable)?.map_err(refused)?;
        held.opening = false;
        held.in_transaction = true;
        held.in_order = true;
        Ok(())
    }

    /// Commits; returns when it is durable.
    pub(crate) async fn commit(&self) -> Result<(), StoreError> {
        let mut held = self.held.lock().await;
        held.in_order = false;
        let result = Manager::commit(held.connection()?).await;
        held.in_transaction = result.is_err();
        held.outcome(result)
            .map_err(|error| StoreError::Commit(error.to_string()))
    }

    /// Undoes what the transaction did.
    pub(crate) async fn rollback(&self) -> Result<(), StoreError> {
        let mut held = self.held.lock().await;
        held.in_order = false;
        let result = Manager::rollback(held.connection()?).await;
        held.in_transaction = result.is_err();
        held.outcome(result)
    }

    /// Runs a statement; its rows, and how many it changed.
    pub(crate) async fn run(&self, sql: &str, values: Vec<Value>) -> Result<(Vec<QueryResult>, u64), StoreError> {
        use futures::TryStreamExt as _;
        let arguments = arguments(values)?;
        let mut held = self.held.lock().await;
        held.in_order = false;
        let (mut rows, mut changed) = (Vec::new(), 0);
        let result = {
            let query = sea_orm::sqlx::query_with(AssertSqlSafe(sql.to_owned()), arguments);
            let mut answers = (&mut **held.connection()?).fetch_many(query);
            loop {
                match answers.try_next().await {
                    Ok(Some(Either::Left(done))) => changed += done.rows_affected(),
                    Ok(Some(Either::Right(row))) => rows.push(QueryResult::from(row as PgRow)),
                    Ok(None) => break Ok(()),
                    Err(error) => break Err(error),
                }
            }
        };
        held.outcome(result)?;
        Ok((rows, changed))
    }

    /// Whether the database answers.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        let mut held = self.held.lock().await;
        held.in_order = false;
        let result = held.connection()?.ping().await;
        held.outcome(result)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let held = self.held.get_mut();
        let Some(mut connection) = held.connection.take() else {
            return;
        };
        if held.opening {
            connection.close_on_drop();
        } else if held.in_transaction {
            // Queued on the wire; the driver's pool sends it before anybody else gets the connection.
            Manager::start_rollback(&mut connection);
        } else if held.in_order && !self.shared.pool.is_closed() {
            self.shared.resting().push((connection, Instant::now()));
        }
    }
}

fn arguments(values: Vec<Value>) -> Result<PgArguments, StoreError> {
    const OTHER: StoreError = StoreError::Corrupt("a value of a type that is not stored");
    let mut arguments = PgArguments::default();
    for value in values {
        match value {
            Value::BigInt(number) => arguments.add(number),
            Value::String(text) => arguments.add(text),
            Value::Bytes(bytes) => arguments.add(bytes),
            _ => return Err(OTHER),
        }
        .map_err(|_| OTHER)?;
    }
    Ok(arguments)
}
