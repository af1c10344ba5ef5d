//! The other ways to sign in that a page offers beside its own, and why some are not among them.

use aldaba_core::method::Method;

use super::asks::Asks;
use crate::app::App;
use crate::portal::{Page, Visitor};
use crate::texts::FluentValue;

/// The pages on which one signs in, in the order in which they are offered, each with its methods.
const PAGES: &[(&[Method], &str)] = &[
    (&[Method::Incoming, Method::SelfGenerated], FIRST),
    (&[Method::Qr], "/signin/qr"),
    (&[Method::PageBound], "/signin/bound"),
    (&[Method::Password], super::password::PATH),
    (&[Method::Certificate], super::certificate::PAGE),
    (&[Method::Sms], "/signin/sms"),
    (&[Method::OwnKeySms], "/signin/key"),
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
    let has_page = |method: &Method| PAGES.iter().any(|(methods, _)| methods.contains(method));
    Method::ALL
        .into_iter()
        .filter(|method| has_page(method) && app.serves(*method))
        .collect()
}

/// The ways but for the page of `here`: those first that the site would like, each in the order that this browser remembers.
pub(super) fn ways(page: &Page, visitor: &Visitor, asks: &Asks, here: Method) -> Ways {
    let rank = |method: Method| {
        let position = visitor.methods_order.iter().position(|known| *known == method);
        position.unwrap_or(usize::MAX)
    };
    let others = PAGES.iter().filter(|(methods, _)| !methods.contains(&here));
    // A page is there for whichever of its methods serves.
    let mut serving: Vec<_> = others
        .filter_map(|(methods, path)| serving(methods, asks).map(|method| (method, *path)))
        .collect();
    serving.sort_by_key(|(method, _)| (!asks.suits(*method), rank(*method)));
    let missing = |method: &Method| asks.served.contains(method) && !asks.offers(*method);
    let mut missing: Vec<_> = PAGES
        .iter()
        .flat_map(|(methods, _)| *methods)
        .copied()
        .filter(missing)
        .collect();
    missing.sort_by_key(|method| rank(*method));
    Ways {
        others: serving
            .into_iter()
            .map(|(method, path)| Way {
                href: address(asks, method, path),
                name: page.t(&key(method)),
                text: page.t(&format!("{}-text", key(method))),
            })
            .collect(),
        missing: missing
            .into_iter()
            .map(|method| Missing {
                name: page.t(&key(method)),
                why: why(page, asks, method),
            })
            .collect(),
    }
}

/// The first of a page's methods that serves here.
fn serving(methods: &[Method], asks: &Asks) -> Option<Method> {
    methods.iter().copied().find(|method| asks.offers(*method))
}

/// The page to show first to a browser that signed in before: that of its last method, if it serves here; else the first that
/// serves. Of a site that would like a level, one that reaches it comes before. None: ours.
pub(super) fn remembered(visitor: &Visitor, asks: &Asks) -> Option<String> {
    let last = visitor.last_method.filter(|method| asks.offers(*method));
    let of_last = last.and_then(|last| Some((last, PAGES.iter().find(|(methods, _)| methods.contains(&last))?.1)));
    let pages = || {
        PAGES
            .iter()
            .filter_map(|(methods, path)| Some((serving(methods, asks)?, *path)))
    };
    let suits = |(method, _): &(Method, &str)| asks.suits(*method);
    let suiting = of_last.filter(suits).or_else(|| pages().find(suits));
    let (method, path) = suiting.or(of_last).or_else(|| pages().next())?;
    (path != FIRST).then(|| address(asks, method, path))
}

/// The page of a method.
pub(super) fn path_of(method: Method) -> &'static str {
    let page = PAGES.iter().find(|(methods, _)| methods.contains(&method));
    page.map_or(FIRST, |(_, path)| path)
}

/// The page of the way of that name, if it serves here and is another than the first.
pub(super) fn elsewhere(way: &str, asks: &Asks) -> Option<String> {
    let method = way.parse().ok().filter(|method| asks.offers(*method))?;
    let path = path_of(method);
    (path != FIRST).then(|| address(asks, method, path))
}

/// Another page than that of `here`: the first of ours that serves. None: there is no other.
pub(super) fn instead_of(here: Method, asks: &Asks) -> Option<String> {
    let mut others = PAGES.iter().filter(|(methods, _)| !methods.contains(&here));
    others.find_map(|(methods, path)| Some(address(asks, serving(methods, asks)?, path)))
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
        let level = asks.level_name(page);
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
