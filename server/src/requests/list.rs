//! What a person's devices see of their requests.

use aldaba_core::ids::DeviceId;
use aldaba_core::language::Language;
use aldaba_core::request::RequestState;
use aldaba_core::time::Timestamp;
use aldaba_protocol::wire;
use aldaba_store::{StoreError, requests};

use crate::app::App;
use crate::http::device_auth::{CallError, SignedCall};

/// The live requests that are not quiet, newest first.
///
/// # Errors
/// [`CallError`].
pub async fn list(app: &App, call: SignedCall) -> Result<wire::RequestList, CallError> {
    let now = app.now();
    let (device, language) = (call.device.id, call.language);
    let found = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                match call.admit(tx, now).await? {
                    Ok(()) => Ok::<_, StoreError>(Ok(requests::list_for_person(tx, &call.device.person, now).await?)),
                    Err(refusal) => Ok(Err(refusal)),
                }
            })
        })
        .await??;
    let requests = found
        .into_iter()
        .rev()
        .map(|request| to_wire(app, request, &device, language, now))
        .collect();
    Ok(wire::RequestList {
        requests,
        server_time: now.as_millis(),
    })
}

/// A state as devices are told of it. Those of the first version know no approval: to them it is a request that a device
/// has answered.
#[must_use]
pub const fn told(state: RequestState) -> RequestState {
    match state {
        RequestState::Approved => RequestState::Revealed,
        other => other,
    }
}

/// A request as that device sees it, with what is unknown said in its language.
#[must_use]
pub fn to_wire(
    app: &App,
    request: requests::Request,
    device: &DeviceId,
    language: Language,
    now: Timestamp,
) -> wire::DeviceRequest {
    let known = |text: String, key| {
        if text.is_empty() {
            app.texts().get(language, key)
        } else {
            text
        }
    };
    let state = request.state(now);
    wire::DeviceRequest {
        id: request.id.to_string(),
        choices: (!request.choices.is_empty()).then_some(request.choices),
        state: told(state),
        approved: state == RequestState::Approved,
        revealed_here: request.revealed_at.is_some() && request.device.as_ref() == Some(device),
        relying_party: wire::RelyingPartyInfo {
            id: request.relying_party.id,
            name: request.relying_party.name,
            domain: request.relying_party.domain,
        },
        procedure: request.procedure,
        browser: known(request.browser, "request-browser-unknown"),
        system: known(request.system, "request-system-unknown"),
        place: request.place,
        phrase: request.phrase,
        created_at: request.created_at.as_millis(),
        expires_at: request.expires_at.as_millis(),
        revealed_at: request.revealed_at.map(Timestamp::as_millis),
        pin_expires_at: request.pin_expires_at.map(Timestamp::as_millis),
    }
}
