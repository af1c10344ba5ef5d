//! Calls signed by a device.
//!
//! Rules (docs/protocol.md, "Requests signed by the device"):
//! - The signature is read, its date and digest checked, and the signature verified, before anything is done.
//! - Its nonce is good once; it is used up in the same transaction as what the call does.
//! - A state-changing call carries a counter. A higher one is a new call. The same one with the same content is the same
//!   call again and gets the same answer. Anything else means that two copies of the device's store exist: it is frozen.

use std::sync::Arc;

use aldaba_core::device::DeviceState;
use aldaba_core::ids::{DeviceId, PersonId};
use aldaba_core::language::Language;
use aldaba_core::policy::seconds;
use aldaba_core::time::Timestamp;
use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::signature::{Claim, SignatureError, call_digest};
use aldaba_store::devices::{Admitted, Counted, Nonce};
use aldaba_store::requests::Reveal;
use aldaba_store::{Step, StoreError, Transaction, audit, devices};
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use futures::future::BoxFuture;
use http::{HeaderMap, header};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::problem::Problem;
use crate::app::App;
use crate::audit::{entry, of_device};
use crate::devices::known::KnownDevice;
use crate::requests::events::Live;

/// The largest body that a device sends, in bytes.
pub const LARGEST_BODY: usize = 16 * 1024;

/// A call whose signature verifies. Its nonce is not yet used up: see [`SignedCall::admit`] and [`SignedCall::once`].
pub struct SignedCall {
    /// Who signed. Whether they may is said by [`SignedCall::admit`] and [`SignedCall::once`].
    pub device: Arc<KnownDevice>,
    /// The body, exactly as signed.
    pub body: Bytes,
    /// The language that the app asks for.
    pub language: Language,
    nonce: String,
    nonce_expires_at: Timestamp,
    digest: [u8; 32],
}

/// Why a signed call is not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeviceRefusal {
    /// The very same signature came before.
    #[error("the signature was used before")]
    Replayed,
    /// There is no such device.
    #[error("no such device")]
    Unknown,
    /// It was deactivated.
    #[error("the device was deactivated")]
    Revoked,
    /// Its counter went back or diverged, now or before.
    #[error("the device is frozen")]
    Frozen,
}

impl From<DeviceRefusal> for Problem {
    fn from(refusal: DeviceRefusal) -> Self {
        Self::new(match refusal {
            DeviceRefusal::Replayed => ErrorCode::SignatureReplayed,
            DeviceRefusal::Unknown => ErrorCode::DeviceUnknown,
            DeviceRefusal::Revoked => ErrorCode::DeviceRevoked,
            DeviceRefusal::Frozen => ErrorCode::DeviceFrozen,
        })
    }
}

/// Why a signed call did nothing.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The device may not.
    #[error(transparent)]
    Refused(#[from] DeviceRefusal),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Refused(refusal) => refusal.into(),
            CallError::Store(error) => error.into(),
        }
    }
}

/// Who makes a state-changing call, and when.
#[derive(Clone, Copy)]
pub struct Caller {
    /// The device.
    pub device: DeviceId,
    /// Its owner.
    pub person: PersonId,
    /// Now.
    pub now: Timestamp,
}

/// What a state-changing call came to.
pub struct Done<O> {
    /// The answer, or the one it had the first time.
    pub outcome: O,
    /// Whether this was the first time.
    pub fresh: bool,
}

/// What a transaction that does something once is written as.
pub type Job<'t, O> = BoxFuture<'t, Result<O, StoreError>>;

/// A reveal that is tried together with its call's turn: one way to the database for both, and for what tells of them.
pub struct Hoped<O> {
    /// The change, from [`requests::revealing`](aldaba_store::requests::revealing).
    pub revealing: Step,
    /// The call's outcome if it wins.
    pub outcome: O,
    /// Its audit entry.
    pub entry: audit::Entry,
}

impl FromRequest<App> for SignedCall {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let claim = claim(&parts.headers)?;
        let now = app.now();
        let window = app.policy().signature_window;
        if now.as_secs().abs_diff(claim.created) > u64::from(window) {
            return Err(Problem {
                server_time: Some(now),
                ..Problem::new(ErrorCode::ClockSkew)
            });
        }
        let body = read_body(&parts.headers, body).await?;
        let found = app.known_devices().find(app, claim.device).await?;
        let device = found.ok_or(Problem::new(ErrorCode::DeviceUnknown))?;
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let target = app.config().public_url.join(path);
        claim
            .verify(parts.method.as_str(), &target, &body, &device.key)
            .map_err(signature_problem)?;
        Ok(Self {
            digest: call_digest(parts.method.as_str(), &target, &body),
            // The first second in which its date alone is too old.
            nonce_expires_at: Timestamp::from_secs(claim.created + 1).plus(seconds(window)),
            nonce: claim.nonce,
            language: language(&parts.headers, device.language),
            device,
            body,
        })
    }
}

