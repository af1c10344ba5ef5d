//! Eight characters of Crockford's base32 (40 bits): the activation code of the SMS, and the code that a sign-in page
//! shows for the app. Shown as `XXXX-XXXX`; read back forgivingly, as Crockford's alphabet is meant to be
//! (<https://www.crockford.com/base32.html>).

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::random::{Random, bytes};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// How many characters a code has.
pub const LENGTH: usize = 8;

/// A short code. A secret while it lives: `Debug` prints nothing and the memory is wiped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct ShortCode(String);

impl ShortCode {
    /// A new code, every one of the 2^40 equally likely.
    #[must_use]
    #[allow(clippy::indexing_slicing, reason = "five bits are inside a table of 32")]
    pub fn generate(random: &dyn Random) -> Self {
        let drawn: [u8; LENGTH] = bytes(random);
        Self(
            drawn
                .iter()
                .map(|byte| char::from(ALPHABET[usize::from(byte & 31)]))
                .collect(),
        )
    }

    /// Reads what a person typed or pasted: case, spaces and dashes do not matter; I and L are 1, O is 0.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let mut code = String::with_capacity(LENGTH);
        for character in typed.chars() {
            let folded = match character.to_ascii_uppercase() {
                'I' | 'L' => '1',
                'O' => '0',
                ' ' | '-' | '\u{00A0}' | '\u{2010}'..='\u{2015}' | '\t' | '\n' | '\r' => continue,
                other => other,
            };
            if code.len() == LENGTH || !folded.is_ascii() || !ALPHABET.contains(&(folded as u8)) {
                return None;
            }
            code.push(folded);
        }
        (code.len() == LENGTH).then_some(Self(code))
    }

    /// The eight characters, as they are hashed and stored.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.0
    }

    /// `XXXX-XXXX`, as people read it.
    #[must_use]
    pub fn grouped(&self) -> String {
        let (left, right) = self.0.split_at(LENGTH / 2);
        format!("{left}-{right}")
    }
}

impl PartialEq for ShortCode {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}
impl Eq for ShortCode {}

impl std::fmt::Debug for ShortCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShortCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;
    use proptest::prelude::*;

    #[test]
    fn what_people_type_is_forgiven() {
        let expected = ShortCode::parse("0123ABCD").unwrap();
        for typed in [
            "o1 23-abcd",
            "OI23ABCD",
            "ol23 abcd",
            " 0123-ABCD\n",
            "0123\u{2011}abcd",
        ] {
            assert_eq!(ShortCode::parse(typed), Some(expected.clone()), "{typed}");
        }
        for typed in ["", "0123ABC", "0123ABCDE", "U123ABCD", "0123ABCñ"] {
            assert!(ShortCode::parse(typed).is_none(), "{typed}");
        }
        assert_eq!(expected.grouped(), "0123-ABCD");
        assert_eq!(format!("{expected:?}"), "ShortCode(…)");
    }

    proptest! {
        #[test]
        fn generated_codes_read_back(seed: u64) {
            let code = ShortCode::generate(&SeededRandom::new(seed));
            prop_assert_eq!(ShortCode::parse(&code.grouped().to_lowercase()), Some(code));
        }
    }
}
