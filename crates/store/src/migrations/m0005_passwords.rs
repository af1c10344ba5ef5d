//! Passwords, failures to type one, and the codes by SMS that set one or are its second step.
//!
//! `phc` holds ciphertext. Failures are kept by the document's index, whether or not somebody of it exists.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{in_dialect, no_way_back};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0005_passwords"
    }
}

const TABLES: &str = "
CREATE TABLE passwords (
    person_id {blob} NOT NULL PRIMARY KEY REFERENCES persons (id),
    phc {blob} NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    warned_at BIGINT
) {roomy};
CREATE INDEX passwords_by_expiry ON passwords (expires_at);

CREATE TABLE password_failures (
    document_index {blob} NOT NULL,
    browser {blob} NOT NULL,
    in_row BIGINT NOT NULL,
    since_success BIGINT NOT NULL,
    blocked_until BIGINT,
    failed_at BIGINT NOT NULL,
    PRIMARY KEY (document_index, browser)
) {clustered};
CREATE INDEX password_failures_by_time ON password_failures (failed_at);

CREATE TABLE password_codes (
    id {blob} NOT NULL PRIMARY KEY,
    person_id {blob} REFERENCES persons (id),
    purpose TEXT NOT NULL,
    binding_hash {blob} NOT NULL,
    code_mac {blob} NOT NULL,
    relying_party_id TEXT NOT NULL,
    procedure_id TEXT NOT NULL,
    password_version BIGINT,
    tries BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX password_codes_of_person ON password_codes (person_id, expires_at);
CREATE INDEX password_codes_of_browser ON password_codes (binding_hash, created_at);
CREATE INDEX password_codes_by_expiry ON password_codes (expires_at);
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
