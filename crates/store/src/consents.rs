//! What people agreed that sites learn of them.

use std::collections::BTreeSet;

use aldaba_core::ids::PersonId;
use aldaba_core::oidc::{Claim, claim_words, read_claim_words};
use aldaba_core::time::Timestamp;

use crate::error::StoreError;
use crate::transaction::{Transaction, bind};

/// What a person agreed to at a site. None: they were never asked, or said no.
pub async fn get(tx: &Transaction, person: &PersonId, client: &str) -> Result<Option<BTreeSet<Claim>>, StoreError> {
    let row = tx
        .select_one(
            "SELECT claims FROM consents WHERE person_id = $1 AND client_id = $2",
            vec![bind::id(person), bind::text(client)],
        )
        .await?;
    let read = |text: String| read_claim_words(&text).ok_or(StoreError::Corrupt("a stored consent"));
    row.map(|row| row.text(0).and_then(read)).transpose()
}

/// A person agreed to that, and to all of it: what they agreed to before and is not among it is forgotten.
pub async fn give(
    tx: &Transaction,
    person: &PersonId,
    client: &str,
    claims: &BTreeSet<Claim>,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO consents (person_id, client_id, claims, given_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (person_id, client_id) DO UPDATE SET claims = $3, given_at = $4",
        vec![
            bind::id(person),
            bind::text(client),
            bind::text(claim_words(claims)),
            bind::time(now),
        ],
    )
    .await?;
    Ok(())
}

/// Many people agreed to the same, none of them before. Where one did, that is an error.
pub async fn give_all(
    tx: &Transaction,
    persons: &[PersonId],
    client: &str,
    claims: &BTreeSet<Claim>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = |person| {
        vec![
            bind::id(person),
            bind::text(client),
            bind::text(claim_words(claims)),
            bind::time(now),
        ]
    };
    tx.insert_all(
        "INSERT INTO consents (person_id, client_id, claims, given_at)",
        persons.iter().map(row).collect(),
    )
    .await
}
