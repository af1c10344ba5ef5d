//! The provider, through the `openidconnect` library: where it is, how a sign-in begins, what came of it.
//!
//! What it publishes of itself is read when it is first needed, kept for an hour, and read again when a token is signed with
//! a key that is not among those kept: keys change.

mod http;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::time::{Clock, Timestamp};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenFields, IssuerUrl, LanguageTag,
    LogoutRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl,
    ProviderMetadataWithLogout, RedirectUrl, RequestTokenError, Scope, SignatureVerificationError,
    StandardErrorResponse, StandardTokenResponse, TokenResponse, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;
use tokio::sync::Mutex;

pub(crate) use http::Http;

use crate::settings::Settings;

/// How long what the provider publishes is kept.
const KEPT: Duration = Duration::from_secs(3600);
/// Between two readings for the sake of an unknown key: nobody makes this site ask the provider more often.
const AGAIN: Duration = Duration::from_secs(10);
/// How far the provider's clock may be from ours.
const SKEW: Duration = Duration::from_secs(60);

/// The ID token's claims that the library does not know by name.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct More {
    /// The provider's session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

impl std::fmt::Debug for More {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("More(…)")
    }
}

impl AdditionalClaims for More {}

type Tokens = StandardTokenResponse<
    IdTokenFields<
        More,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

type Client = openidconnect::Client<
    More,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Why a sign-in does not come to its end. What the provider said goes to the log, not to people.
#[derive(Debug, Error)]
pub(crate) enum ProviderError {
    /// It does not answer, or not as a provider does.
    #[error("the provider cannot be reached: {0}")]
    Unreachable(String),
    /// It does not take the code: used, expired, of another client.
    #[error("the provider refused the code: {0}")]
    CodeRefused(String),
    /// A token that does not verify.
    #[error("a token does not verify: {0}")]
    Token(String),
}

/// What a sign-in asks for.
#[derive(Clone, Default)]
pub(crate) struct Wish {
    /// The procedure's id.
    pub procedure: Option<String>,
    /// No lower level will do.
    pub level: Option<Level>,
    /// Only this method.
    pub method: Option<Method>,
    /// Also when the browser is signed in at the provider.
    pub again: bool,
    /// The language of the page, a BCP 47 tag.
    pub language: &'static str,
}

/// What binds the answer to the question.
pub(crate) struct Binding<'a> {
    pub state: &'a str,
    pub nonce: &'a str,
    pub verifier: &'a str,
}

/// Who signed in, all of it verified.
pub(crate) struct Person {
    pub sub: String,
    pub sid: Option<String>,
    pub level: Option<Level>,
    pub amr: Vec<String>,
    pub since: Timestamp,
    pub id_token: String,
    pub id_claims: Value,
    pub userinfo: Value,
}

pub(crate) struct Provider {
    settings: Settings,
    issuer: IssuerUrl,
    redirect: RedirectUrl,
    http: Http,
    clock: Arc<dyn Clock>,
    known: Mutex<Option<Known>>,
}

#[derive(Clone)]
pub(crate) struct Known {
    metadata: Arc<ProviderMetadataWithLogout>,
    read_at: Timestamp,
}

impl Provider {
    pub fn new(settings: &Settings, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        Ok(Self {
            issuer: IssuerUrl::new(settings.issuer_id().to_owned())?,
            redirect: RedirectUrl::new(settings.own("/callback"))?,
            settings: settings.clone(),
            http: Http::new()?,
            clock,
            known: Mutex::new(None),
        })
    }

    /// What the provider publishes: as it was read within the hour.
    pub async fn known(&self) -> Result<Known, ProviderError> {
        self.known_since(KEPT).await
    }

    /// The same, read again unless that was just done.
    pub async fn known_anew(&self) -> Result<Known, ProviderError> {
        self.known_since(AGAIN).await
    }

