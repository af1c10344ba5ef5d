//! SQLite's writing connection, spoken to directly.
//!
//! The async driver keeps each SQLite connection on a thread of its own and hands every statement over and back: two
//! switches of thread a statement, which cost more than most statements themselves. The writer has a thread anyway, so
//! its jobs talk to SQLite there without leaving it (docs/adr/0003).

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::types::{Value as SqliteValue, ValueRef};
use sea_orm::Value;

use crate::error::{OpenError, StoreError};
use crate::store::PATIENCE;

/// Statements kept prepared.
const PREPARED: usize = 256;

/// One value of a row.
pub(crate) enum Cell {
    /// NULL.
    Null,
    /// INTEGER.
    Int(i64),
    /// TEXT.
    Text(String),
    /// BLOB.
    Blob(Vec<u8>),
}

/// The connection. Only the writer's thread uses it; the lock, never contended, is what lets jobs be sent there.
pub(crate) struct Direct(Mutex<rusqlite::Connection>);

impl Direct {
    /// Opens the file for writing, as durably as the protocol asks for.
    ///
    /// # Errors
    /// [`OpenError::NotDurable`] when a setting does not take.
    pub(crate) fn open(file: &Path) -> Result<Self, OpenError> {
        let connection = rusqlite::Connection::open(file).map_err(StoreError::from)?;
        connection.busy_timeout(PATIENCE).map_err(StoreError::from)?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        let direct = Self(Mutex::new(connection));
        direct.control("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")?;
        for (question, wanted) in [
            ("PRAGMA journal_mode", "wal"),
            ("PRAGMA synchronous", "2"),
            ("PRAGMA foreign_keys", "1"),
        ] {
            let found = match direct
                .query(question, vec![])?
                .into_iter()
                .next()
                .and_then(|row| row.into_iter().next())
            {
                Some(Cell::Int(number)) => number.to_string(),
                Some(Cell::Text(text)) => text,
                _ => String::new(),
            };
            if !found.eq_ignore_ascii_case(wanted) {
                return Err(OpenError::NotDurable(format!(
                    "{question} says {found:?}, and must say {wanted:?}"
                )));
            }
        }
        Ok(direct)
    }

    fn lock(&self) -> MutexGuard<'_, rusqlite::Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Statements without values or rows: BEGIN, SAVEPOINT, COMMIT.
    pub(crate) fn control(&self, sql: &str) -> Result<(), StoreError> {
        Ok(self.lock().execute_batch(sql)?)
    }

    /// Whether a transaction is open.
    pub(crate) fn is_in_transaction(&self) -> bool {
        !self.lock().is_autocommit()
    }

    /// Runs a statement to its end; its rows.
    pub(crate) fn query(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Vec<Cell>>, StoreError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(sql)?;
        bind(&mut statement, values)?;
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let cells = (0..columns).map(|column| {
                Ok(match row.get_ref(column)? {
                    ValueRef::Null => Cell::Null,
                    ValueRef::Integer(number) => Cell::Int(number),
                    ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
                    ValueRef::Blob(bytes) => Cell::Blob(bytes.to_vec()),
                    ValueRef::Real(_) => return Err(StoreError::Corrupt("a column has another type than expected")),
                })
            });
            found.push(cells.collect::<Result<Vec<_>, StoreError>>()?);
        }
        Ok(found)
    }

    /// Runs a statement without rows; how many it changed.
    pub(crate) fn execute(&self, sql: &str, values: Vec<Value>) -> Result<u64, StoreError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(sql)?;
        bind(&mut statement, values)?;
        Ok(u64::try_from(statement.raw_execute()?).unwrap_or(0))
    }
}

/// Binds `values` to `$1`, `$2`, …: to SQLite these are names, numbered by where they first stand.
fn bind(statement: &mut rusqlite::Statement<'_>, values: Vec<Value>) -> Result<(), StoreError> {
    for (place, value) in (1..).zip(values) {
        let index = statement
            .parameter_index(&format!("${place}"))?
            .ok_or(StoreError::Corrupt("a statement has fewer parameters than values"))?;
        let value = match value {
            Value::BigInt(number) => number.map_or(SqliteValue::Null, SqliteValue::Integer),
            Value::String(text) => text.map_or(SqliteValue::Null, SqliteValue::Text),
            Value::Bytes(bytes) => bytes.map_or(SqliteValue::Null, SqliteValue::Blob),
            _ => return Err(StoreError::Corrupt("a value of a type that is not stored")),
        };
        statement.raw_bind_parameter(index, value)?;
    }
    Ok(())
}
