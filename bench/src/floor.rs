//! The floors: what the machine and bare parts take for the same work. `bench floor` runs the bare server in a process
//! of its own, so that its CPU time and memory can be read as the real server's are.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aldaba_core::random::OsRandom;
use aldaba_protocol::keys::{SigningKey, VerifyingKey};
use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::{get, post};
use futures::StreamExt as _;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement, Value};
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;

/// About the bytes of an ID token that are signed.
const ID_TOKEN: usize = 600;

#[derive(Clone)]
struct Bare {
    filler: Arc<str>,
    rows: Rows,
    streams: Arc<Mutex<HashMap<usize, mpsc::UnboundedSender<String>>>>,
}

/// A bare axum server: `POST /exchange/SIZE` reads a body and answers SIZE bytes; `GET /stream/N` is an idle stream;
/// `POST /send/N` makes one durable commit and sends one event to stream N.
pub async fn serve(database: &str) -> Result<()> {
    let bare = Bare {
        filler: "x".repeat(1 << 16).into(),
        rows: Rows::open(database, 1).await?,
        streams: Arc::default(),
    };
    let router = Router::new()
        .route(
            "/exchange/{size}",
            post(
                |State(bare): State<Bare>, Path(size): Path<usize>, body: Bytes| async move {
                    drop(body);
                    bare.filler.get(..size).unwrap_or_default().to_owned()
                },
            ),
        )
        .route(
            "/stream/{number}",
            get(|State(bare): State<Bare>, Path(number): Path<usize>| async move {
                let (tell, told) = mpsc::unbounded_channel();
                bare.streams
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(number, tell);
                let events = UnboundedReceiverStream::new(told)
                    .map(|data| Ok::<_, std::convert::Infallible>(Event::default().event("request").data(data)));
                Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
            }),
        )
        .route(
            "/send/{number}",
            post(
                |State(bare): State<Bare>, Path(number): Path<usize>, body: String| async move {
                    if bare.rows.commit(number as i64).await.is_ok() {
                        let streams = bare.streams.lock().unwrap_or_else(PoisonError::into_inner);
                        if let Some(stream) = streams.get(&number) {
                            // Nobody listening is no fault here.
                            let _ = stream.send(body);
                        }
                    }
                },
            ),
        )
        .with_state(bare);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("ready http://{}", listener.local_addr()?);
    axum::serve(listener, router).await.context("the bare server ended")
}

/// One table of one column on the driver that the server uses, committed a row at a time.
#[derive(Clone)]
pub struct Rows {
    connection: DatabaseConnection,
    backend: DbBackend,
}

impl Rows {
    /// Opens the database with the same durability as the server's.
    pub async fn open(url: &str, connections: u32) -> Result<Self> {
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(connections)
            .min_connections(connections)
            .sqlx_logging(false);
        options.map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
        });
        let connection = Database::connect(options).await?;
        let backend = connection.get_database_backend();
        connection
            .execute_unprepared("CREATE TABLE IF NOT EXISTS floor (n BIGINT NOT NULL, filler TEXT NOT NULL)")
            .await?;
        Ok(Self { connection, backend })
    }

    /// One durable single-row commit.
    pub async fn commit(&self, number: i64) -> Result<()> {
        let values: Vec<Value> = vec![number.into(), "sixteen bytes ok".into()];
        let sql = "INSERT INTO floor (n, filler) VALUES ($1, $2)";
        self.connection
            .execute_raw(Statement::from_sql_and_values(self.backend, sql, values))
            .await?;
        Ok(())
    }

    /// Commits a second and CPU seconds a commit, with so many clients for so long.
    pub async fn rate(&self, clients: usize, during: Duration) -> Result<(f64, f64)> {
        let (cpu, begun) = (crate::process::cpu_seconds(std::process::id())?, Instant::now());
        let tasks = (0..clients).map(|client| {
            let rows = self.clone();
            tokio::spawn(async move {
                let mut done = 0u64;
                while begun.elapsed() < during {
                    rows.commit(client as i64).await?;
                    done += 1;
                }
                anyhow::Ok(done)
            })
        });
        let mut done = 0;
        for task in futures::future::join_all(tasks).await {
            done += task??;
        }
        let cpu = crate::process::cpu_seconds(std::process::id())? - cpu;
        Ok((done as f64 / begun.elapsed().as_secs_f64(), cpu / done as f64))
    }
}

/// CPU seconds of one ECDSA P-256 verification with the library that the server uses.
pub fn verification() -> Result<f64> {
    let key = SigningKey::generate(&OsRandom);
    let public = VerifyingKey::from_sec1(&key.public())?;
    let signature = key.sign(b"a signature base of about the usual length");
    repeated(4000, || {
        let verified = public.verify(b"a signature base of about the usual length", &signature);
        anyhow::ensure!(verified, "a right signature did not verify");
        Ok(())
    })
}

/// CPU seconds of one ECDSA P-256 signature (ES256) over about an ID token, with the library that the server uses.
pub fn signature() -> Result<f64> {
    let (key, message) = (SigningKey::generate(&OsRandom), [b'x'; ID_TOKEN]);
    repeated(4000, || {
        std::hint::black_box(key.sign(&message));
        Ok(())
    })
}

/// The same with aws-lc, which is C and assembler, and draws its nonces at random.
pub fn aws_lc_signature() -> Result<f64> {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
    let (random, message) = (SystemRandom::new(), [b'x'; ID_TOKEN]);
    repeated(20_000, || {
        std::hint::black_box(key.sign(&random, &message)?);
        Ok(())
    })
}

/// CPU seconds of this process for one of so many.
fn repeated(count: u32, mut work: impl FnMut() -> Result<()>) -> Result<f64> {
    let before = crate::process::cpu_seconds(std::process::id())?;
    for _ in 0..count {
        work()?;
    }
    Ok((crate::process::cpu_seconds(std::process::id())? - before) / f64::from(count))
}
