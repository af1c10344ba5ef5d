//! Which SMS with a code may still go to a person.
//!
//! Anybody who knows a document and its contrast datum can cause an SMS: that is how a device is activated, and how somebody
//! signs in who has none. So the SMS of a day are two shares:
//!
//! ```text
//! sms_per_day = 6  ├── open ──────┤── reserved ──┤
//!                  anybody: 3        browsers in which this very person signed in before, and
//!                                    who has typed this person's password: 3 at least
//! ```
//!
//! Rules:
//! - No person is sent more than `sms_per_day` codes in any 24 hours, whoever asked for them and whatever for.
//! - Strangers together cause no more than the open share of them, and `sms_per_hour` an hour.
//! - What is reserved is so from the moment the person has a browser that is known, or a password; until then all of it is
//!   open, as there is nobody to reserve it for.
//! - Whom it is reserved for may use what the open share left as well.
//!
//! Hence a stranger with any number of requests, addresses and browsers keeps nobody from signing in by SMS in a browser in
//! which they signed in before, nor from the second step after their password, and nobody's phone rings more than `sms_per_day` times a day.

use std::time::Duration;

use crate::method::Method;
use crate::policy::{Policy, seconds};
use crate::time::Timestamp;

/// How long a browser stays known after somebody signed in there last.
pub const KNOWN_FOR: Duration = Duration::from_secs(365 * 24 * 3600);

/// Who causes an SMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asker {
    /// A browser in which this very person signed in before.
    KnownBrowser,
    /// Who has typed this person's password, a moment ago.
    Password,
    /// Anybody else: another browser, or an app that is being activated.
    Anybody,
}

/// The SMS with codes that were written for a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SmsCounts {
    /// In the last 24 hours, whoever caused them.
    pub day: u32,
    /// In the last 24 hours, caused by anybody.
    pub open_day: u32,
    /// In the last hour, caused by anybody.
    pub open_hour: u32,
}

/// Whether one more may go. `is_reserved`: whether there is a browser in which the person signed in before, or a password.
#[must_use]
pub const fn may_send(policy: &Policy, asker: Asker, counts: &SmsCounts, is_reserved: bool) -> bool {
    if counts.day >= policy.sms_per_day {
        return false;
    }
    match asker {
        Asker::KnownBrowser | Asker::Password => true,
        Asker::Anybody => counts.open_hour < policy.sms_per_hour && counts.open_day < open_share(policy, is_reserved),
    }
}

/// How many SMS a day anybody can cause.
#[must_use]
pub const fn open_share(policy: &Policy, is_reserved: bool) -> u32 {
    if is_reserved {
        policy.sms_per_day.saturating_sub(policy.sms_reserved)
    } else {
        policy.sms_per_day
    }
}

