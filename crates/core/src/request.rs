//! The life of a sign-in request.
//!
//! Rules: a PIN cannot be tried before its owner's device has said, signed, that it is showing it; wrong tries burn
//! one request, never an account; a request is spent once.
//!
//! ```text
//!            reveal (a device)            right PIN
//! pending ─────────────────────▶ revealed ─────────▶ spent
//!    │  │                          │   │
//!    │  └── reject ──▶ rejected ◀──┘   ├── last wrong PIN ──▶ burnt
//!    └── time ──▶ expired ◀────────────┘
//!
//!            approve (a device)           the page
//! pending ─────────────────────▶ approved ─────────▶ spent        also: reject, time
//! ```
//!
//! Only a request that began with the page's QR is approved; its device may also reveal it, and its PIN is then typed.
//! A request whose PIN no device needs to show (self-generated, by SMS) has no reveal: it is tried while pending.
//!
//! The database makes each transition as one conditional statement (crates/store); this machine says which
//! transitions exist, explains to the loser of a race what happened, and is the model the store is tested against.

use serde::{Deserialize, Serialize};

use crate::ids::DeviceId;
use crate::method::Method;
use crate::policy::{Policy, seconds};
use crate::time::Timestamp;

/// How the request began; decides whether limits on notices apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Somebody typed the document on a page: anybody may do that.
    Document,
    /// A device scanned the page's QR: only its owner can.
    Qr,
}
crate::words!(Origin { Document => "document", Qr => "qr" });

/// The state as it is stored. `Expired` is also what a live state becomes when its time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// Waiting for a device.
    Pending,
    /// A device shows its PIN.
    Revealed,
    /// A device approved it; the page has yet to spend that.
    Approved,
    /// The right PIN was typed; final.
    Spent,
    /// The citizen said no; final.
    Rejected,
    /// Too many wrong PINs; final.
    Burnt,
    /// Its time is over; final.
    Expired,
}
crate::words!(RequestState {
    Pending => "pending", Revealed => "revealed", Approved => "approved", Spent => "spent",
    Rejected => "rejected", Burnt => "burnt", Expired => "expired",
});

impl RequestState {
    /// The state at `now`: what is live and past its time is expired. `pin_expires_at` only matters once a device answered.
    /// A moment of expiry is the first one that is too late.
    #[must_use]
    pub fn at(self, now: Timestamp, expires_at: Timestamp, pin_expires_at: Option<Timestamp>) -> Self {
        match self {
            Self::Pending if now >= expires_at => Self::Expired,
            Self::Revealed | Self::Approved if now >= pin_expires_at.unwrap_or(expires_at).min(expires_at) => {
                Self::Expired
            }
            other => other,
        }
    }

    /// Whether a device may still see it.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Pending | Self::Revealed | Self::Approved)
    }
}

/// When the PIN of a request revealed at `now` ends: its own life, never past the request's.
#[must_use]
pub fn pin_expires_at(policy: &Policy, now: Timestamp, expires_at: Timestamp) -> Timestamp {
    now.plus(seconds(policy.pin_life)).min(expires_at)
}

/// When the approval of a request approved at `now` ends: its own life, never past the request's.
#[must_use]
pub fn approval_expires_at(policy: &Policy, now: Timestamp, expires_at: Timestamp) -> Timestamp {
    now.plus(seconds(policy.approval_life)).min(expires_at)
}

/// A request as a value. Its transitions consume it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// Which PIN is asked for.
    pub method: Method,
    /// Stored state.
    pub state: RequestState,
    /// The device that has it, once revealed or approved.
    pub device: Option<DeviceId>,
    /// Wrong tries so far.
    pub tries: u32,
    /// End of the request.
    pub expires_at: Timestamp,
    /// End of the PIN, once revealed; of the approval, once approved.
    pub pin_expires_at: Option<Timestamp>,
}

