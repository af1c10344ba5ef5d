//! `cargo xtask bench`: figures of the server and the app, each beside its floor from the same run, as one table.
//!
//! A floor is what bare parts take for the same work on the same machine in the same minutes: the figures are ratios
//! and not stopwatch readings, so that they mean something on any machine.

mod app;
mod figures;
mod fixture;
mod floor;
mod growth;
mod ladder;
mod oidc;
mod plan;
mod process;
mod site;
mod stats;
mod tokens;
mod visit;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;

/// Figures of the server and the app, each beside its floor from the same run.
#[derive(Parser)]
struct Arguments {
    /// Only these: signin, oidc, tokens, growth, streams, events, app. All when none is named.
    figures: Vec<String>,
    /// How often each figure is taken.
    #[arg(long, default_value_t = 5)]
    runs: u32,
    /// Seconds that each rate is taken.
    #[arg(long, default_value_t = 2)]
    seconds: u64,
    /// Streams to open.
    #[arg(long, default_value_t = 5000)]
    streams: usize,
    /// The most citizens that `growth` goes to, from 1,000 on by tens. 1,000,000 take about 1 GB a database, and minutes to write.
    #[arg(long, default_value_t = 100_000)]
    citizens: usize,
    /// Leaves SQLite out.
    #[arg(long)]
    only_postgres: bool,
    /// The app as it is shipped.
    #[arg(long)]
    app: Option<PathBuf>,
    /// The bare app, built alike.
    #[arg(long)]
    bare_app: Option<PathBuf>,
    /// The bare server that floors are read from, on this database; started by the measurement itself.
    #[arg(long, hide = true)]
    floor: Option<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(database) = arguments.floor {
        return floor::serve(&database).await;
    }
    let plan = plan::Plan {
        runs: arguments.runs,
        during: Duration::from_secs(arguments.seconds),
        postgres: std::env::var("ALDABA_TEST_POSTGRES").ok(),
        only_postgres: arguments.only_postgres,
    };
    let wants = |figure: &str| arguments.figures.is_empty() || arguments.figures.iter().any(|named| named == figure);
    let mut table = stats::Table::default();
    if wants("signin") {
        figures::sign_ins(&plan, &mut table).await?;
    }
    if wants("oidc") {
        oidc::sign_ins(&plan, &mut table).await?;
    }
    if wants("tokens") {
        tokens::signing(&plan, &mut table).await?;
    }
    if wants("growth") {
        growth::sign_ins(&plan, arguments.citizens, &mut table).await?;
    }
    if wants("streams") {
        figures::streams(&plan, arguments.streams, &mut table).await?;
    }
    if wants("events") {
        figures::events(&plan, arguments.streams, 200, &mut table).await?;
    }
    if wants("app") {
        let built = |given: Option<PathBuf>, name: &str| {
            given.unwrap_or_else(|| aldaba_tests::programs::target().join("release").join(name))
        };
        let (ours, bare) = (built(arguments.app, "aldaba"), built(arguments.bare_app, "bare-app"));
        app::measure(&ours, &bare, arguments.runs, &mut table).await?;
    }
    table.print();
    Ok(())
}
