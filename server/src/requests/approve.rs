//! "Aprobar": the owner's device says, signed, that the page may sign in. Its owner has said which of three phrases the page
//! shows: who is talked into approving what somebody else began does not see that page. A wrong phrase ends the request.

use aldaba_core::ids::RequestId;
use aldaba_core::request::RequestState;
use aldaba_protocol::wire;
use aldaba_store::{StoreError, Transaction, audit, requests};
use serde::{Deserialize, Serialize};

use super::Refused;
use super::events::Live;
use crate::app::App;
use crate::audit::{entry, of_device, of_request};
use crate::http::device_auth::{CallError, Caller, SignedCall};

/// What an approval came to; stored as the call's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approved {
    /// The page may sign in.
    Done {
        /// Until when, in milliseconds.
        approval_expires_at: i64,
    },
    /// Another phrase than the page's: the request is over.
    PhraseWrong,
    /// Nothing was done.
    Refused(Refused),
}

/// Approves a request, once for each counter.
///
/// # Errors
/// [`CallError`].
pub async fn approve(
    app: &App,
    call: SignedCall,
    id: RequestId,
    body: wire::ApproveRequest,
) -> Result<Approved, CallError> {
    let job = app.clone();
    let (person, now) = (call.device.person, app.now());
    let counter = body.counter;
    let done = call
        .once(app, counter, move |tx, caller| {
            Box::pin(async move { approve_in(&job, tx, id, &body, caller).await })
        })
        .await?;
    let state = match done.outcome {
        Approved::Done { .. } => RequestState::Approved,
        Approved::PhraseWrong => RequestState::Rejected,
        _ => return Ok(done.outcome),
    };
    if done.fresh {
        app.hub().publish(
            &person,
            Live::Request {
                id,
                state,
                updated_at: now,
            },
        );
    }
    Ok(done.outcome)
}

async fn approve_in(
    app: &App,
    tx: &Transaction,
    id: RequestId,
    body: &wire::ApproveRequest,
    caller: Caller,
) -> Result<Approved, StoreError> {
    let Caller { device, person, now } = caller;
    let owned = |request: &requests::Request| request.person == Some(person);
    let Some(request) = requests::get(tx, &id).await?.filter(owned) else {
        return Ok(Approved::Refused(Refused::Unknown));
    };
    let of_this = |kind| of_request(of_device(entry(now, kind, Some(person)), device), id);
    if request.phrase == body.phrase {
        let verified = body.user_verified;
        let won = requests::approve(tx, app.policy(), &id, &person, &device, verified, now).await?;
        if let Some(approved) = won {
            let mut entry = of_this("request.approved");
            entry.detail = serde_json::json!({ "user_verified": verified });
            audit::append(tx, &entry).await?;
            return Ok(done(&approved));
        }
    } else if requests::reject_for_phrase(tx, &id, &person, now).await? {
        let mut entry = of_this("request.rejected");
        entry.detail = serde_json::json!({ "reason": requests::Reason::Phrase.as_str() });
        audit::append(tx, &entry).await?;
        return Ok(Approved::PhraseWrong);
    }
    // The conditional statement changed nothing: the row, as it is now, says why.
    let Some(request) = requests::get(tx, &id).await?.filter(owned) else {
        return Ok(Approved::Refused(Refused::Unknown));
    };
    Ok(match request.machine().approve(app.policy(), device, now) {
        Ok(_) if request.stored_state == RequestState::Approved => done(&request),
        // Open by the machine but not by the statement: the device was deactivated in between.
        Ok(_) => Approved::Refused(Refused::Unknown),
        Err(refusal) => Approved::Refused(refusal.into()),
    })
}

fn done(request: &requests::Request) -> Approved {
    Approved::Done {
        approval_expires_at: request.pin_expires_at.unwrap_or(request.expires_at).as_millis(),
    }
}