/// Why a device cannot reveal or reject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeviceRefusal {
    /// Another of the person's devices was first.
    #[error("another device has this request")]
    Taken,
    /// It was rejected.
    #[error("this request was rejected")]
    Rejected,
    /// Its PIN was used.
    #[error("this request was used")]
    Spent,
    /// Too many wrong PINs.
    #[error("this request was burnt")]
    Burnt,
    /// Its time is over.
    #[error("this request expired")]
    Expired,
    /// Its PIN does not come from a device's reveal: there is nothing to reveal.
    #[error("this request has nothing to reveal")]
    NothingToReveal,
    /// It did not begin with a QR: its PIN is to be typed, nothing is approved.
    #[error("this request cannot be approved")]
    NothingToApprove,
}

/// What became of a page that wants to spend its approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApprovalOutcome {
    /// Approved, and this was the one call that spent it.
    Accepted,
    /// No device has approved it (yet).
    NotApproved,
    /// Too late.
    Expired,
    /// It was spent before.
    Used,
    /// The citizen said no on a device.
    Rejected,
    /// Too many wrong PINs were typed instead.
    Burnt,
}

/// What became of a PIN typed on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinOutcome {
    /// Right, and this was the one try that spent it.
    Accepted,
    /// Not shown by any device yet: neither evaluated nor counted.
    NotRevealed,
    /// Wrong; so many tries are left (at least one).
    Wrong {
        /// Tries left.
        tries_left: u32,
    },
    /// Wrong for the last time, or burnt before.
    Burnt,
    /// Right or wrong, too late: the PIN's time is over.
    Expired,
    /// Its PIN was used before.
    Used,
    /// The citizen said no on a device.
    Rejected,
}

impl Request {
    /// The state at `now`.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> RequestState {
        self.state.at(now, self.expires_at, self.pin_expires_at)
    }

    /// A device says that it shows the PIN. The same device may say it again; the PIN's life does not grow.
    ///
    /// # Errors
    /// [`DeviceRefusal`] says who or what was first.
    pub fn reveal(self, policy: &Policy, device: DeviceId, now: Timestamp) -> Result<Self, DeviceRefusal> {
        if !self.method.needs_device() {
            return Err(DeviceRefusal::NothingToReveal);
        }
        match self.state_at(now) {
            RequestState::Pending => Ok(Self {
                state: RequestState::Revealed,
                device: Some(device),
                pin_expires_at: Some(pin_expires_at(policy, now, self.expires_at)),
                ..self
            }),
            RequestState::Revealed if self.device == Some(device) => Ok(self),
            RequestState::Revealed | RequestState::Approved => Err(DeviceRefusal::Taken),
            ended => Err(refusal(ended)),
        }
    }

    /// A device approves what began with the page's QR. The same device may say it again; the approval's life does not
    /// grow. Once its PIN is shown, it is the PIN that counts.
    ///
    /// # Errors
    /// [`DeviceRefusal`] says who or what was first.
    pub fn approve(self, policy: &Policy, device: DeviceId, now: Timestamp) -> Result<Self, DeviceRefusal> {
        if self.method != Method::Qr {
            return Err(DeviceRefusal::NothingToApprove);
        }
        match self.state_at(now) {
            RequestState::Pending => Ok(Self {
                state: RequestState::Approved,
                device: Some(device),
                pin_expires_at: Some(approval_expires_at(policy, now, self.expires_at)),
                ..self
            }),
            RequestState::Approved if self.device == Some(device) => Ok(self),
            RequestState::Approved | RequestState::Revealed => Err(DeviceRefusal::Taken),
            ended => Err(refusal(ended)),
        }
    }

    /// The page spends its approval.
    #[must_use]
    pub fn finish(self, now: Timestamp) -> (Self, ApprovalOutcome) {
        match self.state_at(now) {
            RequestState::Approved => (
                Self {
                    state: RequestState::Spent,
                    ..self
                },
                ApprovalOutcome::Accepted,
            ),
            RequestState::Pending | RequestState::Revealed => (self, ApprovalOutcome::NotApproved),
            RequestState::Spent => (self, ApprovalOutcome::Used),
            RequestState::Rejected => (self, ApprovalOutcome::Rejected),
            RequestState::Burnt => (self, ApprovalOutcome::Burnt),
            RequestState::Expired => (self, ApprovalOutcome::Expired),
        }
    }

    /// A device says no. Any of the person's devices may, also when another one has revealed it: a second phone must
    /// be able to stop what somebody does on a first one.
    ///
    /// # Errors
    /// [`DeviceRefusal`] when it has ended already.
    pub fn reject(self, now: Timestamp) -> Result<Self, DeviceRefusal> {
        match self.state_at(now) {
            RequestState::Pending | RequestState::Revealed | RequestState::Approved => Ok(Self {
                state: RequestState::Rejected,
                ..self
            }),
            ended => Err(refusal(ended)),
        }
    }

    /// A PIN is typed on the page. `right` is only looked at when the request may be tried.
    #[must_use]
    pub fn try_pin(self, policy: &Policy, right: bool, now: Timestamp) -> (Self, PinOutcome) {
        match (self.state_at(now), self.method) {
            (RequestState::Pending, method) if method.needs_device() => (self, PinOutcome::NotRevealed),
            (RequestState::Approved, _) => (self, PinOutcome::NotRevealed),
            (RequestState::Pending | RequestState::Revealed, _) => {
                if right {
                    return (
                        Self {
                            state: RequestState::Spent,
                            ..self
                        },
                        PinOutcome::Accepted,
                    );
                }
                let tries = self.tries + 1;
                let allowed = self.method.tries(policy);
                if tries >= allowed {
                    (
                        Self {
                            state: RequestState::Burnt,
                            tries,
                            ..self
                        },
                        PinOutcome::Burnt,
                    )
                } else {
                    (
                        Self { tries, ..self },
                        PinOutcome::Wrong {
                            tries_left: allowed - tries,
                        },
                    )
                }
            }
            (RequestState::Spent, _) => (self, PinOutcome::Used),
            (RequestState::Rejected, _) => (self, PinOutcome::Rejected),
            (RequestState::Burnt, _) => (self, PinOutcome::Burnt),
            (RequestState::Expired, _) => (self, PinOutcome::Expired),
        }
    }
}

