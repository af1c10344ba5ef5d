//! `cargo xtask bench`: builds the measuring programs as they are shipped and starts them.

use anyhow::Result;

use crate::postgres::Postgres;
use crate::{command, places, setup};

/// What `bench` can be told.
#[derive(clap::Args)]
pub struct Arguments {
    /// Only these figures: signin, streams, events. All when none is named.
    figures: Vec<String>,
    /// How often each figure is taken.
    #[arg(long, default_value_t = 5)]
    runs: u32,
}

/// The command.
pub fn run(arguments: &Arguments) -> Result<()> {
    setup::ready(setup::Purpose::Everything)?;
    command::run(command::cargo().args([
        "build",
        "--profile",
        "server",
        "--package",
        "aldaba-server",
        "--package",
        "aldaba-bench",
        "--bins",
    ]))?;
    let postgres = Postgres::start()?;
    let mut bench = command::new(places::target().join("server").join("bench"));
    bench
        .args(&arguments.figures)
        .arg("--runs")
        .arg(arguments.runs.to_string());
    command::run(bench.env("ALDABA_TEST_POSTGRES", postgres.url()))
}
