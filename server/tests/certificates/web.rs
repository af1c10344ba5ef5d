//! An authority's web server on this machine: a responder and lists that do as a test says.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aldaba_server::certificates::revocation::ocsp_message::Request;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use der::Decode;
use http::StatusCode;

/// What is answered.
#[derive(Clone)]
pub enum Reply {
    Bytes(Vec<u8>),
    Status(u16),
    /// After two seconds.
    Late(Vec<u8>),
    /// Longer than any deadline of these tests.
    Never,
}

type Answering = Arc<dyn Fn(Request) -> Reply + Send + Sync>;

#[derive(Clone)]
pub struct Web {
    origin: String,
    state: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    answers: BTreeMap<String, Answering>,
    files: BTreeMap<String, Reply>,
    questions: usize,
    fetched: usize,
}

impl Web {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let web = Self {
            origin,
            state: Arc::default(),
        };
        let router = Router::new()
            .route("/ocsp/{name}", post(ocsp))
            .route("/{name}", get(file))
            .with_state(web.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        web
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// What the responder of that name does from now on.
    pub fn answer(&self, name: &str, answering: impl Fn(Request) -> Reply + Send + Sync + 'static) {
        let mut inner = self.state.lock().unwrap();
        inner.answers.insert(name.to_owned(), Arc::new(answering));
    }

    pub fn put(&self, name: &str, reply: Reply) {
        self.state.lock().unwrap().files.insert(name.to_owned(), reply);
    }

    pub fn questions(&self) -> usize {
        self.state.lock().unwrap().questions
    }

    pub fn fetched(&self) -> usize {
        self.state.lock().unwrap().fetched
    }
}

async fn ocsp(State(web): State<Web>, Path(name): Path<String>, body: Bytes) -> Response {
    let answering = {
        let mut inner = web.state.lock().unwrap();
        inner.questions += 1;
        inner.answers.get(&name).cloned()
    };
    let reply = answering.map_or(Reply::Status(404), |answering| {
        answering(Request::from_der(&body).unwrap())
    });
    send(reply).await
}

async fn file(State(web): State<Web>, Path(name): Path<String>) -> Response {
    let reply = {
        let mut inner = web.state.lock().unwrap();
        inner.fetched += 1;
        inner.files.get(&name).cloned()
    };
    send(reply.unwrap_or(Reply::Status(404))).await
}

async fn send(reply: Reply) -> Response {
    match reply {
        Reply::Bytes(bytes) => bytes.into_response(),
        Reply::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Reply::Late(bytes) => {
            tokio::time::sleep(Duration::from_secs(2)).await;
            bytes.into_response()
        }
        Reply::Never => {
            tokio::time::sleep(Duration::from_secs(30)).await;
            StatusCode::OK.into_response()
        }
    }
}
