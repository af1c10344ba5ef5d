//! The digits that a citizen reads on the device and types on the page.

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::random::{Random, below};

/// A one-time PIN. A secret: `Debug` prints nothing, the memory is wiped, comparison takes constant time.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Pin(String);

impl Pin {
    /// A new PIN of so many digits (1 to 9), every one equally likely; `None` for another number of digits.
    #[must_use]
    pub fn generate(digits: u32, random: &dyn Random) -> Option<Self> {
        if !(1..=9).contains(&digits) {
            return None;
        }
        let value = below(10u32.pow(digits), random);
        Some(Self(format!("{value:0width$}", width = digits as usize)))
    }

    /// Reads what a person typed: exactly `digits` digits, spaces and dashes forgiven.
    #[must_use]
    pub fn parse(typed: &str, digits: usize) -> Option<Self> {
        let mut pin = String::with_capacity(digits);
        for character in typed.chars() {
            match character {
                '0'..='9' if pin.len() < digits => pin.push(character),
                character if character.is_whitespace() || character == '-' => {}
                _ => return None,
            }
        }
        (pin.len() == digits).then_some(Self(pin))
    }

    /// The digits, for the one place that shows or compares them.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether both are the same, in constant time.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pin(…)")
    }
}

/// Dynamic truncation of RFC 4226 section 5.3: the low nibble of the last byte says where to read 31 bits, of which
/// the last `digits` decimal digits (1 to 9) are kept. `mac` is an HMAC of at least 20 bytes; `None` if it is shorter
/// or if `digits` is outside 1–9.
#[must_use]
pub fn truncate(mac: &[u8], digits: u32) -> Option<Pin> {
    if mac.len() < 20 || !(1..=9).contains(&digits) {
        return None;
    }
    let offset = usize::from(mac.last()? & 0x0f);
    let word: [u8; 4] = mac.get(offset..offset + 4)?.try_into().ok()?;
    let value = (u32::from_be_bytes(word) & 0x7fff_ffff) % 10u32.pow(digits);
    Some(Pin(format!("{value:0width$}", width = digits as usize)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // REQ-PIN-01: RFC 4226 appendix D, the ten intermediate HMAC-SHA-1 values and their HOTP values.
    #[test]
    fn rfc_4226_vectors() {
        let vectors = [
            ("cc93cf18508d94934c64b65d8ba7667fb7cde4b0", "755224"),
            ("75a48a19d4cbe100644e8ac1397eea747a2d33ab", "287082"),
            ("0bacb7fa082fef30782211938bc1c5e70416ff44", "359152"),
            ("66c28227d03a2d5529262ff016a1e6ef76557ece", "969429"),
            ("a904c900a64b35909874b33e61c5938a8e15ed1c", "338314"),
            ("a37e783d7b7233c083d4f62926c7a25f238d0316", "254676"),
            ("bc9cd28561042c83f219324d3c607256c03272ae", "287922"),
            ("a4fb960c0bc06e1eabb804e5b397cdc4b45596fa", "162583"),
            ("1b3c89f65e6c9e883012052823443f048b4332db", "399871"),
            ("1637409809a679dc698207310c8c7fc07290d9e5", "520489"),
        ];
        for (mac, expected) in vectors {
            assert_eq!(truncate(&hex::decode(mac).unwrap(), 6).unwrap().expose(), expected);
        }
    }

    #[test]
    fn reading_forgives_spaces_only() {
        assert_eq!(Pin::parse(" 123 456\n", 6).unwrap().expose(), "123456");
        assert_eq!(Pin::parse("123-456", 6).unwrap().expose(), "123456");
        for typed in ["12345", "1234567", "12345a", "", "１２３４５６"] {
            assert!(Pin::parse(typed, 6).is_none(), "{typed}");
        }
    }

    #[test]
    fn short_macs_and_odd_widths_give_nothing() {
        assert!(truncate(&[0xff; 19], 6).is_none());
        assert!(truncate(&[0; 32], 0).is_none());
        assert!(truncate(&[0; 32], 10).is_none());
        assert_eq!(truncate(&[0; 32], 6).unwrap().expose(), "000000");
        assert_eq!(format!("{:?}", truncate(&[0; 32], 6).unwrap()), "Pin(…)");
    }

    proptest! {
        #[test]
        fn any_mac_gives_a_pin_of_its_width(mac in prop::collection::vec(any::<u8>(), 20..64), digits in 1u32..10) {
            let pin = truncate(&mac, digits).unwrap();
            prop_assert!(Pin::parse(pin.expose(), digits as usize).unwrap().matches(&pin));
        }
    }

    #[test]
    fn generated_pins_have_their_digits_and_read_back() {
        let random = crate::random::SeededRandom::new(5);
        let mut leading_zero = false;
        for _ in 0..200 {
            let pin = Pin::generate(6, &random).unwrap();
            assert_eq!(pin.expose().len(), 6);
            assert!(Pin::parse(pin.expose(), 6).unwrap().matches(&pin));
            leading_zero |= pin.expose().starts_with('0');
        }
        assert!(leading_zero, "zeros in front are kept");
        assert!(Pin::generate(0, &random).is_none() && Pin::generate(10, &random).is_none());
    }
}
