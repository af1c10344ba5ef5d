//! The site's pages.

mod ask;
mod claims;
mod home;
mod logout;
mod procedures;
mod signin;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use axum::routing::{get, post};

use crate::assets;
use crate::failure::Failure;
use crate::site::Site;
use crate::visitor::Visitor;

/// The longest form that is read, in bytes: a logout token and little more.
const LONGEST_FORM: usize = 16 * 1024;

/// All routes.
pub fn router(site: Site) -> Router {
    Router::new()
        .route("/", get(home::show))
        .route("/signin", get(signin::begin))
        .route("/callback", get(signin::finish))
        .route(
            "/login",
            get(signin::begin_elsewhere).post(signin::begin_elsewhere_by_post),
        )
        .route("/claims", get(claims::show))
        .route("/ask", get(ask::show))
        .route("/signout", post(logout::sign_out))
        .route("/signed-out", get(home::signed_out))
        .route("/backchannel-logout", post(logout::backchannel))
        .route("/assets/{name}", get(assets::serve))
        .fallback(async |State(site): State<Site>, visitor: Visitor| -> Response {
            Failure::NotFound.show(&site, &visitor)
        })
        .method_not_allowed_fallback(async |State(site): State<Site>, visitor: Visitor| -> Response {
            Failure::Method.show(&site, &visitor)
        })
        .layer(DefaultBodyLimit::max(LONGEST_FORM))
        .with_state(site)
}
