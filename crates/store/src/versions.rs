//! Whether what nodes keep in memory has changed: one small row each, counted up in the transaction that changes it, so that
//! a node need only look at the numbers to know.

use crate::error::StoreError;
use crate::transaction::{Transaction, bind};

/// How often each has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Versions {
    /// Clients and their secrets.
    pub clients: u64,
    /// The keys that sign tokens.
    pub oidc_keys: u64,
}

pub(crate) const CLIENTS: &str = "clients";
pub(crate) const OIDC_KEYS: &str = "oidc_keys";

/// The present numbers.
pub async fn read(tx: &Transaction) -> Result<Versions, StoreError> {
    let mut versions = Versions::default();
    for row in tx.select_all("SELECT name, version FROM versions", vec![]).await? {
        match row.text(0)?.as_str() {
            CLIENTS => versions.clients = row.count(1)?,
            OIDC_KEYS => versions.oidc_keys = row.count(1)?,
            // Of a part of the program that this file does not know.
            _ => {}
        }
    }
    Ok(versions)
}

/// Notes a change. The row stays locked until the transaction ends: changes of one kind happen one after the other.
pub(crate) async fn changed(tx: &Transaction, name: &'static str) -> Result<(), StoreError> {
    let sql = "UPDATE versions SET version = version + 1 WHERE name = $1";
    match tx.wins(sql, vec![bind::text(name)]).await? {
        true => Ok(()),
        false => Err(StoreError::Corrupt("a count of changes is missing")),
    }
}
