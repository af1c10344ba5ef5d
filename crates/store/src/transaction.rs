//! What a job is given: statements in, typed rows out.
//!
//! The text of every statement is the same for both databases: `$1` placeholders, `RETURNING`, `ON CONFLICT`. Statements are
//! prepared once a connection and found again by their text.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use aldaba_core::time::Timestamp;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, QueryResult, Statement, Value};

use crate::direct::{Cell, Direct};
use crate::error::StoreError;
use crate::keys::ServerKeys;
use crate::postgres::Lease;

/// What every transaction of a store shares.
pub(crate) struct Context {
    pub(crate) keys: Arc<ServerKeys>,
    pub(crate) backend: DbBackend,
    /// Where the audit log's lanes were seen to end.
    pub(crate) heads: crate::audit::Heads,
    joined: crate::steps::Joined,
    transactions: AtomicU8,
    #[cfg(feature = "testing")]
    pub(crate) noted: crate::testing::Noted,
}

impl Context {
    pub(crate) fn new(keys: Arc<ServerKeys>, backend: DbBackend) -> Arc<Self> {
        Arc::new(Self {
            keys,
            backend,
            heads: crate::audit::Heads::default(),
            joined: crate::steps::Joined::default(),
            transactions: AtomicU8::new(0),
            #[cfg(feature = "testing")]
            noted: crate::testing::Noted::default(),
        })
    }
}

enum Connection {
    /// Reads, each statement on its own; on SQLite its connections refuse to write.
    Read(DatabaseConnection),
    /// PostgreSQL, in a transaction that the store opens and ends.
    Write(Lease),
    /// PostgreSQL, each statement on its own; changing ones are refused here.
    Look(Lease),
    /// SQLite's writing connection, on its writer's own thread, in a transaction that the writer opens and ends.
    Direct(Direct),
}

/// The database as one job sees it. Made by [`crate::Store::write`] and [`crate::Store::read`].
pub struct Transaction {
    connection: Connection,
    context: Arc<Context>,
    spread: u8,
}

impl Transaction {
    fn new(connection: Connection, context: Arc<Context>) -> Self {
        let spread = context.transactions.fetch_add(1, Ordering::Relaxed);
        Self {
            connection,
            context,
            spread,
        }
    }

    pub(crate) fn writing(lease: Lease, context: Arc<Context>) -> Self {
        Self::new(Connection::Write(lease), context)
    }

    pub(crate) fn looking(lease: Lease, context: Arc<Context>) -> Self {
        Self::new(Connection::Look(lease), context)
    }

    pub(crate) fn direct(connection: Direct, context: Arc<Context>) -> Self {
        Self::new(Connection::Direct(connection), context)
    }

    pub(crate) fn reading(connection: DatabaseConnection, context: Arc<Context>) -> Self {
        Self::new(Connection::Read(connection), context)
    }

    /// The keys this store was opened with.
    pub fn keys(&self) -> &ServerKeys {
        &self.context.keys
    }

