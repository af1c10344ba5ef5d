//! `cargo xtask`: everything a developer or a CI machine does with this repository, in one program.
//!
//! It starts other programs (cargo, npm, PostgreSQL, the app) and adds up what they say. It must compile in seconds on a
//! fresh machine, so nothing of the product is linked into it; what needs a web driver lives in `aldaba-tests`.

mod bench;
mod check_targets;
mod codegen;
mod command;
mod demo;
mod examples;
mod places;
mod postgres;
mod screens;
mod setup;
mod tally;
mod test;
mod ui;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Sets up, shows, tests and measures Aldaba.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, about, long_about = None)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Installs what the other tasks need: system packages, cargo tools, the packages of ui/. Quick when all is there.
    Setup(setup::Arguments),
    /// Shows the main job: server, app and browser; with a display to click through, without one as pictures.
    Demo(demo::Arguments),
    /// Runs every check and every test. The last line is `N passed, N failed`.
    Test(test::Arguments),
    /// Measures, and prints one table in which each figure stands beside its floor from the same run.
    Bench(bench::Arguments),
    /// Type-checks the app for Android, iOS, macOS and Windows, without their SDKs.
    CheckTargets(check_targets::Arguments),
    /// Drives every screen and page and rewrites docs/screens/.
    Screens,
    /// Rewrites generated files: TypeScript bindings, the portal's style sheet.
    Codegen,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Setup(arguments) => setup::run(&arguments).map(|()| ExitCode::SUCCESS),
        Task::Demo(arguments) => demo::run(&arguments).map(|()| ExitCode::SUCCESS),
        Task::Test(arguments) => test::run(&arguments),
        Task::Bench(arguments) => bench::run(&arguments).map(|()| ExitCode::SUCCESS),
        Task::CheckTargets(arguments) => check_targets::run(&arguments).map(|()| ExitCode::SUCCESS),
        Task::Screens => screens::run().map(|()| ExitCode::SUCCESS),
        Task::Codegen => codegen::run().map(|()| ExitCode::SUCCESS),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
