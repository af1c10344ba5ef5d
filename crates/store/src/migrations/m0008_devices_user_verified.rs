//! What a device says of its owner's presence (`user_verified`), and the phrases among which the owner of a request that
//! began with a QR chooses the page's (`choices`, a line each). `revealed_at` and `pin_expires_at` hold, for a request that
//! was approved, when that was and until when it may be spent.

use super::Statements;

pub(super) const MIGRATION: Statements = Statements {
    name: "m0008_devices_user_verified",
    // One column a statement: SQLite adds no two at once.
    sql: &[
        "ALTER TABLE requests ADD COLUMN user_verified BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE requests ADD COLUMN choices TEXT",
    ],
};
