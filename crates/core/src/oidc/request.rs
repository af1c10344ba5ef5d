//! An authorization request, judged against its client's settings.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{AuthorizationError, Claim, Parameters};
use crate::language::Language;
use crate::level::Level;
use crate::method::Method;

/// The longest `nonce` that is kept, in bytes.
const LONGEST_NONCE: usize = 512;
/// The longest `state` that is carried back, in bytes.
const LONGEST_STATE: usize = 4096;

/// Parameters that are understood, and so may come once only.
const KNOWN: [&str; 22] = [
    "acr_values",
    "claims",
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "display",
    "id_token_hint",
    "login_hint",
    "max_age",
    "methods",
    "nonce",
    "procedure",
    "prompt",
    "redirect_uri",
    "registration",
    "request",
    "request_uri",
    "response_mode",
    "response_type",
    "scope",
    "state",
    "ui_locales",
];

/// What a client's operator and ours agreed on.
pub struct ClientRules<'a> {
    /// Where an authorization may answer.
    pub redirect_uris: &'a [String],
    /// The level it needs where a procedure does not say otherwise.
    pub level: Level,
    /// The methods that people may use: those that it lets them use, and that there are.
    pub methods: Vec<Method>,
    /// Its procedures, and the level that each needs, where it is another one.
    pub procedures: Vec<(&'a str, Option<Level>)>,
    /// What it is entitled to learn.
    pub claims: &'a [Claim],
}

/// What the parameters `claims` and `id_token_hint` ask for, read by whoever reads JSON and tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Claims for the ID token.
    pub id_token: BTreeSet<Claim>,
    /// Claims for userinfo.
    pub userinfo: BTreeSet<Claim>,
    /// How the citizen is to be authenticated.
    pub acr: Option<AcrAsked>,
    /// The only person that will do, by the `sub` that the client knows.
    pub subject: Option<String>,
}

/// `acr` in the `claims` parameter (OpenID Connect Core section 5.5.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcrAsked {
    /// Whether anything else is a failure.
    pub essential: bool,
    /// The values, the preferred one first.
    pub values: Vec<String>,
}

/// `prompt` (OpenID Connect Core section 3.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// Show nothing; answer or fail.
    pub none: bool,
    /// Sign in anew, whatever session there is. `select_account` comes to the same here: one browser holds one person.
    pub login: bool,
    /// Ask for consent anew.
    pub consent: bool,
}

/// A request that will do, in the form in which it is stored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Where the answer goes: one of the client's, byte for byte.
    pub redirect_uri: String,
    /// Carried back.
    pub state: Option<String>,
    /// Carried into the ID token.
    pub nonce: Option<String>,
    /// `code_challenge`: SHA-256 of the verifier, base64url.
    pub challenge: String,
    /// The client's procedure; none: the site itself.
    pub procedure: Option<String>,
    /// The level that is needed: nothing less is answered.
    pub level: Level,
    /// A higher one that the client would like. The pages lead there and shut nobody out: who has just signed in, may not be
    /// asked, or would rather go on with what they have, is told of as they are (Core 5.5.1.1).
    #[serde(default)]
    pub wished: Option<Level>,
    /// Essential `acr` values: the answer names one of these. Empty: it names what was reached.
    pub acr: Vec<Level>,
    /// The methods that may be used, all of which can reach the level.
    pub methods: Vec<Method>,
    /// What is to be shown or not.
    pub prompt: Prompt,
    /// Seconds since the citizen actively signed in, at most.
    pub max_age: Option<u32>,
    /// The only person that will do.
    pub subject: Option<String>,
    /// Claims for the ID token that the client is entitled to.
    pub id_token: BTreeSet<Claim>,
    /// Claims for userinfo that the client is entitled to.
    pub userinfo: BTreeSet<Claim>,
    /// The scopes that are granted.
    pub scope: String,
    /// The first of `ui_locales` that is spoken here.
    pub language: Option<Language>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // State and nonce are the client's own business.
        f.debug_struct("Request")
            .field("procedure", &self.procedure)
            .field("level", &self.level)
            .field("methods", &self.methods)
            .field("prompt", &self.prompt)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

impl Request {
    /// Everything that the client will learn, wherever it is told.
    #[must_use]
    pub fn claims(&self) -> BTreeSet<Claim> {
        self.id_token.union(&self.userinfo).copied().collect()
    }

    /// The level that the pages lead to.
    #[must_use]
    pub fn aim(&self) -> Level {
        self.wished.map_or(self.level, |wished| wished.max(self.level))
    }

    /// The `acr` of an answer for a session of that level: an essential one must be one of those that were asked for.
    #[must_use]
    pub fn acr_for(&self, reached: Level) -> Level {
        let fitting = self.acr.iter().copied().filter(|level| *level <= reached);
        fitting.max().unwrap_or(reached)
    }
}