    /// `locking` for PostgreSQL, `plain` for SQLite, whose writer is alone anyway. The only place where a statement's text
    /// depends on the database: SQLite does not know `FOR NO KEY UPDATE`, the lock that an UPDATE takes
    /// too, and that leaves the checks of foreign keys alone.
    pub(crate) fn locking(&self, plain: &'static str, locking: &'static str) -> &'static str {
        match self.context.backend {
            DbBackend::Postgres => locking,
            _ => plain,
        }
    }

    pub(crate) fn backend(&self) -> DbBackend {
        self.context.backend
    }

    /// Another from transaction to transaction, for what may go anywhere.
    pub(crate) const fn spread(&self) -> u8 {
        self.spread
    }

    pub(crate) fn heads(&self) -> &crate::audit::Heads {
        &self.context.heads
    }

    pub(crate) fn joined(&self) -> &crate::steps::Joined {
        &self.context.joined
    }

    /// Whether statements cost no way to another process or thread.
    pub(crate) fn is_direct(&self) -> bool {
        matches!(self.connection, Connection::Direct(_))
    }

    /// Tests may ask which statements were run.
    #[cfg(feature = "testing")]
    fn note(&self, sql: &str) {
        self.context.noted.note(sql);
    }

    #[cfg(not(feature = "testing"))]
    #[allow(clippy::unused_self)]
    const fn note(&self, _sql: &str) {}

    fn statement(&self, sql: &str, values: Vec<Value>) -> Statement {
        Statement::from_sql_and_values(self.context.backend, sql, values)
    }

    /// Rows of a SELECT.
    pub(crate) async fn select_all(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        self.note(sql);
        let rows = match &self.connection {
            Connection::Read(connection) => connection.query_all_raw(self.statement(sql, values)).await?,
            Connection::Write(lease) | Connection::Look(lease) => lease.run(sql, values).await?.0,
            Connection::Direct(direct) => return Ok(direct.query(sql, values)?.into_iter().map(Row::Direct).collect()),
        };
        Ok(rows.into_iter().map(Row::Driver).collect())
    }

    /// At most one row of a SELECT.
    pub(crate) async fn select_one(&self, sql: &str, values: Vec<Value>) -> Result<Option<Row>, StoreError> {
        self.note(sql);
        let row = match &self.connection {
            Connection::Read(connection) => connection.query_one_raw(self.statement(sql, values)).await?,
            Connection::Write(lease) | Connection::Look(lease) => lease.run(sql, values).await?.0.into_iter().next(),
            Connection::Direct(direct) => return Ok(direct.query(sql, values)?.into_iter().next().map(Row::Direct)),
        };
        Ok(row.map(Row::Driver))
    }

    /// A changing statement; how many rows it changed.
    pub(crate) async fn execute(&self, sql: &str, values: Vec<Value>) -> Result<u64, StoreError> {
        self.note(sql);
        match &self.connection {
            Connection::Read(_) | Connection::Look(_) => Err(StoreError::ReadOnly),
            Connection::Write(lease) => Ok(lease.run(sql, values).await?.1),
            Connection::Direct(direct) => direct.execute(sql, values),
        }
    }

    /// Writes many rows, several a statement: to PostgreSQL each statement is a way there and back. `insert` is the text up to
    /// `VALUES`.
    pub(crate) async fn insert_all(&self, insert: &str, rows: Vec<Vec<Value>>) -> Result<(), StoreError> {
        // SQLite looks a parameter up by name among all of them, so that longer texts cost more than they save.
        const ROWS: usize = 16;
        let mut rows = rows.into_iter();
        loop {
            let some: Vec<Vec<Value>> = rows.by_ref().take(ROWS).collect();
            if some.is_empty() {
                return Ok(());
            }
            let mut number = 0;
            let groups: Vec<String> = some
                .iter()
                .map(|row| {
                    let places: Vec<String> = row
                        .iter()
                        .map(|_| {
                            number += 1;
                            format!("${number}")
                        })
                        .collect();
                    format!("({})", places.join(", "))
                })
                .collect();
            let sql = format!("{insert} VALUES {}", groups.join(", "));
            self.execute(&sql, some.into_iter().flatten().collect()).await?;
        }
    }

    /// A conditional statement on one row: whether it won.
    pub(crate) async fn wins(&self, sql: &str, values: Vec<Value>) -> Result<bool, StoreError> {
        Ok(self.execute(sql, values).await? > 0)
    }

    /// A conditional statement on one row with RETURNING: the row as it is now, if it won.
    pub(crate) async fn change(&self, sql: &str, values: Vec<Value>) -> Result<Option<Row>, StoreError> {
        Ok(self.change_all(sql, values).await?.into_iter().next())
    }

    /// A changing statement with RETURNING. All rows are fetched, because SQLite only finishes the change once it is read to the end.
    pub(crate) async fn change_all(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        self.open()?;
        self.select_all(sql, values).await
    }

    /// Refuses in a transaction that may only read.
    pub(crate) fn open(&self) -> Result<(), StoreError> {
        match &self.connection {
            Connection::Write(_) | Connection::Direct(_) => Ok(()),
            Connection::Read(_) | Connection::Look(_) => Err(StoreError::ReadOnly),
        }
    }

    pub(crate) async fn commit(&self) -> Result<(), StoreError> {
        match &self.connection {
            Connection::Write(lease) => lease.commit().await,
            // The writer ends its own transactions.
            Connection::Read(_) | Connection::Look(_) | Connection::Direct(_) => Ok(()),
        }
    }

    pub(crate) async fn rollback(&self) -> Result<(), StoreError> {
        match &self.connection {
            Connection::Write(lease) => lease.rollback().await,
            Connection::Read(_) | Connection::Look(_) | Connection::Direct(_) => Ok(()),
        }
    }

    /// The writing connection of SQLite, for its writer.
    pub(crate) fn as_direct(&self) -> Result<&Direct, StoreError> {
        match &self.connection {
            Connection::Direct(direct) => Ok(direct),
            Connection::Read(_) | Connection::Look(_) | Connection::Write(_) => Err(StoreError::ReadOnly),
        }
    }
}

