//! `cargo xtask bench`: builds the measuring programs and what they measure as they are shipped, and starts them.

use std::fs;

use anyhow::{Context, Result};

use crate::postgres::Postgres;
use crate::{command, places, setup, ui};

/// What `bench` can be told.
#[derive(clap::Args)]
pub struct Arguments {
    /// Only these figures: signin, oidc, tokens, growth, streams, events, app. All when none is named.
    figures: Vec<String>,
    /// How often each figure is taken.
    #[arg(long, default_value_t = 5)]
    runs: u32,
    /// The most citizens that `growth` goes to, from 1,000 on by tens.
    #[arg(long, default_value_t = 100_000)]
    citizens: usize,
    /// Leaves SQLite out.
    #[arg(long)]
    only_postgres: bool,
}

/// The command.
pub fn run(arguments: &Arguments) -> Result<()> {
    setup::ready(setup::Purpose::Everything)?;
    let wants = |figure: &str| arguments.figures.is_empty() || arguments.figures.iter().any(|named| named == figure);
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
    if wants("app") {
        build_apps()?;
    }
    let postgres = Postgres::start()?;
    let mut bench = command::new(places::target().join("server").join("bench"));
    bench
        .args(&arguments.figures)
        .arg("--runs")
        .arg(arguments.runs.to_string())
        .arg("--citizens")
        .arg(arguments.citizens.to_string());
    if arguments.only_postgres {
        bench.arg("--only-postgres");
    }
    command::run(bench.env("ALDABA_TEST_POSTGRES", postgres.url()))
}

/// The app as it is shipped, and the bare one of the same versions. The first time takes a quarter of an hour.
fn build_apps() -> Result<()> {
    ui::build()?;
    let release = ["build", "--release", "--features", "custom-protocol"];
    command::run(command::cargo().args(release).args(["--package", "aldaba"]))?;
    let bare = places::root().join("bench").join("bare-app");
    fs::copy(places::root().join("Cargo.lock"), bare.join("Cargo.lock")).context("bench/bare-app/Cargo.lock")?;
    command::run(
        command::cargo()
            .args(release)
            .arg("--manifest-path")
            .arg(bare.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(places::target()),
    )
}