const fn refusal(ended: RequestState) -> DeviceRefusal {
    match ended {
        RequestState::Spent => DeviceRefusal::Spent,
        RequestState::Rejected => DeviceRefusal::Rejected,
        RequestState::Burnt => DeviceRefusal::Burnt,
        RequestState::Expired | RequestState::Pending | RequestState::Revealed | RequestState::Approved => {
            DeviceRefusal::Expired
        }
    }
}

/// What is known of a person's requests when a new one is made. Counts requests started by typing the document that
/// were not quiet; one that its owner revealed never counts as unanswered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NoticeCounts {
    /// Live and pending now.
    pub pending: u32,
    /// Unanswered in the last hour.
    pub unanswered_hour: u32,
    /// Unanswered in the last day.
    pub unanswered_day: u32,
}

/// Whether a new request stays quiet: made all the same, but with no notice and not listed. The page answers the same.
#[must_use]
pub const fn is_quiet(policy: &Policy, origin: Origin, counts: &NoticeCounts, muted: bool) -> bool {
    match origin {
        Origin::Qr => false,
        Origin::Document => {
            muted
                || counts.pending >= policy.visible_pending
                || counts.unanswered_hour >= policy.unanswered_per_hour
                || counts.unanswered_day >= policy.unanswered_per_day
        }
    }
}