/// Why nothing may be redirected: the person is told, here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageFault {
    /// The redirect URI is missing, comes twice, or is not one of the client's.
    RedirectUri,
}

/// Why a request is refused to its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The error's code.
    pub error: AuthorizationError,
    /// For developers; repeats nothing that was sent.
    pub why: &'static str,
}

/// What a request turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// Nothing may be redirected.
    Page(PageFault),
    /// Its client is told so at the redirect URI.
    Refused {
        /// Where: one of the client's.
        redirect_uri: String,
        /// Carried back.
        state: Option<String>,
        /// Why.
        refusal: Refusal,
    },
    /// It will do.
    Good(Box<Request>),
}

/// Judges a request of a known client. `asked` is what its `claims` and `id_token_hint` say; an error where they cannot be read.
#[must_use]
pub fn judge(parameters: &Parameters, client: &ClientRules<'_>, asked: Result<Asked, &'static str>) -> Judged {
    let given = parameters
        .get("redirect_uri")
        .filter(|uri| is_registered(client.redirect_uris, uri));
    let Some(redirect_uri) = given else {
        return Judged::Page(PageFault::RedirectUri);
    };
    match read(parameters, client, asked, redirect_uri) {
        Ok(request) => Judged::Good(Box::new(request)),
        Err(refusal) => Judged::Refused {
            redirect_uri: redirect_uri.to_owned(),
            state: carried_state(parameters),
            refusal,
        },
    }
}

/// Whether an address is one of those, byte for byte (RFC 9700 section 4.1.3).
#[must_use]
pub fn is_registered(registered: &[String], uri: &str) -> bool {
    registered.iter().any(|one| one == uri)
}

fn carried_state(parameters: &Parameters) -> Option<String> {
    let state = parameters.get("state").filter(|state| state.len() <= LONGEST_STATE);
    state.map(str::to_owned)
}

fn read(
    parameters: &Parameters,
    client: &ClientRules<'_>,
    asked: Result<Asked, &'static str>,
    redirect_uri: &str,
) -> Result<Request, Refusal> {
    use AuthorizationError::{
        InvalidRequest, InvalidScope, RegistrationNotSupported, RequestNotSupported, RequestUriNotSupported,
        UnsupportedResponseType,
    };
    let get = |name| parameters.get(name);
    if parameters.repeats_any(&KNOWN) {
        return refuse(InvalidRequest, "a parameter comes more than once");
    }
    for (name, error, why) in [
        (
            "request",
            RequestNotSupported,
            "request is not supported; use pushed authorization requests",
        ),
        (
            "request_uri",
            RequestUriNotSupported,
            "request_uri is supported for pushed authorization requests only",
        ),
        (
            "registration",
            RegistrationNotSupported,
            "registration is not supported",
        ),
    ] {
        if get(name).is_some() {
            return refuse(error, why);
        }
    }
    match get("response_type") {
        Some("code") => {}
        Some(_) => return refuse(UnsupportedResponseType, "response_type must be code"),
        None => return refuse(InvalidRequest, "response_type is missing"),
    }
    if !matches!(get("response_mode"), None | Some("query")) {
        return refuse(InvalidRequest, "response_mode must be query");
    }
    let challenge = challenge(parameters)?;
    let scopes: BTreeSet<&str> = get("scope").unwrap_or_default().split(' ').collect();
    if !scopes.contains("openid") {
        return refuse(InvalidScope, "scope must contain openid");
    }
    if get("nonce").is_some_and(|nonce| nonce.len() > LONGEST_NONCE) {
        return refuse(InvalidRequest, "nonce is too long");
    }
    if get("state").is_some_and(|state| state.len() > LONGEST_STATE) {
        return refuse(InvalidRequest, "state is too long");
    }
    let prompt = prompt(get("prompt"))?;
    let max_age = match get("max_age").map(str::parse) {
        None => None,
        Some(Ok(seconds)) => Some(seconds),
        Some(Err(_)) => return refuse(InvalidRequest, "max_age must be a number of seconds"),
    };
    let asked = asked.or_else(|why| refuse(InvalidRequest, why))?;
    let needs = needs(parameters, client, asked.acr.as_ref())?;
    let entitled = |claim: &Claim| client.claims.contains(claim);
    let mut userinfo: BTreeSet<Claim> = asked.userinfo.into_iter().filter(entitled).collect();
    let mut scope = String::from("openid");
    for (name, claims) in [
        ("profile", &[Claim::GivenName, Claim::FamilyName][..]),
        ("document", &[Claim::Document]),
    ] {
        let granted: Vec<Claim> = claims.iter().copied().filter(entitled).collect();
        if scopes.contains(name) && !granted.is_empty() {
            scope.push(' ');
            scope.push_str(name);
            userinfo.extend(granted);
        }
    }
    Ok(Request {
        redirect_uri: redirect_uri.to_owned(),
        state: carried_state(parameters),
        nonce: get("nonce").map(str::to_owned),
        challenge,
        procedure: needs.procedure,
        level: needs.level,
        wished: needs.wished,
        acr: needs.acr,
        methods: needs.methods,
        prompt,
        max_age,
        subject: asked.subject,
        id_token: asked.id_token.into_iter().filter(entitled).collect(),
        userinfo,
        scope,
        language: language(get("ui_locales").unwrap_or_default()),
    })
}

