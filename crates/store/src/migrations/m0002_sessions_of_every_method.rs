//! Sessions come from every method, not only from a device's PIN: device and request may be absent. What a citizen sees in
//! the list of their open sessions (site, browser, system) stands beside them.
//!
//! Sessions that were open end with this step: people sign in again.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{in_dialect, no_way_back};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0002_sessions_of_every_method"
    }
}

const TABLES: &str = "
DROP TABLE sessions;

CREATE TABLE sessions (
    id_hash {blob} NOT NULL PRIMARY KEY,
    person_id {blob} NOT NULL REFERENCES persons (id),
    device_id {blob},
    request_id {blob} UNIQUE,
    relying_party_id TEXT NOT NULL,
    method TEXT NOT NULL,
    second_step TEXT,
    level TEXT NOT NULL,
    browser TEXT NOT NULL,
    system TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    ended_at BIGINT
) {roomy};
CREATE INDEX sessions_by_use ON sessions (used_at);
CREATE INDEX sessions_of_person ON sessions (person_id, used_at);
CREATE INDEX sessions_of_device ON sessions (device_id);
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
