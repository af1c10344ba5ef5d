//! A session that another one replaced in its browser names it: who disowns the first means both.

use super::Statements;

pub(super) const MIGRATION: Statements = Statements {
    name: "m0016_sessions_successor",
    sql: &["ALTER TABLE sessions ADD COLUMN successor_hash {blob}"],
};
