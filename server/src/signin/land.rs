//! Where a browser goes once somebody is signed in, by whatever method.

use aldaba_core::method::Method;
use axum::response::Response;

use super::asks::return_address;
use crate::app::App;
use crate::passwords;
use crate::portal::cookies::Cookie;
use crate::portal::{Failure, Reply, Visitor};
use crate::sessions::{self, SignedIn};

/// Back to the site, with a session whose id no browser has seen before; an earlier session of this browser ends.
pub(crate) async fn land(app: &App, visitor: &Visitor, site: &str, signed_in: &SignedIn) -> Response {
    if let Some(earlier) = visitor.session.clone()
        && let Err(error) = sessions::end(app, earlier).await
    {
        // Its cookie is replaced all the same, and it ends by itself when it is idle.
        let _logged = Failure::from(error);
    }
    let target = match app.relying_party(site) {
        Some(party) => return_address(app, party),
        None => "/".to_owned(),
    };
    let on = Reply::new(app, visitor)
        .cookie(Cookie::Session, &signed_in.session.expose())
        .cookie(Cookie::Method, signed_in.method.as_str())
        .without(Cookie::Request)
        .see_other(&target);
    if signed_in.method == Method::Password {
        return passwords::warned(app, visitor, signed_in, on).await;
    }
    on
}
