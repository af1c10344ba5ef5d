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
            Self::Incoming | Self::Password => policy.pin_tries,
            _ => policy.self_tries,
        }
    }

    /// What a site is told in `amr` (RFC 8176).
    #[must_use]
    pub const fn amr(self) -> &'static [&'static str] {
        match self {
            Self::Incoming | Self::PageBound => &["otp", "swk"],
            Self::SelfGenerated => &["otp"],
            Self::Qr => &["swk"],
            Self::Sms => &["otp", "sms"],
            Self::OwnKeySms => &["otp", "sms", "pin"],
            Self::Password => &["pwd"],
            Self::Certificate => &["sc"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_has_one_word_and_says_how_it_was_done() {
        for method in Method::ALL {
            assert_eq!(method.as_str().parse(), Ok(method));
            assert!(!method.amr().is_empty());
            assert!(method.tries(&Policy::default()) >= 1);
        }
    }
}
