//! The page's 8-character code brings its request up on the owner's device, always: also when it stayed quiet.

use aldaba_core::code::ShortCode;
use aldaba_core::request::RequestState;
use aldaba_protocol::wire;
use aldaba_store::{StoreError, requests};

use super::events::Live;
use super::list::to_wire;
use crate::app::App;
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
                        Ok::<_, StoreError>(Ok(requests::find_by_code(tx, &person, code, now).await?))
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
    if request.updated_at == now && request.state(now) == RequestState::Pending {
        // It was quiet until now: the person's other devices may show it as well.
        let event = Live::Request {
            id: request.id,
            state: RequestState::Pending,
            updated_at: now,
        };
        app.hub().publish(&person, event);
    }
    Ok(Some(to_wire(app, request, &device, language, now)))
}
