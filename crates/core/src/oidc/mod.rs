//! OpenID Connect, as far as it is rules: what a site may ask of a sign-in, and what comes next in it.
//!
//! ```text
//! parameters.rs   what came, each name once
//! request.rs      parameters + the client's settings → a request, a refusal that goes back, or one that must not
//! decision.rs     a request + the browser's session → sign in, step up, ask for consent, grant, refuse
//! ```
//!
//! Rules:
//! - Code flow with PKCE S256 and nothing else: no implicit, no `plain`, no `none`.
//! - A redirect URI is compared byte for byte. Until client and redirect URI are known to belong together nothing is redirected.
//! - What a site asks can only narrow what its operator and ours agreed on: never a lower level, never another method.

mod decision;
mod parameters;
mod request;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use decision::{Consent, SessionFacts, Step, decide};
pub use parameters::Parameters;
pub use request::{AcrAsked, Asked, ClientRules, Judged, PageFault, Prompt, Refusal, Request, is_registered, judge};

use crate::random::{Random, bytes};

/// Seconds that a pushed request waits for its browser (RFC 9126 section 2.2).
pub const PUSHED_LIFE: u32 = 60;
/// Seconds in which a browser finishes a sign-in: activating an app and reading two SMS fit in.
pub const OPEN_LIFE: u32 = 1800;
/// Seconds that a code lives (RFC 6749 section 4.1.2: at most ten minutes).
pub const CODE_LIFE: u32 = 60;
/// Seconds that an access token lives.
pub const ACCESS_TOKEN_LIFE: u32 = 600;
/// Seconds that an ID token lives: long enough to be read once.
pub const ID_TOKEN_LIFE: u32 = 300;

/// What a site may be entitled to learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// The document number.
    Document,
    /// The given name.
    GivenName,
    /// The surnames.
    FamilyName,
}
crate::words!(Claim { Document => "document", GivenName => "given_name", FamilyName => "family_name" });

/// Several claims as one text, in one order: `document given_name`.
#[must_use]
pub fn claim_words(claims: &BTreeSet<Claim>) -> String {
    let words: Vec<_> = claims.iter().map(|claim| claim.as_str()).collect();
    words.join(" ")
}

/// Reads [`claim_words`]. None: a word is unknown.
#[must_use]
pub fn read_claim_words(text: &str) -> Option<BTreeSet<Claim>> {
    text.split_ascii_whitespace().map(|word| word.parse().ok()).collect()
}

/// Errors of the authorization endpoint: RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6 and Unmet
/// Authentication Requirements 1.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorizationError {
    /// A parameter is missing, malformed, or comes twice.
    InvalidRequest,
    /// The citizen, or this service for them, said no.
    AccessDenied,
    /// Anything but `code`.
    UnsupportedResponseType,
    /// `openid` is missing.
    InvalidScope,
    /// A fault of ours.
    ServerError,
    /// `prompt=none`, and a page would have to be shown.
    InteractionRequired,
    /// `prompt=none`, and the citizen would have to sign in; or somebody else did.
    LoginRequired,
    /// `prompt=none`, and the citizen would have to agree.
    ConsentRequired,
    /// `request_uri` names no request that waits for this client (RFC 9126 section 4).
    InvalidRequestUri,
    /// `request` is not supported.
    RequestNotSupported,
    /// A `request_uri` of the client's own is not supported.
    RequestUriNotSupported,
    /// `registration` is not supported.
    RegistrationNotSupported,
    /// An essential `acr` cannot be reached.
    UnmetAuthenticationRequirements,
}
crate::words!(AuthorizationError {
    InvalidRequest => "invalid_request", AccessDenied => "access_denied", UnsupportedResponseType => "unsupported_response_type",
    InvalidScope => "invalid_scope", ServerError => "server_error", InteractionRequired => "interaction_required",
    LoginRequired => "login_required", ConsentRequired => "consent_required", InvalidRequestUri => "invalid_request_uri",
    RequestNotSupported => "request_not_supported", RequestUriNotSupported => "request_uri_not_supported",
    RegistrationNotSupported => "registration_not_supported",
    UnmetAuthenticationRequirements => "unmet_authentication_requirements",
});

/// What whoever bears it may use, once or for a while: a request URI, a code, an access token. 256 bits; only its hash is
/// stored, and `Debug` prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Bearer([u8; 32]);

impl Bearer {
    /// A new one.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        Self(bytes(random))
    }

    /// The 32 bytes, to be hashed.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What is handed out: 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn expose(&self) -> String {
        hex::encode(self.0)
    }

    /// Reads what was handed out, in its one spelling.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return None;
        }
        let mut secret = [0; 32];
        hex::decode_to_slice(text, &mut secret).ok()?;
        Some(Self(secret))
    }
}

impl std::fmt::Debug for Bearer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bearer(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn a_bearer_has_one_spelling_and_says_nothing() {
        let bearer = Bearer::generate(&SeededRandom::new(1));
        let text = bearer.expose();
        assert_eq!(Bearer::read(&text), Some(bearer.clone()));
        assert_eq!(Bearer::read(&text.to_uppercase()), None);
        assert_eq!(Bearer::read(&text[1..]), None);
        assert_eq!(format!("{bearer:?}"), "Bearer(…)");
    }

    #[test]
    fn claims_have_one_order() {
        let claims = BTreeSet::from([Claim::FamilyName, Claim::Document]);
        assert_eq!(claim_words(&claims), "document family_name");
        assert_eq!(read_claim_words("family_name document"), Some(claims));
        assert_eq!(read_claim_words(""), Some(BTreeSet::new()));
        assert_eq!(read_claim_words("phone"), None);
    }
}
