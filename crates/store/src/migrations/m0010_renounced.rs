//! When a citizen renounced: nothing finds them from then on, until they are registered again at their own wish.

use super::Statements;

pub(super) const MIGRATION: Statements = Statements {
    name: "m0010_renounced",
    sql: &["ALTER TABLE persons ADD COLUMN renounced_at BIGINT"],
};
