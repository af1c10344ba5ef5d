//! The few requests of a person that devices are shown, found without reading the many that stay quiet: whoever knows a document
//! can make as many of those in a day as they like, and each further one counts the others.

use super::Statements;

pub(super) const MIGRATION: Statements = Statements {
    name: "m0011_requests_shown",
    sql: &["CREATE INDEX requests_shown ON requests (person_id, created_at) WHERE quiet = 0"],
};
