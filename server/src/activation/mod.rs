//! A device is activated: document and contrast datum, then the code that came by SMS.
//!
//! Rules (docs/protocol.md, "Activation"):
//! - `start` and `resend` answer the same, and do the same work, for an unknown person, a wrong contrast datum and a
//!   right one. What is wrong becomes a decoy: a row that nothing can confirm.
//! - At most 3 live activations a person, 3 SMS an hour and 6 a day. Past that the answer is still the same; no SMS goes.
//! - A new activation cancels neither another one nor a device. An earlier code stays valid when a new one is sent.
//! - A try is counted before its code is looked at, by one conditional statement. All that can be wrong has one answer.

pub mod confirm;
pub mod resend;
mod routes;
mod sms;
pub mod start;

pub use routes::{api, confirm_activation, resend_code, start_activation};
pub(crate) use sms::queue_text;
