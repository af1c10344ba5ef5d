//! The contrast datum: something that is printed on the document and that its owner can read out.
//!
//! | document | datum |
//! |---|---|
//! | DNI | validity date |
//! | permanent DNI (valid until 01-01-9999) | issue date |
//! | NIE | support number: `E` or `C` and 8 digits; people leave out zeros, and often the letter |
//! | NIF K, L, M | validity date |
//!
//! It is not a secret: it only keeps a mistyped number from bothering its owner (docs/threat-model.md).

use jiff::civil::Date;

use crate::document::{Document, DocumentKind};

/// Why a text is not the datum that goes with the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContrastError {
    /// Nothing was typed.
    #[error("nothing was typed")]
    Empty,
    /// Not a date of the calendar, day first.
    #[error("not a date: day, month, year")]
    Date,
    /// 01-01-9999: a permanent DNI is contrasted by its issue date.
    #[error("a permanent DNI is contrasted by its issue date")]
    Permanent,
    /// Not a support number.
    #[error("a support number is E or C and up to 8 digits")]
    Support,
}
crate::words!(ContrastError { Empty => "empty", Date => "date", Permanent => "permanent", Support => "support" });

/// A contrast datum in canonical form. Personal data: `Debug` prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub enum Contrast {
    /// Validity or issue date.
    Date(Date),
    /// Support number, 9 characters.
    SupportNumber(String),
}

impl Contrast {
    /// Reads what a person typed, for this document. Dates: `17/05/2031`, `17-5-2031`, `17 05 2031`, `17052031` or
    /// `2031-05-17`. Support numbers: `C01234567`, `c 1234567`, or the digits alone (the letter is then `C`).
    ///
    /// # Errors
    /// [`ContrastError`] says what is wrong.
    pub fn parse_for(document: &Document, typed: &str) -> Result<Self, ContrastError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(ContrastError::Empty);
        }
        if typed.len() > 32 {
            return Err(match document.kind() {
                DocumentKind::Nie => ContrastError::Support,
                DocumentKind::Dni | DocumentKind::Nif => ContrastError::Date,
            });
        }
        match document.kind() {
            DocumentKind::Nie => support_number(typed).map(Self::SupportNumber),
            DocumentKind::Dni | DocumentKind::Nif => date(typed).map(Self::Date),
        }
    }

    /// The one spelling: `2031-05-17` or `C01234567`.
    #[must_use]
    pub fn canonical(&self) -> String {
        match self {
            Self::Date(date) => date.to_string(),
            Self::SupportNumber(number) => number.clone(),
        }
    }
}

impl std::fmt::Debug for Contrast {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contrast(…)")
    }
}

fn date(typed: &str) -> Result<Date, ContrastError> {
    let groups: Vec<&str> = typed
        .split(|c: char| !c.is_ascii_digit())
        .filter(|group| !group.is_empty())
        .collect();
    let known_separators = typed
        .chars()
        .all(|c| c.is_ascii_digit() || c.is_whitespace() || "/-.".contains(c));
    if !known_separators {
        return Err(ContrastError::Date);
    }
    let (day, month, year) = match groups.as_slice() {
        [together] if together.len() == 8 => (&together[..2], &together[2..4], &together[4..]),
        [year, month, day] if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => (*day, *month, *year),
        [day, month, year] if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => (*day, *month, *year),
        _ => return Err(ContrastError::Date),
    };
    let number = |text: &str| text.parse::<i16>().map_err(|_| ContrastError::Date);
    let small = |text: &str| text.parse::<i8>().map_err(|_| ContrastError::Date);
    let date = Date::new(number(year)?, small(month)?, small(day)?).map_err(|_| ContrastError::Date)?;
    match date.year() {
        9999 => Err(ContrastError::Permanent),
        // The DNI exists since 1951; validity dates reach ten years ahead. A wider window forgives nothing useful.
        1951..=2199 => Ok(date),
        _ => Err(ContrastError::Date),
    }
}

fn support_number(typed: &str) -> Result<String, ContrastError> {
    // Who has a NIE and types the card's date would otherwise be believed, and wait for a PIN that never comes.
    if typed.contains(|c: char| !c.is_ascii_digit()) && date(typed).is_ok() {
        return Err(ContrastError::Support);
    }
    let compact: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && !"-./".contains(*c))
        .collect();
    let mut characters = compact.chars();
    let (letter, digits) = match characters.next().map(|first| first.to_ascii_uppercase()) {
        Some(letter @ ('E' | 'C')) => (letter, characters.as_str()),
        _ => ('C', compact.as_str()),
    };
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ContrastError::Support);
    }
    Ok(format!("{letter}{digits:0>8}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dni() -> Document {
        Document::parse("12345678Z").unwrap()
    }
    fn nie() -> Document {
        Document::parse("X1234567L").unwrap()
    }
    fn canonical(document: &Document, typed: &str) -> Result<String, ContrastError> {
        Contrast::parse_for(document, typed).map(|contrast| contrast.canonical())
    }

    // REQ-DOC-06
    #[test]
    fn dates_in_every_spelling() {
        for typed in [
            "17/05/2031",
            "17-5-2031",
            "17 05 2031",
            "17.05.2031",
            "17052031",
            "2031-05-17",
            " 17/05/2031 ",
            "17 / 5 / 2031",
        ] {
            assert_eq!(canonical(&dni(), typed).as_deref(), Ok("2031-05-17"), "{typed}");
        }
    }

    // REQ-DOC-07
    #[test]
    fn dates_that_are_none() {
        for typed in [
            "31/02/2031",
            "05/17/2031",
            "17/05/31",
            "17/05",
            "hoy",
            "C01234567",
            "17/05/1900",
            "170520311",
            "17a05b2031",
        ] {
            assert_eq!(canonical(&dni(), typed), Err(ContrastError::Date), "{typed}");
        }
        assert_eq!(canonical(&dni(), "01-01-9999"), Err(ContrastError::Permanent));
        assert_eq!(canonical(&dni(), " "), Err(ContrastError::Empty));
        assert_eq!(canonical(&dni(), &"1".repeat(40)), Err(ContrastError::Date));
    }

    // REQ-DOC-08
    #[test]
    fn support_numbers_are_padded() {
        for (typed, expected) in [
            ("1234567", "C01234567"),
            ("c1234567", "C01234567"),
            ("E 12345678", "E12345678"),
            ("e-00000001", "E00000001"),
        ] {
            assert_eq!(canonical(&nie(), typed).as_deref(), Ok(expected));
        }
        for typed in [
            "C",
            "123456789",
            "A1234567",
            "17/05/203é",
            "17/05/2031/1",
            "17/05/2031",
            "17 05 2031",
        ] {
            assert_eq!(canonical(&nie(), typed), Err(ContrastError::Support), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_judged(typed in ".{0,40}") {
            for document in [dni(), nie()] {
                if let Ok(form) = canonical(&document, &typed) {
                    prop_assert_eq!(canonical(&document, &form), Ok(form));
                }
            }
        }
    }
}
