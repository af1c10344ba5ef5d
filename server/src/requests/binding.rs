//! What ties a request to the browser that made it.

use aldaba_core::ids::SessionId;
use aldaba_core::random::Random;
use aldaba_protocol::b64;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::sessions::{Brought, KnownBrowser};

/// 32 random bytes in a cookie of the sign-in page. The database keeps a hash of them only, so that a stolen database
/// does not let anybody continue somebody's sign-in. Beside it goes what the browser has from earlier sign-ins.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct BrowserBinding {
    secret: [u8; 32],
    #[zeroize(skip)]
    brought: Brought,
}

impl BrowserBinding {
    /// A new binding, for a browser that has none.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        let mut secret = [0; 32];
        random.fill(&mut secret);
        Self::of(secret)
    }

    fn of(secret: [u8; 32]) -> Self {
        Self {
            secret,
            brought: Brought::default(),
        }
    }

    /// Reads the cookie's value. None: it is not one of ours.
    #[must_use]
    pub fn from_cookie(value: &str) -> Option<Self> {
        let secret = b64::decode(value)?.try_into().ok()?;
        Some(Self::of(secret))
    }

    /// The cookie's value: 43 characters of base64url.
    #[must_use]
    pub fn to_cookie(&self) -> String {
        b64::encode(&self.secret)
    }

    /// The bytes; the database keeps a hash of them.
    #[must_use]
    pub fn bytes(&self) -> [u8; 32] {
        self.secret
    }

    /// With the cookies of a browser in which somebody signed in before.
    #[must_use]
    pub fn with(mut self, known: Option<KnownBrowser>, session: Option<SessionId>) -> Self {
        self.brought = Brought { known, session };
        self
    }

    /// What the browser has from earlier sign-ins.
    #[must_use]
    pub fn brought(&self) -> &Brought {
        &self.brought
    }

    /// The cookie of a browser in which somebody signed in before.
    #[must_use]
    pub fn known(&self) -> Option<&KnownBrowser> {
        self.brought.known.as_ref()
    }
}
