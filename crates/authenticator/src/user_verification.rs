//! Whether the system makes sure, just now, that whoever holds the device is its owner: its own lock, by face, finger or
//! code.
//!
//! Rules:
//! - What the system did not do is never claimed: without a prompt the answer is [`Outcome::Unavailable`], and the server
//!   then takes the sign-in for the lowest level.
//! - A prompt that its owner did not pass stops the call: nothing is revealed or approved.

use std::future::Future;
use std::pin::Pin;

/// What the prompt is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A PIN is about to be shown.
    Reveal,
    /// A sign-in is about to be approved.
    Approve,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The system is sure.
    Verified,
    /// Its owner, or somebody else, did not pass it.
    Declined,
    /// There is no prompt that a program can ask for here.
    Unavailable,
}

/// An answer that takes as long as a person takes.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// The system's lock.
pub trait UserVerification: Send + Sync {
    /// Whether there is a prompt to ask for. Asks nothing.
    fn is_available(&self) -> bool;

    /// Asks for it.
    fn verify(&self, purpose: Purpose) -> Answer<'_>;
}

/// A system without a prompt that programs can ask for.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoUserVerification;

impl UserVerification for NoUserVerification {
    fn is_available(&self) -> bool {
        false
    }

    fn verify(&self, _purpose: Purpose) -> Answer<'_> {
        Box::pin(std::future::ready(Outcome::Unavailable))
    }
}

/// An answer settled beforehand, for the headless device and for tests.
#[derive(Debug, Clone, Copy)]
pub struct SettledUserVerification(pub Outcome);

impl UserVerification for SettledUserVerification {
    fn is_available(&self) -> bool {
        self.0 != Outcome::Unavailable
    }

    fn verify(&self, _purpose: Purpose) -> Answer<'_> {
        Box::pin(std::future::ready(self.0))
    }
}
