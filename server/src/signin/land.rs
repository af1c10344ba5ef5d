//! Where a browser goes once somebody is signed in, by whatever method.

use aldaba_core::method::Method;
use axum::response::Response;

use super::asks::return_address;
use super::form::From;
use crate::app::App;
use crate::oidc;
use crate::passwords;
use crate::portal::cookies::Cookie;
use crate::portal::{Reply, Visitor};
use crate::sessions::SignedIn;

/// Back to the site, or on with what it waits for, with a session whose id no browser has seen before. An earlier session of
/// this browser has ended with that. `procedure` is the id of what the page was for; empty: the site itself.
pub(crate) async fn land(app: &App, visitor: &Visitor, site: &str, procedure: &str, signed_in: &SignedIn) -> Response {
    if visitor.session.is_some() {
        // Sites may have to be told of the end of the earlier.
        app.logouts_due().notify_one();
    }
    let target = match (app.relying_party(site), visitor.asked_on_page(site, procedure)) {
        // The site waits for an answer: this window's.
        (Some(party), Some(open)) => oidc::go_on_at(&party.id, &open.request),
        (Some(party), None) => return_address(app, &party),
        (None, _) => "/".to_owned(),
    };
    let on = Reply::new(app, visitor)
        .cookie(Cookie::Session, &signed_in.session.expose())
        .cookie(Cookie::Known, &signed_in.known.to_cookie())
        .cookie(Cookie::Method, signed_in.method.as_str())
        .without(Cookie::Request)
        .see_other(&target);
    if signed_in.method == Method::Password {
        let from = From::of(site, procedure);
        return passwords::warned(app, visitor, &from, signed_in, on).await;
    }
    on
}
