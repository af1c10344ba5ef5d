//! "Ver PIN": the owner's device says, signed, that it shows the PIN. From here on the PIN may be tried.

use aldaba_core::ids::{PersonId, RequestId};
use aldaba_core::request::{DeviceRefusal, RequestState};
use aldaba_protocol::wire;
use aldaba_store::{StoreError, Transaction, requests};
use serde::{Deserialize, Serialize};

use super::events::Live;
use crate::app::App;
use crate::audit::{entry, of_device, of_request};
use crate::http::device_auth::{CallError, Caller, Hoped, SignedCall};

/// What a reveal came to. It is stored as the call's answer, so that the same call again is answered the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Revealed {
    Shown,
    Unknown,
    Taken,
    Rejected,
    Used,
    Burnt,
    Expired,
}

/// Why nothing was revealed.
#[derive(Debug, thiserror::Error)]
pub enum RevealError {
    /// No such request, or not this person's.
    #[error("no such request")]
    Unknown,
    /// Another device has it.
    #[error("another device has it")]
    Taken,
    /// It was rejected.
    #[error("rejected")]
    Rejected,
    /// Its PIN was used.
    #[error("used")]
    Used,
    /// Too many wrong PINs.
    #[error("burnt")]
    Burnt,
    /// Its time is over.
    #[error("expired")]
    Expired,
    /// The device may not, or the database.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Reveals a request, once for each counter. What the first reveal says of its owner's presence stands: saying it again
/// proves nothing about that moment.
///
/// # Errors
/// [`RevealError`].
pub async fn reveal(
    app: &App,
    call: SignedCall,
    id: RequestId,
    body: &wire::RevealRequest,
) -> Result<requests::Reveal, RevealError> {
    let (counter, user_verified) = (body.counter, body.user_verified);
    let (person, device, now) = (call.device.person, call.device.id, app.now());
    let mut entry = of_request(of_device(entry(now, "request.revealed", Some(person)), device), id);
    entry.detail = serde_json::json!({ "user_verified": user_verified });
    let hoped = Hoped {
        deed: requests::revealing(app.policy(), &id, &person, &device, user_verified, now),
        outcome: Revealed::Shown,
        entry,
    };
    let job = app.clone();
    let (done, revealed) = call
        .once_revealing(app, counter, hoped, move |tx, caller| {
            Box::pin(async move { otherwise(&job, tx, id, caller).await })
        })
        .await?;
    match done.outcome {
        Revealed::Shown => {}
        Revealed::Unknown => return Err(RevealError::Unknown),
        Revealed::Taken => return Err(RevealError::Taken),
        Revealed::Rejected => return Err(RevealError::Rejected),
        Revealed::Used => return Err(RevealError::Used),
        Revealed::Burnt => return Err(RevealError::Burnt),
        Revealed::Expired => return Err(RevealError::Expired),
    }
    let Some(revealed) = revealed else {
        return earlier(app, id, person).await;
    };
    app.hub().publish(
        &person,
        Live::Request {
            id,
            state: RequestState::Revealed,
            updated_at: now,
        },
    );
    Ok(revealed)
}

/// Why the statement revealed nothing, or that this device had revealed it before.
async fn otherwise(app: &App, tx: &Transaction, id: RequestId, caller: Caller) -> Result<Revealed, StoreError> {
    let Caller { device, person, now } = caller;
    let Some(request) = requests::get(tx, &id)
        .await?
        .filter(|request| request.person == Some(person))
    else {
        return Ok(Revealed::Unknown);
    };
    Ok(match request.machine().reveal(app.policy(), device, now) {
        Ok(_) => Revealed::Shown,
        Err(DeviceRefusal::Taken) => Revealed::Taken,
        Err(DeviceRefusal::Rejected) => Revealed::Rejected,
        Err(DeviceRefusal::Spent) => Revealed::Used,
        Err(DeviceRefusal::Burnt) => Revealed::Burnt,
        Err(DeviceRefusal::Expired) => Revealed::Expired,
        Err(DeviceRefusal::NothingToReveal | DeviceRefusal::NothingToApprove) => Revealed::Unknown,
    })
}

/// What a reveal told that came before. It has not changed since.
async fn earlier(app: &App, id: RequestId, person: PersonId) -> Result<requests::Reveal, RevealError> {
    let request = app
        .store()
        .read(move |tx| Box::pin(async move { requests::get(tx, &id).await }));
    let request = request.await.map_err(CallError::from)?;
    let request = request.filter(|request| request.person == Some(person));
    request
        .as_ref()
        .and_then(requests::Reveal::of)
        .ok_or(RevealError::Unknown)
}
