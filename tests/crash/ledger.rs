//! What the server said before it was killed, and what must hold afterwards.

use aldaba_tests::forms::{Outcome, Visitor};
use anyhow::{Result, ensure};

/// How far one sign-in had come.
#[derive(Debug)]
pub enum Entry {
    /// A reveal was acknowledged; the PIN has not been sent.
    Revealed { visitor: Visitor, pin: String },
    /// A rejection was acknowledged.
    Rejected { visitor: Visitor, pin: String },
    /// The PIN was sent; no answer came.
    Sent { visitor: Visitor, pin: String },
    /// The PIN was sent twice at once, and one of the two was acknowledged as signed in.
    SignedIn { visitor: Visitor, pin: String },
}

impl Entry {
    /// Whether the server had said yes to its last step.
    pub fn is_acknowledged(&self) -> bool {
        !matches!(self, Entry::Sent { .. })
    }

    /// Asks the server that has been started again.
    ///
    /// # Errors
    /// When something acknowledged is lost or something is spent twice.
    pub async fn check(self) -> Result<()> {
        match self {
            Entry::Revealed { visitor, pin } => {
                let first = visitor.try_pin(&pin).await?;
                ensure!(first == Outcome::SignedIn, "an acknowledged reveal was lost: {first:?}");
                not_again(&visitor, &pin).await
            }
            Entry::Rejected { visitor, pin } => {
                let outcome = visitor.try_pin(&pin).await?;
                ensure!(outcome != Outcome::SignedIn, "a rejected request signed in");
                Ok(())
            }
            Entry::Sent { visitor, pin } => {
                // Either it was spent and nobody heard of it, or it still works once.
                visitor.try_pin(&pin).await?;
                not_again(&visitor, &pin).await
            }
            Entry::SignedIn { visitor, pin } => {
                ensure!(visitor.is_signed_in().await?, "an acknowledged session was lost");
                not_again(&visitor, &pin).await
            }
        }
    }
}

async fn not_again(visitor: &Visitor, pin: &str) -> Result<()> {
    let outcome = visitor.try_pin(pin).await?;
    ensure!(matches!(outcome, Outcome::Refused(_)), "a PIN was spent twice");
    Ok(())
}
