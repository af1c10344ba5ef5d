//! Links that open the app: `aldaba://request?c=…`, from a page in a browser of this very device.
//!
//! Anybody can write such a link, so that one is only kept here until the screens ask for what it names. What that may be is
//! decided by `aldaba_protocol::link`; it reveals and approves nothing by itself.

use std::sync::{Mutex, PoisonError};

use tauri::{AppHandle, Manager as _};
use tauri_plugin_deep_link::DeepLinkExt as _;

use crate::core::Core;

/// The longest link that is kept; ours are far shorter.
const LONGEST: usize = 512;

/// Keeps the link that the app was started with, and those that come while it runs.
pub fn listen(app: &AppHandle) {
    let links = app.deep_link();
    match links.get_current() {
        Ok(Some(urls)) => keep(app, urls.first().map(|url| url.as_str())),
        Ok(None) => {}
        Err(error) => tracing::debug!(%error, "no link of the start"),
    }
    let handle = app.clone();
    links.on_open_url(move |event| keep(&handle, event.urls().first().map(|url| url.as_str())));
}

/// The last one counts; the screens are told that there is one, not what it is.
fn keep(app: &AppHandle, link: Option<&str>) {
    let Some(link) = link.filter(|link| link.len() <= LONGEST) else {
        return;
    };
    if let Some(core) = app.try_state::<Core>() {
        core.set_link(link.to_owned());
        core.emit("link-arrived", ());
    }
    crate::platform::bring_up(app);
}

/// What a link has brought up, until its owner answers it. Then the screen goes back to the page that it came from.
#[derive(Default)]
pub struct BroughtUpByLink(Mutex<Option<String>>);

impl BroughtUpByLink {
    /// A link brought that up: the id of a request, or `bound:` and a page's challenge.
    pub fn came(&self, what: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(what);
    }

    /// That was answered: whether a link had brought it up. Once.
    pub fn was_answered(&self, what: &str) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.take_if(|waiting| waiting == what).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // REQ-LINK-03
    #[test]
    fn the_screen_goes_back_once_for_what_a_link_brought_up() {
        let brought = BroughtUpByLink::default();
        assert!(!brought.was_answered("a"));
        brought.came("a".to_owned());
        assert!(!brought.was_answered("b"), "another request came by itself");
        assert!(brought.was_answered("a"));
        assert!(!brought.was_answered("a"), "what is done afterwards is done in the app");
        brought.came("a".to_owned());
        brought.came("bound:b".to_owned());
        assert!(!brought.was_answered("a"), "the last link counts");
        assert!(brought.was_answered("bound:b"));
    }
}
