//! Levels of assurance (Regulation (EU) 2015/1502).

use serde::{Deserialize, Serialize};

/// How sure the sign-in is of who the person is. Ordered: a site that asks for one is content with a higher one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Basic registration (letter, reviewed form) and a PIN.
    Low = 1,
    /// Registration in person, by certificate or video call, and a device key.
    Substantial = 2,
    /// A qualified certificate on a card.
    High = 3,
}
crate::words!(Level { Low => "low", Substantial => "substantial", High => "high" });

impl Level {
    /// The URI for `acr` (eIDAS).
    #[must_use]
    pub const fn acr(self) -> &'static str {
        match self {
            Self::Low => "http://eidas.europa.eu/LoA/low",
            Self::Substantial => "http://eidas.europa.eu/LoA/substantial",
            Self::High => "http://eidas.europa.eu/LoA/high",
        }
    }

    /// The level of such a URI.
    #[must_use]
    pub fn from_acr(acr: &str) -> Option<Self> {
        [Self::Low, Self::Substantial, Self::High]
            .into_iter()
            .find(|level| level.acr() == acr)
    }
}
