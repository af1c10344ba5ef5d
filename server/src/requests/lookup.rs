//! The page's 8-character code brings its request up on the owner's device, always: also when it stayed quiet. A request
//! that began with a QR belongs to whose device brings it up first.

use aldaba_core::code::ShortCode;
use aldaba_core::ids::{DeviceId, PersonId};
use aldaba_core::language::Language;
use aldaba_core::request::{Origin, RequestState};
use aldaba_core::time::Timestamp;
use aldaba_protocol::wire;
use aldaba_store::{StoreError, audit, requests};

use super::events::Live;
use super::list::to_wire;
use crate::app::App;
use crate::audit::{entry, of_device, of_request};
use crate::http::device_auth::{CallError, SignedCall};

/// The live request of that code, if it is this person's. None: there is none.
///
/// # Errors
/// [`CallError`].
pub async fn lookup(
    app: &App,
    call: SignedCall,
    code: Option<ShortCode>,
) -> Result<Option<wire::DeviceRequest>, CallError> {
    let now = app.now();
    let (device, person, language) = (call.device.id, call.device.person, call.language);
    let found = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                match (call.admit(tx, now).await?, &code) {
                    (Ok(()), Some(code)) => {
                        let found = requests::find_by_code(tx, &person, code, now).await?;
                        if let Some(request) = found.as_ref().filter(|request| claimed_now(request, now)) {
                            audit::append(tx, &of_claim(request, person, device, now)).await?;
                        }
                        Ok::<_, StoreError>(Ok(found))
                    }
                    (Ok(()), None) => Ok(Ok(None)),
                    (Err(refusal), _) => Ok(Err(refusal)),
                }
            })
        })
        .await??;
    let Some(request) = found else {
        return Ok(None);
    };
    Ok(Some(bring_up(app, request, person, device, language, now)))
}

/// Whether a request that began with a QR got its owner just now.
pub(super) fn claimed_now(request: &requests::Request, now: Timestamp) -> bool {
    request.origin == Origin::Qr && request.updated_at == now && request.stored_state == RequestState::Pending
}

/// What the audit log says of it.
pub(super) fn of_claim(
    request: &requests::Request,
    person: PersonId,
    device: DeviceId,
    now: Timestamp,
) -> audit::Entry {
    of_request(
        of_device(entry(now, "request.claimed", Some(person)), device),
        request.id,
    )
}

/// The request as this device sees it; the person's other devices are told of one that they did not know.
pub(super) fn bring_up(
    app: &App,
    request: requests::Request,
    person: PersonId,
    device: DeviceId,
    language: Language,
    now: Timestamp,
) -> wire::DeviceRequest {
    if request.updated_at == now && request.state(now) == RequestState::Pending {
        // It was quiet, or nobody's, until now: the person's other devices may show it as well.
        let event = Live::Request {
            id: request.id,
            state: RequestState::Pending,
            updated_at: now,
        };
        app.hub().publish(&person, event);
    }
    to_wire(app, request, &device, language, now)
}
