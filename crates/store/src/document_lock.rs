//! One at a time at a document, whoever's it is, and also if it is nobody's.
//!
//! What is counted of a person must not change meanwhile, so use cases lock the person's row. A row that does not exist
//! cannot be locked: parallel calls for a registered document would wait for each other and those for an unknown one
//! would not, and a stranger with a clock could tell them apart. So whoever comes with a document takes its lock first, and
//! finds nobody at the row. On PostgreSQL it is an advisory lock, the same on every node; on SQLite the writer is alone anyway.

use aldaba_core::document::Document;
use sea_orm::DbBackend;

use crate::error::StoreError;
use crate::keys::ServerKeys;
use crate::transaction::{Row, Transaction, bind};

/// Names the lock of a document without telling the document: the first 64 bits of an HMAC under `K_mac`. Two documents with
/// one lock wait for each other, which harms nobody.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DocumentLock(i64);

impl DocumentLock {
    /// The lock of that document.
    pub fn of(keys: &ServerKeys, document: &Document) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = keys.mac("aldaba/document/lock/v1", &[document.canonical().as_bytes()]);
        Self(i64::from_be_bytes([a, b, c, d, e, f, g, h]))
    }

    pub(crate) const fn number(self) -> i64 {
        self.0
    }

    /// As a row keeps it, for those who come later and have the row only. Rows of before it was kept have none.
    pub(crate) fn stored(row: &Row, column: usize) -> Result<Option<Self>, StoreError> {
        Ok(row.optional_int(column)?.map(Self))
    }
}

/// Takes the lock until the transaction ends. For those who know the document from the start there is [`crate::Store::write_for`],
/// which waits before it has a connection.
pub async fn take(tx: &Transaction, lock: DocumentLock) -> Result<(), StoreError> {
    tx.open()?;
    if tx.backend() == DbBackend::Postgres {
        tx.select_one("SELECT pg_advisory_xact_lock($1)", vec![bind::int(lock.0)])
            .await?;
    }
    Ok(())
}
