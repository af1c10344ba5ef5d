//! Passwords ("Permanente"): made with a code by SMS, typed to sign in, changed, recovered, cancelled.
//!
//! ```text
//!  nobody ── code by SMS ──▶ fresh ── 23 months ──▶ ending (warned once by SMS, and at each sign-in)
//!                             ▲  ▲                    │ two years
//!            code by SMS ─────┘  └── old password     ▼
//!            (recover)               (change)       over: opens nothing, recover
//!  any ── password, open session, staff ──▶ cancelled
//! ```
//!
//! Rules:
//! - Knowing a document gives no power: pages answer unknown people, and people without a password, with the same bytes, the
//!   same statements and the same hash. Failures are counted by document, whether or not somebody of it exists.
//! - A try is counted before its hash is computed, so that no number of parallel tries gains one; a success takes it back.
//! - Failures delay passwords and nothing else; a hundred leave one try for each signature of the owner's devices.
//! - The second step is asked for after the password was right, and only then (docs/adr/0018): by a PIN in the app, which
//!   reaches substantial, or by a code by SMS, which stays low.
//! - Setting or cancelling a password ends every session and second step of the one before, and the phone is told.
//! - Hashes are computed off the serving threads, so many at once; who finds no place is told to try again, uncounted.

mod hash;
mod leaked;
mod pages;
mod prove;
mod second_step;
mod set;
mod sign_in;
mod strength;
mod warning;

pub use hash::{Cost, HashError, Hasher, Place};
pub use leaked::LeakedList;
pub use pages::routes;
pub(crate) use pages::{expired, told, warned};
pub use prove::ProveError;
pub use second_step::{CodeError, CodePage, code_page, try_code};
pub use set::{
    ChangeError, Finish, SetError, Start, cancel, cancel_of_session, cancel_of_staff, change, finish, start,
};
pub use sign_in::{Next, SignIn, SignInError, Step, sign_in};
pub use strength::{Judgement, Weak};
pub use warning::{ending, warn};
