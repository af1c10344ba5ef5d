//! The schema, step by step. A migration that was released never changes; a new one is added.

mod m0001_first;
mod m0002_sessions_of_every_method;
mod m0003_clients;
mod m0004_oidc;
mod m0005_passwords;
mod m0006_certificates;
mod m0007_sms;
mod m0008_devices_user_verified;
mod m0009_account;
mod m0010_renounced;
mod m0011_requests_shown;
mod m0012_pair_failures;
mod m0013_devices_by_activation;
mod m0014_document_locks;
mod m0015_devices_failed_at;
mod m0016_sessions_successor;
mod m0017_erased_devices;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager};

use crate::error::OpenError;

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_first::Migration),
            Box::new(m0002_sessions_of_every_method::Migration),
            Box::new(m0003_clients::Migration),
            Box::new(m0004_oidc::Migration),
            Box::new(m0005_passwords::Migration),
            Box::new(m0006_certificates::Migration),
            Box::new(m0007_sms::Migration),
            Box::new(m0008_devices_user_verified::MIGRATION),
            Box::new(m0009_account::MIGRATION),
            Box::new(m0010_renounced::MIGRATION),
            Box::new(m0011_requests_shown::MIGRATION),
            Box::new(m0012_pair_failures::MIGRATION),
            Box::new(m0013_devices_by_activation::MIGRATION),
            Box::new(m0014_document_locks::MIGRATION),
            Box::new(m0015_devices_failed_at::MIGRATION),
            Box::new(m0016_sessions_successor::MIGRATION),
            Box::new(m0017_erased_devices::MIGRATION),
        ]
    }
}

/// A migration that is the same few statements on both databases.
struct Statements {
    name: &'static str,
    sql: &'static [&'static str],
}

impl MigrationName for Statements {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait]
impl MigrationTrait for Statements {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        for statement in self.sql {
            let sql = in_dialect(connection.get_database_backend(), statement);
            connection.execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        no_way_back()
    }
}

/// Brings the schema up to this program's in one transaction, in which nobody else migrates; refuses one that is newer.
pub(crate) async fn run(connection: &DatabaseConnection) -> Result<(), OpenError> {
    let backend = connection.get_database_backend();
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    let transaction = connection.begin_with_options(options).await?;
    if backend == DbBackend::Postgres {
        // Any number will do that nothing else in this database uses; freed at the end of the transaction.
        transaction
            .execute_unprepared("SELECT pg_advisory_xact_lock(7307199662)")
            .await?;
    }
    if let Some(unknown) = newer_than_program(&transaction).await? {
        transaction.rollback().await?;
        return Err(OpenError::NewerSchema(unknown));
    }
    Migrator::up(&transaction, None).await?;
    transaction.commit().await?;
    Ok(())
}

/// The first migration in the database that this program does not have.
async fn newer_than_program(connection: &impl ConnectionTrait) -> Result<Option<String>, DbErr> {
    let backend = connection.get_database_backend();
    let exists = match backend {
        DbBackend::Postgres => {
            "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'seaql_migrations'"
        }
        _ => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'",
    };
    if connection
        .query_one_raw(Statement::from_string(backend, exists))
        .await?
        .is_none()
    {
        return Ok(None);
    }
    let known = Migrator::migrations();
    let applied = Statement::from_string(backend, "SELECT version FROM seaql_migrations ORDER BY version");
    for row in connection.query_all_raw(applied).await? {
        let version: String = row.try_get_by_index(0)?;
        if !known.iter().any(|migration| migration.name() == version) {
            return Ok(Some(version));
        }
    }
    Ok(None)
}

/// Going back would throw away what citizens rely on; a backup is the way back.
fn no_way_back() -> Result<(), DbErr> {
    Err(DbErr::Migration(
        "migrations only go forward; restore a backup instead".to_owned(),
    ))
}

/// The few words in which the two databases' schemas differ. `{roomy}` leaves place beside rows that change often, so that
/// PostgreSQL writes their next version on the same page and need not touch their indexes.
pub(crate) fn in_dialect(backend: DbBackend, sql: &str) -> String {
    let [blob, clustered, roomy] = match backend {
        DbBackend::Postgres => ["BYTEA", "", "WITH (fillfactor = 50)"],
        _ => ["BLOB", "WITHOUT ROWID", ""],
    };
    sql.replace("{blob}", blob)
        .replace("{clustered}", clustered)
        .replace("{roomy}", roomy)
}
