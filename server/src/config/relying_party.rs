//! A public site that lets people sign in with Aldaba, as its operator and ours agreed on it.

use aldaba_core::level::Level;
use aldaba_core::method::Method;
pub use aldaba_core::oidc::Claim;
use serde::{Deserialize, Serialize};
use url::Url;

/// A public site: to OpenID Connect, a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelyingParty {
    /// Short name used in addresses and PINs: `demo-sede`. To OpenID Connect, its `client_id`.
    pub id: String,
    /// What people know it by: `Ayuntamiento de Villarriba`.
    pub name: String,
    /// Its domain, shown beside its name.
    pub domain: String,
    /// Its page that begins a sign-in; where the browser goes when a sign-in began here and not there.
    pub return_url: Url,
    /// The level it needs where a procedure does not say otherwise.
    #[serde(default = "lowest")]
    pub level: Level,
    /// The methods it lets people use; empty: all.
    #[serde(default)]
    pub methods: Vec<Method>,
    /// What people come to do there.
    #[serde(default)]
    pub procedures: Vec<Procedure>,
    /// Where an authorization may answer, each exactly as it will be sent (RFC 9700 section 4.1.3).
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Where a browser may go after signing out, each exactly as it will be sent.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    /// Where logout tokens are sent (OpenID Connect Back-Channel Logout 1.0).
    #[serde(default)]
    pub backchannel_logout_uri: Option<Url>,
    /// What it may learn of people besides that they are the same as last time.
    #[serde(default)]
    pub claims: Vec<Claim>,
    /// Sites of one sector know a person by the same `sub`; by default the host of the first redirect URI.
    #[serde(default)]
    pub sector: Option<String>,
    /// Its public keys (RFC 7517), where it authenticates by `private_key_jwt`. Without them, by a secret.
    #[serde(default)]
    pub jwks: Option<serde_json::Value>,
    /// Its logo, https; shown where the citizen decides what it may learn.
    #[serde(default)]
    pub logo: Option<Url>,
    /// Whom the operator writes to.
    #[serde(default)]
    pub contact: String,
    /// SMS a month that it pays for; 0: people of this site get none for signing in.
    #[serde(default)]
    pub sms_per_month: u32,
}

/// One thing that people do at a relying party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// Short name used in addresses: `padron`.
    pub id: String,
    /// What people call it: `Volante de empadronamiento`.
    pub name: String,
    /// The level it needs; the site's where it is absent.
    #[serde(default)]
    pub level: Option<Level>,
}

fn lowest() -> Level {
    Level::Low
}

impl RelyingParty {
    /// A site without procedures that is content with any method.
    #[must_use]
    pub fn new(id: impl Into<String>, name: impl Into<String>, domain: impl Into<String>, return_url: Url) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            domain: domain.into(),
            return_url,
            level: Level::Low,
            methods: Vec::new(),
            procedures: Vec::new(),
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            backchannel_logout_uri: None,
            claims: Vec::new(),
            sector: None,
            jwks: None,
            logo: None,
            contact: String::new(),
            sms_per_month: 0,
        }
    }

    /// The procedure of that id.
    #[must_use]
    pub fn procedure(&self, id: &str) -> Option<&Procedure> {
        self.procedures.iter().find(|procedure| procedure.id == id)
    }

    /// Whether people may use that method there. What comes by SMS only where the site pays for it.
    #[must_use]
    pub fn allows(&self, method: Method) -> bool {
        let paid = !method.by_sms() || self.sms_per_month > 0;
        paid && (self.methods.is_empty() || self.methods.contains(&method))
    }

    /// The level that one of its procedures needs, or the site itself.
    #[must_use]
    pub fn level_of(&self, procedure: Option<&Procedure>) -> Level {
        procedure.and_then(|procedure| procedure.level).unwrap_or(self.level)
    }
}

impl Procedure {
    /// A procedure that needs what its site needs.
    #[must_use]
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            level: None,
        }
    }
}
