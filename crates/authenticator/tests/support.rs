//! The real server on a socket, behind a line that can lose answers, and devices that talk to it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use aldaba_authenticator::marker::{DataDir, Marker};
use aldaba_authenticator::secure_store::{MemoryStore, SecureStore};
use aldaba_authenticator::server_url::ServerUrl;
use aldaba_authenticator::user_verification::{Outcome, SettledUserVerification};
use aldaba_authenticator::{Authenticator, Parts, Result, StartRequest};
use aldaba_core::random::OsRandom;
use aldaba_core::time::{Clock, ManualClock};
use aldaba_server::testing::{TestPerson, TestServer};
use aldaba_store::Backend;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// A server that can be reached over a socket.
pub struct Server {
    pub test: TestServer,
    pub url: ServerUrl,
    pub line: Arc<Line>,
}

/// What happens to calls and answers on their way.
#[derive(Default)]
pub struct Line {
    /// This many answers to calls that change something are lost from now on.
    pub lose: AtomicU32,
    /// Whether no call that changes something arrives.
    pub cut: AtomicBool,
    /// Calls that change something and reached the server.
    pub changes: AtomicUsize,
}

impl Server {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let public = address.clone();
        let test = TestServer::with(Backend::Sqlite, |config| config.public_url = public.parse().unwrap()).await;
        let line = Arc::new(Line::default());
        let router =
            aldaba_server::http::router(test.app.clone()).layer(middleware::from_fn_with_state(line.clone(), carry));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            test,
            url: ServerUrl::parse(&address).unwrap(),
            line,
        }
    }

    pub fn lose_answers(&self, how_many: u32) {
        self.line.lose.store(how_many, Ordering::SeqCst);
    }

    pub fn cut_off(&self, cut: bool) {
        self.line.cut.store(cut, Ordering::SeqCst);
    }

    pub fn changes(&self) -> usize {
        self.line.changes.load(Ordering::SeqCst)
    }
}

/// Lets the server do its work and then, if so asked, tears the connection before the answer has gone out.
async fn carry(State(line): State<Arc<Line>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let changes =
        request.method() == "DELETE" || ["/reveal", "/approve", "/reject"].iter().any(|end| path.ends_with(end));
    let torn = || {
        Response::new(Body::from_stream(futures::stream::once(async {
            Err::<&[u8], _>(std::io::Error::other("torn"))
        })))
    };
    if changes && line.cut.load(Ordering::SeqCst) {
        return torn();
    }
    let response = next.run(request).await;
    if changes {
        line.changes.fetch_add(1, Ordering::SeqCst);
    }
    if changes || path.ends_with("/confirm") {
        let lost = line
            .lose
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
            .is_ok();
        if lost {
            return torn();
        }
    }
    response
}

/// What a device leaves on its machine, so that it can be started again.
pub struct Machine {
    pub store: Arc<MemoryStore>,
    pub folder: TempDir,
    pub clock: Arc<ManualClock>,
    /// What the system's lock says.
    pub lock: Outcome,
}

impl Machine {
    pub fn new(server: &Server) -> Self {
        Self {
            store: Arc::new(MemoryStore::new()),
            folder: tempfile::tempdir().unwrap(),
            clock: Arc::new(ManualClock::new(server.test.clock.now())),
            lock: Outcome::Unavailable,
        }
    }

    /// Starts the program.
    pub fn start(&self, server: &Server) -> Authenticator {
        self.start_with(server, self.store.clone())
    }

    pub fn start_with(&self, server: &Server, store: Arc<dyn SecureStore>) -> Authenticator {
        Authenticator::new(Parts {
            store,
            store_deadline: Duration::from_millis(500),
            data: DataDir::open(self.folder.path()).unwrap(),
            clock: self.clock.clone(),
            random: Arc::new(OsRandom),
            verification: Arc::new(SettledUserVerification(self.lock)),
            preset: Some(server.url.clone()),
            keep_activation: false,
        })
        .unwrap()
    }

    pub fn marker(&self) -> Option<Marker> {
        DataDir::open(self.folder.path()).unwrap().marker().unwrap()
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// A program that runs on a machine of its own.
pub struct Running {
    device: Authenticator,
    _machine: Machine,
}

impl Running {
    pub fn new(server: &Server) -> Self {
        let machine = Machine::new(server);
        Self {
            device: machine.start(server),
            _machine: machine,
        }
    }
}

impl std::ops::Deref for Running {
    type Target = Authenticator;
    fn deref(&self) -> &Authenticator {
        &self.device
    }
}

/// Asks for a code.
pub async fn begin(device: &Authenticator, person: &TestPerson) -> Result<()> {
    let request = StartRequest {
        document: person.document,
        contrast: person.contrast,
        device_name: "Prueba",
        platform: "linux",
        language: "es",
    };
    device.start_activation(request).await.map(drop)
}

/// Activates.
pub async fn activate(server: &Server, device: &Authenticator, person: &TestPerson) {
    begin(device, person).await.unwrap();
    device
        .confirm_activation(&server.test.last_code(person.phone).await)
        .await
        .unwrap();
}