impl SignedCall {
    /// The body as JSON of that shape.
    ///
    /// # Errors
    /// `request_invalid`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(&self.body)
            .map_err(|_| Problem::new(ErrorCode::RequestInvalid).because("malformed body"))
    }

    /// For calls that change nothing: uses up the nonce and notes that the device signed.
    ///
    /// # Errors
    /// The outer one is the database's; the inner one says why the device may not.
    pub async fn admit(&self, tx: &Transaction, now: Timestamp) -> Result<Result<(), DeviceRefusal>, StoreError> {
        Ok(match devices::admit(tx, &self.device.id, self.nonce(), now).await? {
            Admitted::Yes => Ok(()),
            Admitted::Replayed => Err(DeviceRefusal::Replayed),
            Admitted::Inactive(state) => may(state),
            Admitted::Unknown => Err(DeviceRefusal::Unknown),
        })
    }

    fn nonce(&self) -> Nonce<'_> {
        Nonce {
            text: &self.nonce,
            expires_at: self.nonce_expires_at,
        }
    }

    /// For calls that change something: does `job` once for each counter, with nonce, counter, change and stored answer in
    /// one transaction.
    ///
    /// # Errors
    /// [`CallError`]. A counter that went back or diverged freezes the device, durably.
    pub async fn once<O, F>(self, app: &App, counter: u64, job: F) -> Result<Done<O>, CallError>
    where
        O: Serialize + DeserializeOwned + Send + 'static,
        F: for<'t> FnOnce(&'t Transaction, Caller) -> Job<'t, O> + Send + 'static,
    {
        let (done, _) = self.in_turn(app, counter, None, job).await?;
        Ok(done)
    }

    /// As [`SignedCall::once`], for a reveal. `otherwise` says what became of it when nothing was revealed.
    ///
    /// # Errors
    /// As [`SignedCall::once`].
    pub async fn once_revealing<O, F>(
        self,
        app: &App,
        counter: u64,
        hoped: Hoped<O>,
        otherwise: F,
    ) -> Result<(Done<O>, Option<Reveal>), CallError>
    where
        O: Serialize + DeserializeOwned + Send + 'static,
        F: for<'t> FnOnce(&'t Transaction, Caller) -> Job<'t, O> + Send + 'static,
    {
        self.in_turn(app, counter, Some(hoped), otherwise).await
    }

    async fn in_turn<O, F>(
        self,
        app: &App,
        counter: u64,
        hoped: Option<Hoped<O>>,
        job: F,
    ) -> Result<(Done<O>, Option<Reveal>), CallError>
    where
        O: Serialize + DeserializeOwned + Send + 'static,
        F: for<'t> FnOnce(&'t Transaction, Caller) -> Job<'t, O> + Send + 'static,
    {
        let caller = Caller {
            device: self.device.id,
            person: self.device.person,
            now: app.now(),
        };
        let state = app.clone();
        let turn = app
            .store()
            .write(move |tx| Box::pin(async move { self.take_turn(&state, tx, counter, caller, hoped, job).await }))
            .await?;
        match turn {
            Turn::Done(done, revealed) => Ok((done, revealed)),
            Turn::Refused(refusal) => Err(refusal.into()),
            Turn::JustFrozen => {
                let event = Live::DeviceEnded {
                    device: caller.device,
                    state: DeviceState::Frozen,
                };
                app.hub().publish(&caller.person, event);
                app.messages_due().notify_one();
                Err(DeviceRefusal::Frozen.into())
            }
        }
    }

    async fn take_turn<O, F>(
        &self,
        app: &App,
        tx: &Transaction,
        counter: u64,
        caller: Caller,
        hoped: Option<Hoped<O>>,
        job: F,
    ) -> Result<Turn<O>, StoreError>
    where
        O: Serialize + DeserializeOwned,
        F: for<'t> FnOnce(&'t Transaction, Caller) -> Job<'t, O>,
    {
        let Caller { device, now, .. } = caller;
        let turn = devices::Turn {
            device: &device,
            nonce: self.nonce(),
            counter,
            digest: &self.digest,
            now,
        };
        let (counted, revealed) = match hoped {
            Some(Hoped {
                revealing,
                outcome,
                entry,
            }) => {
                let answer = to_answer(&outcome)?;
                let (counted, revealed) = devices::take_turn_to_reveal(tx, &turn, revealing, &answer, &entry).await?;
                (counted, revealed.map(|revealed| (outcome, revealed)))
            }
            None => (devices::take_turn(tx, &turn).await?, None),
        };
        let Some(counted) = counted else {
            return Ok(Turn::Refused(DeviceRefusal::Replayed));
        };
        match counted {
            Counted::Advanced => {
                if let Some((outcome, revealed)) = revealed {
                    return Ok(Turn::Done(Done { outcome, fresh: true }, Some(revealed)));
                }
                let outcome = job(tx, caller).await?;
                if !devices::save_answer(tx, &device, counter, &to_answer(&outcome)?).await? {
                    return Err(StoreError::Corrupt("a counter that moved on in its own turn"));
                }
                Ok(Turn::Done(Done { outcome, fresh: true }, None))
            }
            Counted::Repeated(answer) => {
                let answer = answer.ok_or(StoreError::Corrupt("an answer"))?;
                let outcome = serde_json::from_str(&answer).map_err(|_| StoreError::Corrupt("an answer"))?;
                Ok(Turn::Done(Done { outcome, fresh: false }, None))
            }
            Counted::Diverged => {
                if devices::freeze(tx, &device, now).await? {
                    crate::devices::notice::queue_closed(app, tx, &self.device.person, &self.device.name, now).await?;
                    audit::append(tx, &of_device(entry(now, "device.frozen", Some(caller.person)), device)).await?;
                }
                Ok(Turn::JustFrozen)
            }
            Counted::Inactive(state) => Ok(Turn::Refused(may(state).err().unwrap_or(DeviceRefusal::Unknown))),
            Counted::Unknown => Ok(Turn::Refused(DeviceRefusal::Unknown)),
        }
    }
}

