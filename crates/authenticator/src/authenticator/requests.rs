//! Requests for a PIN, and the PIN that the device makes by itself.

use aldaba_core::code::ShortCode;
use aldaba_core::ids::RequestId;
use aldaba_core::pin::Pin;
use aldaba_core::request::RequestState;
use aldaba_core::time::Timestamp;
use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::link::{self, Read};
use aldaba_protocol::pin::{self, SELF_GENERATED_SECONDS, request_pin};
use aldaba_protocol::wire::{
    ApproveRequest, DeviceRequest, LookupRequest, RejectReason, RejectRequest, RequestApproved, RequestList,
    RequestRejected, RequestRevealed, RevealRequest, ScanRequest,
};
use reqwest::Method;

use super::activation::json;
use super::{ActiveDevice, Authenticator};
use crate::error::{Error, Result};
use crate::user_verification::{Outcome, Purpose};

/// A request as shown to its owner.
#[derive(Debug, Clone)]
pub struct RequestView {
    /// What the server tells of it, times on the local clock.
    pub request: DeviceRequest,
    /// Its PIN: only when this device revealed it and only while it lives.
    pub pin: Option<Pin>,
}

/// What a code, a QR or a link brought up.
#[derive(Debug, Clone)]
pub enum BroughtUp {
    /// A request, for its owner to decide.
    Request(Box<RequestView>),
    /// The challenge of a page: its PIN is made here.
    Challenge(ShortCode),
}

/// The PIN that needs no network.
#[derive(Debug, Clone)]
pub struct SelfGeneratedPin {
    /// Six digits.
    pub pin: Pin,
    /// Until when it is the present one, on the local clock, in milliseconds.
    pub valid_until: i64,
    /// Seconds from one to the next.
    pub period: u64,
}

impl Authenticator {
    /// The live requests, newest first.
    ///
    /// # Errors
    /// `not_activated`, the store's, the network's, `clock_skew`, or the server's refusal of this device.
    pub async fn requests(&self) -> Result<Vec<RequestView>> {
        let device = self.device().await?;
        let asked = self.clock.local();
        let list: RequestList = self
            .ask(&device, Method::GET, "/v1/device/requests", String::new())
            .await?;
        self.clock.learn(Timestamp::from_millis(list.server_time), asked);
        {
            // What was looked up by its code stays known until it ends: the list may not show it.
            let mut known = self.known();
            known.retain(|_, request| request.expires_at > list.server_time);
            for request in &list.requests {
                if let Ok(id) = request.id.parse() {
                    known.insert(id, request.clone());
                }
            }
        }
        list.requests
            .into_iter()
            .map(|request| self.view(&device, request))
            .collect()
    }

    /// Shows the PIN of a request, once the system's lock was passed, where there is one, and the server knows that the PIN is
    /// being shown.
    ///
    /// # Errors
    /// As [`Self::requests`]; `unlock_refused`; `request_taken`, `request_unknown`, `request_expired` and their like.
    pub async fn reveal(&self, id: &RequestId) -> Result<RequestView> {
        let device = self.device().await?;
        let mut request = self.request(id).await?;
        let user_verified = self.verify(Purpose::Reveal).await?;
        let asked = self.clock.local();
        let path = format!("/v1/requests/{id}/reveal");
        let body = |counter| json(&RevealRequest { counter, user_verified });
        let answer: RequestRevealed = self.count(&device, Method::POST, &path, body).await?;
        self.clock.learn(Timestamp::from_millis(answer.server_time), asked);
        // The PIN is made for the site that its owner was shown, never for another that the answer names.
        if answer.relying_party_id != request.relying_party.id {
            return Err(Error::with_detail(ErrorCode::ServerUnsupported, "relying_party"));
        }
        request.state = RequestState::Revealed;
        request.revealed_here = true;
        request.revealed_at = Some(answer.server_time);
        request.pin_expires_at = Some(answer.pin_expires_at);
        self.known().insert(*id, request.clone());
        self.view(&device, request)
    }

