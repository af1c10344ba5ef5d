//! The figures, each with its floor.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use futures::StreamExt as _;
use futures::future::{join_all, try_join_all};
use reqwest::Client;

use crate::fixture::{Fixture, fresh_postgres};
use crate::floor::{self, Rows};
use crate::process::{Server, memory_bytes};
use crate::stats::{Runs, Table, percentile};
use crate::visit::{SIZES, Visitor, client, listen, signed};

/// Durable commits of a sign-in: ask, reveal, verify.
const COMMITS: f64 = 3.0;
/// Signatures that the server verifies in a sign-in.
const VERIFICATIONS: f64 = 1.0;

/// Where to measure.
pub struct Plan {
    /// How often each figure is taken.
    pub runs: u32,
    /// How long each rate is taken.
    pub during: Duration,
    /// The PostgreSQL server, if there is one.
    pub postgres: Option<String>,
}

/// Starts the bare server on an empty database.
async fn bare(database: &str) -> Result<Server> {
    let mut command = tokio::process::Command::new(std::env::current_exe()?);
    command.args(["--floor", database]);
    Server::start(command).await
}

/// A database of its own for one measurement: its URL, and the folder that goes with it.
async fn database(plan: &Plan, postgres: bool) -> Result<(String, tempfile::TempDir)> {
    let folder = tempfile::tempdir()?;
    let url = if postgres {
        fresh_postgres(plan.postgres.as_deref().context("no PostgreSQL server")?).await?
    } else {
        format!("sqlite://{}?mode=rwc", folder.path().join("floor.db").display())
    };
    Ok((url, folder))
}

fn backends(plan: &Plan) -> Vec<(&'static str, bool)> {
    let mut backends = vec![("SQLite", false)];
    if plan.postgres.is_some() {
        backends.push(("PostgreSQL", true));
    }
    backends
}

/// Sign-ins by so many visitors for so long: how many a second, and each one's seconds, sorted.
async fn drive(visitors: &mut [Visitor], during: Duration) -> Result<(f64, Vec<f64>)> {
    let begun = Instant::now();
    let each = visitors.iter_mut().map(|visitor| async move {
        let mut took = Vec::new();
        while begun.elapsed() < during {
            took.push(visitor.sign_in().await?.as_secs_f64());
        }
        anyhow::Ok(took)
    });
    let mut took: Vec<f64> = try_join_all(each).await?.into_iter().flatten().collect();
    took.sort_by(f64::total_cmp);
    Ok((took.len() as f64 / begun.elapsed().as_secs_f64(), took))
}

async fn visitors(client: &Client, fixture: &Fixture, count: usize) -> Result<Vec<Visitor>> {
    let citizens = fixture.citizens.iter().take(count);
    try_join_all(citizens.map(|citizen| Visitor::arrive(client, &fixture.server.url, citizen))).await
}

