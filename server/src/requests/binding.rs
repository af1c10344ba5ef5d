//! What ties a request to the browser that made it.

use aldaba_core::random::Random;
use aldaba_protocol::b64;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// 32 random bytes in a cookie of the sign-in page. The database keeps a hash of them only, so that a stolen database
/// does not let anybody continue somebody's sign-in.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct BrowserBinding([u8; 32]);

impl BrowserBinding {
    /// A new binding, for a browser that has none.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// Reads the cookie's value. None: it is not one of ours.
    #[must_use]
    pub fn from_cookie(value: &str) -> Option<Self> {
        let bytes = b64::decode(value)?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// The cookie's value: 43 characters of base64url.
    #[must_use]
    pub fn to_cookie(&self) -> String {
        b64::encode(&self.0)
    }

    /// The bytes; the database keeps a hash of them.
    #[must_use]
    pub fn bytes(&self) -> [u8; 32] {
        self.0
    }
}