    async fn known_since(&self, life: Duration) -> Result<Known, ProviderError> {
        let now = self.clock.now();
        let mut held = self.known.lock().await;
        if let Some(known) = held.as_ref().filter(|known| now.since(known.read_at) < life) {
            return Ok(known.clone());
        }
        let read = ProviderMetadataWithLogout::discover_async(self.issuer.clone(), &self.http)
            .await
            .map_err(|error| ProviderError::Unreachable(error.to_string()))?;
        let known = Known {
            metadata: Arc::new(read),
            read_at: now,
        };
        *held = Some(known.clone());
        Ok(known)
    }

    fn client(&self, known: &Known) -> Client {
        openidconnect::Client::from_provider_metadata(
            (*known.metadata).clone(),
            ClientId::new(self.settings.client_id.clone()),
            Some(ClientSecret::new(self.settings.secret.expose().to_owned())),
        )
        .set_redirect_uri(self.redirect.clone())
    }

    /// Where the browser goes to sign in.
    pub async fn authorize_url(&self, wish: &Wish, binding: &Binding<'_>) -> Result<String, ProviderError> {
        let known = self.known().await?;
        let client = self.client(&known);
        let challenge =
            PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(binding.verifier.to_owned()));
        let (state, nonce) = (binding.state.to_owned(), binding.nonce.to_owned());
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .set_pkce_challenge(challenge)
            .add_scope(Scope::new("profile".to_owned()))
            .add_scope(Scope::new("document".to_owned()))
            .add_ui_locale(LanguageTag::new(wish.language.to_owned()));
        if let Some(level) = wish.level {
            // Essential: an answer below it is an error there, and not only a disappointment here. Not `acr_values` besides:
            // what both together mean is undefined (OpenID Connect Core section 5.5.1.1).
            let essential = json!({ "id_token": { "acr": { "essential": true, "values": at_least(level) } } });
            request = request.add_extra_param("claims", essential.to_string());
        }
        if let Some(procedure) = &wish.procedure {
            request = request.add_extra_param("procedure", procedure.clone());
        }
        if let Some(method) = wish.method {
            request = request.add_extra_param("methods", method.as_str());
        }
        if wish.again {
            request = request.add_prompt(CoreAuthPrompt::Login);
        }
        let (url, ..) = request.url();
        Ok(url.to_string())
    }

    /// Turns a code into who signed in.
    pub async fn person(&self, code: String, binding: &Binding<'_>) -> Result<Person, ProviderError> {
        let known = self.known().await?;
        let client = self.client(&known);
        let tokens = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| ProviderError::Unreachable(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(binding.verifier.to_owned()))
            .request_async(&self.http)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(said) => ProviderError::CodeRefused(said.error().to_string()),
                other => ProviderError::Unreachable(other.to_string()),
            })?;
        match self.verify(&client, &tokens, binding) {
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
                let client = self.client(&self.known_anew().await?);
                self.finish(&client, &tokens, binding).await
            }
            _ => self.finish(&client, &tokens, binding).await,
        }
    }

    async fn finish(&self, client: &Client, tokens: &Tokens, binding: &Binding<'_>) -> Result<Person, ProviderError> {
        let token = |error: ClaimsVerificationError| ProviderError::Token(error.to_string());
        let claims = self.verify(client, tokens, binding).map_err(token)?;
        let subject = claims.subject().clone();
        let info: UserInfoClaims<More, CoreGenderClaim> = client
            .user_info(tokens.access_token().clone(), Some(subject.clone()))
            .map_err(|error| ProviderError::Unreachable(error.to_string()))?
            .request_async(&self.http)
            .await
            .map_err(|error| ProviderError::Token(error.to_string()))?;
        let id_token = tokens.id_token().map(ToString::to_string).unwrap_or_default();
        Ok(Person {
            sub: subject.as_str().to_owned(),
            sid: claims.additional_claims().sid.clone(),
            level: claims.auth_context_ref().and_then(|acr| level_of(acr.as_str())),
            amr: claims
                .auth_method_refs()
                .map(|all| all.iter().map(|amr| amr.as_str().to_owned()).collect())
                .unwrap_or_default(),
            since: claims
                .auth_time()
                .map_or_else(|| self.clock.now(), |time| Timestamp::from_secs(time.timestamp())),
            id_claims: payload(&id_token),
            userinfo: serde_json::to_value(&info).unwrap_or_default(),
            id_token,
        })
    }

    /// Issuer, audience, signature, expiry, nonce, and that the access token is the one that came along.
    fn verify<'t>(
        &self,
        client: &Client,
        tokens: &'t Tokens,
        binding: &Binding<'_>,
    ) -> Result<&'t openidconnect::IdTokenClaims<More, CoreGenderClaim>, ClaimsVerificationError> {
        let other = |text: String| ClaimsVerificationError::Other(text);
        let id_token = tokens
            .id_token()
            .ok_or_else(|| other("there is no ID token".to_owned()))?;
        let clock = Arc::clone(&self.clock);
        let issued = Arc::clone(&self.clock);
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs([CoreJwsSigningAlgorithm::EcdsaP256Sha256])
            .set_time_fn(move || date(clock.now()))
            .set_issue_time_verifier_fn(move |time| {
                let now = issued.now();
                let time = Timestamp::from_secs(time.timestamp());
                if time.since(now) > SKEW || now.since(time) > KEPT {
                    return Err("issued at another time".to_owned());
                }
                Ok(())
            });
        let claims = id_token.claims(&verifier, &Nonce::new(binding.nonce.to_owned()))?;
        if let Some(expected) = claims.access_token_hash() {
            let actual = AccessTokenHash::from_token(
                tokens.access_token(),
                id_token.signing_alg().map_err(|error| other(error.to_string()))?,
                id_token
                    .signing_key(&verifier)
                    .map_err(|error| other(error.to_string()))?,
            )
            .map_err(|error| other(error.to_string()))?;
            if actual != *expected {
                return Err(other("the access token is another".to_owned()));
            }
        }
        Ok(claims)
    }

    /// Whether `iss` of an answer is to be there (RFC 9207): whenever the provider says that it sends it, and this one does.
    pub fn is_issuer(&self, iss: Option<&str>) -> bool {
        iss.is_some_and(|iss| iss.trim_end_matches('/') == self.settings.issuer_id())
    }

    /// Where the browser goes to sign out there too. `None`: the provider offers no such page.
    pub async fn logout_url(&self, id_token: &str, state: &str) -> Result<Option<String>, ProviderError> {
        let known = self.known().await?;
        let Some(endpoint) = known.metadata.additional_metadata().end_session_endpoint.clone() else {
            return Ok(None);
        };
        let back = PostLogoutRedirectUrl::new(self.settings.own("/signed-out"))
            .map_err(|error| ProviderError::Unreachable(error.to_string()))?;
        let mut url = LogoutRequest::from(endpoint)
            .set_client_id(ClientId::new(self.settings.client_id.clone()))
            .set_post_logout_redirect_uri(back)
            .set_state(CsrfToken::new(state.to_owned()))
            .http_get_url();
        url.query_pairs_mut().append_pair("id_token_hint", id_token);
        Ok(Some(url.to_string()))
    }

    /// The key of that id, with which the provider signs; read anew when it is not among those known.
    pub async fn key(&self, kid: &str) -> Result<Option<CoreJsonWebKey>, ProviderError> {
        use openidconnect::JsonWebKey;
        let find = |known: &Known| {
            let keys = known.metadata.jwks().keys();
            keys.iter()
                .find(|key| key.key_id().is_some_and(|id| id.as_str() == kid))
                .cloned()
        };
        match find(&self.known().await?) {
            Some(key) => Ok(Some(key)),
            None => Ok(find(&self.known_anew().await?)),
        }
    }
}

/// That level and those above it, as `acr` names them.
fn at_least(level: Level) -> Vec<&'static str> {
    [Level::Low, Level::Substantial, Level::High]
        .into_iter()
        .filter(|other| *other >= level)
        .map(Level::acr)
        .collect()
}

fn level_of(acr: &str) -> Option<Level> {
    [Level::Low, Level::Substantial, Level::High]
        .into_iter()
        .find(|level| level.acr() == acr)
}

/// The claims of a token whose signature has been verified.
fn payload(token: &str) -> Value {
    let payload = token
        .split('.')
        .nth(1)
        .and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    payload
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

fn date(moment: Timestamp) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp_millis(moment.as_millis()).unwrap_or_default()
}
