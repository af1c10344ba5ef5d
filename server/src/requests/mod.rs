//! Sign-in requests: made on a relying party's page, shown on the owner's device, and spent by typing a PIN.
//!
//! Rules (docs/protocol.md, "Incoming PIN", "Self-generated PIN" and "PIN by SMS"):
//! - A PIN cannot be tried before its owner's device has said, signed, that it shows it.
//! - Wrong tries burn one request, never an account or a device.
//! - The page learns nothing about whether the person exists: a request for an unknown person, or with a wrong contrast
//!   datum, is made, shown and answered all the same; it merely belongs to nobody.
//! - What begins with a page's QR is nobody's until one person's device brings it up; that device approves it, or shows its
//!   PIN.
//! - Every transition is one conditional statement in the database; who loses the race is told what the state is.
//!
//! ```text
//! pending ──reveal──▶ revealed ──right PIN──▶ spent
//!    │                   └──three wrong──▶ burnt
//!    ├──"No he sido yo"──▶ rejected (also from revealed)
//!    │──approve──▶ approved ──page──▶ spent (only what began with a QR)
//!    └──time──▶ expired (also from revealed and approved)
//! ```

pub mod approve;
pub mod binding;
pub mod browser;
pub mod create;
pub mod events;
pub mod finish;
pub mod list;
pub mod lookup;
pub mod page;
pub mod poll;
pub mod refused;
pub mod reject;
pub mod reveal;
mod routes;
pub mod scan;
pub mod self_generated;
pub mod sms;
pub mod start_qr;
pub mod stream;
pub mod try_pin;

pub use binding::BrowserBinding;
pub use browser::BrowserInfo;
pub use create::{Created, NewSignIn, RequestError, create};
pub use finish::finish;
pub use page::{PinPage, ViewError, view};
pub use refused::Refused;
pub use routes::api;
pub use self_generated::{digits, try_self_generated};
pub use sms::{SmsError, go_on_by_sms, try_sms};
pub use start_qr::{QrStart, start_qr};
pub use try_pin::{TryError, try_pin};
