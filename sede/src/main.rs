//! `aldaba-sede`.

use std::process::ExitCode;

use clap::Parser;

/// The sample public site: an OpenID Connect client of an Aldaba server.
#[derive(Parser)]
#[command(name = "aldaba-sede", version, after_help = aldaba_sede::cli::EXAMPLE)]
struct Cli {
    #[command(flatten)]
    arguments: aldaba_sede::cli::Arguments,
}

fn main() -> ExitCode {
    match aldaba_sede::cli::run(Cli::parse().arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("aldaba-sede: {error:#}");
            ExitCode::FAILURE
        }
    }
}
