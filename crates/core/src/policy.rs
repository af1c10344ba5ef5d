//! Every number of the protocol in one place, with its source. Operators may change them in the configuration.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The numbers. `Default` is the protocol's version 1 (docs/protocol.md).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Life of an activation and of each of its codes, in seconds.
    pub activation_life: u32,
    /// Tries at the code of one activation.
    pub activation_tries: u32,
    /// Live activations of one person at a time; a further one is answered the same and sends nothing.
    pub live_activations: u32,
    /// SMS to one person an hour that anybody can cause who knows document and contrast datum ([`crate::sms`]).
    pub sms_per_hour: u32,
    /// SMS with a code to one person a day, whoever caused them.
    pub sms_per_day: u32,
    /// Those of a day that only browsers can cause in which this very person signed in before, or who types their password,
    /// once there is such a browser or a password.
    pub sms_reserved: u32,
    /// How long a device is given to answer before an SMS takes its place, in seconds.
    pub sms_wait: u32,
    /// Life of a sign-in request, in seconds.
    pub request_life: u32,
    /// Life of a PIN from its reveal, in seconds; never past the request's own.
    pub pin_life: u32,
    /// Life of an approval, in seconds: within it the page that was approved must spend it.
    pub approval_life: u32,
    /// Digits of an incoming PIN (NIST SP 800-63B-4 section 3.1.3: at least 6).
    pub pin_digits: u32,
    /// Wrong tries that burn a request.
    pub pin_tries: u32,
    /// Requests, started by typing the document, shown as pending at a time.
    pub visible_pending: u32,
    /// Unanswered notices an hour.
    pub unanswered_per_hour: u32,
    /// Unanswered notices a day.
    pub unanswered_per_day: u32,
    /// Rejections "it was not me" within a day that mute requests started by typing the document.
    pub rejections_to_mute: u32,
    /// How long they stay muted, in seconds.
    pub mute: u32,
    /// Tries at a self-generated PIN in one sign-in.
    pub self_tries: u32,
    /// Failures in a row before a delay.
    pub self_failures_before_delay: u32,
    /// First delay, in seconds; doubles with each further failure.
    pub first_delay: u32,
    /// Longest delay, in seconds.
    pub longest_delay: u32,
    /// Failures in a row that switch the method off (NIST SP 800-63B-4 section 3.2.2: at most 100). From then on one try is
    /// evaluated when the longest delay is over and the device has signed something after it, and so on until one is right.
    pub self_failures_to_disable: u32,
    /// How far a device's clock may be from the server's, in seconds, either way.
    pub signature_window: u32,
    /// Idle life of a browser session, in seconds.
    pub session_idle: u32,
    /// Life of a password, in seconds.
    pub password_life: u32,
    /// How long before its end its owner is warned, in seconds.
    pub password_warning: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            activation_life: 600,
            activation_tries: 5,
            live_activations: 3,
            sms_per_hour: 3,
            sms_per_day: 6,
            sms_reserved: 3,
            sms_wait: 60,
            request_life: 600,
            pin_life: 300,
            approval_life: 120,
            pin_digits: 6,
            pin_tries: 3,
            visible_pending: 3,
            unanswered_per_hour: 3,
            unanswered_per_day: 10,
            rejections_to_mute: 2,
            mute: 24 * 3600,
            self_tries: 3,
            self_failures_before_delay: 5,
            first_delay: 30,
            longest_delay: 3600,
            self_failures_to_disable: 100,
            signature_window: 90,
            session_idle: 3600,
            password_life: 730 * 24 * 3600,
            password_warning: 30 * 24 * 3600,
        }
    }
}

/// A policy that would undo a guarantee of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("policy.{field} must be {rule}")]
pub struct UnsafePolicy {
    /// The field.
    pub field: &'static str,
    /// What it must be.
    pub rule: &'static str,
}

impl Policy {
    /// Refuses numbers that would undo a guarantee.
    ///
    /// # Errors
    /// The first field that is out of bounds.
    pub fn check(&self) -> Result<(), UnsafePolicy> {
        let rules = [
            (
                self.activation_life >= 1 && self.activation_life <= 3600,
                "activation_life",
                "from 1 to 3600 seconds",
            ),
            (
                (1..=10).contains(&self.activation_tries),
                "activation_tries",
                "from 1 to 10",
            ),
            (
                (1..=10).contains(&self.live_activations),
                "live_activations",
                "from 1 to 10",
            ),
            (
                self.sms_reserved < self.sms_per_day,
                "sms_reserved",
                "less than sms_per_day",
            ),
            (self.sms_wait <= 600, "sms_wait", "at most 600 seconds"),
            (
                self.request_life >= 1 && self.request_life <= 600,
                "request_life",
                "from 1 to 600 seconds",
            ),
            (
                self.pin_life >= 1 && self.pin_life <= 600,
                "pin_life",
                "from 1 to 600 seconds",
            ),
            (
                self.approval_life >= 1 && self.approval_life <= 300,
                "approval_life",
                "from 1 to 300 seconds",
            ),
            ((6..=9).contains(&self.pin_digits), "pin_digits", "from 6 to 9"),
            ((1..=5).contains(&self.pin_tries), "pin_tries", "from 1 to 5"),
            (self.visible_pending >= 1, "visible_pending", "at least 1"),
            ((1..=5).contains(&self.self_tries), "self_tries", "from 1 to 5"),
            (
                self.first_delay >= 1 && self.longest_delay >= self.first_delay,
                "longest_delay",
                "first_delay or longer",
            ),
            (
                (1..=100).contains(&self.self_failures_to_disable),
                "self_failures_to_disable",
                "from 1 to 100",
            ),
            (
                (1..=90).contains(&self.signature_window),
                "signature_window",
                "from 1 to 90 seconds",
            ),
            (
                self.session_idle >= 1 && self.session_idle <= 12 * 3600,
                "session_idle",
                "from 1 second to 12 hours",
            ),
            (
                self.password_life > self.password_warning && self.password_life <= 1827 * 24 * 3600,
                "password_life",
                "longer than password_warning and at most five years",
            ),
        ];
        match rules.into_iter().find(|(holds, ..)| !holds) {
            Some((_, field, rule)) => Err(UnsafePolicy { field, rule }),
            None => Ok(()),
        }
    }
}

/// Seconds of the policy as a duration.
#[must_use]
pub const fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(seconds as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_safe_and_weaker_ones_are_refused() {
        assert_eq!(Policy::default().check(), Ok(()));
        let weak = Policy {
            pin_digits: 3,
            ..Policy::default()
        };
        assert_eq!(
            weak.check().unwrap_err().to_string(),
            "policy.pin_digits must be from 6 to 9"
        );
        assert!(
            Policy {
                signature_window: 3600,
                ..Policy::default()
            }
            .check()
            .is_err()
        );
        assert!(
            Policy {
                self_failures_to_disable: 0,
                ..Policy::default()
            }
            .check()
            .is_err()
        );
    }
}
