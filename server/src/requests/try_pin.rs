//! A PIN is typed on the page.
//!
//! Rules: the request is locked before anything is compared, so that of any number of parallel tries no more are
//! evaluated than the policy allows, and one right PIN is spent once. Before its owner's device has revealed it, a
//! request is neither evaluated nor counted. The browser's session is written in the same transaction that spends the
//! request: there is no moment with one and not the other.

use std::time::Duration;

use aldaba_core::device::DeviceState;
use aldaba_core::ids::{DeviceId, RequestId, SessionId};
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::own_key::OwnKey;
use aldaba_core::pin::Pin;
use aldaba_core::request::PinOutcome;
use aldaba_core::time::Timestamp;
use aldaba_protocol::pin::request_pin;
use aldaba_store::{Step, StoreError, Transaction, audit, requests};

use super::BrowserBinding;
use super::events::Live;
use crate::app::App;
use crate::audit::{entry, of_request};
use crate::sessions::{Brought, Proof, SignedIn};

/// What became of a try that signed nobody in.
#[derive(Debug, thiserror::Error)]
pub enum TryError {
    /// There is no such request (any more).
    #[error("no such request")]
    Unknown,
    /// Another browser or another relying party.
    #[error("another browser or relying party")]
    Mismatch,
    /// No device shows the PIN yet: neither evaluated nor counted.
    #[error("not revealed yet")]
    NotRevealed,
    /// What was typed cannot be a PIN: neither evaluated nor counted.
    #[error("not a PIN")]
    MalformedPin,
    /// The own key is missing or cannot be one: neither evaluated nor counted.
    #[error("not an own key")]
    MalformedOwnKey,
    /// Wrong PIN or wrong own key; it is not said which.
    #[error("wrong")]
    Wrong {
        /// Tries left, at least one.
        tries_left: u32,
    },
    /// Wrong for the last time, or burnt before.
    #[error("burnt")]
    Burnt,
    /// Too late.
    #[error("expired")]
    Expired,
    /// The PIN was used.
    #[error("used")]
    Used,
    /// The citizen said no on a device.
    #[error("rejected")]
    Rejected,
    /// Self-generated only: too many failures in a row. Neither evaluated nor counted.
    #[error("delayed")]
    Delayed {
        /// How long to wait.
        retry_after: Duration,
    },
    /// Self-generated only: off, and this is not the one try that is evaluated when the longest delay is over and the device has
    /// signed something after it. Neither evaluated nor counted.
    #[error("disabled")]
    Disabled,
    /// The database. Nothing was counted, nothing spent.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Tries the PIN of a request that a device shows, whichever way it began: by typing a document, with a QR, or as the second
/// step after a right password.
///
/// # Errors
/// [`TryError`]; a wrong try is counted, durably, before its answer.
pub async fn try_pin(
    app: &App,
    id: &RequestId,
    binding: &BrowserBinding,
    relying_party: &str,
    method: Method,
    pin: &str,
    own_key: Option<&str>,
) -> Result<SignedIn, TryError> {
    let now = app.now();
    let digits = app.policy().pin_digits;
    let typed = Pin::parse(pin, usize::try_from(digits).unwrap_or(0)).ok_or(TryError::MalformedPin)?;
    let attempt = Attempt::new(app, id, binding, relying_party, own_key);
    let outcome = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                let (request, revealer) = match attempt.begin(tx, method, now).await? {
                    Ok(begun) => begun,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                // Revoked or frozen since it revealed: its key is gone or no longer trusted, and so is its PIN.
                let Some((device, key)) = revealer.and_then(|device| {
                    let key = device.otp_key.clone()?;
                    (device.state == DeviceState::Active).then_some((device, key))
                }) else {
                    return Ok(Err(TryError::Expired));
                };
                let right = request_pin(&key, &request.id, &request.relying_party.id, digits)
                    .is_some_and(|pin| pin.matches(&typed));
                if right & attempt.own_key_matches(&request) {
                    let level = method.proves(device.registration, device.level, request.user_verified);
                    attempt.spend(tx, &request, Some(&device.id), level, now).await
                } else {
                    attempt.count_wrong(tx, &request, now).await
                }
            })
        })
        .await?;
    report(app, id, outcome)
}

/// Tells the person's devices what became of their request.
pub(super) fn report(app: &App, id: &RequestId, outcome: Result<SignedIn, TryError>) -> Result<SignedIn, TryError> {
    if let Ok(signed_in) = &outcome
        && signed_in.method.needs_device()
    {
        let state = aldaba_core::request::RequestState::Spent;
        app.hub().publish(
            &signed_in.person,
            Live::Request {
                id: *id,
                state,
                updated_at: signed_in.at,
            },
        );
    }
    outcome
}

/// One try, on its way into the transaction.
pub(super) struct Attempt {
    pub(super) app: App,
    id: RequestId,
    binding: [u8; 32],
    brought: Brought,
    relying_party: String,
    own_key: Option<String>,
    session: SessionId,
}

/// Inside a transaction: the outer error rolls back, the inner one is an answer that stays counted.
pub(super) type Judged<T> = Result<Result<T, TryError>, StoreError>;

