//! The server's settings: read from a TOML file and the environment (`ALDABA_…`), and refused at start when unsafe.
//!
//! What starts is safe: a public address that is not https must be on this machine, the key file must exist and be
//! readable by its owner alone, and a setting that nobody knows is an error, never ignored.

mod certificates;
mod check;
mod relying_party;
mod signing_keys;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use aldaba_core::method::Method;
use aldaba_core::policy::Policy;
use figment::Figment;
use figment::providers::{Env, Format, Toml};
use serde::Deserialize;
use thiserror::Error;

use crate::passwords::Cost;

pub use certificates::{Certificates, Unreachable};
pub(crate) use check::is_this_machine;
pub use check::{IpRange, PublicUrl};
pub use relying_party::{Claim, Procedure, RelyingParty};
pub use signing_keys::SigningKeys;

/// The settings as they are written by whoever runs the server. No `Debug`: the database's address may hold a password.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where to listen: `127.0.0.1:8080`; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address people and devices use: `https://pin.example.org`. Signatures of devices cover it. Plain http only
    /// on this machine.
    pub public_url: PublicUrl,
    /// `postgres://…` or `sqlite:///folder/aldaba.db`.
    pub database: String,
    /// Connections to the database.
    #[serde(default = "default_connections")]
    pub database_connections: u32,
    /// The file with the server's keys, made by `aldaba-server key create`; readable by its owner alone.
    pub key_file: PathBuf,
    /// A second listener for `/metrics`, for the operator's own network only. None: no metrics are served.
    #[serde(default)]
    pub admin_listen: Option<SocketAddr>,
    /// Proxies whose `X-Forwarded-For` is believed: `["10.0.0.0/8"]`. Nobody's otherwise.
    #[serde(default)]
    pub trusted_proxies: Vec<IpRange>,
    /// A MaxMind city database, to show the rough place of a request.
    #[serde(default)]
    pub geoip_database: Option<PathBuf>,
    /// What to log, as tracing filters say it: `info`, `aldaba_server=debug,info`. By default [`LOG`].
    #[serde(default = "default_log")]
    pub log: String,
    /// `text` for people, `json` for collectors.
    #[serde(default)]
    pub log_format: LogFormat,
    /// How many server tasks run at once; by default one for each processor.
    #[serde(default)]
    pub worker_threads: Option<usize>,
    /// Lives, limits and tries.
    #[serde(default)]
    pub policy: Policy,
    /// How messages leave.
    pub messages: Messages,
    /// Limits at the edge, an address.
    #[serde(default)]
    pub limits: Limits,
    /// Signing in with certificates. None: that way is not offered.
    #[serde(default)]
    pub certificates: Option<Certificates>,
    /// The ways to sign in.
    #[serde(default)]
    pub methods: Methods,
    /// A list of leaked passwords, as haveibeenpwned.com publishes it: `SHA-1:count` lines in the order of the hashes. No
    /// password of it can be chosen. None: only the lists inside the program are looked at.
    #[serde(default)]
    pub leaked_passwords: Option<PathBuf>,
    /// What hashing a password costs. Never read from a file: less is for tests only.
    #[serde(skip)]
    pub password_cost: Cost,
    /// The public sites that may ask for a sign-in, those of `clients_file` included. They are brought into the database
    /// when the server starts and on SIGHUP; others are added there by `aldaba-server client add`.
    #[serde(default)]
    pub relying_parties: Vec<RelyingParty>,
    /// A file of its own with more `[[relying_parties]]`, to be kept under version control: it never holds a secret.
    #[serde(default)]
    pub clients_file: Option<PathBuf>,
    /// How long the keys live that sign tokens.
    #[serde(default)]
    pub signing_keys: SigningKeys,
    /// Whether this is `aldaba-server demo`. Never read from a file.
    #[serde(skip)]
    pub demo: bool,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// The ways to sign in that this server offers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Methods {
    /// Those that nobody may use, whatever their site allows: `["sms", "own_key_sms"]`.
    #[serde(default)]
    pub disabled: Vec<Method>,
}

/// How messages to people leave the server.
#[derive(Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Messages {
    /// They stay readable in the outbox. Only for the demo: refused by `serve`.
    Outbox,
    /// An HTTP SMS gateway.
    Gateway(Box<Gateway>),
}

