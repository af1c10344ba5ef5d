//! Limits at the edge, an address, for calls that nobody has signed.
//!
//! A leaky counter for each address: it may burst to a minute's allowance, which then flows back evenly. Kept here
//! rather than taken from a crate because time is a parameter in this server, so that tests own the clock.
//! What must hold exactly (tries, messages) is counted in the database; this only keeps floods away from it.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aldaba_core::time::Timestamp;

use crate::config::Limits;

/// Addresses remembered at once in each counter; the stalest are forgotten beyond that.
const REMEMBERED: usize = 100_000;

/// The counters of one server.
pub struct EdgeLimits {
    starts: Counter,
    calls: Counter,
    looks: Counter,
    arrivals: Counter,
    refused: Counter,
}

/// What an unsigned call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Starts an activation or a sign-in.
    Start,
    /// Anything else.
    Call,
    /// Comes from a site to sign in. Who does so once may come again for another way or level.
    Arrival,
    /// Looks how a request stands, which a page with a QR does once a second. Many people share one address.
    Look,
    /// Pretends to be signed by a device or a site, and is not. Apart from the others: many devices stand behind one address, and
    /// what somebody else there calls without signing must not close it to them.
    Refused,
}

/// Arrivals that one address has for each start.
const ARRIVALS_PER_START: u32 = 3;
/// Looks that one address has for each call.
const LOOKS_PER_CALL: u32 = 10;

impl EdgeLimits {
    /// Counters with these allowances.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            starts: Counter::new(limits.starts_per_minute),
            calls: Counter::new(limits.calls_per_minute),
            arrivals: Counter::new(limits.starts_per_minute.saturating_mul(ARRIVALS_PER_START)),
            refused: Counter::new(limits.calls_per_minute),
            looks: Counter::new(limits.calls_per_minute.saturating_mul(LOOKS_PER_CALL)),
        }
    }

    const fn counter(&self, kind: Kind) -> &Counter {
        match kind {
            Kind::Start => &self.starts,
            Kind::Call => &self.calls,
            Kind::Arrival => &self.arrivals,
            Kind::Look => &self.looks,
            Kind::Refused => &self.refused,
        }
    }

    /// Counts one call of that address. Err: how long to wait. A caller without an address (a unit test's) is never
    /// limited.
    ///
    /// # Errors
    /// The time until the next call is allowed.
    pub fn admit(&self, kind: Kind, address: Option<IpAddr>, now: Timestamp) -> Result<(), Duration> {
        let Some(address) = address else {
            return Ok(());
        };
        self.counter(kind).admit(address, now)
    }
}

impl EdgeLimits {
    /// How long that address must wait before another call of that kind, without counting one.
    #[must_use]
    pub fn wait(&self, kind: Kind, address: Option<IpAddr>, now: Timestamp) -> Option<Duration> {
        let address = address?;
        self.counter(kind).wait(address, now)
    }
}

struct Counter {
    per_minute: u32,
    /// For each address, the moment (ms) at which its allowance is whole again.
    whole_at: Mutex<HashMap<IpAddr, i64>>,
}

impl Counter {
    fn new(per_minute: u32) -> Self {
        Self {
            per_minute,
            whole_at: Mutex::new(HashMap::new()),
        }
    }

    fn admit(&self, address: IpAddr, now: Timestamp) -> Result<(), Duration> {
        if self.per_minute == 0 {
            return Ok(());
        }
        let now = now.as_millis();
        let mut whole_at = self.lock();
        if whole_at.len() >= REMEMBERED {
            whole_at.retain(|_, moment| *moment > now);
        }
        let moment = whole_at.entry(network(address)).or_insert(now);
        let next = (*moment).max(now) + self.each();
        match over(next, now) {
            Some(wait) => Err(wait),
            None => {
                *moment = next;
                Ok(())
            }
        }
    }

    fn wait(&self, address: IpAddr, now: Timestamp) -> Option<Duration> {
        if self.per_minute == 0 {
            return None;
        }
        let now = now.as_millis();
        let moment = self.lock().get(&network(address)).copied()?;
        over(moment.max(now) + self.each(), now)
    }

    /// Milliseconds that one call takes of the allowance.
    fn each(&self) -> i64 {
        60_000 / i64::from(self.per_minute).max(1)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, i64>> {
        self.whole_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long until a call that would make the allowance whole at `next` is allowed.
fn over(next: i64, now: i64) -> Option<Duration> {
    let over = next - now - 60_000;
    (over > 0).then(|| Duration::from_millis(u64::try_from(over).unwrap_or(0)))
}

/// One person commands a whole /64 of IPv6, so that is what counts as one address.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from(u128::from(address) & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::{EdgeLimits, Kind};
    use crate::config::Limits;
    use aldaba_core::time::Timestamp;
    use std::time::Duration;

    #[test]
    fn a_minutes_allowance_may_burst_and_flows_back() {
        let limits = EdgeLimits::new(&Limits {
            starts_per_minute: 6,
            calls_per_minute: 0,
            streams: 1,
        });
        let address = Some("192.0.2.7".parse().unwrap());
        let start = Timestamp::from_millis(1_000_000);
        for _ in 0..6 {
            assert_eq!(limits.admit(Kind::Start, address, start), Ok(()));
        }
        assert_eq!(limits.admit(Kind::Start, address, start), Err(Duration::from_secs(10)));
        assert_eq!(
            limits.admit(Kind::Start, Some("192.0.2.8".parse().unwrap()), start),
            Ok(())
        );
        assert_eq!(
            limits.admit(Kind::Start, address, start.plus(Duration::from_secs(10))),
            Ok(())
        );
        assert!(
            limits
                .admit(Kind::Start, address, start.plus(Duration::from_secs(10)))
                .is_err()
        );
        for _ in 0..1000 {
            assert_eq!(limits.admit(Kind::Call, address, start), Ok(()));
        }
    }

    #[test]
    fn a_whole_ipv6_network_counts_as_one() {
        let limits = EdgeLimits::new(&Limits {
            starts_per_minute: 1,
            calls_per_minute: 1,
            streams: 1,
        });
        let now = Timestamp::from_millis(0);
        assert!(
            limits
                .admit(Kind::Start, Some("2001:db8::1".parse().unwrap()), now)
                .is_ok()
        );
        assert!(
            limits
                .admit(Kind::Start, Some("2001:db8::2".parse().unwrap()), now)
                .is_err()
        );
        assert!(
            limits
                .admit(Kind::Start, Some("2001:db8:0:1::2".parse().unwrap()), now)
                .is_ok()
        );
    }
}