/// Until when requests are muted after a rejection, given how many rejections "it was not me" the last day has seen,
/// this one included; `None` while there are too few.
#[must_use]
pub fn muted_until(policy: &Policy, rejections_in_a_day: u32, now: Timestamp) -> Option<Timestamp> {
    (rejections_in_a_day >= policy.rejections_to_mute).then(|| now.plus(seconds(policy.mute)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    const START: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn request(method: Method) -> Request {
        Request {
            method,
            state: RequestState::Pending,
            device: None,
            tries: 0,
            expires_at: START.plus(Duration::from_secs(600)),
            pin_expires_at: None,
        }
    }
    fn device(number: u8) -> DeviceId {
        DeviceId::from_bytes([number; 16])
    }

    // REQ-PIN-02
    #[test]
    fn a_pin_before_its_reveal_is_neither_evaluated_nor_counted() {
        let policy = Policy::default();
        let (after, outcome) = request(Method::Incoming).try_pin(&policy, true, START);
        assert_eq!((after, outcome), (request(Method::Incoming), PinOutcome::NotRevealed));
    }

    // REQ-PIN-03
    #[test]
    fn the_pin_lives_five_minutes_and_never_past_the_request() {
        let policy = Policy::default();
        let early = request(Method::Incoming).reveal(&policy, device(1), START).unwrap();
        assert_eq!(early.pin_expires_at, Some(START.plus(Duration::from_secs(300))));
        let late = request(Method::Incoming)
            .reveal(&policy, device(1), START.plus(Duration::from_secs(500)))
            .unwrap();
        assert_eq!(late.pin_expires_at, Some(late.expires_at));
        let last = START.plus(Duration::from_millis(299_999));
        assert_eq!(early.try_pin(&policy, true, last).1, PinOutcome::Accepted);
        assert_eq!(
            early.try_pin(&policy, true, START.plus(Duration::from_secs(300))).1,
            PinOutcome::Expired
        );
    }

    // REQ-PIN-04
    #[test]
    fn the_first_device_has_it_and_any_device_may_reject() {
        let policy = Policy::default();
        let revealed = request(Method::Incoming).reveal(&policy, device(1), START).unwrap();
        assert_eq!(revealed.reveal(&policy, device(1), START), Ok(revealed));
        assert_eq!(revealed.reveal(&policy, device(2), START), Err(DeviceRefusal::Taken));
        let rejected = revealed.reject(START).unwrap();
        assert_eq!(rejected.try_pin(&policy, true, START).1, PinOutcome::Rejected);
        assert_eq!(
            request(Method::SelfGenerated).reveal(&policy, device(1), START),
            Err(DeviceRefusal::NothingToReveal)
        );
    }

    // REQ-QR-05
    #[test]
    fn only_what_began_with_a_qr_is_approved_by_one_device_for_two_minutes() {
        let policy = Policy::default();
        assert_eq!(
            request(Method::Incoming).approve(&policy, device(1), START),
            Err(DeviceRefusal::NothingToApprove)
        );
        let approved = request(Method::Qr).approve(&policy, device(1), START).unwrap();
        assert_eq!(approved.approve(&policy, device(1), START), Ok(approved));
        assert_eq!(approved.approve(&policy, device(2), START), Err(DeviceRefusal::Taken));
        assert_eq!(approved.reveal(&policy, device(1), START), Err(DeviceRefusal::Taken));
        assert_eq!(
            approved.try_pin(&policy, true, START),
            (approved, PinOutcome::NotRevealed)
        );
        let last = START.plus(Duration::from_millis(119_999));
        assert_eq!(approved.finish(last).1, ApprovalOutcome::Accepted);
        let late = START.plus(Duration::from_secs(120));
        assert_eq!(approved.finish(late), (approved, ApprovalOutcome::Expired));
        assert_eq!(
            approved.reject(START).unwrap().finish(START).1,
            ApprovalOutcome::Rejected
        );
        let spent = approved.finish(START).0;
        assert_eq!(spent.finish(START).1, ApprovalOutcome::Used);
        assert_eq!(spent.reject(START), Err(DeviceRefusal::Spent));
        assert_eq!(request(Method::Qr).finish(START).1, ApprovalOutcome::NotApproved);
        // Near the request's own end the approval ends with it.
        let near = START.plus(Duration::from_secs(550));
        let short = request(Method::Qr).approve(&policy, device(1), near).unwrap();
        assert_eq!(short.pin_expires_at, Some(short.expires_at));
    }

    // REQ-LIM-01
    #[test]
    fn quiet_after_three_pending_three_an_hour_or_ten_a_day() {
        let policy = Policy::default();
        let counts = |pending, unanswered_hour, unanswered_day| NoticeCounts {
            pending,
            unanswered_hour,
            unanswered_day,
        };
        assert!(!is_quiet(&policy, Origin::Document, &counts(2, 2, 9), false));
        assert!(is_quiet(&policy, Origin::Document, &counts(3, 0, 0), false));
        assert!(is_quiet(&policy, Origin::Document, &counts(0, 3, 3), false));
        assert!(is_quiet(&policy, Origin::Document, &counts(0, 0, 10), false));
        assert!(is_quiet(&policy, Origin::Document, &counts(0, 0, 0), true));
        assert!(!is_quiet(&policy, Origin::Qr, &counts(9, 9, 99), true));
        assert_eq!(muted_until(&policy, 1, START), None);
        assert_eq!(
            muted_until(&policy, 2, START),
            Some(START.plus(Duration::from_secs(86_400)))
        );
    }

    #[derive(Debug, Clone)]
    enum Step {
        Wait(u64),
        Reveal(u8),
        Approve(u8),
        Finish,
        Reject,
        Try(bool),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            (0u64..200).prop_map(Step::Wait),
            (0u8..3).prop_map(Step::Reveal),
            (0u8..3).prop_map(Step::Approve),
            Just(Step::Finish),
            Just(Step::Reject),
            any::<bool>().prop_map(Step::Try),
        ];
        prop::collection::vec(step, 1..40)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        // REQ-PIN-05, REQ-QR-05: in every order of events a request is spent at most once, never tried more often than allowed,
        // never accepted without a reveal or an approval, and leaves no final state.
        #[test]
        fn every_order_of_events_keeps_the_promises(steps in steps(), kind in 0usize..3) {
            let policy = Policy::default();
            let mut now = START;
            let method = [Method::Incoming, Method::SelfGenerated, Method::Qr][kind];
            let mut current = request(method);
            let (mut accepted, mut evaluated_wrong) = (0, 0);
            let (mut revealed, mut approved) = (false, false);
            for step in steps {
                let before = current.state_at(now);
                match step {
                    Step::Wait(seconds) => now = now.plus(Duration::from_secs(seconds)),
                    Step::Reveal(number) => if let Ok(next) = current.reveal(&policy, device(number), now) {
                        current = next;
                        revealed = true;
                    },
                    Step::Approve(number) => if let Ok(next) = current.approve(&policy, device(number), now) {
                        prop_assert_eq!(method, Method::Qr);
                        current = next;
                        approved = true;
                    },
                    Step::Finish => {
                        let (next, outcome) = current.finish(now);
                        current = next;
                        if outcome == ApprovalOutcome::Accepted {
                            accepted += 1;
                            prop_assert!(approved && before == RequestState::Approved);
                        }
                    }
                    Step::Reject => if let Ok(next) = current.reject(now) { current = next; },
                    Step::Try(right) => {
                        let (next, outcome) = current.try_pin(&policy, right, now);
                        current = next;
                        match outcome {
                            PinOutcome::Accepted => {
                                accepted += 1;
                                prop_assert!(right && (revealed || !method.needs_device()));
                            }
                            PinOutcome::Wrong { tries_left } => {
                                evaluated_wrong += 1;
                                prop_assert!(tries_left > 0);
                            }
                            PinOutcome::Burnt if before != RequestState::Burnt => evaluated_wrong += 1,
                            _ => {}
                        }
                    }
                }
                let after = current.state_at(now);
                prop_assert!(before.is_live() || before == after, "{before:?} became {after:?}");
            }
            prop_assert!(accepted <= 1);
            prop_assert!(evaluated_wrong <= policy.pin_tries);
        }
    }
}