/// An HTTP SMS gateway: each message is one request. Of `body`, `url` and the header values, `{to}` (E.164), `{text}`
/// and `{id}` (the message's id, the same at every try) are replaced; in a JSON body they are escaped as JSON strings
/// are, in a form body and in the URL they are percent-encoded.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// `https://sms.example.com/v2/messages`.
    pub url: String,
    /// `POST` unless another is named.
    #[serde(default = "default_method")]
    pub method: String,
    /// Headers, such as `content-type`. `{secret:NAME}` is replaced by the secret of that name.
    #[serde(default)]
    pub headers: std::collections::BTreeMap<String, String>,
    /// The body: `{"to":"{to}","text":"{text}"}`. `{secret:NAME}` is replaced by the secret of that name.
    #[serde(default)]
    pub body: String,
    /// Files that hold one secret each, by name; readable by their owner alone. Read once, at start.
    #[serde(default)]
    pub secrets: std::collections::BTreeMap<String, PathBuf>,
    /// The header that carries the message's id, so that a gateway that sees a try again sends no second SMS.
    #[serde(default = "default_idempotency_header")]
    pub idempotency_header: String,
    /// Seconds that one try may take.
    #[serde(default = "default_deadline")]
    pub deadline_seconds: u64,
    /// Seconds before the second try; each later one waits twice as long, give or take a quarter.
    #[serde(default = "default_first_wait")]
    pub first_wait_seconds: u64,
}

/// Limits at the edge for calls that nobody has signed, counted an address.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Activations and sign-ins that one address may start a minute, and codes sent again; apart from them, three times as many
    /// arrivals from a site. 0 means no limit.
    #[serde(default = "default_starts_per_minute")]
    pub starts_per_minute: u32,
    /// All other unsigned calls of one address a minute; apart from them, as many that are signed and refused, and ten times as
    /// many looks of a page with a QR. 0 means no limit.
    #[serde(default = "default_calls_per_minute")]
    pub calls_per_minute: u32,
    /// Open event streams of all devices together.
    #[serde(default = "default_streams")]
    pub streams: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            starts_per_minute: default_starts_per_minute(),
            calls_per_minute: default_calls_per_minute(),
            streams: default_streams(),
        }
    }
}

/// Why the settings were refused. Each text says what to do.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file or a variable cannot be read as settings.
    #[error("the settings cannot be read: {0}")]
    Unreadable(Box<figment::Error>),
    /// A setting would make the server unsafe or useless.
    #[error("{setting}: {why}")]
    Refused {
        /// The setting's name in the file.
        setting: &'static str,
        /// What is wrong and what to do.
        why: String,
    },
}

impl Config {
    /// Whether the operator has set up what that method needs, and has not switched it off.
    #[must_use]
    pub fn serves(&self, method: Method) -> bool {
        let is_set_up = method != Method::Certificate || self.certificates.is_some();
        is_set_up && !self.methods.disabled.contains(&method)
    }

    /// Reads a TOML file and the environment (`ALDABA_LISTEN`, `ALDABA_MESSAGES__URL`; double underscores stand for
    /// tables) and checks everything that can be checked without opening the database.
    ///
    /// # Errors
    /// [`ConfigError`] says which setting, why, and what to do.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        if !file.is_file() {
            return Err(ConfigError::Refused {
                setting: "--config",
                why: format!("there is no file {}", file.display()),
            });
        }
        let environment = Env::prefixed("ALDABA_")
            .ignore(&["config", "test_postgres"])
            .split("__");
        let mut config: Self = Figment::new()
            .merge(Toml::file_exact(file))
            .merge(environment)
            .extract()
            .map_err(|error| ConfigError::Unreadable(Box::new(error)))?;
        if let Some(file) = &config.clients_file {
            config.relying_parties.extend(clients_of(file)?);
        }
        config.check()?;
        Ok(config)
    }
}

/// What the file with the clients says.
fn clients_of(file: &Path) -> Result<Vec<RelyingParty>, ConfigError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Clients {
        #[serde(default)]
        relying_parties: Vec<RelyingParty>,
    }
    if !file.is_file() {
        return Err(ConfigError::Refused {
            setting: "clients_file",
            why: format!("there is no file {}", file.display()),
        });
    }
    let read: Clients = Figment::new()
        .merge(Toml::file_exact(file))
        .extract()
        .map_err(|error| ConfigError::Unreadable(Box::new(error)))?;
    Ok(read.relying_parties)
}

fn default_connections() -> u32 {
    16
}

/// Our own lines; of the database's layers only what is wrong: their spans would cost as much as a statement.
pub const LOG: &str = "info,sea_orm=warn,sea_orm_migration=warn,sqlx=warn";

fn default_log() -> String {
    LOG.to_owned()
}

fn default_method() -> String {
    "POST".to_owned()
}

fn default_idempotency_header() -> String {
    "idempotency-key".to_owned()
}

fn default_deadline() -> u64 {
    10
}

fn default_first_wait() -> u64 {
    2
}

fn default_starts_per_minute() -> u32 {
    20
}

fn default_calls_per_minute() -> u32 {
    300
}

fn default_streams() -> usize {
    50_000
}