    /// Approves a request that began with a page's QR: its owner has said which of its phrases the page shows. A wrong one
    /// ends the request.
    ///
    /// # Errors
    /// As [`Self::reveal`]; `phrase_wrong`.
    pub async fn approve(&self, id: &RequestId, phrase: &str) -> Result<RequestView> {
        let device = self.device().await?;
        let mut request = self.request(id).await?;
        let user_verified = self.verify(Purpose::Approve).await?;
        let asked = self.clock.local();
        let path = format!("/v1/requests/{id}/approve");
        let body = |counter| {
            json(&ApproveRequest {
                counter,
                user_verified,
                phrase: phrase.to_owned(),
            })
        };
        let answer: Result<RequestApproved> = self.count(&device, Method::POST, &path, body).await;
        if answer.as_ref().is_err_and(|error| error.code == ErrorCode::PhraseWrong) {
            self.known().remove(id);
        }
        let answer = answer?;
        self.clock.learn(Timestamp::from_millis(answer.server_time), asked);
        request.state = RequestState::Revealed;
        request.approved = true;
        request.revealed_here = true;
        request.revealed_at = Some(answer.server_time);
        request.pin_expires_at = Some(answer.approval_expires_at);
        self.known().insert(*id, request.clone());
        self.view(&device, request)
    }

    /// Asks for the system's lock. `false`: there is none.
    async fn verify(&self, purpose: Purpose) -> Result<bool> {
        match self.verification.verify(purpose).await {
            Outcome::Verified => Ok(true),
            Outcome::Unavailable => Ok(false),
            Outcome::Declined => Err(Error::new(ErrorCode::UnlockRefused)),
        }
    }

    /// Refuses a request. Two `NotMe` within a day mute requests that begin by typing the document; the answer then
    /// says until when, on the local clock.
    ///
    /// # Errors
    /// As [`Self::reveal`].
    pub async fn reject(&self, id: &RequestId, reason: RejectReason) -> Result<Option<i64>> {
        let device = self.device().await?;
        let path = format!("/v1/requests/{id}/reject");
        let body = |counter| json(&RejectRequest { counter, reason });
        let answer: RequestRejected = self.count(&device, Method::POST, &path, body).await?;
        self.known().remove(id);
        Ok(answer.muted_until.map(|until| self.clock.to_local(until)))
    }

    /// Brings up the request of the page that shows this code.
    ///
    /// # Errors
    /// `request_unknown`, with detail `shape` when it cannot be a code and was not sent; as [`Self::requests`].
    pub async fn lookup(&self, typed: &str) -> Result<RequestView> {
        let code = ShortCode::parse(typed).ok_or(Error::with_detail(ErrorCode::RequestUnknown, "shape"))?;
        self.look_up(&code).await
    }

    /// Brings up what the text of a QR names.
    ///
    /// # Errors
    /// `qr_unreadable` when it is none of ours; `qr_stale`; as [`Self::lookup`].
    pub async fn scan(&self, text: &str) -> Result<BroughtUp> {
        let device = self.device().await?;
        match link::scan(text, device.server.as_str()) {
            Some(read) => self.bring_up(read).await,
            None => Err(Error::with_detail(ErrorCode::QrUnreadable, "other")),
        }
    }

    /// Brings up what a link names that something outside opened. It reveals and approves nothing, and another server than
    /// this device's is not asked.
    ///
    /// # Errors
    /// `request_unknown`, with detail `link` when it is none of ours; as [`Self::lookup`].
    pub async fn open_link(&self, text: &str) -> Result<BroughtUp> {
        let device = self.device().await?;
        match link::open(text, device.server.as_str()) {
            Some(read) => self.bring_up(read).await,
            None => Err(Error::with_detail(ErrorCode::RequestUnknown, "link")),
        }
    }

    async fn bring_up(&self, read: Read) -> Result<BroughtUp> {
        let view = match read {
            Read::Challenge(challenge) => return Ok(BroughtUp::Challenge(challenge)),
            Read::Request(code) => self.look_up(&code).await?,
            Read::Fresh(payload) => self.claim("/v1/requests/scan", json(&ScanRequest { payload })?).await?,
        };
        Ok(BroughtUp::Request(Box::new(view)))
    }

