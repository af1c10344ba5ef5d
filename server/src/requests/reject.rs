//! "No he sido yo": any device of the person stops a request. Two of these within a day mute requests that are started by
//! typing the document, for a day; the page's code still brings one up.

use std::time::Duration;

use aldaba_core::ids::RequestId;
use aldaba_core::request::{RequestState, muted_until};
use aldaba_protocol::wire;
use aldaba_store::requests::Reason;
use aldaba_store::{StoreError, Transaction, audit, persons, requests, sessions};
use serde::{Deserialize, Serialize};

use super::Refused;
use super::events::Live;
use crate::app::App;
use crate::audit::{entry, of_device, of_request};
use crate::http::device_auth::{CallError, Caller, SignedCall};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// What a rejection came to; stored as the call's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejected {
    /// It is rejected now.
    Done {
        /// Until when requests stay quiet, in milliseconds, if they now do.
        muted_until: Option<i64>,
    },
    /// Nothing was done to it.
    Refused(Refused),
}

/// Rejects a request, once for each counter.
///
/// # Errors
/// [`CallError`].
pub async fn reject(
    app: &App,
    call: SignedCall,
    id: RequestId,
    reason: wire::RejectReason,
    counter: u64,
) -> Result<Rejected, CallError> {
    let job = app.clone();
    let (person, now) = (call.device.person, app.now());
    let reason = match reason {
        wire::RejectReason::NotMe => Reason::NotMe,
        wire::RejectReason::ChangedMind => Reason::ChangedMind,
    };
    let done = call
        .once(app, counter, move |tx, caller| {
            Box::pin(async move { reject_in(&job, tx, id, reason, caller).await })
        })
        .await?;
    if let (true, Rejected::Done { .. }) = (done.fresh, done.outcome) {
        app.hub().publish(
            &person,
            Live::Request {
                id,
                state: RequestState::Rejected,
                updated_at: now,
            },
        );
    }
    Ok(done.outcome)
}

async fn reject_in(
    app: &App,
    tx: &Transaction,
    id: RequestId,
    reason: Reason,
    caller: Caller,
) -> Result<Rejected, StoreError> {
    let Caller { device, person, now } = caller;
    if requests::reject(tx, &id, &person, &device, reason, now)
        .await?
        .is_none()
    {
        let Some(request) = requests::get(tx, &id)
            .await?
            .filter(|request| request.person == Some(person))
        else {
            return Ok(Rejected::Refused(Refused::Unknown));
        };
        if reason == Reason::NotMe
            && request.stored_state == RequestState::Spent
            && sessions::end_of_request(tx, &id, now).await?
        {
            // Somebody signed in with it, and its owner says that it was not them. Its sites are told within a second.
            let mut entry = of_request(of_device(entry(now, "session.disowned", Some(person)), device), id);
            entry.detail = serde_json::json!({ "reason": reason.as_str() });
            audit::append(tx, &entry).await?;
        }
        return Ok(Rejected::Refused(match request.machine().reject(now) {
            // Open by the machine but not by the statement: the device was deactivated in between.
            Ok(_) => Refused::Unknown,
            Err(refusal) => refusal.into(),
        }));
    }
    let muted = match reason {
        Reason::NotMe => {
            let in_a_day = requests::rejections_since(tx, &person, Reason::NotMe, now.minus(DAY)).await?;
            muted_until(app.policy(), in_a_day, now)
        }
        Reason::ChangedMind | Reason::Phrase => None,
    };
    if let Some(until) = muted {
        persons::mute_until(tx, &person, until).await?;
    }
    let mut entry = of_request(of_device(entry(now, "request.rejected", Some(person)), device), id);
    entry.detail = serde_json::json!({ "reason": reason.as_str(), "muted": muted.is_some() });
    audit::append(tx, &entry).await?;
    Ok(Rejected::Done {
        muted_until: muted.map(aldaba_core::time::Timestamp::as_millis),
    })
}
