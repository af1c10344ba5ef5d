//! `aldaba-server`.

use std::process::ExitCode;

fn main() -> ExitCode {
    aldaba_server::cli::main()
}
