//! Why requests are rejected, as it is stored.

use crate::error::StoreError;

/// Why a citizen rejected a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Somebody else started it; two of these within a day mute.
    NotMe,
    /// The citizen started it and thought better of it.
    ChangedMind,
    /// Another phrase than the page's was chosen.
    Phrase,
}

impl Reason {
    /// The stored word, which is also the wire's.
    pub const fn as_str(self) -> &'static str {
        match self {
            Reason::NotMe => "not_me",
            Reason::ChangedMind => "changed_mind",
            Reason::Phrase => "phrase",
        }
    }
}

impl std::str::FromStr for Reason {
    type Err = StoreError;

    fn from_str(word: &str) -> Result<Self, StoreError> {
        match word {
            "not_me" => Ok(Reason::NotMe),
            "changed_mind" => Ok(Reason::ChangedMind),
            "phrase" => Ok(Reason::Phrase),
            _ => Err(StoreError::Corrupt("a reason")),
        }
    }
}
