//! What a device says of its owner's presence (`user_verified`), and the phrases among which the owner of a request that
//! began with a QR chooses the page's (`choices`, a line each). `revealed_at` and `pin_expires_at` hold, for a request that
//! was approved, when that was and until when it may be spent.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::no_way_back;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0008_devices_user_verified"
    }
}

/// One column a statement: SQLite adds no two at once.
const COLUMNS: [&str; 2] = [
    "ALTER TABLE requests ADD COLUMN user_verified BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE requests ADD COLUMN choices TEXT",
];

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            manager.get_connection().execute_unprepared(column).await?;
        }
        Ok(())
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        no_way_back()
    }
}
