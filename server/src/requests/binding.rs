//! What ties a request to the browser that made it.

use aldaba_core::random::Random;
use aldaba_protocol::b64;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::sessions::KnownBrowser;

/// 32 random bytes in a cookie of the sign-in page. The database keeps a hash of them only, so that a stolen database
/// does not let anybody continue somebody's sign-in. Beside it goes the cookie of a browser in which somebody signed in
/// before, where there is one.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct BrowserBinding {
    secret: [u8; 32],
    known: Option<KnownBrowser>,
}

impl BrowserBinding {
    /// A new binding, for a browser that has none.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        let mut secret = [0; 32];
        random.fill(&mut secret);
        Self { secret, known: None }
    }

    /// Reads the cookie's value. None: it is not one of ours.
    #[must_use]
    pub fn from_cookie(value: &str) -> Option<Self> {
        let secret = b64::decode(value)?.try_into().ok()?;
        Some(Self { secret, known: None })
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

    /// With the cookie of a browser in which somebody signed in before.
    #[must_use]
    pub fn with_known(mut self, known: Option<KnownBrowser>) -> Self {
        self.known = known;
        self
    }

    /// The cookie of a browser in which somebody signed in before.
    #[must_use]
    pub fn known(&self) -> Option<&KnownBrowser> {
        self.known.as_ref()
    }
}
