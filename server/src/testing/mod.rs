//! A whole server for a test: the real router on a database of its own, with a clock that stands still, seeded
//! randomness, headless devices and browsers.
//!
//! What a test drives it with fails loudly: these helpers panic where a test could not go on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "only compiled for tests (feature `testing`); a helper that cannot go on must fail the test that called it"
)]

mod browser;
mod device;
pub mod parsers;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aldaba_core::ids::PersonId;
use aldaba_core::policy::Policy;
use aldaba_core::random::SeededRandom;
use aldaba_core::time::{Clock, ManualClock, Timestamp};
use aldaba_store::testing::TestDatabase;
use aldaba_store::{Backend, StoreError, outbox, persons};
use axum::Router;
use axum::body::{Body, Bytes};
use futures::future::join_all;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use tower::ServiceExt;

use crate::app::{App, Parts};
use crate::certificates::Certificates;
use crate::citizens::import;
use crate::citizens::record::Record;
use crate::config::{Config, Limits, LogFormat, Messages, Methods, Procedure, RelyingParty, SigningKeys};
use crate::delivery::{self, Queue};
use crate::http::client::Peer;
use crate::passwords::Cost;
use crate::places::Places;

/// Delivers what is due now, all of it side by side. How much that was.
///
/// # Panics
/// When the database fails.
pub async fn deliver_due<Q: Queue>(queue: &Q) -> usize {
    let most = u32::try_from(delivery::PLACES).unwrap();
    let rows = queue.claim(most).await.unwrap();
    let count = rows.len();
    let delivered = join_all(rows.into_iter().map(|row| queue.deliver(row))).await;
    delivered.into_iter().collect::<Result<(), _>>().unwrap();
    count
}

pub use browser::TestBrowser;
pub use device::{Event, EventReader, PendingActivation, TestDevice, other_pin};

/// When every test begins: 2027-01-15T08:00:00Z, the beginning of a step of 30 seconds.
pub const START: Timestamp = Timestamp::from_secs(1_800_000_000);

/// Who most tests are about.
pub const ANA: TestPerson = TestPerson {
    document: "12345678Z",
    contrast: "2031-05-17",
    name: "Ana García Ruiz",
    phone: "+34600000001",
};

/// Somebody else.
pub const LUIS: TestPerson = TestPerson {
    document: "87654321X",
    contrast: "2029-11-02",
    name: "Luis Fernández Soto",
    phone: "+34600000002",
};

/// A registered citizen, level substantial.
#[derive(Clone, Copy)]
pub struct TestPerson {
    /// DNI or NIE.
    pub document: &'static str,
    /// Contrast datum.
    pub contrast: &'static str,
    /// Name.
    pub name: &'static str,
    /// E.164.
    pub phone: &'static str,
}

impl TestPerson {
    /// The given name: the first word.
    #[must_use]
    pub fn given_name(&self) -> &'static str {
        self.name.split_once(' ').map_or(self.name, |(given, _)| given)
    }

    /// The surnames: the others.
    #[must_use]
    pub fn family_name(&self) -> &'static str {
        self.name.split_once(' ').map_or("", |(_, family)| family)
    }
}

