//! The rules of Aldaba, and nothing else: no I/O, no SQL, no HTTP, no user interface.
//!
//! Time and randomness are parameters ([`time::Clock`], [`random::Random`]). A policy is a pure function from facts
//! to an outcome; a state is an enum whose transitions consume `self`.
//!
//! | module | what it decides |
//! |---|---|
//! | [`document`], [`contrast`], [`phone`] | what a person types about themselves, in one canonical form |
//! | [`code`], [`pin`], [`own_key`], [`phrase`] | the short things people read on one screen and type on another |
//! | [`method`], [`level`] | the ways to sign in and how sure each is |
//! | [`oidc`] | what a site may ask of a sign-in, and what comes next in it |
//! | [`request`] | the life of an incoming PIN: `pending → revealed → spent`, or `rejected`, `burnt`, `expired` |
//! | [`self_generated`] | how guesses at a self-generated PIN slow down |
//! | [`sms`] | which SMS may still go to a person, whoever asks |
//! | [`password`] | what a password may be, how long it lives, how guesses at it slow down |
//! | [`device`] | device states and the counter that finds cloned stores |
//! | [`policy`] | every number of the protocol, in one place |

pub mod code;
pub mod contrast;
pub mod device;
pub mod document;
pub mod ids;
pub mod language;
pub mod level;
pub mod method;
pub mod oidc;
pub mod own_key;
pub mod password;
pub mod phone;
pub mod phrase;
pub mod pin;
pub mod policy;
pub mod random;
pub mod request;
pub mod self_generated;
pub mod sms;
pub mod time;

/// A stored word that is none of the ones its type knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a value of {0}")]
pub struct UnknownWord(pub &'static str);

/// Gives an enum its one stored and transmitted spelling: `as_str` and `FromStr`.
macro_rules! words {
    ($type:ident { $($variant:ident => $word:literal),+ $(,)? }) => {
        impl $type {
            /// The spelling used on the wire and in the database.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
        impl std::str::FromStr for $type {
            type Err = crate::UnknownWord;
            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word { $($word => Ok(Self::$variant),)+ _ => Err(crate::UnknownWord(stringify!($type))) }
            }
        }
    };
}
pub(crate) use words;
