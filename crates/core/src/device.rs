//! Devices: their states, and the counter that finds out when a device's store was cloned or rolled back.

use serde::{Deserialize, Serialize};

/// The state of an activated device. Only an active one may do anything; both others are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// In use.
    Active,
    /// Its counter went back or diverged: two copies of its store exist. It must be activated again.
    Frozen,
    /// Deactivated by its owner or by staff.
    Revoked,
}
crate::words!(DeviceState { Active => "active", Frozen => "frozen", Revoked => "revoked" });

/// What the counter of a state-changing call says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CounterStep {
    /// A new call. Gaps are fine: the app stores the counter before it sends, and a call may never have arrived.
    Advance,
    /// The very same call again (its answer was lost): give the same answer.
    Repeat,
    /// A lower counter, or the same one on another call: the device's store was cloned or rolled back.
    Diverged,
}

/// Judges a counter. `last` and `last_digest` are those of the last accepted call (0 and `None` before the first);
/// a digest covers method, target and body.
#[must_use]
pub fn judge_counter(last: u64, last_digest: Option<&[u8; 32]>, counter: u64, digest: &[u8; 32]) -> CounterStep {
    match counter.cmp(&last) {
        std::cmp::Ordering::Greater => CounterStep::Advance,
        std::cmp::Ordering::Equal if last_digest == Some(digest) => CounterStep::Repeat,
        std::cmp::Ordering::Equal | std::cmp::Ordering::Less => CounterStep::Diverged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // REQ-DEV-01
    #[test]
    fn counters_advance_repeat_or_diverge() {
        let (one, other) = ([1; 32], [2; 32]);
        assert_eq!(judge_counter(0, None, 1, &one), CounterStep::Advance);
        assert_eq!(judge_counter(5, Some(&one), 9, &other), CounterStep::Advance);
        assert_eq!(judge_counter(5, Some(&one), 5, &one), CounterStep::Repeat);
        assert_eq!(judge_counter(5, Some(&one), 5, &other), CounterStep::Diverged);
        assert_eq!(judge_counter(5, Some(&one), 4, &one), CounterStep::Diverged);
        assert_eq!(judge_counter(0, None, 0, &one), CounterStep::Diverged);
    }
}
