//! Live events: what the devices of a person learn while their stream is open.
//!
//! - An event says that something changed and where it stands now; it carries ids and states, never a PIN or a document.
//! - A stream that is not read fast enough does not grow: past [`QUEUE`] waiting events it is told to look at the
//!   database again ([`Live::Resync`]), which is what it would have learnt anyway.
//! - Memory is what limits the number of devices that can wait, so an idle subscription is one small allocation: no
//!   channel, no task, no timer of its own.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use aldaba_core::device::DeviceState;
use aldaba_core::ids::{DeviceId, PersonId, RequestId};
use aldaba_core::request::RequestState;
use aldaba_core::time::Timestamp;

/// Events that may wait in one subscription.
const QUEUE: usize = 64;

/// Streams that one device may have open; one more ends its oldest, which is likely a connection that died unnoticed.
const STREAMS_A_DEVICE: usize = 4;

/// Persons are spread over so many locks, so that 200 requests a second do not queue behind one.
const SHARDS: usize = 16;

/// Something that the devices of one person should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Live {
    /// A request was made or changed its state.
    Request {
        /// Which.
        id: RequestId,
        /// Where it stands now.
        state: RequestState,
        /// When it changed; part of the event's id, so that a device can resume.
        updated_at: Timestamp,
    },
    /// This device was revoked or frozen: the stream says so and ends.
    DeviceEnded {
        /// Which device.
        device: DeviceId,
        /// Frozen or revoked.
        state: DeviceState,
    },
    /// Another device of the same person was activated: its owner should know.
    DeviceActivated {
        /// Which device. It is not told of itself.
        device: DeviceId,
        /// When.
        activated_at: Timestamp,
    },
    /// Events were lost because the stream was read too slowly: look at the database.
    Resync,
    /// The stream ends: the server stops, or the device opened too many of them.
    Close,
}

impl Live {
    /// Whether the stream ends with it. Such an event must not get lost behind a full queue.
    const fn is_last(&self) -> bool {
        match self {
            Self::DeviceEnded { .. } | Self::Close => true,
            Self::Request { .. } | Self::DeviceActivated { .. } | Self::Resync => false,
        }
    }

    /// What it tells of, and how far that has come: what both the call that changed it and the poll of other processes'
    /// changes may tell. Ids are random, so that those of requests and devices never meet.
    const fn change(&self) -> Option<([u8; 16], Told)> {
        match self {
            Self::Request { id, state, updated_at } => Some((*id.as_bytes(), (*updated_at, order(*state)))),
            Self::DeviceActivated { device, activated_at } => Some((*device.as_bytes(), (*activated_at, 0))),
            Self::DeviceEnded { .. } | Self::Resync | Self::Close => None,
        }
    }
}

/// The subscriptions of all devices that wait on this node.
pub struct Hub {
    shards: [Mutex<HashMap<PersonId, Vec<Arc<Slot>>>>; SHARDS],
    /// What was told last of each request and each new device.
    told: Mutex<HashMap<[u8; 16], Told>>,
}

/// A change as it was told: later ones are greater. Two changes within one millisecond differ by their state.
type Told = (Timestamp, u8);

/// How far a request has come.
const fn order(state: RequestState) -> u8 {
    match state {
        RequestState::Pending => 0,
        RequestState::Revealed | RequestState::Approved => 1,
        RequestState::Spent | RequestState::Rejected | RequestState::Burnt | RequestState::Expired => 2,
    }
}

struct Slot {
    device: DeviceId,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    events: VecDeque<Live>,
    waker: Option<Waker>,
}

/// One device's place in the hub; leaves it when dropped.
pub struct Subscription {
    hub: HubHandle,
    person: PersonId,
    slot: Arc<Slot>,
}

/// The hub lives in the server's state; a subscription holds on to that.
type HubHandle = crate::app::App;

