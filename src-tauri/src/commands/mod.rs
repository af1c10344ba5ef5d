//! What the screens may call. Each command translates and nothing else: the rule lives in `aldaba-authenticator`.

pub mod activation;
pub mod device;
pub mod pins;
pub mod requests;
pub mod scan;
pub mod status;

use crate::ipc::UiError;

/// What commands return.
pub type Answer<T> = Result<T, UiError>;

/// Reads an id that the screens got from us.
fn request_id(text: &str) -> Answer<aldaba_core::ids::RequestId> {
    use aldaba_authenticator::error::Error;
    use aldaba_protocol::error::ErrorCode;
    text.parse()
        .map_err(|_| Error::with_detail(ErrorCode::RequestUnknown, "shape").into())
}