impl Attempt {
    pub(super) fn new(
        app: &App,
        id: &RequestId,
        binding: &BrowserBinding,
        relying_party: &str,
        own_key: Option<&str>,
    ) -> Self {
        Self {
            app: app.clone(),
            id: *id,
            binding: binding.bytes(),
            brought: binding.brought().clone(),
            relying_party: relying_party.to_owned(),
            own_key: own_key.map(str::to_owned),
            session: SessionId::generate(app.random()),
        }
    }

    /// Locks the request and looks at all that can be said before a PIN is compared.
    pub(super) async fn begin(
        &self,
        tx: &Transaction,
        method: Method,
        now: Timestamp,
    ) -> Judged<(requests::Request, Option<requests::Revealer>)> {
        let Some((request, revealer)) = requests::lock_with_device(tx, &self.id).await? else {
            return Ok(Err(TryError::Unknown));
        };
        if !self.is_of(&request) || request.method != method {
            return Ok(Err(TryError::Mismatch));
        }
        // What the machine answers to a right PIN is what stands in the way of any PIN.
        match request.machine().try_pin(self.app.policy(), true, now).1 {
            PinOutcome::Accepted => {}
            refused => return Ok(Err(refusal(refused))),
        }
        if request.wants_own_key() && self.own_key().is_none() {
            return Ok(Err(TryError::MalformedOwnKey));
        }
        Ok(Ok((request, revealer)))
    }

    pub(super) fn id(&self) -> &RequestId {
        &self.id
    }

    /// Whether this browser, at this site, made the request.
    pub(super) fn is_of(&self, request: &requests::Request) -> bool {
        request.is_bound_to(&self.binding) && request.relying_party.id == self.relying_party
    }

    fn own_key(&self) -> Option<OwnKey> {
        self.own_key.as_deref().and_then(OwnKey::parse)
    }

    pub(super) fn own_key_matches(&self, request: &requests::Request) -> bool {
        request.own_key_matches(self.app.keys(), self.own_key().as_ref())
    }

    /// Spends the request and opens the session. Without a device: a PIN that came by SMS.
    pub(super) async fn spend(
        &self,
        tx: &Transaction,
        request: &requests::Request,
        device: Option<&DeviceId>,
        level: Level,
        now: Timestamp,
    ) -> Judged<SignedIn> {
        let spent = requests::spending(&self.id, device, now);
        let proof = self.proof(request, device, request.method, level);
        match self.open(tx, proof, spent, now).await? {
            Some(signed_in) => Ok(Ok(signed_in)),
            None => self.lost(tx, now).await,
        }
    }

    /// What a request proves once it is spent. `None`: it is nobody's.
    pub(super) fn proof(
        &self,
        request: &requests::Request,
        device: Option<&DeviceId>,
        method: Method,
        level: Level,
    ) -> Option<Proof> {
        Some(Proof {
            person: request.person?,
            device: device.copied(),
            request: Some(self.id),
            relying_party: request.relying_party.id.clone(),
            method,
            second_step: (method == Method::Password).then_some(Method::Incoming),
            level,
            browser: request.browser.clone(),
            system: request.system.clone(),
            brought: self.brought.clone(),
        })
    }

    /// Opens the session that a locked request is spent on. `None`: it cannot be spent (any more).
    pub(super) async fn open(
        &self,
        tx: &Transaction,
        proof: Option<Proof>,
        spent: Step,
        now: Timestamp,
    ) -> Result<Option<SignedIn>, StoreError> {
        let Some(proof) = proof else {
            return Ok(None);
        };
        crate::sessions::open_spending(tx, self.session.clone(), proof, spent, now).await
    }

    /// Counts a wrong try; the last one burns the request.
    pub(super) async fn count_wrong(
        &self,
        tx: &Transaction,
        request: &requests::Request,
        now: Timestamp,
    ) -> Judged<SignedIn> {
        let outcome = request.machine().try_pin(self.app.policy(), false, now).1;
        if requests::count_wrong_try(tx, self.app.policy(), &self.id, now)
            .await?
            .is_none()
        {
            return self.lost(tx, now).await;
        }
        let kind = if outcome == PinOutcome::Burnt {
            "request.burnt"
        } else {
            "request.pin_wrong"
        };
        audit::append(tx, &of_request(entry(now, kind, request.person), self.id)).await?;
        Ok(Err(refusal(outcome)))
    }

    /// The conditional statement changed nothing: the row says why.
    async fn lost(&self, tx: &Transaction, now: Timestamp) -> Judged<SignedIn> {
        let Some(request) = requests::get(tx, &self.id).await? else {
            return Ok(Err(TryError::Unknown));
        };
        Ok(Err(match request.machine().try_pin(self.app.policy(), true, now).1 {
            // Still open, yet not for this device: it was deactivated in between.
            PinOutcome::Accepted => TryError::Expired,
            refused => refusal(refused),
        }))
    }
}

/// What the page is told of an outcome that is not a success.
fn refusal(outcome: PinOutcome) -> TryError {
    match outcome {
        PinOutcome::NotRevealed => TryError::NotRevealed,
        PinOutcome::Wrong { tries_left } => TryError::Wrong { tries_left },
        PinOutcome::Burnt => TryError::Burnt,
        PinOutcome::Expired => TryError::Expired,
        PinOutcome::Used | PinOutcome::Accepted => TryError::Used,
        PinOutcome::Rejected => TryError::Rejected,
    }
}
