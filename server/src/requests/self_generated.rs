//! A PIN that the app made itself is typed on the page: that of the moment (six digits), or that of the page's challenge
//! (eight digits).
//!
//! Rules:
//! - Of a person's active devices each is tried; a step that was accepted once is never accepted again. A challenge is one
//!   request's and goes with it.
//! - Failures in a row, of both kinds together, delay further tries, and a hundred switch this method off
//!   (`aldaba_core::self_generated`). The incoming PIN knows nothing of it.
//! - For an unknown person, or one without a device, the same happens with failures that are counted by document and contrast
//!   datum (`aldaba_store::pairs`): the page must not tell by its delays who exists. A stranger who does not know the datum
//!   counts on a pair of their own, and cannot delay the owner.

use aldaba_core::ids::{PersonId, RequestId};
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::pin::Pin;
use aldaba_core::policy::Policy;
use aldaba_core::self_generated::{Throttle, TryRefusal};
use aldaba_core::time::Timestamp;
use aldaba_protocol::pin::{OFFLINE_DIGITS, SELF_GENERATED_DIGITS, check_self_generated, offline};
use aldaba_protocol::secret::Key32;
use aldaba_store::{Transaction, devices, pairs, persons, requests};

use super::BrowserBinding;
use super::try_pin::{Attempt, Judged, TryError, report};
use crate::app::App;
use crate::sessions::SignedIn;

/// Tries a self-generated or page-bound PIN on a request that was made for one.
///
/// # Errors
/// [`TryError`]; a wrong try is counted, durably, before its answer.
pub async fn try_self_generated(
    app: &App,
    id: &RequestId,
    binding: &BrowserBinding,
    relying_party: &str,
    method: Method,
    pin: &str,
    own_key: Option<&str>,
) -> Result<SignedIn, TryError> {
    let now = app.now();
    let digits = digits(app.policy(), method);
    let typed = Pin::parse(pin, usize::try_from(digits).unwrap_or(0)).ok_or(TryError::MalformedPin)?;
    let attempt = Attempt::new(app, id, binding, relying_party, own_key);
    let nobody = PersonId::generate(app.random());
    let outcome = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                let (request, _) = match attempt.begin(tx, method, now).await? {
                    Ok(begun) => begun,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                let owner = request.person.unwrap_or(nobody);
                let registration = persons::level(tx, &owner).await?.unwrap_or(Level::Low);
                // Asked of everybody: what it costs must not tell who exists.
                let pair = pairs::lock(tx, &request.id, now).await?;
                let candidates = devices::list_active_locked(tx, &owner).await?;
                if candidates.is_empty() {
                    return refuse_nobody(&attempt, tx, &request, pair, &typed, now).await;
                }
                evaluate(&attempt, tx, &request, registration, candidates, &typed, now).await
            })
        })
        .await?;
    report(app, id, outcome)
}

async fn evaluate(
    attempt: &Attempt,
    tx: &Transaction,
    request: &requests::Request,
    registration: Level,
    candidates: Vec<devices::Device>,
    typed: &Pin,
    now: Timestamp,
) -> Judged<SignedIn> {
    let policy = attempt.app.policy();
    // What whoever fails is told: as if no device had signed anything.
    let told = candidates
        .iter()
        .map(|device| device.throttle.may_try(policy, None, now).err())
        .reduce(|one, other| Some(sooner(one?, other?)))
        .flatten();
    let is_open = |device: &devices::Device| device.throttle.may_try(policy, Some(device.seen_at), now).is_ok();
    let own_key = attempt.own_key_matches(request);
    for device in candidates.iter().filter(|device| is_open(device)) {
        let Some(right) = device
            .otp_key
            .as_ref()
            .and_then(|key| check(key, request, typed, now))
            .filter(|_| own_key)
        else {
            continue;
        };
        let accepted = match right {
            Right::Step(step) => devices::accept_totp_step(tx, &device.id, step, &device.throttle).await?,
            // Its single use is the request's own, which is spent below.
            Right::Challenge => devices::set_throttle(tx, &device.id, &device.throttle, &Throttle::cleared()).await?,
        };
        if accepted {
            let level = request.method.proves(registration, device.level, false);
            return attempt.spend(tx, request, Some(&device.id), level, now).await;
        }
    }
    for device in &candidates {
        // As much work where nothing was evaluated.
        let after = match is_open(device) {
            true => device.throttle.after_failure(policy, now),
            false => device.throttle,
        };
        devices::set_throttle(tx, &device.id, &device.throttle, &after).await?;
    }
    answer(attempt, tx, request, told, now).await
}

/// How a PIN was right.
enum Right {
    /// It is that of a step, which is to be taken once.
    Step(u64),
    /// It is that of the request's challenge.
    Challenge,
}

fn check(key: &Key32, request: &requests::Request, typed: &Pin, now: Timestamp) -> Option<Right> {
    match request.method {
        Method::PageBound => offline(key, &request.code)?.matches(typed).then_some(Right::Challenge),
        _ => check_self_generated(key, typed, seconds_of(now)).map(Right::Step),
    }
}

/// Digits of the PIN that is typed for that method.
#[must_use]
pub fn digits(policy: &Policy, method: Method) -> u32 {
    match method {
        Method::PageBound => OFFLINE_DIGITS,
        Method::SelfGenerated => u32::from(SELF_GENERATED_DIGITS),
        _ => policy.pin_digits,
    }
}

/// The same for nobody: a check of equal cost, failures of the pair that was typed.
async fn refuse_nobody(
    attempt: &Attempt,
    tx: &Transaction,
    request: &requests::Request,
    pair: Throttle,
    typed: &Pin,
    now: Timestamp,
) -> Judged<SignedIn> {
    let policy = attempt.app.policy();
    let told = pair.may_try(policy, None, now).err();
    let nothing = Key32::new(
        attempt
            .app
            .keys()
            .mac("aldaba/self-generated/nobody/v1", &[request.id.as_bytes()]),
    );
    let _ = check(&nothing, request, typed, now);
    let after = match told {
        Some(_) => pair,
        None => pair.after_failure(policy, now),
    };
    pairs::set(tx, &request.id, &after, now).await?;
    answer(attempt, tx, request, told, now).await
}

/// What whoever failed is told.
async fn answer(
    attempt: &Attempt,
    tx: &Transaction,
    request: &requests::Request,
    told: Option<TryRefusal>,
    now: Timestamp,
) -> Judged<SignedIn> {
    match told {
        Some(refusal) => Ok(Err(refusal_of(refusal, now))),
        None => attempt.count_wrong(tx, request, now).await,
    }
}

fn seconds_of(now: Timestamp) -> u64 {
    u64::try_from(now.as_secs()).unwrap_or(0)
}

fn sooner(one: TryRefusal, other: TryRefusal) -> TryRefusal {
    match (one, other) {
        (TryRefusal::Disabled, other) => other,
        (delayed, TryRefusal::Disabled) => delayed,
        (TryRefusal::Delayed { until: one }, TryRefusal::Delayed { until: other }) => {
            TryRefusal::Delayed { until: one.min(other) }
        }
    }
}

fn refusal_of(refusal: TryRefusal, now: Timestamp) -> TryError {
    match refusal {
        TryRefusal::Delayed { until } => TryError::Delayed {
            retry_after: until.since(now),
        },
        TryRefusal::Disabled => TryError::Disabled,
    }
}
