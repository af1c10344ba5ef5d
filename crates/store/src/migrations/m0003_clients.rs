//! Sites as OpenID Connect clients: their settings and secrets, the keys that sign tokens, logouts on their way, SMS that a
//! site paid for.
//!
//! `versions` counts changes of what nodes keep in memory. A column named like what it seals holds ciphertext: private_key.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{in_dialect, no_way_back};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0003_clients"
    }
}

const TABLES: &str = "
CREATE TABLE versions (
    name TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
);
INSERT INTO versions (name, version) VALUES ('clients', 0), ('oidc_keys', 0);

CREATE TABLE clients (
    id TEXT NOT NULL PRIMARY KEY,
    origin TEXT NOT NULL,
    settings TEXT NOT NULL,
    sms_per_month BIGINT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE client_secrets (
    client_id TEXT NOT NULL REFERENCES clients (id),
    secret_hash {blob} NOT NULL,
    created_at BIGINT NOT NULL,
    ends_at BIGINT,
    PRIMARY KEY (client_id, secret_hash)
);

CREATE TABLE client_assertions (
    client_id TEXT NOT NULL,
    jti_hash {blob} NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (client_id, jti_hash)
) {clustered};
CREATE INDEX client_assertions_by_expiry ON client_assertions (expires_at);

CREATE TABLE client_sms (
    client_id TEXT NOT NULL,
    month TEXT NOT NULL,
    taken BIGINT NOT NULL,
    PRIMARY KEY (client_id, month)
);

CREATE TABLE oidc_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    public_key {blob} NOT NULL,
    private_key {blob} NOT NULL,
    created_at BIGINT NOT NULL,
    active_at BIGINT NOT NULL,
    withdrawn_at BIGINT
);

CREATE TABLE logouts (
    id {blob} NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL,
    sub TEXT NOT NULL,
    sid TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    sent_at BIGINT
) {roomy};
CREATE INDEX logouts_due ON logouts (due_at) WHERE state = 'queued';
CREATE INDEX logouts_by_time ON logouts (created_at);
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
