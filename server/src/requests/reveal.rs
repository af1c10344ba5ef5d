//! "Ver PIN": the owner's device says, signed, that it shows the PIN. From here on the PIN may be tried.

use aldaba_core::ids::{PersonId, RequestId};
use aldaba_core::request::RequestState;
use aldaba_protocol::wire;
use aldaba_store::{StoreError, Transaction, requests};
use serde::{Deserialize, Serialize};

use super::Refused;
use super::events::Live;
use crate::app::App;
use crate::audit::{entry, of_device, of_request};
use crate::http::device_auth::{CallError, Caller, Hoped, SignedCall};

/// What a reveal came to. It is stored as the call's answer, so that the same call again is answered the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Revealed {
    Shown,
    Refused(Refused),
}

/// Reveals a request, once for each counter. What the first reveal says of its owner's presence stands: saying it again
/// proves nothing about that moment.
///
/// # Errors
/// The outer one says why the device may not, or is the database's; the inner one why nothing was revealed.
pub async fn reveal(
    app: &App,
    call: SignedCall,
    id: RequestId,
    body: &wire::RevealRequest,
) -> Result<Result<requests::Reveal, Refused>, CallError> {
    let (counter, user_verified) = (body.counter, body.user_verified);
    let (person, device, now) = (call.device.person, call.device.id, app.now());
    let mut entry = of_request(of_device(entry(now, "request.revealed", Some(person)), device), id);
    entry.detail = serde_json::json!({ "user_verified": user_verified });
    let hoped = Hoped {
        revealing: requests::revealing(app.policy(), &id, &person, &device, user_verified, now),
        outcome: Revealed::Shown,
        entry,
    };
    let job = app.clone();
    let (done, revealed) = call
        .once_revealing(app, counter, hoped, move |tx, caller| {
            Box::pin(async move { otherwise(&job, tx, id, caller).await })
        })
        .await?;
    if let Revealed::Refused(why) = done.outcome {
        return Ok(Err(why));
    }
    let Some(revealed) = revealed else {
        return Ok(earlier(app, id, person).await?.ok_or(Refused::Unknown));
    };
    app.hub().publish(
        &person,
        Live::Request {
            id,
            state: RequestState::Revealed,
            updated_at: now,
        },
    );
    Ok(Ok(revealed))
}

/// Why the statement revealed nothing, or that this device had revealed it before.
async fn otherwise(app: &App, tx: &Transaction, id: RequestId, caller: Caller) -> Result<Revealed, StoreError> {
    let Caller { device, person, now } = caller;
    let Some(request) = requests::get(tx, &id)
        .await?
        .filter(|request| request.person == Some(person))
    else {
        return Ok(Revealed::Refused(Refused::Unknown));
    };
    Ok(match request.machine().reveal(app.policy(), device, now) {
        Ok(_) => Revealed::Shown,
        Err(refusal) => Revealed::Refused(refusal.into()),
    })
}

/// What a reveal told that came before. It has not changed since.
async fn earlier(app: &App, id: RequestId, person: PersonId) -> Result<Option<requests::Reveal>, StoreError> {
    let request = app
        .store()
        .read(move |tx| Box::pin(async move { requests::get(tx, &id).await }));
    let request = request.await?.filter(|request| request.person == Some(person));
    Ok(request.as_ref().and_then(requests::Reveal::of))
}
