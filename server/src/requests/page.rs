//! What the page with the PIN field shows of its request.

use aldaba_core::code::ShortCode;
use aldaba_core::ids::RequestId;
use aldaba_core::method::Method;
use aldaba_core::request::RequestState;
use aldaba_core::time::Timestamp;
use aldaba_store::{StoreError, requests};

use super::BrowserBinding;
use crate::app::App;

/// A request as its own page sees it. Says nothing of whether the person exists.
#[derive(Debug)]
pub struct PinPage {
    /// Where it stands now.
    pub state: RequestState,
    /// Which PIN is asked for.
    pub method: Method,
    /// Who asks.
    pub relying_party: requests::RelyingParty,
    /// What for.
    pub procedure: String,
    /// The two words.
    pub phrase: String,
    /// The 8 characters for the app.
    pub code: ShortCode,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When its PIN ends, once a device shows it.
    pub pin_expires_at: Option<Timestamp>,
    /// Tries left.
    pub tries_left: u32,
    /// For what began with a QR: whether a device has brought it up. Always false for what began by typing a document: the
    /// page must not tell who exists.
    pub claimed: bool,
    /// Whether the own key must be typed with the PIN.
    pub wants_own_key: bool,
}

/// Why a request cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// There is none of that id (any more).
    #[error("no such request")]
    Unknown,
    /// Another browser made it.
    #[error("another browser's request")]
    Mismatch,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads a request for its page.
///
/// # Errors
/// [`ViewError`].
pub async fn view(app: &App, id: &RequestId, binding: &BrowserBinding) -> Result<PinPage, ViewError> {
    let id = *id;
    let found = app
        .store()
        .read(move |tx| Box::pin(async move { requests::get(tx, &id).await }))
        .await
        .map_err(ViewError::Store)?;
    let request = found.ok_or(ViewError::Unknown)?;
    if !request.is_bound_to(&binding.bytes()) {
        return Err(ViewError::Mismatch);
    }
    let allowed = request.method.tries(app.policy());
    Ok(PinPage {
        state: request.state(app.now()),
        method: request.method,
        tries_left: allowed.saturating_sub(request.tries),
        wants_own_key: request.wants_own_key(),
        claimed: request.method == Method::Qr && request.person.is_some(),
        relying_party: request.relying_party,
        procedure: request.procedure,
        phrase: request.phrase,
        code: request.code,
        created_at: request.created_at,
        expires_at: request.expires_at,
        pin_expires_at: request.pin_expires_at,
    })
}