impl Hub {
    /// A hub with nobody in it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::new(HashMap::new())),
            told: Mutex::default(),
        }
    }

    /// Tells the person's devices on this node; of a request or a new device only what is newer than what was told of it before,
    /// whether by the call that changed it or by the poll for other nodes' changes. Never waits.
    pub fn publish(&self, person: &PersonId, event: Live) {
        let slots = {
            let shard = self.shard(person);
            match shard.get(person) {
                Some(slots) => slots.clone(),
                None => return,
            }
        };
        if let Some((what, change)) = event.change()
            && !self.is_news(what, change)
        {
            return;
        }
        for slot in slots {
            let concerned = match event {
                Live::DeviceEnded { device, .. } => device == slot.device,
                Live::DeviceActivated { device, .. } => device != slot.device,
                Live::Request { .. } | Live::Resync | Live::Close => true,
            };
            if concerned {
                slot.push(event);
            }
        }
    }

    /// Ends the streams of a device that was erased with its owner, whom nobody can name any more.
    pub fn end(&self, device: DeviceId) {
        for shard in &self.shards {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            for slot in shard.values().flatten().filter(|slot| slot.device == device) {
                slot.push(Live::DeviceEnded {
                    device,
                    state: DeviceState::Revoked,
                });
            }
        }
    }

    fn is_news(&self, what: [u8; 16], change: Told) -> bool {
        let mut told = self.told();
        let news = told.get(&what).is_none_or(|last| *last < change);
        if news {
            told.insert(what, change);
        }
        news
    }

    /// Forgets what was told of changes before that moment: nobody will tell of them again.
    pub fn forget_before(&self, moment: Timestamp) {
        self.told().retain(|_, (updated_at, _)| *updated_at >= moment);
    }

    fn told(&self) -> MutexGuard<'_, HashMap<[u8; 16], Told>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends every stream: the server stops.
    pub fn close(&self) {
        for shard in &self.shards {
            let slots: Vec<_> = shard
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .values()
                .flatten()
                .cloned()
                .collect();
            for slot in slots {
                slot.push(Live::Close);
            }
        }
    }

    /// The persons of whom a device waits on this node.
    #[must_use]
    pub fn watched(&self) -> usize {
        self.shards
            .iter()
            .map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner).len())
            .sum()
    }

    fn shard(&self, person: &PersonId) -> MutexGuard<'_, HashMap<PersonId, Vec<Arc<Slot>>>> {
        let index = usize::from(person.as_bytes().first().copied().unwrap_or(0)) % SHARDS;
        let [first, ..] = &self.shards;
        let shard = self.shards.get(index).unwrap_or(first);
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn leave(&self, person: &PersonId, slot: &Arc<Slot>) {
        let mut shard = self.shard(person);
        if let Some(slots) = shard.get_mut(person) {
            slots.retain(|other| !Arc::ptr_eq(other, slot));
            if slots.is_empty() {
                shard.remove(person);
            }
        }
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}

impl Subscription {
    /// From now on this device is told.
    #[must_use]
    pub fn new(app: &crate::app::App, person: PersonId, device: DeviceId) -> Self {
        let slot = Arc::new(Slot {
            device,
            waiting: Mutex::new(Waiting::default()),
        });
        let oldest = {
            let mut shard = app.hub().shard(&person);
            let slots = shard.entry(person).or_insert_with(|| Vec::with_capacity(1));
            let mut of_device = slots.iter().filter(|slot| slot.device == device);
            let oldest = of_device
                .next()
                .cloned()
                .filter(|_| of_device.count() + 1 >= STREAMS_A_DEVICE);
            slots.push(Arc::clone(&slot));
            oldest
        };
        if let Some(oldest) = oldest {
            oldest.push(Live::Close);
        }
        Self {
            hub: app.clone(),
            person,
            slot,
        }
    }

    /// The next event, or the waker is kept until there is one.
    pub fn poll_next(&self, context: &Context<'_>) -> Poll<Live> {
        let mut waiting = self.slot.lock();
        match waiting.events.pop_front() {
            Some(event) => {
                if waiting.events.is_empty() {
                    waiting.events = VecDeque::new();
                }
                Poll::Ready(event)
            }
            None => {
                if !waiting
                    .waker
                    .as_ref()
                    .is_some_and(|waker| waker.will_wake(context.waker()))
                {
                    waiting.waker = Some(context.waker().clone());
                }
                Poll::Pending
            }
        }
    }

    /// The server whose hub this is.
    #[must_use]
    pub fn app(&self) -> &crate::app::App {
        &self.hub
    }

    /// Whose events these are.
    #[must_use]
    pub fn person(&self) -> PersonId {
        self.person
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.hub.hub().leave(&self.person, &self.slot);
    }
}

impl Slot {
    fn push(&self, event: Live) {
        let waker = {
            let mut waiting = self.lock();
            if waiting.events.len() >= QUEUE && !event.is_last() {
                waiting.events.retain(|waiting| waiting.is_last());
                waiting.events.push_back(Live::Resync);
            } else {
                waiting.events.push_back(event);
            }
            waiting.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
