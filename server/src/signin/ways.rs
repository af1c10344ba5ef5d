//! The other ways to sign in that a page offers beside its own.

use aldaba_core::method::Method;

use super::asks::Asks;
use crate::portal::Page;

/// The methods that have a page of their own, in the order in which they are offered. Incoming and self-generated PINs share
/// the first page, `/signin`.
const PAGES: [(Method, &str); 3] = [
    (Method::Incoming, "/signin"),
    (Method::Sms, "/signin/sms"),
    (Method::OwnKeySms, "/signin/key"),
];

/// One way, as a link.
pub(super) struct Way {
    /// Its page.
    pub href: String,
    /// What it is called.
    pub name: String,
    /// What one needs for it.
    pub text: String,
}

/// The ways that this sign-in offers, but for the page of `here`.
pub(super) fn others(page: &Page, asks: &Asks, here: Method) -> Vec<Way> {
    PAGES
        .iter()
        .filter(|(method, _)| *method != here && asks.offers(*method))
        .map(|(method, path)| {
            let key = method.as_str().replace('_', "-");
            Way {
                href: asks.start_at(path),
                name: page.t(&format!("way-{key}")),
                text: page.t(&format!("way-{key}-text")),
            }
        })
        .collect()
}
