//! Identity documents: DNI, NIE and the NIF of people without either (K, L, M).
//!
//! People write them with spaces, dots, hyphens and in any case. All spellings reach one canonical form, so that two
//! spellings can never be two accounts or two counters. The control letter is that of Real Decreto 1553/2005 and
//! Orden INT/2058/2008: `TRWAGMYFPDXBNJZSQVHLCKE[n mod 23]`.

use zeroize::Zeroize;

const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

/// Which document it is; decides which contrast datum goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// Documento Nacional de Identidad: 8 digits and a letter.
    Dni,
    /// Número de Identidad de Extranjero: X, Y or Z, 7 digits and a letter.
    Nie,
    /// NIF of a person without DNI or NIE: K, L or M, 7 digits and a letter.
    Nif,
}
crate::words!(DocumentKind { Dni => "dni", Nie => "nie", Nif => "nif" });

/// Why a text is not a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Nothing was typed.
    #[error("nothing was typed")]
    Empty,
    /// Not 8 digits and a letter, nor a letter, 7 digits and a letter.
    #[error("a DNI is 8 digits and a letter; a NIE is X, Y or Z, 7 digits and a letter")]
    Shape,
    /// The shape is right, the control letter is not: some character was mistyped.
    #[error("the letter does not go with the number")]
    Letter,
}
crate::words!(DocumentError { Empty => "empty", Shape => "shape", Letter => "letter" });

/// A document number in its canonical form: 9 ASCII characters, digits and capitals.
///
/// Personal data: `Debug` prints the kind only and the memory is wiped.
#[derive(Clone, PartialEq, Eq, Hash, Zeroize, zeroize::ZeroizeOnDrop)]
pub struct Document(String);

impl Document {
    /// Reads what a person typed. Spaces, dots, hyphens, slashes and case do not matter; a DNI may lack leading zeros.
    ///
    /// # Errors
    /// [`DocumentError`] says which of the three things is wrong.
    pub fn parse(typed: &str) -> Result<Self, DocumentError> {
        let mut canonical = String::with_capacity(9);
        for character in typed.chars() {
            match fold(character) {
                Some(folded) if folded.is_ascii_alphanumeric() => canonical.push(folded.to_ascii_uppercase()),
                Some(_) => {}
                None => return Err(DocumentError::Shape),
            }
            if canonical.len() > 9 {
                return Err(DocumentError::Shape);
            }
        }
        if canonical.is_empty() {
            return Err(DocumentError::Empty);
        }
        let Some(letter) = canonical.pop().filter(char::is_ascii_uppercase) else {
            return Err(DocumentError::Shape);
        };
        let (prefix, digits) = match canonical.chars().next() {
            Some(first @ ('X' | 'Y' | 'Z' | 'K' | 'L' | 'M')) => (Some(first), &canonical[1..]),
            _ => (None, canonical.as_str()),
        };
        let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        // Older NIEs were written with eight digits, the first a zero; people also drop a DNI's leading zeros.
        let width = if prefix.is_some() { 7 } else { 8 };
        if !all_digits || digits.len() > width || (prefix.is_some() && digits.len() < width) {
            return Err(DocumentError::Shape);
        }
        let number: u32 = digits.parse().map_err(|_| DocumentError::Shape)?;
        let weighted = match prefix {
            Some('Y') => 10_000_000 + number,
            Some('Z') => 20_000_000 + number,
            _ => number,
        };
        if control_letter(weighted) != letter {
            return Err(DocumentError::Letter);
        }
        Ok(Self(match prefix {
            Some(prefix) => format!("{prefix}{number:07}{letter}"),
            None => format!("{number:08}{letter}"),
        }))
    }

    /// The one spelling: `12345678Z`, `X1234567L`, `K1234567L`.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.0
    }

    /// Which document it is.
    #[must_use]
    pub fn kind(&self) -> DocumentKind {
        match self.0.as_bytes().first() {
            Some(b'X' | b'Y' | b'Z') => DocumentKind::Nie,
            Some(b'K' | b'L' | b'M') => DocumentKind::Nif,
            _ => DocumentKind::Dni,
        }
    }

    /// For staff who must recognise a document without reading it: `•••••678Z`.
    #[must_use]
    pub fn masked(&self) -> String {
        let shown: String = self.0.chars().skip(5).collect();
        format!("•••••{shown}")
    }
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Document({}, …)", self.kind().as_str())
    }
}

/// The control letter of a number (for a NIE, with X, Y, Z written as 0, 1, 2 before it).
#[must_use]
#[allow(clippy::indexing_slicing, reason = "a remainder of 23 is inside a table of 23")]
pub const fn control_letter(number: u32) -> char {
    LETTERS[(number % 23) as usize] as char
}

