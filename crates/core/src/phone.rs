//! Phone numbers, stored in E.164 (ITU-T): `+` and up to 15 digits.

/// Why a text is not a phone that can receive an SMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Nothing was typed.
    #[error("nothing was typed")]
    Empty,
    /// Neither a Spanish mobile (9 digits from 6 or 7) nor an international number with its prefix.
    #[error("a Spanish mobile has 9 digits and begins with 6 or 7; a foreign number begins with +")]
    Shape,
}

/// A phone number. Personal data: `Debug` prints nothing.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Phone(String);

impl Phone {
    /// Reads what a person typed: `600 123 456`, `+34 600-123-456`, `0034600123456`, `+351 912 345 678`.
    ///
    /// # Errors
    /// [`PhoneError`] says what is wrong.
    pub fn parse(typed: &str) -> Result<Self, PhoneError> {
        let mut compact: String = typed
            .chars()
            .filter(|c| !c.is_whitespace() && !"-.()/".contains(*c))
            .collect();
        if compact.is_empty() {
            return Err(PhoneError::Empty);
        }
        if let Some(rest) = compact.strip_prefix("00") {
            compact = format!("+{rest}");
        }
        let digits = match compact.strip_prefix('+') {
            Some(international) => international.to_owned(),
            None => format!("34{compact}"),
        };
        let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
        let right_length = match digits.strip_prefix("34") {
            Some(national) => national.len() == 9 && national.starts_with(['6', '7']),
            None => (7..=15).contains(&digits.len()) && !digits.starts_with('0'),
        };
        if all_digits && right_length {
            Ok(Self(format!("+{digits}")))
        } else {
            Err(PhoneError::Shape)
        }
    }

    /// `+34600123456`.
    #[must_use]
    pub fn e164(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Phone(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_reach_e164() {
        for (typed, expected) in [
            ("600 123 456", "+34600123456"),
            ("+34 700-123-456", "+34700123456"),
            ("0034600123456", "+34600123456"),
            ("+351 912 345 678", "+351912345678"),
        ] {
            assert_eq!(Phone::parse(typed).unwrap().e164(), expected);
        }
    }

    #[test]
    fn landlines_and_rubbish_are_refused() {
        for typed in [
            "912345678",
            "60012345",
            "+0123456789",
            "+3491234567",
            "phone",
            "+1234567890123456",
        ] {
            assert_eq!(Phone::parse(typed), Err(PhoneError::Shape), "{typed}");
        }
        assert_eq!(Phone::parse(" "), Err(PhoneError::Empty));
    }
}
