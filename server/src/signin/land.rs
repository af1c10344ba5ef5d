//! Where a browser goes once somebody is signed in, by whatever method.

use aldaba_core::method::Method;
use axum::response::Response;

use super::asks::return_address;
use crate::app::App;
use crate::oidc::paths;
use crate::passwords;
use crate::portal::cookies::Cookie;
use crate::portal::{Reply, Visitor};
use crate::sessions::SignedIn;

/// Back to the site, with a session whose id no browser has seen before. An earlier session of this browser has ended with that.
pub(crate) async fn land(app: &App, visitor: &Visitor, site: &str, signed_in: &SignedIn) -> Response {
    if visitor.session.is_some() {
        // Sites may have to be told of the end of the earlier.
        app.logouts_due().notify_one();
    }
    let target = match app.relying_party(site) {
        // The site waits for an answer.
        Some(party) if visitor.asked(&party.id, None).is_some() => continue_at(&party.id),
        Some(party) => return_address(app, &party),
        None => "/".to_owned(),
    };
    let on = Reply::new(app, visitor)
        .cookie(Cookie::Session, &signed_in.session.expose())
        .cookie(Cookie::Known, &signed_in.known.to_cookie())
        .cookie(Cookie::Method, signed_in.method.as_str())
        .without(Cookie::Request)
        .see_other(&target);
    if signed_in.method == Method::Password {
        return passwords::warned(app, visitor, signed_in, on).await;
    }
    on
}

/// Where an OpenID Connect sign-in goes on.
fn continue_at(site: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("site", site);
    format!("{}?{}", paths::CONTINUE, query.finish())
}