/// One row; columns are read by position, in the order of the statement's column list.
pub(crate) enum Row {
    /// As the async driver gave it.
    Driver(QueryResult),
    /// As SQLite gave it.
    Direct(Vec<Cell>),
}

const OTHER_TYPE: StoreError = StoreError::Corrupt("a column has another type than expected");

impl Row {
    fn driver<T: sea_orm::TryGetable>(row: &QueryResult, column: usize) -> Result<T, StoreError> {
        // The driver's own error may repeat the value; that it happened is enough to find the fault.
        T::try_get_by(row, column).map_err(|_| OTHER_TYPE)
    }

    pub(crate) fn int(&self, column: usize) -> Result<i64, StoreError> {
        self.optional_int(column)?.ok_or(OTHER_TYPE)
    }

    pub(crate) fn optional_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self {
            Self::Driver(row) => Self::driver(row, column),
            Self::Direct(cells) => match cells.get(column) {
                Some(Cell::Int(number)) => Ok(Some(*number)),
                Some(Cell::Null) => Ok(None),
                _ => Err(OTHER_TYPE),
            },
        }
    }

    /// A count, a number of tries, a counter: never negative.
    pub(crate) fn count(&self, column: usize) -> Result<u64, StoreError> {
        u64::try_from(self.int(column)?).map_err(|_| StoreError::Corrupt("a count is negative"))
    }

    pub(crate) fn small_count(&self, column: usize) -> Result<u32, StoreError> {
        u32::try_from(self.int(column)?).map_err(|_| StoreError::Corrupt("a count is out of range"))
    }

    pub(crate) fn flag(&self, column: usize) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }

    pub(crate) fn text(&self, column: usize) -> Result<String, StoreError> {
        self.optional_text(column)?.ok_or(OTHER_TYPE)
    }

    pub(crate) fn optional_text(&self, column: usize) -> Result<Option<String>, StoreError> {
        match self {
            Self::Driver(row) => Self::driver(row, column),
            Self::Direct(cells) => match cells.get(column) {
                Some(Cell::Text(text)) => Ok(Some(text.clone())),
                Some(Cell::Null) => Ok(None),
                _ => Err(OTHER_TYPE),
            },
        }
    }

    /// A stored word of an enum.
    pub(crate) fn word<T: std::str::FromStr>(&self, column: usize) -> Result<T, StoreError> {
        self.text(column)?
            .parse()
            .map_err(|_| StoreError::Corrupt("a stored word is unknown"))
    }

    pub(crate) fn blob(&self, column: usize) -> Result<Vec<u8>, StoreError> {
        self.optional_blob(column)?.ok_or(OTHER_TYPE)
    }

    pub(crate) fn optional_blob(&self, column: usize) -> Result<Option<Vec<u8>>, StoreError> {
        match self {
            Self::Driver(row) => Self::driver(row, column),
            Self::Direct(cells) => match cells.get(column) {
                Some(Cell::Blob(bytes)) => Ok(Some(bytes.clone())),
                Some(Cell::Null) => Ok(None),
                _ => Err(OTHER_TYPE),
            },
        }
    }

    pub(crate) fn array<const N: usize>(&self, column: usize) -> Result<[u8; N], StoreError> {
        <[u8; N]>::try_from(self.blob(column)?).map_err(|_| StoreError::Corrupt("a stored value has another length"))
    }

    pub(crate) fn optional_array<const N: usize>(&self, column: usize) -> Result<Option<[u8; N]>, StoreError> {
        self.optional_blob(column)?
            .map(|bytes| {
                <[u8; N]>::try_from(bytes).map_err(|_| StoreError::Corrupt("a stored value has another length"))
            })
            .transpose()
    }

    pub(crate) fn id<T: From16>(&self, column: usize) -> Result<T, StoreError> {
        Ok(T::from16(self.array(column)?))
    }

    pub(crate) fn optional_id<T: From16>(&self, column: usize) -> Result<Option<T>, StoreError> {
        Ok(self.optional_array(column)?.map(T::from16))
    }

    pub(crate) fn time(&self, column: usize) -> Result<Timestamp, StoreError> {
        Ok(Timestamp::from_millis(self.int(column)?))
    }

    pub(crate) fn optional_time(&self, column: usize) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.optional_int(column)?.map(Timestamp::from_millis))
    }
}

