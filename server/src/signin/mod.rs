//! The sign-in page: document, contrast datum, PIN, session.
//!
//! ```text
//! GET  /signin?site=…&procedure=…   who asks, and the form                     form.rs
//! POST /signin                      makes the request ──303──▶ /signin/pin     form.rs
//! GET  /signin/pin                  the request of this browser, a PIN field   pin.rs
//! POST /signin/pin                  right: a session ──303──▶ the site         pin.rs, land.rs
//! GET  /signin/qr.svg               the code of this browser's request         qr.rs
//! GET  /signin/certificate           explains, and sends the browser to the certificate host   certificate.rs
//! GET  /signin/certificate/return    back from there: a session ──303──▶ the site                certificate.rs
//! GET, POST /signin/sms, /signin/key   the PIN by SMS, from the start              sms.rs
//! POST /signin/pin/sms              an SMS in place of a device that does not answer  sms.rs
//! GET  /signin/bound                the same form for a page-bound PIN         bound.rs
//! POST /signin/bound                makes the request ──303──▶ /signin/pin     bound.rs
//! GET  /signin/qr                   who asks, and how it works                 scan.rs
//! POST /signin/qr                   makes the request ──303──▶ /signin/qr/page scan.rs
//! GET  /signin/qr/page              the QR, the code, the phrase               scan.rs
//! POST /signin/qr/page              approved: a session ──303──▶ the site      scan.rs, land.rs
//! GET  /signin/qr/now.svg           the QR of this moment                      scan.rs
//! POST /signin/qr/now               the same and how it stands, for scripts    scan.rs
//! GET  /open/{what}                 where a link for the app leads without it  open.rs
//! …    /signin/password             document and password                      password.rs
//! …    /signin/password/code        the second step by SMS                     password_code.rs
//! POST /signout                     ends the session                           session.rs
//! ```
//!
//! Rules:
//! - The page answers an unknown person, or a wrong datum, as it answers everybody: the same bytes, the same work.
//! - Ids, PINs and documents travel in cookies and bodies, never in an address.
//! - A request belongs to one browser (cookie) and one site (the form names it): anywhere else it is a mismatch.
//! - A session's id is new at each sign-in; an earlier session of the browser ends.

mod asks;
mod bound;
pub(crate) mod certificate;
mod check;
mod form;
mod land;
mod open;
mod over;
mod password;
mod password_code;
mod pin;
mod qr;
mod scan;
mod session;
mod sms;
mod ways;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::app::App;

pub(crate) use asks::Asks;
pub(crate) use bound::HERE as BOUND;
pub(crate) use check::{contrast_text, document_text};
pub(crate) use form::{From, unreadable};
pub(crate) use land::land;
pub use ways::offered_methods;

/// The longest form that is read, in bytes: every field at its longest is far below.
const LONGEST_FORM: usize = 8 * 1024;

/// The pages' routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/signin", get(form::show).post(form::submit))
        .route("/signin/pin", get(pin::show).post(pin::submit))
        .route("/signin/pin/sms", post(sms::instead))
        .route("/signin/sms", get(sms::show_sms).post(sms::submit_sms))
        .route("/signin/key", get(sms::show_key).post(sms::submit_key))
        .route("/signin/bound", get(bound::show).post(bound::submit))
        .route("/signin/qr", get(scan::show).post(scan::start))
        .route("/signin/qr/page", get(scan::page).post(scan::finish))
        .route("/signin/qr/now", post(scan::now))
        .route("/signin/qr/now.svg", get(scan::image))
        .route("/signin/qr.svg", get(qr::show))
        .route("/open/{what}", get(open::show))
        .route(certificate::PAGE, get(certificate::show).post(certificate::begin))
        .route(certificate::RETURN, get(certificate::arrive))
        .route(password::PATH, get(password::show).post(password::submit))
        .route(
            password_code::PATH,
            get(password_code::show).post(password_code::submit),
        )
        .route("/signout", post(session::sign_out))
        .layer(DefaultBodyLimit::max(LONGEST_FORM))
}
