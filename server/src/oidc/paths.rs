//! The addresses of the provider, below the server's public address, which is the issuer.

use crate::app::App;

/// Where a browser comes to sign in.
pub const AUTHORIZE: &str = "/oidc/authorize";
/// Pushed authorization requests (RFC 9126).
pub const PAR: &str = "/oidc/par";
/// Where a code becomes tokens.
pub const TOKEN: &str = "/oidc/token";
/// What a site may learn of the person.
pub const USERINFO: &str = "/oidc/userinfo";
/// Where a site sends a browser to sign out.
pub const LOGOUT: &str = "/oidc/logout";
/// Where a browser says that it does want to sign out.
pub const LOGOUT_CONFIRMED: &str = "/oidc/logout/confirmed";
/// Where a browser goes on once somebody has signed in.
pub const CONTINUE: &str = "/oidc/continue";
/// Where a citizen answers what a site may learn.
pub const CONSENT: &str = "/oidc/consent";
/// Where a citizen says that they go on with the level that they have.
pub const AS_I_AM: &str = "/oidc/as-i-am";
/// Where a citizen says that they do not want to sign in after all.
pub const CANCEL: &str = "/oidc/cancel";
/// The public keys.
pub const JWKS: &str = "/oidc/jwks";

/// The issuer: `https://pin.example.org`, without a slash at the end.
#[must_use]
pub fn issuer(app: &App) -> &str {
    app.config().public_url.origin()
}
