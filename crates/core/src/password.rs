//! Passwords ("Permanente"): what one may be, how long it lives, and how guesses at it slow down.
//!
//! Rules:
//! - 8 to 128 characters of any kind, Unicode in its composed form (NFC), no rules of composition (NIST SP 800-63B-4
//!   section 3.1.1.2). How easily it is guessed, and whether it has leaked, is judged by the server.
//! - It holds neither the document nor the name nor the phone of its owner.
//! - It lives for two years, and its owner is warned before.
//! - After a few failures in a row each further try waits, longer each time, whoever the document is of. A hundred failures
//!   since the last success switch passwords off for that person, and only passwords: one try is evaluated when the longest
//!   delay is over and a device of the owner has signed something after it, and so on until one is right or the password is
//!   recovered. After thirty days without a failure all is forgotten, whoever the document is of.

use std::time::Duration;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::document::Document;
use crate::phone::Phone;
use crate::policy::{Policy, seconds};
use crate::self_generated::{Throttle, TryRefusal};
use crate::time::Timestamp;

/// Fewest characters of a new password.
pub const SHORTEST: usize = 8;
/// Most characters.
pub const LONGEST: usize = 128;

/// A password, as it was typed, in NFC. A secret: `Debug` prints nothing and the memory is wiped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Password(String);

/// Why something typed cannot be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Nothing was typed.
    #[error("nothing was typed")]
    Empty,
    /// Fewer than [`SHORTEST`] characters.
    #[error("too short")]
    Short,
    /// More than [`LONGEST`] characters.
    #[error("too long")]
    Long,
    /// A control character: something went wrong with pasting.
    #[error("a control character")]
    Control,
}

impl Password {
    /// Reads what somebody types to prove who they are: anything that could be a password of any time.
    ///
    /// # Errors
    /// Nothing was typed, or more than any password has.
    pub fn read(typed: &str) -> Result<Self, PasswordError> {
        // Looked at before it is composed: nobody makes us work on a megabyte.
        if typed.len() > LONGEST * 16 {
            return Err(PasswordError::Long);
        }
        let mut composed = String::with_capacity(typed.len());
        composed.extend(typed.nfc());
        let password = Self(composed);
        match password.0.chars().count() {
            0 => Err(PasswordError::Empty),
            1..=LONGEST => Ok(password),
            _ => Err(PasswordError::Long),
        }
    }