/// Identifiers of 16 bytes.
pub(crate) trait From16 {
    fn from16(bytes: [u8; 16]) -> Self;
    fn bytes16(&self) -> [u8; 16];
}

macro_rules! ids {
    ($($name:ident),+) => {$(
        impl From16 for aldaba_core::ids::$name {
            fn from16(bytes: [u8; 16]) -> Self {
                Self::from_bytes(bytes)
            }
            fn bytes16(&self) -> [u8; 16] {
                *self.as_bytes()
            }
        }
    )+};
}
ids!(
    PersonId,
    DeviceId,
    ActivationId,
    RequestId,
    AuthorizationId,
    MessageId,
    PasswordCodeId
);

/// Values bound to statements. Absent values are typed, because PostgreSQL asks for it.
pub(crate) mod bind {
    use super::{From16, StoreError, Timestamp, Value};

    pub(crate) fn id(id: &impl From16) -> Value {
        Value::Bytes(Some(id.bytes16().to_vec()))
    }

    pub(crate) fn optional_id<T: From16>(id: Option<&T>) -> Value {
        Value::Bytes(id.map(|id| id.bytes16().to_vec()))
    }

    pub(crate) fn blob(bytes: impl Into<Vec<u8>>) -> Value {
        Value::Bytes(Some(bytes.into()))
    }

    pub(crate) fn optional_blob(bytes: Option<Vec<u8>>) -> Value {
        Value::Bytes(bytes)
    }

    pub(crate) fn text(text: impl Into<String>) -> Value {
        Value::String(Some(text.into()))
    }

    pub(crate) fn optional_text(text: Option<&str>) -> Value {
        Value::String(text.map(str::to_owned))
    }

    pub(crate) fn int(number: impl Into<i64>) -> Value {
        Value::BigInt(Some(number.into()))
    }

    pub(crate) fn optional_int(number: Option<i64>) -> Value {
        Value::BigInt(number)
    }

    /// A counter; those beyond the database's 63 bits are refused.
    pub(crate) fn count(number: u64) -> Result<Value, StoreError> {
        i64::try_from(number)
            .map(int)
            .map_err(|_| StoreError::Corrupt("a number is too large to be stored"))
    }

    pub(crate) fn time(time: Timestamp) -> Value {
        int(time.as_millis())
    }

    pub(crate) fn optional_time(time: Option<Timestamp>) -> Value {
        Value::BigInt(time.map(Timestamp::as_millis))
    }
}
