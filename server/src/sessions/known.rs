//! The cookie by which a browser is known to somebody who signed in there before.
//!
//! It says nothing of anybody: 32 bytes that the database keeps only as a MAC with each person who signed in in this browser
//! (`aldaba_store::known_browsers`). It signs nobody in; all it does is that SMS which are reserved for this person may be
//! asked for from here (`aldaba_core::sms`).

use aldaba_core::ids::SessionId;
use aldaba_protocol::b64;
use aldaba_store::keys::ServerKeys;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The secret in the cookie.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct KnownBrowser([u8; 32]);

impl KnownBrowser {
    /// For a browser that has none, with the first session there: as unforeseeable as the session's id, which it does not tell.
    #[must_use]
    pub fn first(keys: &ServerKeys, session: &SessionId) -> Self {
        Self(keys.mac("aldaba/known-browser/first/v1", &[session.as_bytes()]))
    }

    /// Reads the cookie's value. None: it is not one of ours.
    #[must_use]
    pub fn from_cookie(value: &str) -> Option<Self> {
        Some(Self(b64::decode(value)?.try_into().ok()?))
    }

    /// The cookie's value: 43 characters of base64url.
    #[must_use]
    pub fn to_cookie(&self) -> String {
        b64::encode(&self.0)
    }

    /// The bytes; the database keeps a MAC of them for each person.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// What a browser has from earlier sign-ins when somebody signs in anew.
#[derive(Clone, Debug, Default)]
pub struct Brought {
    /// By which it is known.
    pub known: Option<KnownBrowser>,
    /// Its session, which may be over. The new one takes its place.
    pub session: Option<SessionId>,
}

impl std::fmt::Debug for KnownBrowser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KnownBrowser(…)")
    }
}
