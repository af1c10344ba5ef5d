//! Failures with self-generated PINs of those who do not exist or have no device: in the database instead of one node's memory.

use super::Statements;

pub(super) const MIGRATION: Statements = Statements {
    name: "m0012_pair_failures",
    sql: &[
        "ALTER TABLE requests ADD COLUMN pair {blob}",
        "CREATE TABLE pair_failures (pair {blob} NOT NULL PRIMARY KEY, failures_in_row BIGINT NOT NULL, blocked_until BIGINT, \
         failed_at BIGINT NOT NULL) {clustered}",
        "CREATE INDEX pair_failures_by_time ON pair_failures (failed_at)",
    ],
};
