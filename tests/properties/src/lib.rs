//! What holds of every parser that a stranger reaches, whatever the bytes.
//!
//! The test beside it gives them the seeds of `fuzz/seeds` and mutations of these; the targets in `fuzz/` give them what
//! coverage finds. A property that does not hold panics.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a property that does not hold must fail the test, or the fuzz target, that asked"
)]

pub mod mutate;

mod certificates;
mod sites;
pub mod tokens;
mod typed;
mod wire;

/// A property: takes any bytes, panics if it does not hold.
pub type Property = fn(&[u8]);

/// Every property, by the name of its fuzz target and of its folder of seeds.
pub const ALL: &[(&str, Property)] = &[
    ("typed", typed::typed),
    ("signed", wire::signed),
    ("shown", wire::shown),
    ("bodies", wire::bodies),
    ("headers", wire::headers),
    ("authorize", sites::authorize),
    ("claims", sites::claims),
    ("client", sites::client),
    ("token", tokens::token),
    ("certificate", certificates::certificate),
    ("crl", certificates::revocation_list),
    ("ocsp", certificates::ocsp_answer),
];

/// The property of that name.
#[must_use]
pub fn of(name: &str) -> Option<Property> {
    ALL.iter()
        .find(|(known, _)| *known == name)
        .map(|(_, property)| *property)
}

/// The bytes as text, where they are.
fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}
