//! Visits at 1, 16 and 64 clients: how many a second, how long each takes, and what one costs the server.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use futures::future::try_join_all;

use crate::plan::Commits;
use crate::process::Server;
use crate::stats::{Runs, Table, percentile};
use crate::visit::Visitor;

/// How many at once.
const CLIENTS: [usize; 3] = [1, 16, 64];
/// Of these, the CPU of one visit is read.
const CPU_AT: usize = 16;

/// The most at once.
pub const MOST: usize = 64;

/// What was measured of one kind of visit.
#[derive(Default)]
pub struct Ladder {
    rates: [Runs; CLIENTS.len()],
    halves: [Runs; CLIENTS.len()],
    tails: [Runs; CLIENTS.len()],
    cpu: Runs,
    cpu_floor: Runs,
    cpu_ratio: Runs,
}

impl Ladder {
    /// One run, beside its floor in CPU seconds.
    pub async fn climb(
        &mut self,
        server: &Server,
        visitors: &mut [Visitor],
        visit: impl AsyncFn(&mut Visitor) -> Result<Duration>,
        during: Duration,
        floor: f64,
    ) -> Result<()> {
        self.cpu_floor.push(floor);
        let places = self.rates.iter_mut().zip(&mut self.halves).zip(&mut self.tails);
        for (count, ((rates, halves), tails)) in CLIENTS.into_iter().zip(places) {
            let before = server.cpu_seconds()?;
            let some = visitors.get_mut(..count).context("too few visitors")?;
            let (rate, took) = drive(some, &visit, during).await?;
            let used = (server.cpu_seconds()? - before) / took.len() as f64;
            rates.push(rate);
            halves.push(percentile(&took, 0.5));
            tails.push(percentile(&took, 0.99));
            if count == CPU_AT {
                self.cpu.push(used);
                self.cpu_ratio.push(used / floor);
            }
        }
        Ok(())
    }

    /// The rows of a kind of visit that makes so many durable commits.
    pub fn rows(&self, what: &str, database: &str, commits: f64, beside: &Commits, table: &mut Table) {
        table.row(
            &format!("server CPU of each {what}, {database}, µs"),
            self.cpu.show(1e6, 0),
            self.cpu_floor.show(1e6, 0),
            format!("{} ×", self.cpu_ratio.show(1.0, 2)),
            "≤ 2.0 ×",
        );
        let places = self.rates.iter().zip(&self.halves).zip(&self.tails);
        for (count, ((rate, half), tail)) in CLIENTS.into_iter().zip(places) {
            let (durable, which) = beside.beside(count);
            let plural = if count == 1 { "" } else { "s" };
            table.row(
                &format!("{what}s a second, {database}, {count} client{plural}"),
                format!(
                    "{}; p50 {} ms, p99 {} ms",
                    rate.show(1.0, 0),
                    half.show(1e3, 2),
                    tail.show(1e3, 2)
                ),
                format!("{} commits a second {which} / {commits}", durable.show(1.0, 0)),
                format!(
                    "{:.2} ×; p99 / p50 {:.1}",
                    rate.median() / (durable.median() / commits),
                    tail.median() / half.median()
                ),
                if count == MOST {
                    "> 1 ×; p99 ≤ 4 × p50"
                } else {
                    "p99 ≤ 4 × p50"
                },
            );
        }
    }
}

/// Visits by all of them for so long: how many a second, and each one's seconds, sorted.
pub async fn drive(
    visitors: &mut [Visitor],
    visit: &impl AsyncFn(&mut Visitor) -> Result<Duration>,
    during: Duration,
) -> Result<(f64, Vec<f64>)> {
    let begun = Instant::now();
    let each = visitors.iter_mut().map(|visitor| async move {
        let mut took = Vec::new();
        while begun.elapsed() < during {
            took.push(visit(visitor).await?.as_secs_f64());
        }
        anyhow::Ok(took)
    });
    let mut took: Vec<f64> = try_join_all(each).await?.into_iter().flatten().collect();
    took.sort_by(f64::total_cmp);
    Ok((took.len() as f64 / begun.elapsed().as_secs_f64(), took))
}
