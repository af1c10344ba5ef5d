//! New devices are found by when they were activated: nodes tell each other's streams of them once a second.

use super::Statements;

pub(super) const MIGRATION: Statements = Statements {
    name: "m0013_devices_by_activation",
    sql: &["CREATE INDEX devices_by_activation ON devices (activated_at)"],
};