    /// Reads a new password.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub fn choose(typed: &str) -> Result<Self, PasswordError> {
        let password = Self::read(typed)?;
        if password.0.chars().any(char::is_control) {
            return Err(PasswordError::Control);
        }
        if password.0.chars().count() < SHORTEST {
            return Err(PasswordError::Short);
        }
        Ok(password)
    }

    /// The characters, to be hashed or judged.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it holds something that everybody who knows the owner would try: the document or its digits, the phone, or a
    /// name of four letters or more, in whatever case, accents and punctuation.
    #[must_use]
    pub fn tells_of(&self, document: &Document, name: &str, phone: Option<&Phone>) -> bool {
        let mut folded = folded(&self.0);
        let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
        let document = document.canonical();
        let mut known = vec![document.to_lowercase(), digits(document)];
        if let Some(phone) = phone {
            let phone = digits(phone.e164());
            // Nine digits are a Spanish number without its country.
            known.push(phone.get(phone.len().saturating_sub(9)..).unwrap_or(&phone).to_owned());
        }
        let names = name.split(|letter: char| !letter.is_alphanumeric()).map(self::folded);
        known.extend(names.filter(|name| name.chars().count() >= 4));
        let tells = known
            .iter()
            .any(|known| known.chars().count() >= 4 && folded.contains(known.as_str()));
        folded.zeroize();
        tells
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Small letters and digits only, without accents.
fn folded(text: &str) -> String {
    text.nfkd()
        .filter(|letter| !is_combining_mark(*letter) && letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Where a password stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// Its owner need do nothing.
    Fresh,
    /// It ends soon: its owner is warned.
    Ending,
    /// It opens nothing any more and must be recovered.
    Over,
}

/// The first moment at which a password made now is over.
#[must_use]
pub fn end_of_life(policy: &Policy, now: Timestamp) -> Timestamp {
    now.plus(seconds(policy.password_life))
}

/// Where a password that ends at `expires_at` stands.
#[must_use]
pub fn age(policy: &Policy, expires_at: Timestamp, now: Timestamp) -> Age {
    if now >= expires_at {
        Age::Over
    } else if now >= expires_at.minus(seconds(policy.password_warning)) {
        Age::Ending
    } else {
        Age::Fresh
    }
}

/// Failures to type a person's password, or that of somebody who does not exist.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Failures {
    /// In a row, each within [`CALMED`] of the one before.
    pub in_row: u32,
    /// Since the last success.
    pub since_success: u32,
    /// No try is evaluated before this moment.
    pub blocked_until: Option<Timestamp>,
    /// When the last one was, up to the one that switched passwords off.
    pub failed_at: Option<Timestamp>,
}

/// After so long without a failure the delays begin anew; the count that switches passwords off goes on, until all is
/// [`FORGOTTEN`](crate::self_generated::FORGOTTEN).
pub const CALMED: Duration = Duration::from_secs(48 * 3600);

impl Failures {
    /// Whether a try may be evaluated now. `signed_at` is when a device of the owner signed something last: that lifts no delay,
    /// which is the same for everybody, for it would tell that there is a device.
    ///
    /// # Errors
    /// [`TryRefusal`] says until when not.
    pub fn may_try(&self, policy: &Policy, signed_at: Option<Timestamp>, now: Timestamp) -> Result<(), TryRefusal> {
        self.since_success().may_try(policy, signed_at, now)
    }

    /// Whether so many failed that whoever fails now is told that passwords are off, evaluated or not ([`Throttle::is_off`]).
    #[must_use]
    pub fn is_off(&self, policy: &Policy, now: Timestamp) -> bool {
        self.since_success().is_off(policy, now)
    }

    /// After one more failure.
    #[must_use]
    pub fn after_failure(self, policy: &Policy, now: Timestamp) -> Self {
        let calmed = self.failed_at.is_none_or(|at| now >= at.plus(CALMED));
        let in_row = if calmed { 1 } else { self.in_row.saturating_add(1) };
        let after = self.since_success().after_failure_in_row(policy, in_row, now);
        Self {
            in_row,
            since_success: after.failures_in_row,
            blocked_until: after.blocked_until,
            failed_at: after.failed_at,
        }
    }

    /// What switches off and is forgotten as with self-generated PINs; only the delays go by those in a row.
    const fn since_success(&self) -> Throttle {
        Throttle {
            failures_in_row: self.since_success,
            blocked_until: self.blocked_until,
            failed_at: self.failed_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::self_generated::FORGOTTEN;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn chosen(typed: &str) -> Result<String, PasswordError> {
        Password::choose(typed).map(|password| password.expose().to_owned())
    }

    // REQ-PWD-01
    #[test]
    fn eight_to_128_characters_of_any_kind() {
        assert_eq!(chosen(""), Err(PasswordError::Empty));
        assert_eq!(chosen("1234567"), Err(PasswordError::Short));
        assert_eq!(chosen("       "), Err(PasswordError::Short));
        assert_eq!(chosen("        "), Ok("        ".to_owned()), "no rules of composition");
        assert_eq!(
            chosen("ñandú 🦤🦤"),
            Ok("ñandú 🦤🦤".to_owned()),
            "characters, not bytes"
        );
        assert_eq!(chosen(&"a".repeat(128)), Ok("a".repeat(128)));
        assert_eq!(chosen(&"a".repeat(129)), Err(PasswordError::Long));
        assert_eq!(chosen(&"é".repeat(5000)), Err(PasswordError::Long));
        assert_eq!(chosen("eight\nchars"), Err(PasswordError::Control));
        assert!(
            Password::read("1").is_ok(),
            "what is typed to sign in is judged by the hash"
        );
        assert_eq!(Password::read(""), Err(PasswordError::Empty));
        assert_eq!(format!("{:?}", Password::read("secret")), "Ok(Password(…))");
    }

    // REQ-PWD-01
    #[test]
    fn two_spellings_of_one_letter_are_one_password() {
        assert_eq!(chosen("contrase\u{6e}\u{303}a"), chosen("contraseña"));
        assert_eq!(Password::read("Camio\u{301}n"), Password::read("Camión"));
        assert_ne!(Password::read("CAMIÓN"), Password::read("camión"), "case matters");
        assert_ne!(Password::read(" camión"), Password::read("camión"), "spaces matter");
    }

    // REQ-PWD-03
    #[test]
    fn nothing_that_acquaintances_would_try() {
        let document = Document::parse("12345678Z").unwrap();
        let phone = Phone::parse("+34600123456").unwrap();
        let tells = |typed: &str| {
            Password::choose(typed)
                .unwrap()
                .tells_of(&document, "Ana María Pérez-Ñíguez de la O", Some(&phone))
        };
        for typed in [
            "mi dni es 12345678z",
            "12.345.678 lleva rima",
            "llama al 600 12 34 56",
            "los PÉREZ de siempre",
            "cosas.de.niguez",
            "M-a-r-i-a bonita",
        ] {
            assert!(tells(typed), "{typed}");
        }
        for typed in ["la ana de los patos", "1234567 caballos", "siete nubes de octubre"] {
            assert!(!tells(typed), "{typed}");
        }
    }

    // REQ-PWD-05
    #[test]
    fn a_password_ends_to_the_second_and_warns_thirty_days_before() {
        let policy = Policy::default();
        let ends = end_of_life(&policy, NOW);
        assert_eq!(ends.since(NOW).as_secs(), 730 * 24 * 3600);
        let just_before = |moment: Timestamp| moment.minus(Duration::from_millis(1));
        let warns = ends.minus(Duration::from_secs(30 * 24 * 3600));
        assert_eq!(age(&policy, ends, just_before(warns)), Age::Fresh);
        assert_eq!(age(&policy, ends, warns), Age::Ending);
        assert_eq!(age(&policy, ends, just_before(ends)), Age::Ending);
        assert_eq!(age(&policy, ends, ends), Age::Over);
    }

    // REQ-PWD-06
    #[test]
    fn delays_double_and_a_hundred_failures_leave_one_try_for_each_signature() {
        let policy = Policy::default();
        let mut now = NOW;
        let mut failures = Failures::default();
        let mut delays = Vec::new();
        for _ in 0..100 {
            assert_eq!(failures.may_try(&policy, None, now), Ok(()));
            failures = failures.after_failure(&policy, now);
            if let Some(until) = failures.blocked_until {
                delays.push(until.since(now).as_secs());
                if failures.since_success < 100 {
                    let almost = until.minus(Duration::from_millis(1));
                    let refused = Err(TryRefusal::Delayed { until });
                    assert_eq!(failures.may_try(&policy, None, almost), refused);
                    assert_eq!(
                        failures.may_try(&policy, Some(almost), almost),
                        refused,
                        "nobody is told of a device"
                    );
                }
                now = until;
            }
        }
        assert_eq!(delays.len(), 96);
        assert_eq!(&delays[..9], &[30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        let (failed_at, over) = (failures.failed_at, failures.blocked_until.unwrap());
        let later = now.plus(Duration::from_secs(29 * 24 * 3600));
        assert_eq!(failures.may_try(&policy, None, later), Err(TryRefusal::Disabled));
        let almost = over.minus(Duration::from_millis(1));
        assert_eq!(
            failures.may_try(&policy, Some(almost), later),
            Err(TryRefusal::Disabled)
        );
        assert_eq!(failures.may_try(&policy, Some(over), later), Ok(()));
        failures = failures.after_failure(&policy, later);
        assert_eq!(failures.may_try(&policy, Some(later), later), Err(TryRefusal::Disabled));
        // Forgotten after a month, whether or not a device had one tried in between.
        assert_eq!(failures.failed_at, failed_at);
        let month = failed_at.unwrap().plus(FORGOTTEN);
        let almost = month.minus(Duration::from_millis(1));
        assert_eq!(failures.may_try(&policy, None, almost), Err(TryRefusal::Disabled));
        assert_eq!(failures.may_try(&policy, None, month), Ok(()));
        assert_eq!(failures.after_failure(&policy, month).since_success, 1);
    }

    // REQ-PWD-06
    #[test]
    fn two_quiet_days_forget_the_delays_but_not_the_count() {
        let policy = Policy::default();
        let mut failures = Failures::default();
        for _ in 0..7 {
            failures = failures.after_failure(&policy, NOW);
        }
        let almost = NOW.plus(CALMED).minus(Duration::from_millis(1));
        assert_eq!(failures.after_failure(&policy, almost).in_row, 8);
        let after = failures.after_failure(&policy, NOW.plus(CALMED));
        assert_eq!((after.in_row, after.since_success, after.blocked_until), (1, 8, None));
    }

    proptest! {
        // REQ-PWD-01
        #[test]
        fn any_text_is_judged_and_what_is_taken_has_the_right_length(typed in ".{0,200}") {
            if let Ok(password) = Password::choose(&typed) {
                let length = password.expose().chars().count();
                prop_assert!((SHORTEST..=LONGEST).contains(&length));
                // Composing it again changes nothing: one password, one hash.
                prop_assert_eq!(Password::choose(password.expose()), Ok(password.clone()));
                let decomposed: String = password.expose().nfd().collect();
                prop_assert_eq!(Password::read(&decomposed), Ok(password));
            }
        }

        // REQ-PWD-03
        #[test]
        fn whatever_stands_around_the_document_it_is_found(before in "[a-z ]{0,20}", after in "[a-z ]{0,20}") {
            let document = Document::parse("X1234567L").unwrap();
            let password = Password::choose(&format!("{before}x-1234567-L{after}")).unwrap();
            prop_assert!(password.tells_of(&document, "", None));
        }

        // REQ-PWD-06
        #[test]
        fn however_the_tries_come_no_more_are_evaluated_than_the_delays_allow(gaps in prop::collection::vec(0u64..4000, 1..300)) {
            let policy = Policy::default();
            let (mut now, mut failures, mut evaluated) = (NOW, Failures::default(), 0u32);
            for gap in gaps {
                now = now.plus(Duration::from_secs(gap));
                if failures.may_try(&policy, None, now).is_ok() {
                    failures = failures.after_failure(&policy, now);
                    evaluated += 1;
                }
            }
            prop_assert!(evaluated <= 100);
            // Five at once, then one for each delay of at least half a minute.
            let elapsed = now.since(NOW).as_secs();
            prop_assert!(u64::from(evaluated) <= 5 + elapsed / 30, "{evaluated} in {elapsed} s");
        }
    }
}
