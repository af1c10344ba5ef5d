//! Guessing at self-generated PINs slows down.
//!
//! Rules: who knows a document can guess here, so after a few failures in a row each further try waits, longer each
//! time; after many the method (and only this method) is off until the device next signs anything. The incoming PIN
//! is never touched by it.

use crate::policy::{Policy, seconds};
use crate::time::Timestamp;

/// What is remembered of failures, a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Throttle {
    /// Failures since the last success.
    pub failures_in_row: u32,
    /// No try is evaluated before this moment.
    pub blocked_until: Option<Timestamp>,
}

/// Why a try is not evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TryRefusal {
    /// Too soon after failures.
    Delayed {
        /// When the next try is evaluated.
        until: Timestamp,
    },
    /// Off until the device next signs anything.
    Disabled,
}

impl Throttle {
    /// Whether a try may be evaluated now.
    ///
    /// # Errors
    /// [`TryRefusal`] says until when not.
    pub fn may_try(&self, policy: &Policy, now: Timestamp) -> Result<(), TryRefusal> {
        if self.failures_in_row >= policy.self_failures_to_disable {
            return Err(TryRefusal::Disabled);
        }
        match self.blocked_until {
            Some(until) if now < until => Err(TryRefusal::Delayed { until }),
            _ => Ok(()),
        }
    }

    /// After one more failure: from the n-th in a row on, a delay that doubles with each.
    #[must_use]
    pub fn after_failure(self, policy: &Policy, now: Timestamp) -> Self {
        let failures_in_row = self.failures_in_row.saturating_add(1);
        let blocked_until = failures_in_row
            .checked_sub(policy.self_failures_before_delay)
            .map(|doublings| {
                let delay = u64::from(policy.first_delay).saturating_mul(1 << doublings.min(31));
                let delay = u32::try_from(delay).unwrap_or(u32::MAX).min(policy.longest_delay);
                now.plus(seconds(delay))
            });
        Self {
            failures_in_row,
            blocked_until,
        }
    }

    /// After a success, or when the device signed something.
    #[must_use]
    pub const fn cleared() -> Self {
        Self {
            failures_in_row: 0,
            blocked_until: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    // REQ-LIM-02
    #[test]
    fn delays_double_from_thirty_seconds_to_an_hour_and_a_hundred_failures_switch_off() {
        let policy = Policy::default();
        let mut now = Timestamp::from_secs(1_800_000_000);
        let mut throttle = Throttle::default();
        let mut delays = Vec::new();
        for _ in 0..100 {
            assert_eq!(throttle.may_try(&policy, now), Ok(()));
            throttle = throttle.after_failure(&policy, now);
            if let Some(until) = throttle.blocked_until {
                delays.push(until.since(now).as_secs());
                if throttle.failures_in_row < 100 {
                    let almost = until.minus(Duration::from_millis(1));
                    assert_eq!(throttle.may_try(&policy, almost), Err(TryRefusal::Delayed { until }));
                }
                now = until;
            }
        }
        assert_eq!(&delays[..9], &[30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(
            throttle.may_try(&policy, now.plus(Duration::from_secs(1_000_000))),
            Err(TryRefusal::Disabled)
        );
        assert_eq!(Throttle::cleared().may_try(&policy, now), Ok(()));
    }
}
