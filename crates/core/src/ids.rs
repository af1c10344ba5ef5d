//! Identifiers: 16 random bytes each, 32 lower-case hexadecimal digits where people or URLs see them.

use crate::random::{Random, bytes};

/// A text that is not 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an identifier is 32 hexadecimal digits")]
pub struct MalformedId;

macro_rules! id {
    ($(#[$doc:meta] $name:ident),+ $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// A new identifier that nobody can guess (128 bits).
            #[must_use]
            pub fn generate(random: &dyn Random) -> Self {
                Self(bytes(random))
            }

            /// From its 16 bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// From a stored column; `None` unless it is 16 bytes long.
            #[must_use]
            pub fn try_from_slice(slice: &[u8]) -> Option<Self> {
                slice.try_into().ok().map(Self)
            }

            /// The 16 bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl std::str::FromStr for $name {
            type Err = MalformedId;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                // One spelling only: capitals would be a second name for the same thing.
                if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
                    return Err(MalformedId);
                }
                let mut id = [0; 16];
                hex::decode_to_slice(text, &mut id).map_err(|_| MalformedId)?;
                Ok(Self(id))
            }
        }
    )+};
}

id! {
    /// A citizen, as the database knows them. Random: it says nothing about the document.
    PersonId,
    /// An activated device; the `keyid` of its signed requests.
    DeviceId,
    /// An activation under way.
    ActivationId,
    /// A sign-in attempt in one browser.
    RequestId,
    /// A site's request that somebody signs in, from its arrival to its token.
    AuthorizationId,
    /// A message in the outbox; the idempotency key towards the gateway.
    MessageId,
    /// A code sent for a password: to set it, or as its second step.
    PasswordCodeId,
}

/// A signed-in browser session: a bearer secret of 32 bytes. Only its hash is stored, and `Debug` prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionId([u8; 32]);

impl SessionId {
    /// A new session secret (256 bits).
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        Self(bytes(random))
    }

    /// The 32 bytes, to be hashed.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The value of the browser's cookie: 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn expose(&self) -> String {
        hex::encode(self.0)
    }
}

impl std::fmt::Debug for SessionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionId(…)")
    }
}

impl std::str::FromStr for SessionId {
    type Err = MalformedId;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut id = [0; 32];
        hex::decode_to_slice(text, &mut id).map_err(|_| MalformedId)?;
        Ok(Self(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn an_id_has_one_spelling() {
        let id = RequestId::generate(&SeededRandom::new(3));
        let text = id.to_string();
        assert_eq!(text.len(), 32);
        assert_eq!(text.parse(), Ok(id));
        assert_eq!(text.to_uppercase().parse::<RequestId>(), Err(MalformedId));
        assert_eq!("zz".parse::<RequestId>(), Err(MalformedId));
        assert_eq!(RequestId::try_from_slice(id.as_bytes()), Some(id));
        assert_eq!(RequestId::try_from_slice(&[1, 2]), None);
    }
}
