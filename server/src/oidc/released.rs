//! What a client learns of a person. The page that asks for consent shows what this says, and userinfo and ID token tell it.

use std::collections::BTreeSet;

use aldaba_core::oidc::Claim;
use aldaba_store::persons::{Names, Person};

/// One claim.
#[derive(Clone, PartialEq, Eq)]
pub struct Released {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

/// What those claims come to for that person, in the order in which people read it. A name that is not known in parts is told
/// whole to who may know both, and to nobody else.
pub(super) fn released(claims: &BTreeSet<Claim>, person: &Person, names: &Names) -> Vec<Released> {
    let has = |claim| claims.contains(&claim);
    let mut all = Vec::new();
    let mut tell = |name, value: &str| {
        all.push(Released {
            name,
            value: value.to_owned(),
        })
    };
    if has(Claim::GivenName) && has(Claim::FamilyName) {
        tell("name", &person.name);
    }
    if let (true, Some(given)) = (has(Claim::GivenName), &names.given) {
        tell("given_name", given);
    }
    if let (true, Some(family)) = (has(Claim::FamilyName), &names.family) {
        tell("family_name", family);
    }
    if has(Claim::Document) {
        tell("document", person.document.canonical());
    }
    all
}
