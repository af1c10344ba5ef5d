//! The server's time, as far as this device can tell.
//!
//! Signatures and self-generated PINs are made for the server's clock. Small differences are corrected without a
//! word; a clock that is off by more than [`TOLERANCE`] is a matter for its owner, who is told by how much
//! (`clock_skew`): correcting that silently would hide a machine whose certificates and logs are wrong too.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aldaba_core::time::{Clock, Timestamp};

/// How far off a clock may be; the server's own window for signatures.
pub const TOLERANCE: Duration = Duration::from_secs(90);

/// The local clock moved by more than this against the monotonic one: somebody set it, or the machine slept.
const MOVED: u64 = 2_000;

/// The local clock is off by this much: positive when it is behind the server's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skew {
    /// Server's time minus local time, in seconds.
    pub seconds: i64,
}

struct Learned {
    offset: i64,
    wall: Timestamp,
    monotonic: Instant,
}

/// Turns local time into server time and back.
pub struct ServerClock {
    clock: Arc<dyn Clock>,
    learned: Mutex<Option<Learned>>,
}

impl ServerClock {
    /// Knows nothing of the server yet and takes the local clock for right.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            learned: Mutex::new(None),
        }
    }

    /// This machine's time.
    pub fn local(&self) -> Timestamp {
        self.clock.now()
    }

    /// Learns from an answer that carried the server's time, which was read somewhere between `asked` and now.
    pub fn learn(&self, server: Timestamp, asked: Timestamp) {
        let now = self.clock.now();
        let middle = asked.as_millis() + now.as_millis().saturating_sub(asked.as_millis()) / 2;
        let learned = Learned {
            offset: server.as_millis().saturating_sub(middle),
            wall: now,
            monotonic: Instant::now(),
        };
        *self.learned.lock().unwrap_or_else(PoisonError::into_inner) = Some(learned);
    }

    /// Server's time minus local time in milliseconds; `None` while it was not asked, or once the local clock has
    /// been set since.
    pub fn offset(&self) -> Option<i64> {
        let mut learned = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        let known = learned.as_ref()?;
        let by_wall = self.clock.now().as_millis().saturating_sub(known.wall.as_millis());
        let by_monotonic = i64::try_from(known.monotonic.elapsed().as_millis()).unwrap_or(i64::MAX);
        if by_wall.abs_diff(by_monotonic) > MOVED {
            *learned = None;
            return None;
        }
        Some(known.offset)
    }

    /// The offset, if it is known and too large to be corrected.
    pub fn skew(&self) -> Option<Skew> {
        let offset = self.offset()?;
        (u128::from(offset.unsigned_abs()) > TOLERANCE.as_millis()).then_some(Skew { seconds: offset / 1000 })
    }

    /// The server's time.
    ///
    /// # Errors
    /// [`Skew`] when the local clock is known to be off by more than [`TOLERANCE`].
    pub fn server_now(&self) -> Result<Timestamp, Skew> {
        match self.skew() {
            Some(skew) => Err(skew),
            None => Ok(Timestamp::from_millis(
                self.local().as_millis().saturating_add(self.offset().unwrap_or(0)),
            )),
        }
    }

    /// When a moment of the server's is on the local clock, in milliseconds. Less than a second of difference is more
    /// likely the way there and back than the clock, and would only make countdowns begin at odd seconds.
    pub fn to_local(&self, server: i64) -> i64 {
        server.saturating_sub(self.offset().filter(|offset| offset.abs() >= 1000).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use aldaba_core::time::ManualClock;

    use super::*;

    fn clock(now: i64) -> (Arc<ManualClock>, ServerClock) {
        let manual = Arc::new(ManualClock::new(Timestamp::from_millis(now)));
        (manual.clone(), ServerClock::new(manual))
    }

    #[test]
    fn small_differences_are_corrected_and_large_ones_told() {
        // REQ-SIG-06
        let (_, server) = clock(1_000_000);
        assert_eq!(server.server_now().unwrap().as_millis(), 1_000_000);
        server.learn(Timestamp::from_millis(1_090_000), Timestamp::from_millis(1_000_000));
        assert_eq!(server.server_now().unwrap().as_millis(), 1_090_000);
        assert_eq!(server.to_local(1_095_000), 1_005_000);
        server.learn(Timestamp::from_millis(1_091_000), Timestamp::from_millis(1_000_000));
        assert_eq!(server.server_now(), Err(Skew { seconds: 91 }));
        server.learn(Timestamp::from_millis(900_000), Timestamp::from_millis(1_000_000));
        assert_eq!(server.server_now(), Err(Skew { seconds: -100 }));
    }

    #[test]
    fn the_way_there_and_back_is_shared() {
        let (manual, server) = clock(10_400);
        manual.set(Timestamp::from_millis(10_400));
        server.learn(Timestamp::from_millis(10_200), Timestamp::from_millis(10_000));
        assert_eq!(server.offset(), Some(0));
    }

    #[test]
    fn a_clock_that_was_set_is_learned_anew() {
        let (manual, server) = clock(1_000_000);
        server.learn(Timestamp::from_millis(5_000_000), Timestamp::from_millis(1_000_000));
        assert!(server.skew().is_some());
        manual.set(Timestamp::from_millis(5_000_000));
        assert_eq!(server.offset(), None);
        assert!(server.server_now().is_ok());
    }
}
