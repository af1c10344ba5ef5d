//! OpenID Connect: sites' requests that somebody signs in, what people agreed that sites learn, names in two parts.
//!
//! A column named like what it seals holds ciphertext: given_name, family_name. What bearers hold is stored as SHA-256.
//!
//! Two triggers make the end of a device the end of its sessions, and the end of a session the end of every code and token
//! that hangs on it, in the very transaction, whoever ends it and however. `logout_due_at` marks what sites are to be told.

use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{in_dialect, no_way_back};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0004_oidc"
    }
}

const TABLES: &str = "
ALTER TABLE persons ADD COLUMN given_name {blob};
ALTER TABLE persons ADD COLUMN family_name {blob};

CREATE TABLE authorizations (
    id {blob} NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL,
    state TEXT NOT NULL,
    request TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL,
    uri_hash {blob} UNIQUE,
    browser_hash {blob},
    session_before {blob},
    opened_at BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    code_hash {blob} UNIQUE,
    session_hash {blob},
    device_id {blob},
    person_id {blob} REFERENCES persons (id),
    subject TEXT,
    sid TEXT,
    claims TEXT,
    level TEXT,
    method TEXT,
    second_step TEXT,
    auth_time BIGINT,
    token_hash {blob} UNIQUE,
    logout_due_at BIGINT
) {roomy};
CREATE INDEX authorizations_open ON authorizations (browser_hash) WHERE state = 'open';
CREATE INDEX authorizations_of_session ON authorizations (session_hash) WHERE session_hash IS NOT NULL;
CREATE INDEX authorizations_of_device ON authorizations (device_id) WHERE device_id IS NOT NULL;
CREATE INDEX authorizations_by_expiry ON authorizations (expires_at);
CREATE INDEX authorizations_to_tell ON authorizations (logout_due_at) WHERE logout_due_at IS NOT NULL;

CREATE TABLE consents (
    person_id {blob} NOT NULL REFERENCES persons (id),
    client_id TEXT NOT NULL,
    claims TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, client_id)
) {clustered};
";

/// What the end of a session, and of a device, does: the same text in both databases' triggers.
const END_OF_SESSION: &str = "UPDATE authorizations SET state = 'ended', \
     logout_due_at = CASE WHEN token_hash IS NULL THEN NULL ELSE NEW.ended_at END \
     WHERE session_hash = NEW.id_hash AND state IN ('code', 'redeemed', 'revoked');";
const END_OF_DEVICE: &str = "UPDATE sessions SET ended_at = NEW.closed_at WHERE device_id = NEW.id AND ended_at IS NULL; \
     UPDATE authorizations SET state = 'ended', \
     logout_due_at = CASE WHEN token_hash IS NULL THEN NULL ELSE NEW.closed_at END \
     WHERE device_id = NEW.id AND state IN ('code', 'redeemed', 'revoked');";

fn sqlite_triggers() -> String {
    format!(
        "CREATE TRIGGER session_ends AFTER UPDATE OF ended_at ON sessions \
         WHEN NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL BEGIN {END_OF_SESSION} END;
         CREATE TRIGGER device_ends AFTER UPDATE OF state ON devices \
         WHEN NEW.state <> 'active' AND OLD.state = 'active' BEGIN {END_OF_DEVICE} END;"
    )
}

fn postgres_triggers() -> String {
    format!(
        "CREATE FUNCTION session_ends() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {END_OF_SESSION} RETURN NULL; END $$;
         CREATE TRIGGER session_ends AFTER UPDATE OF ended_at ON sessions FOR EACH ROW \
         WHEN (NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL) EXECUTE FUNCTION session_ends();
         CREATE FUNCTION device_ends() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {END_OF_DEVICE} RETURN NULL; END $$;
         CREATE TRIGGER device_ends AFTER UPDATE OF state ON devices FOR EACH ROW \
         WHEN (NEW.state <> 'active' AND OLD.state = 'active') EXECUTE FUNCTION device_ends();"
    )
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let backend = connection.get_database_backend();
        connection.execute_unprepared(&in_dialect(backend, TABLES)).await?;
        let triggers = match backend {
            DbBackend::Postgres => postgres_triggers(),
            _ => sqlite_triggers(),
        };
        connection.execute_unprepared(&triggers).await?;
        Ok(())
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        no_way_back()
    }
}
