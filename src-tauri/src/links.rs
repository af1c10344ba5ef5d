//! Links that open the app: `aldaba://request?c=…`, from a page in a browser of this very device.
//!
//! Anybody can write such a link, so that one is only kept here until the screens ask for what it names. What that may be is
//! decided by `aldaba_protocol::link`; it reveals and approves nothing by itself.

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