/// Full-width forms (an East Asian keyboard) become ASCII; separators stay to be dropped; anything else is refused.
fn fold(character: char) -> Option<char> {
    let folded = match character {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(character) - 0xFEE0)?,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{00B7}' => '-',
        other if other.is_whitespace() || other == '\u{200B}' || other == '\u{FEFF}' => ' ',
        other => other,
    };
    (folded.is_ascii_alphanumeric() || matches!(folded, ' ' | '.' | '-' | '/' | ',' | '_')).then_some(folded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn canonical(typed: &str) -> Result<String, DocumentError> {
        Document::parse(typed).map(|document| document.canonical().to_owned())
    }

    // REQ-DOC-01
    #[test]
    fn known_documents_and_their_kinds() {
        for (typed, expected, kind) in [
            ("12345678z", "12345678Z", DocumentKind::Dni),
            ("12.345.678-Z", "12345678Z", DocumentKind::Dni),
            (" 1 2345 678 z ", "12345678Z", DocumentKind::Dni),
            ("00000000T", "00000000T", DocumentKind::Dni),
            ("0T", "00000000T", DocumentKind::Dni),
            ("x-1234567-l", "X1234567L", DocumentKind::Nie),
            ("Y1234567X", "Y1234567X", DocumentKind::Nie),
            ("Z1234567R", "Z1234567R", DocumentKind::Nie),
            ("K1234567L", "K1234567L", DocumentKind::Nif),
        ] {
            let document = Document::parse(typed).unwrap();
            assert_eq!((document.canonical(), document.kind()), (expected, kind));
        }
    }

    // REQ-DOC-02
    #[test]
    fn each_fault_has_its_own_error() {
        assert_eq!(canonical(""), Err(DocumentError::Empty));
        assert_eq!(canonical(" .-"), Err(DocumentError::Empty));
        assert_eq!(canonical("12345678A"), Err(DocumentError::Letter));
        assert_eq!(canonical("X1234567A"), Err(DocumentError::Letter));
        for shape in [
            "12345678",
            "Z",
            "123456789Z",
            "X123456L",
            "X12345678L",
            "A1234567L",
            "12345678Ñ",
            "1234é678Z",
        ] {
            assert_eq!(canonical(shape), Err(DocumentError::Shape), "{shape}");
        }
    }

    #[test]
    fn debug_and_mask_hide_the_number() {
        let document = Document::parse("12345678Z").unwrap();
        assert_eq!(format!("{document:?}"), "Document(dni, …)");
        assert_eq!(document.masked(), "•••••678Z");
    }

    fn spelling() -> impl Strategy<Value = (String, String)> {
        let separator = prop::sample::select(vec!["", "", "", " ", ".", "-", "  ", "/", "\u{00A0}", "\u{2011}"]);
        (
            0u32..100_000_000,
            0usize..7,
            prop::collection::vec((any::<bool>(), any::<bool>(), separator), 12),
        )
            .prop_map(|(number, kind, noise)| {
                let prefix = ["", "X", "Y", "Z", "K", "L", "M"][kind];
                let (digits, weighted) = if prefix.is_empty() {
                    (format!("{number:08}"), number)
                } else {
                    let number = number % 10_000_000;
                    let offset = match prefix {
                        "Y" => 10_000_000,
                        "Z" => 20_000_000,
                        _ => 0,
                    };
                    (format!("{number:07}"), offset + number)
                };
                let canonical = format!("{prefix}{digits}{}", control_letter(weighted));
                let typed = canonical
                    .chars()
                    .zip(&noise)
                    .map(|(character, (lower, wide, separator))| {
                        let character = if *lower {
                            character.to_ascii_lowercase()
                        } else {
                            character
                        };
                        let character = if *wide {
                            char::from_u32(u32::from(character) + 0xFEE0).unwrap()
                        } else {
                            character
                        };
                        format!("{separator}{character}")
                    })
                    .collect();
                (canonical, typed)
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        // REQ-DOC-03: 10,000 spellings reach one canonical form.
        #[test]
        fn every_spelling_reaches_one_canonical_form((expected, typed) in spelling()) {
            prop_assert_eq!(canonical(&typed), Ok(expected.clone()));
            prop_assert_eq!(canonical(&expected), Ok(expected));
        }

        // REQ-DOC-04: any text is judged, none makes it fall.
        #[test]
        fn any_text_is_judged(typed in ".{0,24}") {
            if let Ok(canonical_form) = canonical(&typed) {
                prop_assert_eq!(canonical_form.len(), 9);
                prop_assert_eq!(canonical(&canonical_form), Ok(canonical_form));
            }
        }

        // REQ-DOC-05: one mistyped digit never gives another valid document.
        #[test]
        fn one_wrong_digit_is_always_found((expected, _) in spelling(), place in 1usize..8, change in 1u8..10) {
            let mut bytes = expected.clone().into_bytes();
            bytes[place] = b'0' + (bytes[place] - b'0' + change) % 10;
            prop_assert_eq!(canonical(std::str::from_utf8(&bytes).unwrap()), Err(DocumentError::Letter));
        }
    }
}