fn refuse<T>(error: AuthorizationError, why: &'static str) -> Result<T, Refusal> {
    Err(Refusal { error, why })
}

/// PKCE is not optional, and `plain` does not exist (RFC 7636 section 4.4.1, RFC 9700 section 2.1.1).
fn challenge(parameters: &Parameters) -> Result<String, Refusal> {
    use AuthorizationError::InvalidRequest;
    let Some(challenge) = parameters.get("code_challenge") else {
        return refuse(InvalidRequest, "code_challenge is missing");
    };
    if parameters.get("code_challenge_method") != Some("S256") {
        return refuse(InvalidRequest, "code_challenge_method must be S256");
    }
    let is_url_safe = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if challenge.len() != 43 || !challenge.bytes().all(is_url_safe) {
        return refuse(InvalidRequest, "code_challenge must be 43 characters of base64url");
    }
    Ok(challenge.to_owned())
}

fn prompt(value: Option<&str>) -> Result<Prompt, Refusal> {
    use AuthorizationError::InvalidRequest;
    let mut prompt = Prompt::default();
    for word in value.unwrap_or_default().split_ascii_whitespace() {
        match word {
            "none" => prompt.none = true,
            "login" | "select_account" => prompt.login = true,
            "consent" => prompt.consent = true,
            _ => return refuse(InvalidRequest, "prompt must be none, login, consent or select_account"),
        }
    }
    if prompt.none && (prompt.login || prompt.consent) {
        return refuse(InvalidRequest, "prompt=none stands alone");
    }
    Ok(prompt)
}

struct Needs {
    procedure: Option<String>,
    level: Level,
    wished: Option<Level>,
    acr: Vec<Level>,
    methods: Vec<Method>,
}

fn needs(parameters: &Parameters, client: &ClientRules<'_>, acr: Option<&AcrAsked>) -> Result<Needs, Refusal> {
    use AuthorizationError::{InvalidRequest, UnmetAuthenticationRequirements};
    let procedure = parameters.get("procedure");
    let floor = match procedure {
        None => client.level,
        Some(id) => match client.procedures.iter().find(|(known, _)| *known == id) {
            Some((_, level)) => level.unwrap_or(client.level),
            None => return refuse(InvalidRequest, "procedure is none of the client's"),
        },
    };
    let mut allowed = client.methods.clone();
    if let Some(words) = parameters.get("methods") {
        let Ok(only) = words
            .split_ascii_whitespace()
            .map(str::parse)
            .collect::<Result<Vec<Method>, _>>()
        else {
            return refuse(InvalidRequest, "methods names a method that does not exist");
        };
        allowed.retain(|method| only.contains(method));
    }
    let reachable = |level: Level| allowed.iter().any(|method| method.reaches() >= level);
    if !reachable(floor) {
        return refuse(InvalidRequest, "none of the methods may be used for this procedure");
    }
    // A claims parameter says more than acr_values; together they would be undefined (section 5.5.1.1).
    let voluntary = parameters.get("acr_values").unwrap_or_default();
    let (essential, values): (bool, Vec<&str>) = match acr {
        Some(acr) => (acr.essential, acr.values.iter().map(String::as_str).collect()),
        None => (false, voluntary.split_ascii_whitespace().collect()),
    };
    let known: Vec<Level> = values.iter().filter_map(|value| Level::from_acr(value)).collect();
    let mut fitting = known
        .iter()
        .map(|level| floor.max(*level))
        .filter(|level| reachable(*level));
    // Any of the essential ones will do, so nobody is asked for more than the least; wishes come in order of preference
    // (section 3.1.2.1).
    let aim = if essential { fitting.min() } else { fitting.next() };
    if essential && !values.is_empty() && aim.is_none() {
        return refuse(
            UnmetAuthenticationRequirements,
            "no method that may be used reaches the essential acr",
        );
    }
    let level = aim.filter(|_| essential).unwrap_or(floor);
    allowed.retain(|method| method.reaches() >= level);
    Ok(Needs {
        procedure: procedure.map(str::to_owned),
        level,
        wished: aim.filter(|wished| *wished > level),
        acr: if essential { known } else { Vec::new() },
        methods: allowed,
    })
}

/// The first that is spoken here; unknown ones are no error (section 3.1.2.1).
fn language(locales: &str) -> Option<Language> {
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    locales
        .split_ascii_whitespace()
        .take(16)
        .find_map(|tag| primary(tag).parse().ok())
}

#[cfg(test)]
mod tests;
