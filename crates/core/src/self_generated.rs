//! Guessing at self-generated PINs slows down.
//!
//! Rules: who knows a document can guess here, so after a few failures in a row each further try waits, longer each
//! time, and only a right PIN ends that. After many the method (and only this method) is off: one try is evaluated when the
//! longest delay is over and the device has signed something after it, and so on until one is right. The incoming PIN is never
//! touched by it.
//!
//! A stranger can make a device sign, by asking for what it shows. So a signature lifts no delay: it would tell that there is
//! a device, and give as many guesses as a stranger likes. Whoever fails while the method is off is told so, evaluated or not,
//! and what is evaluated then does not put off the day on which all is forgotten.

use std::time::Duration;

use crate::policy::{Policy, seconds};
use crate::time::Timestamp;

/// After so long without a failure they are forgotten, the owner's as those of nobody.
pub const FORGOTTEN: Duration = Duration::from_secs(30 * 24 * 3600);

/// What is remembered of failures, a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Throttle {
    /// Failures since the last success.
    pub failures_in_row: u32,
    /// No try is evaluated before this moment.
    pub blocked_until: Option<Timestamp>,
    /// When the last failure was, up to the one that switched the method off.
    pub failed_at: Option<Timestamp>,
}

/// Why a try is not evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TryRefusal {
    /// Too soon after failures.
    Delayed {
        /// When the next try is evaluated.
        until: Timestamp,
    },
    /// Off: one try is evaluated when the longest delay is over and the device has signed something after it.
    Disabled,
}

impl Throttle {
    /// Whether a try may be evaluated now. `signed_at` is when the device signed something last.
    ///
    /// # Errors
    /// [`TryRefusal`] says until when not.
    pub fn may_try(&self, policy: &Policy, signed_at: Option<Timestamp>, now: Timestamp) -> Result<(), TryRefusal> {
        let until = self.remembered(now).blocked_until;
        if self.is_off(policy, now) {
            return match signed_at {
                Some(signed_at) if until <= Some(signed_at) => Ok(()),
                _ => Err(TryRefusal::Disabled),
            };
        }
        match until {
            Some(until) if now < until => Err(TryRefusal::Delayed { until }),
            _ => Ok(()),
        }
    }

    /// Whether so many failed that whoever fails now is told that the method is off, evaluated or not: whether there is a
    /// device that signed something must not show.
    #[must_use]
    pub fn is_off(&self, policy: &Policy, now: Timestamp) -> bool {
        self.remembered(now).failures_in_row >= policy.self_failures_to_disable
    }

    /// After one more failure: from the n-th in a row on, a delay that doubles with each.
    #[must_use]
    pub fn after_failure(self, policy: &Policy, now: Timestamp) -> Self {
        self.after_failure_in_row(policy, self.remembered(now).failures_in_row.saturating_add(1), now)
    }

    /// The same where the failure is the n-th by which the delay goes.
    pub(crate) fn after_failure_in_row(self, policy: &Policy, in_row: u32, now: Timestamp) -> Self {
        let before = self.remembered(now);
        let failures_in_row = before.failures_in_row.saturating_add(1);
        let delay = if failures_in_row >= policy.self_failures_to_disable {
            Some(policy.longest_delay)
        } else {
            delay(policy, in_row)
        };
        Self {
            failures_in_row,
            blocked_until: delay.map(|delay| now.plus(seconds(delay))),
            failed_at: if before.is_off(policy, now) {
                before.failed_at
            } else {
                Some(now)
            },
        }
    }

    /// After a success.
    #[must_use]
    pub const fn cleared() -> Self {
        Self {
            failures_in_row: 0,
            blocked_until: None,
            failed_at: None,
        }
    }

    fn remembered(&self, now: Timestamp) -> Self {
        match self.failed_at {
            Some(at) if now >= at.plus(FORGOTTEN) => Self::cleared(),
            _ => *self,
        }
    }
}

/// How long the next try waits after so many failures in a row, in seconds.
fn delay(policy: &Policy, failures_in_row: u32) -> Option<u32> {
    let doublings = failures_in_row.checked_sub(policy.self_failures_before_delay)?;
    let delay = u64::from(policy.first_delay).saturating_mul(1 << doublings.min(31));
    Some(u32::try_from(delay).unwrap_or(u32::MAX).min(policy.longest_delay))
}

#[cfg(test)]
mod tests {
    use super::*;

    // REQ-LIM-02
    #[test]
    fn delays_double_from_thirty_seconds_to_an_hour_and_a_hundred_failures_switch_off() {
        let policy = Policy::default();
        let mut now = Timestamp::from_secs(1_800_000_000);
        let mut throttle = Throttle::default();
        let mut delays = Vec::new();
        for _ in 0..100 {
            assert_eq!(throttle.may_try(&policy, None, now), Ok(()));
            throttle = throttle.after_failure(&policy, now);
            if let Some(until) = throttle.blocked_until {
                delays.push(until.since(now).as_secs());
                if throttle.failures_in_row < 100 {
                    let almost = until.minus(Duration::from_millis(1));
                    let refused = Err(TryRefusal::Delayed { until });
                    assert_eq!(throttle.may_try(&policy, None, almost), refused);
                    assert_eq!(
                        throttle.may_try(&policy, Some(almost), almost),
                        refused,
                        "a signature lifts no delay"
                    );
                }
                now = until;
            }
        }
        assert_eq!(&delays[..9], &[30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        let (failed_at, later) = (throttle.failed_at, now.plus(Duration::from_secs(1_000_000)));
        assert!(throttle.is_off(&policy, later));
        assert_eq!(throttle.may_try(&policy, None, later), Err(TryRefusal::Disabled));
        assert_eq!(throttle.may_try(&policy, failed_at, later), Err(TryRefusal::Disabled));
        // A signature counts once the longest delay is over: one try then, and no more before the next.
        let over = throttle.blocked_until.unwrap();
        assert_eq!(over.since(failed_at.unwrap()).as_secs(), 3600);
        let almost = over.minus(Duration::from_millis(1));
        assert_eq!(
            throttle.may_try(&policy, Some(almost), later),
            Err(TryRefusal::Disabled)
        );
        assert_eq!(throttle.may_try(&policy, Some(over), later), Ok(()));
        let again = throttle.after_failure(&policy, later);
        assert_eq!(again.may_try(&policy, Some(later), later), Err(TryRefusal::Disabled));
        let over = later.plus(Duration::from_secs(3600));
        assert_eq!(again.may_try(&policy, Some(over), over), Ok(()));
        assert_eq!(
            again.failed_at, failed_at,
            "a device does not make it be remembered for longer"
        );
        assert_eq!(Throttle::cleared().may_try(&policy, None, now), Ok(()));
    }

    // REQ-LIM-02
    #[test]
    fn what_failed_a_month_ago_is_forgotten() {
        let policy = Policy::default();
        let now = Timestamp::from_secs(1_800_000_000);
        let off = Throttle {
            failures_in_row: 100,
            blocked_until: Some(now),
            failed_at: Some(now),
        };
        let month = now.plus(FORGOTTEN);
        let almost = month.minus(Duration::from_millis(1));
        assert_eq!(off.may_try(&policy, None, almost), Err(TryRefusal::Disabled));
        assert_eq!(off.may_try(&policy, None, month), Ok(()));
        assert_eq!(off.after_failure(&policy, month).failures_in_row, 1);
    }
}
