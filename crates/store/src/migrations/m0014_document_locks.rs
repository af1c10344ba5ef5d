//! Activations and requests keep the name of their document's lock, also those of nobody.

use super::Statements;

pub(super) const MIGRATION: Statements = Statements {
    name: "m0014_document_locks",
    sql: &[
        "ALTER TABLE activations ADD COLUMN document_lock BIGINT",
        "ALTER TABLE requests ADD COLUMN document_lock BIGINT",
    ],
};
