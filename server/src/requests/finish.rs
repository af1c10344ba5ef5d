//! The page spends the approval of its request: once, in the browser that made it, at the site that it was made for.

use aldaba_core::device::DeviceState;
use aldaba_core::ids::RequestId;
use aldaba_core::method::Method;
use aldaba_core::request::ApprovalOutcome;
use aldaba_core::time::Timestamp;
use aldaba_store::{Transaction, requests};

use super::BrowserBinding;
use super::try_pin::{Attempt, Judged, TryError, report};
use crate::app::App;
use crate::sessions::SignedIn;

/// Signs in whose device approved the request.
///
/// # Errors
/// [`TryError`]; `NotRevealed` while no device has approved it.
pub async fn finish(
    app: &App,
    id: &RequestId,
    binding: &BrowserBinding,
    relying_party: &str,
) -> Result<SignedIn, TryError> {
    let now = app.now();
    let attempt = Attempt::new(app, id, binding, relying_party, None);
    let outcome = app
        .store()
        .write(move |tx| Box::pin(async move { finish_in(&attempt, tx, now).await }))
        .await?;
    report(app, id, outcome)
}

async fn finish_in(attempt: &Attempt, tx: &Transaction, now: Timestamp) -> Judged<SignedIn> {
    let Some((request, device)) = requests::lock_with_device(tx, attempt.id()).await? else {
        return Ok(Err(TryError::Unknown));
    };
    if !attempt.is_of(&request) || request.method != Method::Qr {
        return Ok(Err(TryError::Mismatch));
    }
    match request.machine().finish(now).1 {
        ApprovalOutcome::Accepted => {}
        refused => return Ok(Err(refusal(refused))),
    }
    // Revoked or frozen since it approved: what it said counts no more.
    let Some(device) = device.filter(|device| device.state == DeviceState::Active) else {
        return Ok(Err(TryError::Expired));
    };
    let level = Method::Qr.proves(device.registration, device.level, request.user_verified);
    let spent = requests::spending_approval(&request.id, now);
    let proof = attempt.proof(&request, Some(&device.id), Method::Qr, level);
    let opened = attempt.open(tx, proof, spent, now).await?;
    // Locked above, so that nobody else was faster; only its device can have ended meanwhile.
    Ok(opened.ok_or(TryError::Expired))
}

fn refusal(outcome: ApprovalOutcome) -> TryError {
    match outcome {
        ApprovalOutcome::NotApproved => TryError::NotRevealed,
        ApprovalOutcome::Expired => TryError::Expired,
        ApprovalOutcome::Used | ApprovalOutcome::Accepted => TryError::Used,
        ApprovalOutcome::Rejected => TryError::Rejected,
        ApprovalOutcome::Burnt => TryError::Burnt,
    }
}
