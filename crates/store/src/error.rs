//! What can go wrong below every use case. No error carries a value that was bound to a statement.

use sea_orm::{ConnAcquireErr, DbErr};

/// A statement, a commit or a stored value failed. Nothing of the failed transaction remains.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, is closing, or had no free connection in time.
    #[error("the database is not available")]
    Unavailable,
    /// The database refused a statement.
    #[error("the database refused a statement: {0}")]
    Statement(DbErr),
    /// The commit failed, so that nothing of the transaction remains.
    #[error("the commit failed: {0}")]
    Commit(String),
    /// A stored value has a shape that this program does not write, or does not open under its keys.
    #[error("a stored value cannot be read: {0}")]
    Corrupt(&'static str),
    /// A changing statement was tried inside [`crate::Store::read`].
    #[error("this transaction may only read")]
    ReadOnly,
    /// The job panicked; its changes were undone.
    #[error("the transaction's code failed")]
    Panicked,
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match error {
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout | ConnAcquireErr::ConnectionClosed) | DbErr::Conn(_) => {
                StoreError::Unavailable
            }
            other => StoreError::Statement(other),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::Statement(DbErr::Custom(without_values(&error)))
    }
}

/// What SQLite says of an error. Its texts name tables and columns, never values; the library's own about conversions and
/// parameters are left out.
pub(crate) fn without_values(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(failure, message) => message.clone().unwrap_or_else(|| failure.to_string()),
        _ => "a value or statement of another shape than expected".to_owned(),
    }
}

/// The database could not be opened; the server must not start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL names neither SQLite nor PostgreSQL, or has a bad shape. The URL is not repeated: it may hold a password.
    #[error("the database URL must start with sqlite:// or postgres://, and be well formed")]
    Url,
    /// The database was written by a newer program. Nothing was changed.
    #[error(
        "the database has migration {0}, which this program does not know: use the newer program, or restore a backup"
    )]
    NewerSchema(String),
    /// The database was made under other keys: opening it would lose what is sealed in it.
    #[error("the key file is not the one that this database was made with")]
    OtherKeys,
    /// A durability setting did not take.
    #[error("the database does not keep what it acknowledges: {0}")]
    NotDurable(String),
    /// Connecting or migrating failed.
    #[error("the database could not be opened: {0}")]
    Database(#[from] DbErr),
    /// Reading what was stored failed.
    #[error("the database could not be opened: {0}")]
    Store(#[from] StoreError),
}
