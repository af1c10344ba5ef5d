//! Aldaba's persistence: one set of statements for SQLite and PostgreSQL.
//!
//! ```text
//! store.rs        open, write, read, close; the choice of database is made here, once
//! writer.rs       SQLite's one writer: waiting jobs share one durable commit
//! postgres.rs     PostgreSQL's connections, leased to one job at a time
//! transaction.rs  what a job is given: statements in, typed rows out
//! steps.rs        statements that belong together, one way to the database
//! keys.rs         the server's keys and the file they live in
//! seal.rs         columns that a stolen database must not give away
//! migrations/     the schema, step by step
//! persons.rs activations.rs devices.rs requests.rs sessions.rs passwords.rs authorizations.rs consents.rs outbox.rs audit.rs
//! certificate_tickets.rs   one table family each
//! clients.rs sms_budget.rs logouts.rs oidc_keys.rs   sites as OpenID Connect clients, and the keys that sign for them
//! sms_pins.rs known_browsers.rs   PINs by SMS, and the browsers that may ask for reserved ones
//! document_lock.rs   one at a time at a document, also if it is nobody's
//! pairs.rs        failures at documents of nobody, by what was typed
//! versions.rs     whether what nodes keep in memory has changed
//! changes.rs      what other processes changed, asked once a second
//! maintenance.rs  what is thrown away, and when
//! erasure.rs      a person of whom nothing is to be left
//! queue.rs        what the queues of messages and logouts have in common
//! testing.rs      a database of one's own for a test (feature `testing`)
//! ```
//!
//! Invariants kept here and nowhere else:
//! - Every transition is one conditional statement. Its function says whether it won; who lost reads the row again and judges.
//! - What a call acknowledged is durable: SQLite in WAL with `synchronous=FULL`, PostgreSQL with `synchronous_commit=on`.
//! - Locks are taken in the order document, person, request, pair, device, session, authorization, audit lane.
//! - Documents, phones, names, keys and message texts are written sealed, never in the clear.
//! - Times are UTC milliseconds, ids 16 random bytes.

pub mod activations;
pub mod audit;
pub mod authorizations;
pub mod certificate_tickets;
pub mod changes;
pub mod clients;
pub mod consents;
pub mod devices;
mod direct;
mod document_lock;
pub mod erasure;
mod error;
pub mod keys;
pub mod known_browsers;
pub mod logouts;
pub mod maintenance;
mod migrations;
pub mod oidc_keys;
pub mod outbox;
pub mod pairs;
pub mod passwords;
pub mod persons;
mod postgres;
mod queue;
pub mod requests;
pub mod seal;
pub mod sessions;
pub mod sms_budget;
pub mod sms_pins;
mod steps;
mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod transaction;
pub mod versions;
mod writer;

pub use document_lock::{DocumentLock, take as lock_document};
pub use error::{OpenError, StoreError};
pub use keys::{KeyFile, KeyFileError, ServerKeys};
pub use steps::Step;
pub use store::{Backend, Store, StoreConfig};
pub use transaction::Transaction;
