//! People, devices, activations, requests, sessions, messages, the audit log.
//!
//! Ids and keys are bytes, times and numbers 64-bit integers, states words. A column named like what it seals holds
//! ciphertext: document, name, phone, transcript, device_name, agreement_secret, otp_key, code, recipient, body.

use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{in_dialect, no_way_back};
use crate::audit::LANES;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0001_first"
    }
}

const TABLES: &str = "
CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value {blob} NOT NULL
);

CREATE TABLE persons (
    id {blob} NOT NULL PRIMARY KEY,
    document_index {blob} NOT NULL UNIQUE,
    document {blob} NOT NULL,
    contrast_mac {blob} NOT NULL,
    name {blob} NOT NULL,
    phone {blob},
    level TEXT NOT NULL,
    language TEXT NOT NULL,
    muted_until BIGINT,
    created_at BIGINT NOT NULL
);

CREATE TABLE activations (
    id {blob} NOT NULL PRIMARY KEY,
    person_id {blob} REFERENCES persons (id),
    transcript {blob} NOT NULL,
    device_name {blob} NOT NULL,
    platform TEXT NOT NULL,
    language TEXT NOT NULL,
    signing_key {blob} NOT NULL,
    agreement_key {blob} NOT NULL,
    agreement_secret {blob},
    tries BIGINT NOT NULL DEFAULT 0,
    device_id {blob},
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX activations_of_person ON activations (person_id, expires_at);
CREATE INDEX activations_by_expiry ON activations (expires_at);

CREATE TABLE activation_codes (
    activation_id {blob} NOT NULL REFERENCES activations (id) ON DELETE CASCADE,
    code_mac {blob} NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (activation_id, code_mac)
) {clustered};

CREATE TABLE devices (
    id {blob} NOT NULL PRIMARY KEY,
    person_id {blob} NOT NULL REFERENCES persons (id),
    name {blob} NOT NULL,
    platform TEXT NOT NULL,
    level TEXT NOT NULL,
    language TEXT NOT NULL,
    signing_key {blob} NOT NULL,
    otp_key {blob},
    state TEXT NOT NULL,
    counter BIGINT NOT NULL DEFAULT 0,
    counter_digest {blob},
    counter_answer TEXT,
    last_step BIGINT NOT NULL DEFAULT 0,
    failures_in_row BIGINT NOT NULL DEFAULT 0,
    blocked_until BIGINT,
    activated_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    closed_at BIGINT
) {roomy};
CREATE INDEX devices_of_person ON devices (person_id);
CREATE INDEX devices_by_close ON devices (closed_at) WHERE closed_at IS NOT NULL;

CREATE TABLE nonces (
    device_id {blob} NOT NULL,
    nonce_hash {blob} NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (device_id, nonce_hash)
) {clustered};
CREATE INDEX nonces_by_expiry ON nonces (expires_at);

CREATE TABLE requests (
    id {blob} NOT NULL PRIMARY KEY,
    person_id {blob} REFERENCES persons (id),
    relying_party_id TEXT NOT NULL,
    relying_party_name TEXT NOT NULL,
    relying_party_domain TEXT NOT NULL,
    procedure_name TEXT NOT NULL,
    browser TEXT NOT NULL,
    system TEXT NOT NULL,
    place TEXT,
    phrase TEXT NOT NULL,
    language TEXT NOT NULL,
    code {blob} NOT NULL,
    code_mac {blob} NOT NULL,
    method TEXT NOT NULL,
    origin TEXT NOT NULL,
    quiet BIGINT NOT NULL,
    state TEXT NOT NULL,
    device_id {blob},
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revealed_at BIGINT,
    pin_expires_at BIGINT,
    tries BIGINT NOT NULL DEFAULT 0,
    reason TEXT,
    own_key_mac {blob},
    binding_hash {blob} NOT NULL
) {roomy};
CREATE INDEX requests_of_person ON requests (person_id, created_at);
CREATE INDEX requests_by_code ON requests (code_mac);
CREATE INDEX requests_by_expiry ON requests (expires_at);

CREATE TABLE sessions (
    id_hash {blob} NOT NULL PRIMARY KEY,
    person_id {blob} NOT NULL REFERENCES persons (id),
    device_id {blob} NOT NULL,
    request_id {blob} NOT NULL UNIQUE,
    relying_party_id TEXT NOT NULL,
    method TEXT NOT NULL,
    level TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX sessions_by_use ON sessions (used_at);

CREATE TABLE outbox (
    id {blob} NOT NULL PRIMARY KEY,
    person_id {blob} REFERENCES persons (id),
    kind TEXT NOT NULL,
    recipient {blob} NOT NULL,
    body {blob} NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    sent_at BIGINT
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'queued';
CREATE INDEX outbox_of_person ON outbox (person_id, created_at);
CREATE INDEX outbox_by_time ON outbox (created_at);

CREATE TABLE audit_lanes (
    lane BIGINT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    hash {blob} NOT NULL
) {roomy};

CREATE TABLE audit (
    lane BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    person_id {blob},
    device_id {blob},
    request_id {blob},
    detail TEXT,
    hash {blob} NOT NULL,
    PRIMARY KEY (lane, seq)
) {clustered};
";

/// An entry moves its lane's head: one statement fewer in every transaction.
const SQLITE_HEAD: &str = "
CREATE TRIGGER audit_head AFTER INSERT ON audit BEGIN
    UPDATE audit_lanes SET seq = NEW.seq, hash = NEW.hash WHERE lane = NEW.lane;
END;
";

const POSTGRES_HEAD: &str = "
CREATE FUNCTION move_audit_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE audit_lanes SET seq = NEW.seq, hash = NEW.hash WHERE lane = NEW.lane;
    RETURN NULL;
END
$$;
CREATE TRIGGER audit_head AFTER INSERT ON audit FOR EACH ROW EXECUTE FUNCTION move_audit_head();
";

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let backend = connection.get_database_backend();
        connection.execute_unprepared(&in_dialect(backend, TABLES)).await?;
        let (head, lanes, zeros) = match backend {
            DbBackend::Postgres => (POSTGRES_HEAD, i64::from(LANES), r"'\x"),
            _ => (SQLITE_HEAD, 1, "x'"),
        };
        connection.execute_unprepared(head).await?;
        let start = format!("{zeros}{}'", "00".repeat(32));
        for lane in 0..lanes {
            let sql = format!("INSERT INTO audit_lanes (lane, seq, hash) VALUES ({lane}, 0, {start})");
            connection.execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        no_way_back()
    }
}