    async fn look_up(&self, code: &ShortCode) -> Result<RequestView> {
        let body = json(&LookupRequest { code: code.grouped() })?;
        self.claim("/v1/requests/lookup", body).await
    }

    async fn claim(&self, path: &str, body: String) -> Result<RequestView> {
        let device = self.device().await?;
        let request: DeviceRequest = self.ask(&device, Method::POST, path, body).await?;
        if let Ok(id) = request.id.parse() {
            self.known().insert(id, request.clone());
        }
        self.view(&device, request)
    }

    /// The self-generated PIN of this moment. Needs no network; a server's time that was learned before corrects the
    /// local clock within its tolerance.
    ///
    /// # Errors
    /// `not_activated`, the store's, `clock_skew` when the clock is known to be too far off.
    pub async fn self_generated_pin(&self) -> Result<SelfGeneratedPin> {
        let device = self.device().await?;
        let now = self.clock.server_now()?;
        let seconds = u64::try_from(now.as_secs()).unwrap_or(0);
        let pin = pin::self_generated(&device.secrets.otp, seconds).ok_or(Error::new(ErrorCode::Internal))?;
        let step_ends = (seconds / SELF_GENERATED_SECONDS + 1).saturating_mul(SELF_GENERATED_SECONDS);
        let valid_until = i64::try_from(step_ends.saturating_mul(1000)).unwrap_or(i64::MAX);
        Ok(SelfGeneratedPin {
            pin,
            valid_until: self.clock.to_local(valid_until),
            period: SELF_GENERATED_SECONDS,
        })
    }

    /// The PIN for the page that shows this challenge: eight digits, good there and once. Needs neither network nor clock.
    ///
    /// # Errors
    /// `request_unknown` with detail `shape` when it cannot be a challenge; `not_activated`, the store's.
    pub async fn page_bound_pin(&self, challenge: &str) -> Result<Pin> {
        let challenge = ShortCode::parse(challenge).ok_or(Error::with_detail(ErrorCode::RequestUnknown, "shape"))?;
        let device = self.device().await?;
        pin::offline(&device.secrets.otp, &challenge).ok_or(Error::new(ErrorCode::Internal))
    }

    /// The PIN of a request that this device has revealed, for the clipboard; `None` once it has ended.
    ///
    /// # Errors
    /// `not_activated` or the store's.
    pub async fn revealed_pin(&self, id: &RequestId) -> Result<Option<Pin>> {
        let device = self.device().await?;
        let known = self.known().get(id).cloned();
        Ok(known.and_then(|request| self.pin(&device, &request)))
    }

    /// A request by its id: known from a list or a lookup, else from the list as it is now.
    async fn request(&self, id: &RequestId) -> Result<DeviceRequest> {
        if let Some(request) = self.known().get(id) {
            return Ok(request.clone());
        }
        self.requests().await?;
        self.known()
            .get(id)
            .cloned()
            .ok_or(Error::new(ErrorCode::RequestUnknown))
    }

    fn view(&self, device: &ActiveDevice, mut request: DeviceRequest) -> Result<RequestView> {
        let pin = self.pin(device, &request);
        for time in [&mut request.created_at, &mut request.expires_at]
            .into_iter()
            .chain(&mut request.revealed_at)
            .chain(&mut request.pin_expires_at)
        {
            *time = self.clock.to_local(*time);
        }
        Ok(RequestView { request, pin })
    }

    fn pin(&self, device: &ActiveDevice, request: &DeviceRequest) -> Option<Pin> {
        let ends = request.pin_expires_at?;
        let shown = request.revealed_here && !request.approved && request.state == RequestState::Revealed;
        if !shown || self.clock.to_local(ends) <= self.clock.local().as_millis() {
            return None;
        }
        let id: RequestId = request.id.parse().ok()?;
        request_pin(&device.secrets.otp, &id, &request.relying_party.id, device.pin_digits)
    }
}
