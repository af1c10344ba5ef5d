//! The other ways to sign in that a page offers beside its own, and why some are not among them.

use aldaba_core::method::Method;

use super::asks::Asks;
use crate::app::App;
use crate::portal::{Page, Visitor};
use crate::texts::FluentValue;

/// The methods that have a page of their own, in the order in which they are offered. Incoming and self-generated PINs share
/// the first page, `/signin`.
const PAGES: &[(Method, &str)] = &[
    (Method::Incoming, FIRST),
    (Method::Qr, "/signin/qr"),
    (Method::PageBound, "/signin/bound"),
    (Method::Password, super::password::PATH),
    (Method::Certificate, super::certificate::PAGE),
    (Method::Sms, "/signin/sms"),
    (Method::OwnKeySms, "/signin/key"),
];

/// The page that is shown where nobody chose another.
const FIRST: &str = "/signin";

/// One way, as a link.
pub(super) struct Way {
    /// Its page.
    pub href: String,
    /// What it is called.
    pub name: String,
    /// What one needs for it.
    pub text: String,
}

/// A way that does not serve here.
pub(super) struct Missing {
    /// What it is called.
    pub name: String,
    /// Why, and what to do about it.
    pub why: String,
}

/// What a page says below its own method.
pub(super) struct Ways {
    /// The ways that serve.
    pub others: Vec<Way>,
    /// Those that do not.
    pub missing: Vec<Missing>,
}

/// The methods of this server, ours in our order: what an account can order and switch off.
#[must_use]
pub fn offered_methods(app: &App) -> Vec<Method> {
    let has_page = |method: &Method| PAGES.iter().any(|(known, _)| known == method) && app.serves(*method);
    let shares_first = |method: &Method| *method == Method::SelfGenerated;
    Method::ALL
        .into_iter()
        .filter(|method| has_page(method) || shares_first(method))
        .collect()
}

/// The ways but for the page of `here`, in the order that this browser remembers.
pub(super) fn ways(page: &Page, visitor: &Visitor, asks: &Asks, here: Method) -> Ways {
    let mut pages: Vec<_> = PAGES
        .iter()
        .filter(|(method, _)| *method != here && asks.served.contains(method))
        .collect();
    let rank = |method: &Method| visitor.methods_order.iter().position(|known| known == method);
    pages.sort_by_key(|(method, _)| rank(method).unwrap_or(usize::MAX));
    let (serving, others): (Vec<_>, Vec<_>) = pages.into_iter().partition(|(method, _)| asks.offers(*method));
    // It has a button on the first page, which is not there when it does not serve.
    let own = Method::SelfGenerated;
    let own_is_missing = asks.served.contains(&own) && !asks.offers(own);
    Ways {
        others: serving
            .into_iter()
            .map(|&(method, path)| Way {
                href: address(asks, method, path),
                name: page.t(&key(method)),
                text: page.t(&format!("{}-text", key(method))),
            })
            .collect(),
        missing: others
            .into_iter()
            .map(|(method, _)| *method)
            .chain(own_is_missing.then_some(own))
            .map(|method| Missing {
                name: page.t(&key(method)),
                why: why(page, asks, method),
            })
            .collect(),
    }
}

/// The page to show first to a browser that signed in before: that of its last method, if it serves here. None: ours.
pub(super) fn remembered(visitor: &Visitor, asks: &Asks) -> Option<String> {
    let method = visitor.last_method.filter(|method| asks.offers(*method));
    let (method, path) = match method {
        Some(method) => PAGES.iter().find(|(known, _)| *known == method)?,
        // Nobody signed in here before, or with what does not serve: the first page that serves.
        None => PAGES.iter().find(|(known, _)| asks.offers(*known))?,
    };
    (*path != FIRST).then(|| address(asks, *method, path))
}

/// The first page is asked for by name, so that it is shown although the browser remembers another.
fn address(asks: &Asks, method: Method, path: &str) -> String {
    let start = asks.start_at(path);
    if path == FIRST {
        format!("{start}&way={}", method.as_str())
    } else {
        start
    }
}

fn key(method: Method) -> String {
    format!("way-{}", method.as_str().replace('_', "-"))
}

fn why(page: &Page, asks: &Asks, method: Method) -> String {
    if method.reaches() < asks.level {
        let level = page.t(asks.level_key());
        let instead = method == Method::SelfGenerated && asks.offers(Method::PageBound);
        let key = if instead {
            "ways-missing-level-bound"
        } else {
            "ways-missing-level"
        };
        page.with(key, &[("level", FluentValue::from(level))])
    } else {
        let site = FluentValue::from(asks.name.clone());
        page.with("ways-missing-site", &[("site", site)])
    }
}
