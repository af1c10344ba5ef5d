//! One suite for both databases. // REQ-STO-01
//!
//! Every test here runs twice, on SQLite and on PostgreSQL, each on a database of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

/// Writes a test for both databases: `on_both! { async fn name(db: &TestDatabase) { … } }`.
macro_rules! on_both {
    ($(async fn $name:ident($db:ident: &TestDatabase) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            async fn run($db: &aldaba_store::testing::TestDatabase) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let db = aldaba_store::testing::TestDatabase::sqlite().await.unwrap();
                run(&db).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let db = aldaba_store::testing::TestDatabase::postgres().await.unwrap_or_else(|error| panic!("{error}"));
                run(&db).await;
            }
        }
    )+};
}

mod activations;
mod audit;
mod authorizations;
mod certificate_tickets;
mod changes;
mod clients;
mod consents;
mod devices;
mod maintenance;
mod model;
mod oidc_keys;
mod opening;
mod outbox;
mod pairs;
mod passwords;
mod persons;
mod requests;
mod secrecy;
mod sessions;
mod sms;
mod support;
mod tls;
mod transactions;