/// CPU a sign-in, and sign-ins a second at 1, 16 and 64 clients.
pub async fn sign_ins(plan: &Plan, table: &mut Table) -> Result<()> {
    for (name, postgres) in backends(plan) {
        let (url, _folder) = database(plan, postgres).await?;
        let connections = if postgres { 64 } else { 1 };
        let rows = Rows::open(&url, connections).await?;
        let server_url = if postgres {
            Some(database(plan, true).await?.0)
        } else {
            None
        };
        let fixture = Fixture::start(server_url.as_deref(), 64).await?;
        let client = client()?;
        let mut all = visitors(&client, &fixture, 64).await?;
        drive(&mut all, Duration::from_secs(1)).await?;

        let (bare_url, _bare_folder) = database(plan, false).await?;
        let bare = bare(&bare_url).await?;
        let (mut cpu, mut cpu_floor, mut ratio) = (Runs::default(), Runs::default(), Runs::default());
        let mut single = Runs::default();
        let mut grouped = Runs::default();
        let clients = [1usize, 16, 64];
        let mut rates = clients.map(|_| Runs::default());
        let mut halves = clients.map(|_| Runs::default());
        let mut tails = clients.map(|_| Runs::default());
        for _ in 0..plan.runs {
            // Floors and figures alternate, so that a machine that slows down slows both.
            let (singly, commit_cpu) = rows.rate(1, plan.during).await?;
            single.push(singly);
            grouped.push(rows.rate(64, plan.during).await?.0);
            let floor = exchanges(&client, &bare, plan.during).await?
                + VERIFICATIONS * floor::verification()?
                + COMMITS * commit_cpu;
            cpu_floor.push(floor);
            for (place, count) in clients.into_iter().enumerate() {
                let before = fixture.server.cpu_seconds()?;
                let some = all.get_mut(..count).context("64 visitors")?;
                let (rate, took) = drive(some, plan.during).await?;
                let used = (fixture.server.cpu_seconds()? - before) / took.len() as f64;
                let (half, tail) = (percentile(&took, 0.5), percentile(&took, 0.99));
                for (runs, value) in [(&mut rates, rate), (&mut halves, half), (&mut tails, tail)] {
                    if let Some(runs) = runs.get_mut(place) {
                        runs.push(value);
                    }
                }
                if count == 16 {
                    cpu.push(used);
                    ratio.push(used / floor);
                }
            }
        }
        table.row(
            &format!("server CPU a sign-in, {name}, µs"),
            cpu.show(1e6, 0),
            cpu_floor.show(1e6, 0),
            format!("{} ×", ratio.show(1.0, 2)),
            "≤ 2.0 ×",
        );
        for (((count, rate), half), tail) in clients.into_iter().zip(&rates).zip(&halves).zip(&tails) {
            let (commits, which) = if postgres && count > 1 {
                (&grouped, "64 clients")
            } else {
                (&single, "singly")
            };
            table.row(
                &format!("sign-ins a second, {name}, {count} clients"),
                format!(
                    "{}; p50 {} ms, p99 {} ms",
                    rate.show(1.0, 0),
                    half.show(1e3, 2),
                    tail.show(1e3, 2)
                ),
                format!("{} commits a second {which} / {COMMITS}", commits.show(1.0, 0)),
                format!(
                    "{:.2} ×; p99 / p50 {:.1}",
                    rate.median() / (commits.median() / COMMITS),
                    tail.median() / half.median()
                ),
                if count == 64 {
                    "> 1 ×; p99 ≤ 4 × p50"
                } else {
                    "p99 ≤ 4 × p50"
                },
            );
        }
        bare.stop().await?;
        fixture.server.stop().await?;
    }
    Ok(())
}

/// CPU seconds of the bare server for the four exchanges of a sign-in, of the same sizes.
async fn exchanges(client: &Client, bare: &Server, during: Duration) -> Result<f64> {
    let sizes: Vec<u64> = SIZES.iter().map(|size| size.load(Ordering::Relaxed)).collect();
    let (before, begun) = (bare.cpu_seconds()?, Instant::now());
    let each = (0..16).map(|_| async {
        let mut done = 0u64;
        while begun.elapsed() < during {
            for size in &sizes {
                let sent = client
                    .post(format!("{}/exchange/{size}", bare.url))
                    .body("x".repeat(300))
                    .send()
                    .await?;
                sent.bytes().await?;
            }
            done += 1;
        }
        anyhow::Ok(done)
    });
    let done: u64 = try_join_all(each).await?.into_iter().sum();
    Ok((bare.cpu_seconds()? - before) / done as f64)
}

/// Memory a stream, of the server and of the bare one.
pub async fn streams(plan: &Plan, open: usize, table: &mut Table) -> Result<()> {
    let (mut ours, mut floor) = (Runs::default(), Runs::default());
    for _ in 0..plan.runs {
        let client = client()?;
        let fixture = Fixture::start(None, open).await?;
        let before = memory_bytes(fixture.server.pid()?)?;
        let opened = futures::stream::iter(&fixture.citizens)
            .map(|citizen| {
                signed(
                    &client,
                    &fixture.server.url,
                    citizen,
                    reqwest::Method::GET,
                    "/v1/device/events",
                    "",
                )
            })
            .buffer_unordered(32)
            .collect::<Vec<_>>()
            .await;
        let held = opened
            .into_iter()
            .map(|answer| Ok(answer?.error_for_status()?))
            .collect::<Result<Vec<_>>>()?;
        ours.push((memory_bytes(fixture.server.pid()?)? - before) / open as f64);
        drop(held);
        fixture.server.stop().await?;

        let (url, _folder) = database(plan, false).await?;
        let bare = bare(&url).await?;
        let before = memory_bytes(bare.pid()?)?;
        let opened = futures::stream::iter(0..open)
            .map(|number| client.get(format!("{}/stream/{number}", bare.url)).send())
            .buffer_unordered(32)
            .collect::<Vec<_>>()
            .await;
        let held = opened
            .into_iter()
            .map(|answer| Ok(answer?.error_for_status()?))
            .collect::<Result<Vec<_>>>()?;
        floor.push((memory_bytes(bare.pid()?)? - before) / open as f64);
        drop(held);
        bare.stop().await?;
    }
    table.row(
        &format!("server memory an idle stream, {open} open, KiB"),
        ours.show(1.0 / 1024.0, 1),
        floor.show(1.0 / 1024.0, 1),
        format!("{:.2} ×", ours.median() / floor.median()),
        "≤ 12 KiB",
    );
    Ok(())
}

