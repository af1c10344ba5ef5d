//! `/openapi.json`, generated from the handlers themselves.

use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// What is said of the whole.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Aldaba",
        description = "The verification backend of Aldaba. docs/protocol.md says every byte.",
        license(name = "EUPL-1.2", identifier = "EUPL-1.2")
    ),
    components(schemas(aldaba_protocol::wire::RequestEvent, aldaba_protocol::wire::DeviceEvent)),
    modifiers(&Signatures)
)]
struct Document;

struct Signatures;

impl Modify for Signatures {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
            "Signature",
            "RFC 9421 message signature of the device over @method, @target-uri and content-digest, with the headers \
             Signature-Input and Content-Digest; tag \"aldaba-device\"",
        )));
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("device-signature", scheme);
    }
}

/// The routes of the API, with their description.
#[must_use]
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(crate::activation::api())
        .merge(crate::devices::api())
        .merge(crate::requests::api())
        .merge(super::status::api())
}

/// The description alone, as `/openapi.json` serves it.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    api().into_openapi()
}
