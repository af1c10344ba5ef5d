//! Test citizens that answer by themselves, so that the tests of a public site need no phone.
//!
//! Each has a device that the demo itself holds: activated with the code of its SMS, its requests signed, answered by the
//! same router as everybody's (`device.rs`). Nothing is skipped for them; what they do is what a person could do.
//!
//! | behaviour | what it does with each request |
//! |---|---|
//! | `approves` | reveals it; its PIN is at `/demo/robots` |
//! | `rejects` | "No he sido yo", with the reason that mutes nothing |
//! | `silent` | sees it and lets its time pass |
//! | `mistypes` | reveals it; a PIN that is not the right one is at `/demo/robots` |
//!
//! What no list shows (a QR start, a quiet request) comes up by the code of its page, as in any app: `POST /demo/robots`.

mod device;
mod page;
mod running;

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aldaba_core::code::ShortCode;
use aldaba_core::ids::RequestId;
use aldaba_core::language::Language;
use aldaba_core::level::Level;
use aldaba_core::pin::Pin;
use aldaba_core::time::Timestamp;
use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::pin;
use aldaba_protocol::secret::Key32;
use anyhow::Context;
use tokio::sync::{mpsc, oneshot};

use crate::app::App;
use crate::citizens::sample::{self, Sample};

pub(super) use page::{answer, show};

/// Requests that are remembered of each.
const REMEMBERED: usize = 20;

/// What a test citizen does with the requests that reach it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Approves, and tells its PIN.
    Approves,
    /// Rejects.
    Rejects,
    /// Never answers.
    Silent,
    /// Approves, and tells another PIN than the right one.
    Mistypes,
}

impl Behaviour {
    /// Its word in JSON and in the names of texts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approves => "approves",
            Self::Rejects => "rejects",
            Self::Silent => "silent",
            Self::Mistypes => "mistypes",
        }
    }
}

/// A test citizen.
#[derive(Clone, Copy, Debug)]
pub struct Robot {
    /// Who it is.
    pub person: Sample,
    /// What it does.
    pub behaviour: Behaviour,
}

const fn robot(
    document: &'static str,
    name: &'static str,
    given_name: &'static str,
    phone: &'static str,
    behaviour: Behaviour,
) -> Robot {
    Robot {
        person: Sample {
            document,
            contrast: "2035-12-31",
            name,
            given_name,
            family_name: "Siempre",
            phone,
            level: Level::Substantial,
            language: Language::Es,
        },
        behaviour,
    }
}

/// All of them.
pub const ROBOTS: [Robot; 4] = [
    robot(
        "99999999R",
        "Aprueba Siempre",
        "Aprueba",
        "+34600000011",
        Behaviour::Approves,
    ),
    robot(
        "99999998T",
        "Rechaza Siempre",
        "Rechaza",
        "+34600000012",
        Behaviour::Rejects,
    ),
    robot("99999997E", "Calla Siempre", "Calla", "+34600000013", Behaviour::Silent),
    robot(
        "99999996K",
        "Yerra Siempre",
        "Yerra",
        "+34600000014",
        Behaviour::Mistypes,
    ),
];

/// What a test citizen did with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Did {
    Revealed,
    Approved,
    Rejected,
    Ignored,
}

impl Did {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Revealed => "revealed",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Ignored => "ignored",
        }
    }
}

/// One request and what came of it.
#[derive(Clone)]
struct Answered {
    id: RequestId,
    site: String,
    procedure: String,
    phrase: String,
    did: Did,
    /// What a person would type now: the PIN, or, by one that mistypes, another.
    pin: Option<Pin>,
}

/// A code to be typed in the app of a test citizen.
struct Order {
    code: ShortCode,
    /// What the page shows, for a request that began with its QR. Empty: its PIN is to be typed.
    phrase: String,
    reply: oneshot::Sender<Result<Answered, ErrorCode>>,
}

/// What the pages know of one that runs.
struct Known {
    answered: VecDeque<Answered>,
    otp: Key32,
    orders: mpsc::Sender<Order>,
}