/// When the SMS of a sign-in leaves that began with this method at `now`: who has an active device is first given the time to
/// use it. The own key's method knows no devices.
#[must_use]
pub fn leaves_at(policy: &Policy, method: Method, has_device: bool, now: Timestamp) -> Timestamp {
    match method {
        Method::Sms if has_device => now.plus(seconds(policy.sms_wait)),
        _ => now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: u64 = 24 * 3600;
    const HOUR: u64 = 3600;

    /// Every SMS that went, as the database would count them.
    #[derive(Default)]
    struct Phone(Vec<(u64, Asker)>);

    impl Phone {
        fn count(&self, now: u64, window: u64, of: impl Fn(Asker) -> bool) -> u32 {
            let inside = |(at, asker): &&(u64, Asker)| *at <= now && at + window > now && of(*asker);
            u32::try_from(self.0.iter().filter(inside).count()).unwrap()
        }

        fn counts(&self, now: u64) -> SmsCounts {
            let open = |asker| asker == Asker::Anybody;
            SmsCounts {
                day: self.count(now, DAY, |_| true),
                open_day: self.count(now, DAY, open),
                open_hour: self.count(now, HOUR, open),
            }
        }

        fn ask(&mut self, policy: &Policy, asker: Asker, has_known_browser: bool, now: u64) -> bool {
            let goes = may_send(policy, asker, &self.counts(now), has_known_browser);
            if goes {
                self.0.push((now, asker));
            }
            goes
        }

        /// The most in any window: one that is fullest ends at one of them.
        fn most(&self, window: u64, of: impl Fn(Asker) -> bool + Copy) -> u32 {
            self.0
                .iter()
                .map(|(at, _)| self.count(*at, window, of))
                .max()
                .unwrap_or(0)
        }
    }

    #[derive(Debug, Clone)]
    enum Step {
        Wait(u64),
        Strangers(u8),
        Owner,
        SignsIn,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            (0u64..4 * HOUR).prop_map(Step::Wait),
            (1u8..40).prop_map(Step::Strangers),
            Just(Step::Owner),
            Just(Step::SignsIn),
        ];
        prop::collection::vec(step, 1..120)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        // REQ-SMS-04: in every order of events no phone gets more than six a day; strangers cause no more than three an hour.
        #[test]
        fn no_order_of_events_rings_a_phone_too_often(steps in steps()) {
            let policy = Policy::default();
            let (mut phone, mut known, mut now) = (Phone::default(), false, DAY);
            for step in steps {
                match step {
                    Step::Wait(seconds) => now += seconds,
                    Step::Strangers(count) => for _ in 0..count {
                        phone.ask(&policy, Asker::Anybody, known, now);
                    },
                    Step::Owner if known => { phone.ask(&policy, Asker::KnownBrowser, known, now); }
                    Step::Owner => { phone.ask(&policy, Asker::Anybody, known, now); }
                    Step::SignsIn => known = true,
                }
            }
            prop_assert!(phone.most(DAY, |_| true) <= policy.sms_per_day);
            prop_assert!(phone.most(HOUR, |asker| asker == Asker::Anybody) <= policy.sms_per_hour);
        }

        // REQ-SMS-05: whatever strangers do, a known browser gets what is reserved, in any 24 hours.
        #[test]
        fn strangers_never_use_up_what_is_reserved(steps in steps(), reserved in 1u32..6) {
            let policy = Policy { sms_reserved: reserved, ..Policy::default() };
            let (mut phone, mut now) = (Phone::default(), DAY);
            for step in steps {
                match step {
                    Step::Wait(seconds) => now += seconds,
                    Step::Strangers(count) => for _ in 0..count {
                        phone.ask(&policy, Asker::Anybody, true, now);
                    },
                    Step::Owner | Step::SignsIn => {
                        let own = phone.count(now, DAY, |asker| asker == Asker::KnownBrowser);
                        let goes = phone.ask(&policy, Asker::KnownBrowser, true, now);
                        prop_assert!(goes || own >= reserved, "{own} of {reserved}");
                    }
                }
            }
            prop_assert!(phone.most(DAY, |asker| asker == Asker::Anybody) <= open_share(&policy, true));
        }
    }

    // REQ-SMS-04, REQ-SMS-05, REQ-PWD-12
    #[test]
    fn nothing_is_reserved_for_a_browser_that_is_not_there() {
        let policy = Policy::default();
        let counts = |day, open_day, open_hour| SmsCounts {
            day,
            open_day,
            open_hour,
        };
        let anybody = |counts: SmsCounts, known| may_send(&policy, Asker::Anybody, &counts, known);
        assert!(anybody(counts(5, 5, 2), false));
        assert!(!anybody(counts(6, 6, 0), false), "six a day");
        assert!(!anybody(counts(3, 3, 3), false), "three an hour");
        assert!(anybody(counts(2, 2, 2), true));
        assert!(!anybody(counts(3, 3, 0), true), "the rest is reserved");
        assert!(may_send(&policy, Asker::KnownBrowser, &counts(5, 3, 3), true));
        assert!(!may_send(&policy, Asker::KnownBrowser, &counts(6, 3, 3), true));
        assert!(may_send(&policy, Asker::Password, &counts(5, 3, 3), true));
        assert!(!may_send(&policy, Asker::Password, &counts(6, 3, 3), true));
    }

    // REQ-SMS-02
    #[test]
    fn a_device_is_given_a_minute_and_the_own_key_knows_none() {
        let (policy, now) = (Policy::default(), Timestamp::from_secs(1_800_000_000));
        assert_eq!(leaves_at(&policy, Method::Sms, false, now), now);
        assert_eq!(
            leaves_at(&policy, Method::Sms, true, now),
            now.plus(Duration::from_secs(60))
        );
        assert_eq!(leaves_at(&policy, Method::OwnKeySms, true, now), now);
    }
}
