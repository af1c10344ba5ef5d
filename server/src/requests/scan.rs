//! A device has read the QR of a page: the request becomes its owner's.

use aldaba_protocol::qr::{FreshQr, QrRefusal};
use aldaba_protocol::wire;
use aldaba_store::{StoreError, audit, requests};

use super::lookup::{bring_up, claimed_now, of_claim};
use crate::app::App;
use crate::http::device_auth::{CallError, SignedCall};

/// What a scan came to.
pub enum Scanned {
    /// The request is this person's now, or was before.
    Found(Box<wire::DeviceRequest>),
    /// The QR is too old: a picture of it was passed on, or the reading took long.
    Stale,
    /// Not this server's QR, or a request that is over or somebody else's.
    Unknown,
}

/// The key of this server's QRs.
#[must_use]
pub fn key(app: &App) -> [u8; 32] {
    app.keys().mac("aldaba/qr/key/v1", &[])
}

/// Claims the request of a QR.
///
/// # Errors
/// [`CallError`].
pub async fn scan(app: &App, call: SignedCall, payload: &str) -> Result<Scanned, CallError> {
    let now = app.now();
    let (device, person, language) = (call.device.id, call.device.person, call.language);
    let read = FreshQr::parse(payload)
        .ok_or(QrRefusal::Forged)
        .and_then(|qr| qr.check(&key(app), now).map(|()| qr.request));
    let found = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                if let Err(refusal) = call.admit(tx, now).await? {
                    return Ok::<_, StoreError>(Err(refusal));
                }
                let Ok(id) = read else {
                    return Ok(Ok(None));
                };
                let found = requests::claim(tx, &id, &person, now).await?;
                if let Some(request) = found.as_ref().filter(|request| claimed_now(request, now)) {
                    audit::append(tx, &of_claim(request, person, device, now)).await?;
                }
                Ok(Ok(found))
            })
        })
        .await??;
    Ok(match (found, read) {
        (Some(request), _) => Scanned::Found(Box::new(bring_up(app, request, person, device, language, now))),
        (None, Err(QrRefusal::Stale)) => Scanned::Stale,
        (None, _) => Scanned::Unknown,
    })
}
