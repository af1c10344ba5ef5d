//! How long the keys live that sign tokens.

use std::time::Duration;

use serde::Deserialize;

const HOUR: u64 = 3600;

/// The life of a key that signs tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SigningKeys {
    /// Days that a key signs.
    pub life_days: u32,
    /// Hours that a key is published before it signs, so that who verifies has it by then.
    pub publish_ahead_hours: u32,
    /// Hours that a key stays published after it signed last: as long as a token of it may be shown (a site shows an ID token
    /// when its person signs out).
    pub kept_hours: u32,
}

impl Default for SigningKeys {
    fn default() -> Self {
        Self {
            life_days: 90,
            publish_ahead_hours: 24,
            kept_hours: 48,
        }
    }
}

impl SigningKeys {
    /// How long a key signs.
    #[must_use]
    pub const fn life(&self) -> Duration {
        Duration::from_secs(self.life_days as u64 * 24 * HOUR)
    }

    /// How long it is published before.
    #[must_use]
    pub const fn publish_ahead(&self) -> Duration {
        Duration::from_secs(self.publish_ahead_hours as u64 * HOUR)
    }

    /// How long it is published afterwards.
    #[must_use]
    pub const fn kept(&self) -> Duration {
        Duration::from_secs(self.kept_hours as u64 * HOUR)
    }

    /// Refuses lives that would leave somebody without the key they need.
    ///
    /// # Errors
    /// The first that is out of bounds.
    pub fn check(&self) -> Result<(), String> {
        if !(1..=730).contains(&self.life_days) {
            return Err("life_days must be from 1 to 730".to_owned());
        }
        // Answers with the public keys may be kept for a quarter of an hour.
        if self.publish_ahead_hours < 1 || self.publish_ahead() >= self.life() {
            return Err("publish_ahead_hours must be at least 1, and less than life_days".to_owned());
        }
        // A session lives at most twelve hours without use.
        if !(13..=24 * 365).contains(&self.kept_hours) {
            return Err("kept_hours must be from 13 to 8760".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // REQ-KEY-03
    #[test]
    fn lives_that_leave_somebody_without_a_key_are_refused() {
        let usual = SigningKeys::default();
        assert_eq!(usual.check(), Ok(()));
        for (wrong, named) in [
            (SigningKeys { life_days: 0, ..usual }, "life_days"),
            (SigningKeys { life_days: 1, ..usual }, "publish_ahead_hours"),
            (
                SigningKeys {
                    publish_ahead_hours: 0,
                    ..usual
                },
                "publish_ahead_hours",
            ),
            (
                SigningKeys {
                    kept_hours: 12,
                    ..usual
                },
                "kept_hours",
            ),
        ] {
            assert!(wrong.check().unwrap_err().starts_with(named), "{wrong:?}");
        }
    }
}