/// An outcome as it is saved, for a repetition of the call.
fn to_answer(outcome: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(outcome).map_err(|_| StoreError::Corrupt("an answer"))
}

enum Turn<O> {
    Done(Done<O>, Option<Reveal>),
    Refused(DeviceRefusal),
    JustFrozen,
}

const fn may(state: DeviceState) -> Result<(), DeviceRefusal> {
    match state {
        DeviceState::Active => Ok(()),
        DeviceState::Frozen => Err(DeviceRefusal::Frozen),
        DeviceState::Revoked => Err(DeviceRefusal::Revoked),
    }
}

/// The claim of the three headers. Each must be there once: two would let two readers see two different things.
fn claim(headers: &HeaderMap) -> Result<Claim, Problem> {
    let once = |name: &str| {
        let mut values = headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => value.to_str().ok(),
            (None, _) | (Some(_), Some(_)) => None,
        }
    };
    match (once("content-digest"), once("signature-input"), once("signature")) {
        (Some(digest), Some(input), Some(signature)) => {
            Claim::parse(digest, input, signature).map_err(signature_problem)
        }
        (None, _, _) | (_, None, _) | (_, _, None) => Err(signature_problem(SignatureError::Malformed)),
    }
}

fn signature_problem(error: SignatureError) -> Problem {
    Problem::new(ErrorCode::SignatureInvalid).because(match error {
        SignatureError::Malformed => "the signature headers are missing or not of the aldaba-device profile",
        SignatureError::Digest => "content-digest does not match the body",
        SignatureError::Invalid => "the signature does not verify",
    })
}

/// Reads a body of at most [`LARGEST_BODY`] bytes.
///
/// # Errors
/// `payload_too_large`, or `request_invalid` if it breaks off.
pub async fn read_body(headers: &HeaderMap, body: axum::body::Body) -> Result<Bytes, Problem> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > LARGEST_BODY) {
        return Err(Problem::new(ErrorCode::PayloadTooLarge));
    }
    to_bytes(body, LARGEST_BODY).await.map_err(|error| {
        let too_large =
            std::error::Error::source(&error).is_some_and(|source| source.is::<http_body_util::LengthLimitError>());
        Problem::new(if too_large {
            ErrorCode::PayloadTooLarge
        } else {
            ErrorCode::RequestInvalid
        })
    })
}

/// The language that the call asks for, or else the device's.
fn language(headers: &HeaderMap, otherwise: Language) -> Language {
    match headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
    {
        Some(accepted) => Language::negotiate(accepted),
        None => otherwise,
    }
}
