//! The OpenID Connect provider through the real router: a browser without JavaScript, a site's server, a headless device.

mod asked;
mod attacks;
mod ends;
mod errors;
mod flow;
mod logout;
mod no;
mod orders;
pub mod stage;
