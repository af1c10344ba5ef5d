//! PINs that go by SMS, and the browsers that people are known in.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{in_dialect, no_way_back};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0007_sms"
    }
}

const TABLES: &str = "
CREATE TABLE sms_pins (
    request_id {blob} NOT NULL PRIMARY KEY REFERENCES requests (id) ON DELETE CASCADE,
    pin_mac {blob} NOT NULL
) {clustered};

CREATE TABLE known_browsers (
    person_id {blob} NOT NULL REFERENCES persons (id),
    browser_mac {blob} NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, browser_mac)
) {clustered};
CREATE INDEX known_browsers_by_use ON known_browsers (used_at);
";

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let sql = in_dialect(connection.get_database_backend(), TABLES);
        connection.execute_unprepared(&sql).await?;
        Ok(())
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        no_way_back()
    }
}
