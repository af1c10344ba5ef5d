//! What citizens choose for themselves: the order of the ways to sign in, and those that they switched off.

use super::Statements;

pub(super) const MIGRATION: Statements = Statements {
    name: "m0009_account",
    // One column a statement: SQLite adds no two at once.
    sql: &[
        "ALTER TABLE persons ADD COLUMN methods_order TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE persons ADD COLUMN methods_off TEXT NOT NULL DEFAULT ''",
    ],
};
