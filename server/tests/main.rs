//! Tests of the server through its real router, each on SQLite and on PostgreSQL, with a clock that stands still.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must fail"
)]

/// Makes two tests of each function: one on SQLite, one on PostgreSQL.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name(aldaba_store::Backend::Sqlite).await;
                }
            )+
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name(aldaba_store::Backend::Postgres).await;
                }
            )+
        }
    };
}

mod account;
mod activation;
mod alike;
mod canary;
mod certificates;
mod citizens;
mod clients;
mod counter;
mod edge;
mod erase;
mod gateway;
mod incoming;
mod network;
mod notices;
mod oidc;
mod page_bound;
mod parallel;
mod places;
mod qr;
mod renounce;
mod self_generated;
mod settings;
mod signatures;
mod sms;
mod sms_limits;
mod strangers;
mod stream;
mod user_verified;

mod password;
mod portal;
