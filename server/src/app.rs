//! What every handler and use case of the server shares.

use std::sync::Arc;

use aldaba_core::language::Language;
use aldaba_core::method::Method;
use aldaba_core::policy::Policy;
use aldaba_core::random::Random;
use aldaba_core::time::{Clock, Timestamp};
use aldaba_store::Store;
use aldaba_store::keys::ServerKeys;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::account;
use crate::certificates::Certificates;
use crate::config::{Config, RelyingParty};
use crate::demo::Robots;
use crate::devices::known::KnownDevices;
use crate::http::limits::EdgeLimits;
use crate::http::status::Readiness;
use crate::metrics::Metrics;
use crate::oidc::clients::Registry;
use crate::oidc::keys::Keys;
use crate::passwords::Hasher;
use crate::places::Places;
use crate::requests::events::Hub;
use crate::texts::Texts;

/// The state of one server: cheap to clone, the same for all who hold a clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    config: Config,
    /// Our own pages for citizens, as a site that asks for sign-ins.
    account: Option<Arc<RelyingParty>>,
    store: Store,
    keys: Arc<ServerKeys>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    texts: Texts,
    hub: Hub,
    known_devices: KnownDevices,
    passwords: Hasher,
    places: Option<Places>,
    certificates: Option<Certificates>,
    metrics: Metrics,
    limits: EdgeLimits,
    readiness: Readiness,
    robots: Robots,
    messages_due: Notify,
    clients: Registry,
    oidc_keys: Keys,
    logouts_due: Notify,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

/// The parts that the caller of [`App::new`] chooses: production passes the system clock and the operating system's
/// randomness, tests pass their own.
pub struct Parts {
    /// Checked configuration.
    pub config: Config,
    /// An open, migrated store.
    pub store: Store,
    /// The keys from the key file.
    pub keys: Arc<ServerKeys>,
    /// The only source of time.
    pub clock: Arc<dyn Clock>,
    /// The only source of randomness.
    pub random: Arc<dyn Random>,
    /// The operator's GeoIP database, if there is one.
    pub places: Option<Places>,
    /// The authorities whose certificates sign people in, where the operator configured them.
    pub certificates: Option<Certificates>,
}

impl App {
    /// Puts the parts together. Starts no task: see [`crate::serve`].
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let limits = EdgeLimits::new(&parts.config.limits);
        let texts = Texts::embedded();
        // Devices show it in the language that most of their owners speak.
        let name = texts.get(Language::Es, "account-site-name");
        let passwords = Hasher::new(parts.config.password_cost);
        Self(Arc::new(Inner {
            account: account::site(&parts.config, name).map(Arc::new),
            config: parts.config,
            store: parts.store,
            keys: parts.keys,
            clock: parts.clock,
            random: parts.random,
            texts,
            hub: Hub::new(),
            known_devices: KnownDevices::default(),
            passwords,
            places: parts.places,
            certificates: parts.certificates,
            metrics: Metrics::new(),
            limits,
            readiness: Readiness::default(),
            robots: Robots::default(),
            messages_due: Notify::new(),
            clients: Registry::default(),
            oidc_keys: Keys::default(),
            logouts_due: Notify::new(),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }))
    }

    /// The checked configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The keys of the key file.
    #[must_use]
    pub fn keys(&self) -> &Arc<ServerKeys> {
        &self.0.keys
    }

    /// The present moment of the server's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The server's clock.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// The server's source of randomness.
    #[must_use]
    pub fn random(&self) -> &dyn Random {
        &*self.0.random
    }

    /// Texts in the languages of the people.
    #[must_use]
    pub fn texts(&self) -> &Texts {
        &self.0.texts
    }

    /// Lives, limits and tries.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.0.config.policy
    }

    /// Live events to the devices' open streams.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }

    /// Devices that signed something lately.
    #[must_use]
    pub fn known_devices(&self) -> &KnownDevices {
        &self.0.known_devices
    }

    /// Hashes passwords, so many at once.
    #[must_use]
    pub fn passwords(&self) -> &Hasher {
        &self.0.passwords
    }

    /// Rough places of addresses, where the operator configured a GeoIP database.
    #[must_use]
    pub fn places(&self) -> Option<&Places> {
        self.0.places.as_ref()
    }

    /// The authorities whose certificates sign people in, where the operator configured them.
    #[must_use]
    pub fn certificates(&self) -> Option<&Certificates> {
        self.0.certificates.as_ref()
    }

    /// Whether the operator has set up what that method needs, and has not switched it off.
    #[must_use]
    pub fn serves(&self, method: Method) -> bool {
        self.0.config.serves(method)
    }

    /// Whether people may use that method at that site: it admits it and pays for it, and this server has it.
    #[must_use]
    pub fn offers(&self, party: &RelyingParty, method: Method) -> bool {
        self.serves(method) && party.allows(method)
    }

    /// Counters and latencies, without personal data.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// What the database answered last to whoever asked whether the server is ready.
    #[must_use]
    pub fn readiness(&self) -> &Readiness {
        &self.0.readiness
    }

    /// Limits an address, before anything else is looked at.
    #[must_use]
    pub fn limits(&self) -> &EdgeLimits {
        &self.0.limits
    }

    /// The demo's test citizens; elsewhere there are none.
    pub(crate) fn robots(&self) -> &Robots {
        &self.0.robots
    }

    /// Wakes the worker that sends messages: a row was put into the outbox.
    #[must_use]
    pub fn messages_due(&self) -> &Notify {
        &self.0.messages_due
    }

    /// Cancelled when the server is told to stop: open streams end, workers finish their row.
    #[must_use]
    pub fn stopping(&self) -> &CancellationToken {
        &self.0.stopping
    }

    /// What a server that stops waits for: connections, and the workers that may have something in hand.
    #[must_use]
    pub fn tasks(&self) -> &TaskTracker {
        &self.0.tasks
    }

    /// The public sites that are let in, as this node holds them in memory: at most a second or so old.
    #[must_use]
    pub fn clients(&self) -> &Registry {
        &self.0.clients
    }

    /// The keys that sign tokens.
    #[must_use]
    pub fn oidc_keys(&self) -> &Keys {
        &self.0.oidc_keys
    }

    /// Wakes the worker that tells sites of ended sessions: a row was written.
    #[must_use]
    pub fn logouts_due(&self) -> &Notify {
        &self.0.logouts_due
    }

    /// The public site of that id, if there is one and it is not disabled; or our own pages.
    #[must_use]
    pub fn relying_party(&self, id: &str) -> Option<Arc<RelyingParty>> {
        if let Some(ours) = self.0.account.as_ref().filter(|party| party.id == id) {
            return Some(Arc::clone(ours));
        }
        self.0.clients.find(id).map(|client| Arc::clone(&client.party))
    }
}