/// A server that is driven without a network.
pub struct TestServer {
    /// Its state.
    pub app: App,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    /// Its database.
    pub database: TestDatabase,
    router: Router,
    peer: Option<SocketAddr>,
    /// Other nodes made so far.
    nodes: AtomicU64,
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl TestServer {
    /// A server on that kind of database, with Ana and Luis registered.
    pub async fn new(backend: Backend) -> Self {
        Self::with(backend, |_| {}).await
    }

    /// The same, with other settings.
    pub async fn with(backend: Backend, change: impl FnOnce(&mut Config)) -> Self {
        let database = TestDatabase::new(backend).await.unwrap();
        let mut config = config();
        change(&mut config);
        let clock = Arc::new(ManualClock::new(START));
        let (certificates, places) = (certificates(&config), places(&config));
        let app = App::new(Parts {
            config,
            store: database.store.clone(),
            keys: Arc::clone(database.keys()),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            random: Arc::new(SeededRandom::new(1)),
            places,
            certificates,
        });
        let server = Self {
            router: crate::http::router(app.clone()),
            app,
            clock,
            database,
            peer: None,
            nodes: AtomicU64::new(0),
        };
        server.sync_clients().await;
        server.register(&[ANA, LUIS]).await;
        server
    }

    /// A second node on the same database, with the same clock.
    #[must_use]
    pub fn another_node(&self) -> App {
        let (certificates, places) = (certificates(self.app.config()), places(self.app.config()));
        let node = App::new(Parts {
            config: self.app.config().clone(),
            store: self.database.store.clone(),
            keys: Arc::clone(self.database.keys()),
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            // Of its own, as each machine's: two nodes never make the same key.
            random: Arc::new(SeededRandom::new(self.nodes.fetch_add(1, Ordering::Relaxed) + 2)),
            places,
            certificates,
        });
        node.clients().copy(self.app.clients());
        node
    }

    /// Every later call goes to a second node on the same database, or to this one after a restart: nothing that is only in
    /// memory is left.
    pub fn move_to_another_node(&mut self) {
        self.app = self.another_node();
        self.router = crate::http::router(self.app.clone());
    }

    /// Brings the clients of the settings into the database, as a start does.
    pub async fn sync_clients(&self) {
        let parties = self.app.config().relying_parties.clone();
        crate::oidc::clients::sync(&self.app, parties).await.unwrap();
    }

    /// Makes a new secret for a client.
    pub async fn new_secret(&self, client: &str) -> String {
        let made = crate::oidc::clients::admin::rotate(&self.app, client, Duration::ZERO).await;
        made.unwrap().expose().to_owned()
    }

    /// Lets every later call come from that address.
    pub fn come_from(&mut self, peer: &str) {
        self.peer = Some(SocketAddr::new(peer.parse().unwrap(), 40_000));
    }

    /// Registers citizens.
    pub async fn register(&self, people: &[TestPerson]) {
        let citizens = people.iter().map(|person| {
            let record = Record {
                document: person.document.to_owned(),
                contrast: person.contrast.to_owned(),
                name: person.name.to_owned(),
                given_name: Some(person.given_name().to_owned()),
                family_name: Some(person.family_name().to_owned()),
                phone: Some(person.phone.to_owned()),
                level: Some("substantial".to_owned()),
                language: Some("es".to_owned()),
            };
            record.read().unwrap()
        });
        import::write(&self.app, citizens.collect(), false).await.unwrap();
    }

    /// The id of a citizen, also of one who renounced.
    pub async fn person(&self, person: &TestPerson) -> PersonId {
        let document = aldaba_core::document::Document::parse(person.document).unwrap();
        let found = self
            .app
            .store()
            .read(move |tx| Box::pin(async move { persons::registered(tx, &document).await }))
            .await
            .unwrap();
        found.unwrap().0
    }

    /// Moves the clock forward.
    pub fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Sends a request through the router and reads the answer to its end.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.open(request).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// Sends a request through the router; the body is still to be read.
    pub async fn open(&self, mut request: Request<Body>) -> http::Response<Body> {
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(Peer(peer));
        }
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Sends many requests at the same time, on all of the runtime's threads.
    pub async fn send_all(&self, requests: Vec<Request<Body>>) -> Vec<Answer> {
        let barrier = Arc::new(tokio::sync::Barrier::new(requests.len()));
        let sent: Vec<_> = requests
            .into_iter()
            .map(|request| {
                let (router, barrier) = (self.router.clone(), Arc::clone(&barrier));
                tokio::spawn(async move {
                    barrier.wait().await;
                    let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
                    let body = body.collect().await.unwrap().to_bytes();
                    Answer {
                        status: parts.status,
                        headers: parts.headers,
                        body,
                    }
                })
            })
            .collect();
        let mut answers = Vec::with_capacity(sent.len());
        for task in sent {
            answers.push(task.await.unwrap());
        }
        answers
    }

    /// A GET without anything.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// A POST of JSON that nobody signed.
    pub async fn post_json(&self, path: &str, body: &impl serde::Serialize) -> Answer {
        let body = serde_json::to_vec(body).unwrap();
        let request = Request::post(path).header("content-type", "application/json");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Every message in the outbox, oldest first.
    pub async fn messages(&self) -> Vec<outbox::Message> {
        self.app
            .store()
            .read(|tx| Box::pin(async move { outbox::list(tx, 10_000).await }))
            .await
            .unwrap()
    }

    /// The code of the last SMS to that phone.
    pub async fn last_code(&self, phone: &str) -> String {
        let messages = self.messages().await;
        let text = messages
            .iter()
            .rev()
            .filter(|message| message.to.e164() == phone)
            .find_map(|message| message.text.rsplit_once('#').map(|(_, code)| code.to_owned()));
        text.unwrap_or_else(|| panic!("no SMS with a code"))
    }

    /// Runs a statement's job, for what no route tells.
    pub async fn read<T, F>(&self, job: F) -> T
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t aldaba_store::Transaction) -> futures::future::BoxFuture<'t, Result<T, StoreError>>
            + Send
            + 'static,
    {
        self.app.store().read(job).await.unwrap()
    }
}

impl Answer {
    /// The body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The problem's code: of a JSON problem, or of a page (`data-code`). Empty: none.
    #[must_use]
    pub fn code(&self) -> String {
        if let Ok(problem) = serde_json::from_slice::<serde_json::Value>(&self.body) {
            return problem["code"].as_str().unwrap_or_default().to_owned();
        }
        let text = self.text();
        let found = text
            .split_once("data-code=\"")
            .and_then(|(_, rest)| rest.split_once('"'));
        found.map(|(code, _)| code.to_owned()).unwrap_or_default()
    }