/// From "Obtener PIN" to the event read by the device, so many a second over so many streams.
pub async fn events(plan: &Plan, open: usize, a_second: u32, table: &mut Table) -> Result<()> {
    let pause = Duration::from_secs(1) / a_second;
    let rounds = usize::try_from(a_second)? * 5;
    let (mut ours, mut ours_tail) = (Runs::default(), Runs::default());
    let (mut floor, mut floor_tail) = (Runs::default(), Runs::default());
    for _ in 0..plan.runs {
        let client = client()?;
        let fixture = Fixture::start(None, open).await?;
        // The visitors have the first streams; the rest are open and idle.
        let mut visitors = visitors(&client, &fixture, rounds.min(open)).await?;
        let idle = futures::stream::iter(fixture.citizens.iter().skip(visitors.len()))
            .map(|citizen| listen(&client, &fixture.server.url, citizen))
            .buffer_unordered(32)
            .collect::<Vec<_>>()
            .await;
        let idle = idle.into_iter().collect::<Result<Vec<_>>>()?;
        let begun = tokio::time::Instant::now();
        let each = visitors.iter_mut().enumerate().map(|(place, visitor)| async move {
            tokio::time::sleep_until(begun + pause * u32::try_from(place).unwrap_or(u32::MAX)).await;
            let (asked, heard) = {
                let asked = visitor.ask().await?;
                (asked, visitor.hear().await?)
            };
            anyhow::Ok(heard.at.saturating_duration_since(asked).as_secs_f64())
        });
        note(try_join_all(each).await?, &mut ours, &mut ours_tail);
        drop(idle);
        fixture.server.stop().await?;

        let (url, _folder) = database(plan, false).await?;
        let bare = bare(&url).await?;
        let mut open_streams = futures::stream::iter(0..open)
            .map(|number| client.get(format!("{}/stream/{number}", bare.url)).send())
            .buffered(32)
            .collect::<Vec<_>>()
            .await
            .into_iter()
            .collect::<Result<Vec<_>, _>>()?;
        let idle = open_streams.split_off(rounds.min(open));
        let begun = tokio::time::Instant::now();
        let each = open_streams.into_iter().enumerate().map(|(number, answer)| {
            let (client, url) = (client.clone(), bare.url.clone());
            tokio::spawn(async move {
                tokio::time::sleep_until(begun + pause * u32::try_from(number).unwrap_or(u32::MAX)).await;
                let asked = Instant::now();
                let sent = tokio::spawn(client.post(format!("{url}/send/{number}")).body("x".repeat(60)).send());
                let read = answer.bytes_stream().next().await;
                read.context("the bare stream ended")??;
                let took = asked.elapsed().as_secs_f64();
                sent.await??;
                anyhow::Ok(took)
            })
        });
        let took = join_all(each)
            .await
            .into_iter()
            .map(|task| task?)
            .collect::<Result<Vec<_>>>()?;
        note(took, &mut floor, &mut floor_tail);
        drop(idle);
        bare.stop().await?;
    }
    table.row(
        &format!("request made → event read, {a_second} a second over {open} streams, ms"),
        format!("p50 {}, p99 {}", ours.show(1e3, 2), ours_tail.show(1e3, 2)),
        format!("p50 {}, p99 {}", floor.show(1e3, 2), floor_tail.show(1e3, 2)),
        format!("p99 {:.2} ×", ours_tail.median() / floor_tail.median()),
        "p99 ≤ 5 ms",
    );
    Ok(())
}

fn note(mut took: Vec<f64>, half: &mut Runs, tail: &mut Runs) {
    took.sort_by(f64::total_cmp);
    half.push(percentile(&took, 0.5));
    tail.push(percentile(&took, 0.99));
}
