//! Devices of people who were erased: nodes that hold their streams learn of it here, since nothing else is left of them.

use super::Statements;

pub(super) const MIGRATION: Statements = Statements {
    name: "m0017_erased_devices",
    sql: &[
        "CREATE TABLE erased_devices (device_id {blob} NOT NULL PRIMARY KEY, erased_at BIGINT NOT NULL) {clustered}",
    ],
};
