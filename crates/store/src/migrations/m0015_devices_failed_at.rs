//! When a self-generated PIN failed last, by device: after a month that is forgotten, as it is of those who have none.

use super::Statements;

pub(super) const MIGRATION: Statements = Statements {
    name: "m0015_devices_failed_at",
    sql: &["ALTER TABLE devices ADD COLUMN failed_at BIGINT"],
};
