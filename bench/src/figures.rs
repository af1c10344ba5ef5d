//! The figures, each with its floor.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use futures::StreamExt as _;
use futures::future::{join_all, try_join_all};
use reqwest::Client;

use crate::fixture::{Citizen, Fixture, drop_database};
use crate::floor;
use crate::ladder::{Ladder, MOST, drive};
use crate::plan::{Commits, Plan, bare, exchanges};
use crate::process::memory_bytes;
use crate::stats::{Runs, Table, percentile};
use crate::visit::{Visitor, client, listen, signed};

/// Durable commits of a sign-in: ask, reveal, verify.
const COMMITS: f64 = 3.0;
/// Signatures that the server verifies in a sign-in.
const VERIFICATIONS: f64 = 1.0;

/// These citizens, each before a browser.
pub async fn visitors(client: &Client, url: &str, citizens: &[Citizen]) -> Result<Vec<Visitor>> {
    try_join_all(citizens.iter().map(|citizen| Visitor::arrive(client, url, citizen))).await
}

/// CPU a sign-in, and sign-ins a second at 1, 16 and 64 clients.
pub async fn sign_ins(plan: &Plan, table: &mut Table) -> Result<()> {
    for (name, postgres) in plan.backends() {
        let mut commits = Commits::open(plan, postgres).await?;
        let (url, _folder) = plan.database(postgres).await?;
        let fixture = Fixture::start(postgres.then_some(url.as_str()), MOST).await?;
        let client = client()?;
        let mut all = visitors(&client, &fixture.server.url, &fixture.citizens).await?;
        let visit = async |visitor: &mut Visitor| visitor.sign_in().await;
        drive(&mut all, &visit, Duration::from_secs(1)).await?;
        let sizes = all.first().context("no visitor")?.sizes().to_vec();

        let (bare_url, _bare_folder) = plan.database(false).await?;
        let bare = bare(&bare_url).await?;
        let mut ladder = Ladder::default();
        for _ in 0..plan.runs {
            // Floors and figures alternate, so that a machine that slows down slows both.
            let commit_cpu = commits.take(plan.during).await?;
            let floor = exchanges(&client, &bare, &sizes, plan.during).await?
                + VERIFICATIONS * floor::verification()?
                + COMMITS * commit_cpu;
            ladder
                .climb(&fixture.server, &mut all, visit, plan.during, floor)
                .await?;
        }
        ladder.rows("sign-in", name, COMMITS, &commits, table);
        bare.stop().await?;
        fixture.server.stop().await?;
        drop_database(&url).await?;
    }
    Ok(())
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

        let (url, _folder) = plan.database(false).await?;
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
        let (first, rest) = fixture.citizens.split_at(rounds.min(open));
        let mut visitors = visitors(&client, &fixture.server.url, first).await?;
        let idle = futures::stream::iter(rest)
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

        let (url, _folder) = plan.database(false).await?;
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
