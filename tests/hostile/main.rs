//! Requests of every route, mutated, written to the real server's port byte by byte, as no client of ours would; and calls that
//! are made from the description of the interface.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must fail"
)]

mod mutate;
mod routes;
mod schema;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use aldaba_properties::mutate::Dice;
use aldaba_tests::server::DemoServer;
use futures::StreamExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpSocket;

/// As many at once.
const AT_ONCE: usize = 16;
/// The server hears no more of a request after its last byte; what it has not answered then it never will.
const PATIENCE: Duration = Duration::from_secs(10);

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |set| set.parse().unwrap())
}

// REQ-RAW-01
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mutated_requests_break_nothing() {
    let requests = number("ALDABA_HOSTILE_REQUESTS", 3_000);
    let seed = number("ALDABA_HOSTILE_SEED", 20_261_125);
    println!("{requests} requests of seed {seed}");
    let folder = tempfile::tempdir().unwrap();
    let server = DemoServer::start(&folder.path().join("server")).await.unwrap();
    let templates = routes::all(&server).await.unwrap();
    let port = server.port().unwrap();

    let mut answers: BTreeMap<String, u64> = BTreeMap::new();
    let mut failures = Vec::new();
    let mut sent = futures::stream::iter(0..requests)
        .map(|nth| {
            let dice = Dice::new(seed.wrapping_add(nth));
            let bytes = mutate::request(&templates, &dice);
            async move {
                let answer = send(port, nth, &bytes).await;
                (bytes, answer)
            }
        })
        .buffer_unordered(AT_ONCE);
    while let Some((bytes, answer)) = sent.next().await {
        if answer.starts_with('5') {
            failures.push(format!(
                "{answer}: {}",
                String::from_utf8_lossy(&bytes[..bytes.len().min(2_000)])
            ));
        }
        *answers.entry(answer).or_default() += 1;
    }
    println!("{answers:?}");
    assert!(
        failures.is_empty(),
        "{} answers of 5xx, the first: {}",
        failures.len(),
        failures[0]
    );
    assert!(!server.log().contains("panicked"), "a panic is in the log");
    // Most were understood well enough to be judged, or the numbers above say nothing.
    let judged: u64 = answers
        .iter()
        .filter(|(answer, _)| answer.starts_with(['2', '3', '4']))
        .map(|(_, count)| count)
        .sum();
    assert!(judged * 2 > requests, "{answers:?}");
    let limited = answers.get("429").copied().unwrap_or(0);
    assert!(limited * 4 < requests, "most met a limit, not a handler: {answers:?}");
    server.citizen().await.unwrap();
}

/// Sends one from an address of its own (all of 127.0.0.0/8 is this machine), so that no limit hides what comes after it; the
/// status that is answered.
async fn send(port: u16, nth: u64, bytes: &[u8]) -> String {
    let from = Ipv4Addr::from(0x7F01_0000 + u32::try_from(nth % 60_000).unwrap());
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((from, 0))).unwrap();
    let mut stream = socket
        .connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .await
        .unwrap();
    let exchange = async {
        // A server that has seen enough hangs up; what it said before counts.
        let _ = stream.write_all(bytes).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        answer
    };
    let Ok(answer) = tokio::time::timeout(PATIENCE, exchange).await else {
        return "no end".to_owned();
    };
    let line = String::from_utf8_lossy(&answer[..answer.len().min(64)]).into_owned();
    match line.split(' ').nth(1) {
        Some(status) if line.starts_with("HTTP/1.") => status.to_owned(),
        _ if answer.is_empty() => "hung up".to_owned(),
        _ => "no HTTP".to_owned(),
    }
}
