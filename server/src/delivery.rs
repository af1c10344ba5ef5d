//! Emptying a queue of the database towards servers that may be slow or away: the SMS gateway, sites that are told of a logout.
//!
//! Rules:
//! - A row is claimed with a lease before it is delivered: two servers do not deliver the same row at the same time, and a row
//!   whose server died is claimed again when the lease is over.
//! - Rows are delivered side by side, and the place of one that is done is free for the next: a row that hangs keeps no other
//!   waiting.
//! - After a failure the next try waits twice as long each time, up to five minutes, give or take a quarter, so that rows that
//!   failed together do not come back together.
//! - Told to stop, it finishes what is in hand and claims no more.

use std::future::Future;
use std::time::Duration;

use aldaba_core::random::{Random, below};
use aldaba_core::time::Timestamp;
use aldaba_store::StoreError;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::App;

/// How often a queue is looked at when nobody says that there is something: other nodes write rows, too.
const LOOK: Duration = Duration::from_secs(5);
/// Rows under way at a time.
pub const PLACES: usize = 16;
/// The longest wait between two tries, but for the spread.
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);
/// How much longer than its delivery may take a row is leased.
const GRACE: Duration = Duration::from_secs(30);

/// How long, and how often, a row is tried.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Before the second try.
    pub first_wait: Duration,
    /// What one try may take at most.
    pub deadline: Duration,
    /// From the row's writing; what cannot be delivered so long is given up.
    pub lasts: Duration,
}

impl Patience {
    /// For how long a row is claimed.
    #[must_use]
    pub const fn lease(&self) -> Duration {
        self.deadline.saturating_add(GRACE)
    }

    /// When a row that was written at `written` and has failed so many times is tried again; `None`: never.
    #[must_use]
    pub fn again(&self, written: Timestamp, failed: u32, now: Timestamp, random: &dyn Random) -> Option<Timestamp> {
        let next = now.plus(self.wait(failed, random));
        (next < written.plus(self.lasts)).then_some(next)
    }

    /// How long to wait after so many failed tries.
    #[must_use]
    pub fn wait(&self, failed: u32, random: &dyn Random) -> Duration {
        let doublings = failed.saturating_sub(1).min(20);
        let wait = self.first_wait.saturating_mul(1 << doublings).min(LONGEST_WAIT);
        let millis = u32::try_from(wait.as_millis()).unwrap_or(u32::MAX);
        let three_quarters = millis / 4 * 3;
        Duration::from_millis(u64::from(three_quarters) + u64::from(below(millis / 2 + 1, random)))
    }
}

/// A queue in the database, and where its rows go.
pub trait Queue: Send + Sync {
    /// What is delivered.
    type Row: Send;
    /// What the log calls it.
    const NAME: &str;

    /// The server.
    fn app(&self) -> &App;

    /// Rung when a row was written.
    fn due(&self) -> &Notify;

    /// Claims rows that are due now, at most so many.
    fn claim(&self, most: u32) -> impl Future<Output = Result<Vec<Self::Row>, StoreError>> + Send;

    /// Delivers a row and notes what became of it. One that could not be noted is delivered again when its lease is over.
    fn deliver(&self, row: Self::Row) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Delivers what is due until the server stops.
pub async fn run<Q: Queue>(queue: Q) {
    let stopping = queue.app().stopping();
    let mut under_way = FuturesUnordered::new();
    let mut clock = interval(LOOK);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut there_may_be_more = true;
    loop {
        let free = PLACES.saturating_sub(under_way.len());
        if there_may_be_more && free > 0 && !stopping.is_cancelled() {
            match queue.claim(u32::try_from(free).unwrap_or(1)).await {
                Ok(rows) => {
                    there_may_be_more = rows.len() == free;
                    under_way.extend(rows.into_iter().map(|row| queue.deliver(row)));
                }
                Err(error) => {
                    there_may_be_more = false;
                    tracing::warn!(%error, "{} cannot be read", Q::NAME);
                }
            }
        }
        if stopping.is_cancelled() && under_way.is_empty() {
            return;
        }
        tokio::select! {
            Some(delivered) = under_way.next() => {
                if let Err(error) = delivered {
                    tracing::warn!(%error, "what became of one of {} cannot be noted", Q::NAME);
                }
            }
            () = queue.due().notified() => there_may_be_more = true,
            _ = clock.tick() => there_may_be_more = true,
            () = stopping.cancelled(), if !stopping.is_cancelled() => {}
        }
    }
}