/// The test citizens of this server, by document. Outside the demo there are none.
#[derive(Clone, Default)]
pub struct Robots(Arc<Mutex<BTreeMap<&'static str, Known>>>);

impl Robots {
    fn held(&self) -> MutexGuard<'_, BTreeMap<&'static str, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn register(&self, robot: &Robot, otp: Key32, orders: mpsc::Sender<Order>) {
        let known = Known {
            answered: VecDeque::new(),
            otp,
            orders,
        };
        self.held().insert(robot.person.document, known);
    }

    fn answer_to(&self, robot: &Robot, id: &RequestId) -> Option<Answered> {
        let held = self.held();
        let known = held.get(robot.person.document)?;
        known.answered.iter().find(|answered| answered.id == *id).cloned()
    }

    fn remember(&self, robot: &Robot, answered: Answered) {
        if let Some(known) = self.held().get_mut(robot.person.document) {
            known.answered.retain(|earlier| earlier.id != answered.id);
            known.answered.push_front(answered);
            known.answered.truncate(REMEMBERED);
        }
    }

    /// What that one did lately, newest first, and the PIN that its app would show without a network. None: it does not run.
    fn seen(&self, robot: &Robot, now: Timestamp) -> Option<(Vec<Answered>, Option<Pin>)> {
        let held = self.held();
        let known = held.get(robot.person.document)?;
        let seconds = u64::try_from(now.as_secs()).unwrap_or_default();
        let own = pin::self_generated(&known.otp, seconds).map(|pin| robot.as_typed(pin));
        Some((known.answered.iter().cloned().collect(), own))
    }

    /// The code of a page, typed in that one's app, and the phrase that is chosen there.
    async fn type_code(&self, document: &str, code: ShortCode, phrase: String) -> Result<Answered, ErrorCode> {
        let orders = self.held().get(document).map(|known| known.orders.clone());
        let (reply, replied) = oneshot::channel();
        let order = Order { code, phrase, reply };
        match orders {
            Some(orders) if orders.send(order).await.is_ok() => replied.await.unwrap_or(Err(ErrorCode::Unavailable)),
            Some(_) => Err(ErrorCode::Unavailable),
            None => Err(ErrorCode::NotFound),
        }
    }
}

impl Robot {
    /// What it would type for that PIN.
    fn as_typed(&self, pin: Pin) -> Pin {
        if self.behaviour != Behaviour::Mistypes {
            return pin;
        }
        // The last digit, one further on.
        let mut digits: Vec<u8> = pin.expose().bytes().collect();
        if let Some(last) = digits.last_mut() {
            *last = if *last == b'9' { b'0' } else { *last + 1 };
        }
        let wrong = String::from_utf8(digits).ok();
        wrong.and_then(|wrong| Pin::parse(&wrong, wrong.len())).unwrap_or(pin)
    }
}

/// Registers those that are missing, gives each its device, whose keys stay in `folder`, and lets them watch from now on.
///
/// # Errors
/// A device that cannot be activated, and the disk's.
pub async fn start(app: &App, folder: &Path) -> anyhow::Result<()> {
    let people = ROBOTS.map(|robot| robot.person);
    sample::add_missing(app, &people)
        .await
        .context("the test citizens could not be added")?;
    let router = crate::http::router(app.clone());
    let file = device::KeptKeys::at(folder);
    for robot in &ROBOTS {
        let device = device::Device::open(app, &router, &file, robot)
            .await
            .with_context(|| format!("the device of the test citizen {}", robot.person.name))?;
        let (orders, received) = mpsc::channel(8);
        app.robots().register(robot, device.otp.clone(), orders);
        tokio::spawn(running::run(app.clone(), device, robot, received));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_citizen_has_a_valid_document_and_a_phone_of_its_own() {
        let mut phones: Vec<_> = sample::people().iter().map(|person| person.phone).collect();
        for robot in ROBOTS {
            let citizen = robot.person.record().read().unwrap();
            assert_eq!(citizen.document.canonical(), robot.person.document);
            assert_eq!(citizen.contrast.canonical(), robot.person.contrast);
            assert_eq!(citizen.phone.flatten().unwrap().e164(), robot.person.phone);
            assert!(!phones.contains(&robot.person.phone));
            phones.push(robot.person.phone);
        }
    }

    #[test]
    fn one_that_mistypes_never_types_the_right_pin() {
        let mistypes = ROBOTS
            .iter()
            .find(|robot| robot.behaviour == Behaviour::Mistypes)
            .unwrap();
        for right in ["000000", "123459", "999999"] {
            let typed = mistypes.as_typed(Pin::parse(right, 6).unwrap());
            assert_eq!(typed.expose().len(), 6);
            assert_ne!(typed.expose(), right);
        }
        let approves = ROBOTS.first().unwrap();
        assert_eq!(approves.as_typed(Pin::parse("123456", 6).unwrap()).expose(), "123456");
    }
}
