//! When a self-generated PIN failed last, by device: after a month it is forgotten, and a signature after it lets one be tried.

use super::Statements;

pub(super) const MIGRATION: Statements = Statements {
    name: "m0015_devices_failed_at",
    sql: &["ALTER TABLE devices ADD COLUMN failed_at BIGINT"],
};
