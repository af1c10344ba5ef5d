//! "Ver PIN": the owner's device says, signed, that it shows the PIN. From here on the PIN may be tried.

use aldaba_core::ids::RequestId;
use aldaba_core::request::{DeviceRefusal, RequestState};
use aldaba_protocol::wire;
use aldaba_store::{StoreError, Transaction, requests};
use serde::{Deserialize, Serialize};

use super::events::Live;
use crate::app::App;
use crate::audit::{entry, of_device, of_request};
use crate::http::device_auth::{CallError, Caller, SignedCall, Told};

/// What a reveal came to. It is stored as the call's answer, so that the same call again is answered the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Revealed {
    /// The device may show the PIN.
    Shown {
        /// Relying party that enters the PIN.
        relying_party: String,
        /// When the PIN ends, in milliseconds.
        pin_expires_at: i64,
    },
    /// No such request, or not this person's.
    Unknown,
    /// Another device has it.
    Taken,
    /// It was rejected.
    Rejected,
    /// Its PIN was used.
    Used,
    /// Too many wrong PINs.
    Burnt,
    /// Its time is over.
    Expired,
}

/// Reveals a request, once for each counter. What the first reveal says of its owner's presence stands: saying it again
/// proves nothing about that moment.
///
/// # Errors
/// [`CallError`].
pub async fn reveal(
    app: &App,
    call: SignedCall,
    id: RequestId,
    body: &wire::RevealRequest,
) -> Result<Revealed, CallError> {
    let (counter, user_verified) = (body.counter, body.user_verified);
    let job = app.clone();
    let (person, now) = (call.device.person, app.now());
    let done = call
        .once_told(app, counter, move |tx, caller| {
            Box::pin(async move { reveal_in(&job, tx, id, user_verified, caller).await })
        })
        .await?;
    if let (true, Revealed::Shown { .. }) = (done.fresh, &done.outcome) {
        app.hub().publish(
            &person,
            Live::Request {
                id,
                state: RequestState::Revealed,
                updated_at: now,
            },
        );
    }
    Ok(done.outcome)
}

async fn reveal_in(
    app: &App,
    tx: &Transaction,
    id: RequestId,
    user_verified: bool,
    caller: Caller,
) -> Result<Told<Revealed>, StoreError> {
    let Caller { device, person, now } = caller;
    if let Some(request) = requests::reveal(tx, app.policy(), &id, &person, &device, user_verified, now).await? {
        let mut entry = of_request(of_device(entry(now, "request.revealed", Some(person)), device), id);
        entry.detail = serde_json::json!({ "user_verified": user_verified });
        return Ok((shown(&request), Some(entry)));
    }
    let Some(request) = requests::get(tx, &id)
        .await?
        .filter(|request| request.person == Some(person))
    else {
        return Ok((Revealed::Unknown, None));
    };
    let refused = match request.machine().reveal(app.policy(), device, now) {
        Ok(_) => shown(&request),
        Err(DeviceRefusal::Taken) => Revealed::Taken,
        Err(DeviceRefusal::Rejected) => Revealed::Rejected,
        Err(DeviceRefusal::Spent) => Revealed::Used,
        Err(DeviceRefusal::Burnt) => Revealed::Burnt,
        Err(DeviceRefusal::Expired) => Revealed::Expired,
        Err(DeviceRefusal::NothingToReveal | DeviceRefusal::NothingToApprove) => Revealed::Unknown,
    };
    Ok((refused, None))
}

fn shown(request: &requests::Request) -> Revealed {
    Revealed::Shown {
        relying_party: request.relying_party.id.clone(),
        pin_expires_at: request.pin_expires_at.unwrap_or(request.expires_at).as_millis(),
    }
}
