//! Tickets between the sign-in pages and the host that asks for certificates. Only hashes of them are stored.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{in_dialect, no_way_back};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0006_certificates"
    }
}

const TABLES: &str = "
CREATE TABLE certificate_tickets (
    ticket_hash {blob} NOT NULL PRIMARY KEY,
    result_hash {blob} UNIQUE,
    binding_hash {blob} NOT NULL,
    relying_party_id TEXT NOT NULL,
    procedure_id TEXT NOT NULL,
    language TEXT NOT NULL,
    state TEXT NOT NULL,
    person_id {blob} REFERENCES persons (id),
    level TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
) {roomy};
CREATE INDEX certificate_tickets_by_expiry ON certificate_tickets (expires_at);
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
