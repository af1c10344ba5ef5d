//! What citizens choose for themselves: the order of the ways to sign in, and those that they switched off.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::no_way_back;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0009_account"
    }
}

const COLUMNS: [&str; 2] = [
    "ALTER TABLE persons ADD COLUMN methods_order TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE persons ADD COLUMN methods_off TEXT NOT NULL DEFAULT ''",
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
