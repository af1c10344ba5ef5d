//! The ways to sign in, what each can reach, and what a site is told of it.

use serde::{Deserialize, Serialize};

use crate::level::Level;
use crate::policy::Policy;

/// How a citizen signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The PIN of one request, shown by the device after its reveal.
    Incoming,
    /// The PIN that the app makes itself (TOTP).
    SelfGenerated,
    /// The PIN that the app makes itself for the challenge of one page.
    PageBound,
    /// The app scanned the page's QR, or its code was typed there, and the citizen approved.
    Qr,
    /// A PIN sent to the phone by SMS.
    Sms,
    /// A key that the citizen invents, and a code sent to the phone by SMS (PIN24H).
    OwnKeySms,
    /// A password, with a second step where the site needs one.
    Password,
    /// An X.509 client certificate.
    Certificate,
}
crate::words!(Method {
    Incoming => "incoming", SelfGenerated => "self_generated", PageBound => "page_bound", Qr => "qr", Sms => "sms",
    OwnKeySms => "own_key_sms", Password => "password", Certificate => "certificate",
});

impl Method {
    /// All of them, the one that most people use first.
    pub const ALL: [Self; 8] = [
        Self::Incoming,
        Self::Qr,
        Self::SelfGenerated,
        Self::PageBound,
        Self::Sms,
        Self::OwnKeySms,
        Self::Password,
        Self::Certificate,
    ];

    /// The highest level that it can prove for somebody whose registration and device allow it.
    #[must_use]
    pub const fn reaches(self) -> Level {
        match self {
            Self::SelfGenerated | Self::Sms | Self::OwnKeySms => Level::Low,
            Self::Incoming | Self::PageBound | Self::Qr | Self::Password => Level::Substantial,
            Self::Certificate => Level::High,
        }
    }

    /// What a sign-in proves that a device took part in: no more than its registration and the device's activation did, and
    /// no more than the method can. Where all that is needed is the device itself, only its unlock by the system, just then,
    /// says that its owner holds it; without it the lowest level is all that was proved. A page-bound PIN carries the page's
    /// challenge from one screen to the other, which is what it adds in the unlock's place.
    #[must_use]
    pub fn proves(self, registration: Level, device: Level, user_verified: bool) -> Level {
        let owned = registration.min(device).min(self.reaches());
        match self {
            Self::Incoming | Self::Qr if !user_verified => owned.min(Level::Low),
            _ => owned,
        }
    }

    /// Whether a device must say, signed, that it shows or approves the request before the page can go on. A request of
    /// [`Method::Password`] is the second step: a PIN in the app, after the password was right.
    #[must_use]
    pub const fn needs_device(self) -> bool {
        matches!(self, Self::Incoming | Self::Qr | Self::Password)
    }

    /// Whether its PIN or code comes by SMS, so that the site must pay for one.
    #[must_use]
    pub const fn by_sms(self) -> bool {
        matches!(self, Self::Sms | Self::OwnKeySms)
    }

    /// Wrong tries that burn a request of this method.
    #[must_use]
    pub const fn tries(self, policy: &Policy) -> u32 {
        match self {
            Self::Incoming | Self::Qr | Self::Password => policy.pin_tries,
            _ => policy.self_tries,
        }
    }

    /// What a site is told in `amr` (RFC 8176) of a sign-in that proved `level`.
    #[must_use]
    pub const fn amr(self, level: Level) -> &'static [&'static str] {
        match self {
            Self::Incoming | Self::PageBound => &["otp", "swk"],
            Self::SelfGenerated => &["otp"],
            Self::Qr => &["swk"],
            Self::Sms => &["otp", "sms"],
            Self::OwnKeySms => &["otp", "sms", "pin"],
            Self::Password => &["pwd"],
            // Only a certificate on a card proves that much; where the key of any other lies is not known.
            Self::Certificate if matches!(level, Level::High) => &["sc"],
            Self::Certificate => &["pop"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // REQ-UNL-01
    #[test]
    fn a_device_proves_no_more_than_registration_activation_and_unlock() {
        let levels = [Level::Low, Level::Substantial, Level::High];
        for method in Method::ALL {
            for registration in levels {
                for device in levels {
                    for verified in [false, true] {
                        let proved = method.proves(registration, device, verified);
                        assert!(proved <= registration && proved <= device && proved <= method.reaches());
                        if matches!(method, Method::Incoming | Method::Qr) && !verified {
                            assert_eq!(proved, Level::Low);
                        }
                    }
                }
            }
        }
        let (low, substantial) = (Level::Low, Level::Substantial);
        for method in [Method::Incoming, Method::Qr] {
            assert_eq!(method.proves(substantial, substantial, true), substantial);
            assert_eq!(method.proves(low, substantial, true), low);
            assert_eq!(method.proves(substantial, low, true), low);
        }
        // REQ-BOUND-03
        assert_eq!(Method::PageBound.proves(substantial, substantial, false), substantial);
        assert_eq!(Method::PageBound.proves(low, substantial, false), low);
        assert_eq!(Method::SelfGenerated.proves(substantial, substantial, true), low);
    }

    #[test]
    fn every_method_has_one_word_and_says_how_it_was_done() {
        for method in Method::ALL {
            assert_eq!(method.as_str().parse(), Ok(method));
            assert!(!method.amr(method.reaches()).is_empty());
            assert!(method.tries(&Policy::default()) >= 1);
        }
    }
}
