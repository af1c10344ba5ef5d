//! The key that a citizen may invent on the page ("personalizar") and is asked for again with the PIN: 4 letters or
//! digits, case folded (facts: PIN24H uses 4 digits, Cl@ve 4 characters).

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// How many characters it has.
pub const LENGTH: usize = 4;

/// An own key. A secret: `Debug` prints nothing and the memory is wiped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct OwnKey(String);

impl OwnKey {
    /// Reads what a person typed; `None` unless it is four ASCII letters or digits. Case does not matter.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        (typed.len() == LENGTH && typed.bytes().all(|byte| byte.is_ascii_alphanumeric()))
            .then(|| Self(typed.to_ascii_uppercase()))
    }

    /// The four characters, to be hashed.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl PartialEq for OwnKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}
impl Eq for OwnKey {}

impl std::fmt::Debug for OwnKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OwnKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_letters_or_digits_in_any_case() {
        assert_eq!(OwnKey::parse(" ab12 "), OwnKey::parse("AB12"));
        assert_ne!(OwnKey::parse("AB12"), OwnKey::parse("AB13"));
        for typed in ["", "abc", "abcde", "ab 1", "añb1"] {
            assert!(OwnKey::parse(typed).is_none(), "{typed}");
        }
    }
}