    /// Fails unless the answer has that status, and shows what it says instead.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }

    /// Fails unless the answer is a problem of that code and of the status that goes with it.
    #[track_caller]
    pub fn expect_problem(self, code: &str) -> Self {
        let known: aldaba_protocol::error::ErrorCode = code.parse().unwrap();
        assert_eq!(
            (self.code().as_str(), Some(self.status.as_u16())),
            (code, known.status()),
            "{}",
            self.text()
        );
        self
    }
}

fn places(config: &Config) -> Option<Places> {
    config.geoip_database.as_deref().map(|file| Places::open(file).unwrap())
}

fn certificates(config: &Config) -> Option<Certificates> {
    let settings = config.certificates.as_ref()?;
    Some(Certificates::open(settings).unwrap())
}

/// The settings of a test: https, two sites, of which the first pays for SMS, no limits at the edge.
#[must_use]
pub fn config() -> Config {
    let site = |id: &str| RelyingParty {
        procedures: vec![Procedure::new("padron", "Volante de empadronamiento")],
        ..RelyingParty::new(
            id,
            format!("Sede {id}"),
            format!("{id}.example"),
            format!("https://{id}.example/entrar").parse().unwrap(),
        )
    };
    Config {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        public_url: "https://pin.example".parse().unwrap(),
        database: String::new(),
        database_connections: 16,
        key_file: std::path::PathBuf::new(),
        admin_listen: None,
        trusted_proxies: Vec::new(),
        geoip_database: None,
        log: "info".to_owned(),
        log_format: LogFormat::Text,
        worker_threads: None,
        policy: Policy::default(),
        leaked_passwords: None,
        // Two hundred times cheaper than a real one: what tests look at is how often, not how long.
        password_cost: Cost { memory: 64, passes: 1 },
        messages: Messages::Outbox,
        limits: Limits {
            starts_per_minute: 0,
            calls_per_minute: 0,
            streams: 1000,
        },
        certificates: None,
        methods: Methods::default(),
        relying_parties: vec![
            RelyingParty {
                sms_per_month: 1_000_000,
                ..site("sede")
            },
            site("otra"),
        ],
        clients_file: None,
        signing_keys: SigningKeys::default(),
        demo: false,
    }
}
