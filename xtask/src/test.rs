//! `cargo xtask test`: every check and every test, cheapest first, with one sum at the end.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::postgres::Postgres;
use crate::tally::{Report, Tally, from_junit};
use crate::{codegen, command, places, setup, ui};

/// What `test` can be told.
#[derive(clap::Args)]
pub struct Arguments {
    /// Goes without the end-to-end tests, which take a web driver and minutes.
    #[arg(long)]
    without_end_to_end: bool,
    /// Also looks up known vulnerabilities of the dependencies; fetches their database from the network.
    #[arg(long)]
    advisories: bool,
}

/// The command. Fails when anything failed; the last line it prints is the sum.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let planned = if arguments.without_end_to_end { 12 } else { 13 };
    let mut report = Report::new(planned);

    let ready = report.step("setup", "`cargo xtask setup` says what is missing", || {
        setup::ready(setup::Purpose::Everything).map(|()| Tally::PASSED)
    });
    if !ready {
        report.close();
        return Ok(ExitCode::FAILURE);
    }
    report.step("format", "`cargo fmt --all` mends it", || {
        check(command::cargo().args(["fmt", "--all", "--check"]))
    });
    report.step(
        "licences, bans, sources",
        "read deny.toml; a new licence or source is a decision",
        || dependencies(arguments.advisories),
    );
    report.step("screens: types", "mend the types that tsc names", || {
        ui::type_check().map(|()| Tally::PASSED)
    });
    report.step(
        "screens: unit tests",
        "`npm test` in ui/ runs them alone",
        ui::unit_tests,
    );
    report.step("screens: build", "`npm run build` in ui/ runs it alone", || {
        ui::build().map(|()| Tally::PASSED)
    });
    report.step("portal style up to date", "`cargo xtask codegen`, then commit", || {
        ui::check_portal_style().map(|()| Tally::PASSED)
    });
    report.step("clippy", "mend what clippy names", || {
        check(command::cargo_workspace(&["clippy"]).args(["--all-targets", "--", "-D", "warnings"]))
    });
    let built = report.step("build", "mend what does not compile", || {
        check(command::cargo_workspace(&["build"]).arg("--bins"))?;
        check(command::cargo_workspace(&["nextest", "run"]).arg("--no-run"))
    });
    let postgres = Postgres::start();
    let database = postgres.as_ref().map(Postgres::url).ok();
    report.step("PostgreSQL", "see target/postgres.log", || match &postgres {
        Ok(running) => {
            println!("a private server at {}", running.url());
            Ok(Tally::PASSED)
        }
        Err(error) => anyhow::bail!("{error:#}"),
    });
    let nextest = |filter: &str| {
        anyhow::ensure!(built, "not run, because the build failed");
        nextest(filter, database.as_deref())
    };
    report.step(
        "unit and HTTP tests",
        "`cargo nextest run -p PACKAGE NAME` runs one alone",
        || {
            let _ = fs::remove_dir_all(codegen::fresh_bindings());
            nextest("not package(aldaba-tests)")
        },
    );
    report.step("bindings up to date", "`cargo xtask codegen`, then commit", || {
        codegen::compare_bindings().map(|()| Tally::PASSED)
    });
    if !arguments.without_end_to_end {
        let advice =
            "pictures and logs of what failed are in target/e2e; `cargo nextest run -p aldaba-tests NAME` runs one";
        report.step("end to end", advice, || nextest("package(aldaba-tests)"));
    }
    drop(postgres);

    let sum = report.close();
    Ok(if sum.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn check(command: &mut std::process::Command) -> Result<Tally> {
    command::run(command).map(|()| Tally::PASSED)
}

/// cargo-deny. The advisory database comes from a host that is no package registry: it is asked for with `--advisories`
/// only, as the workflow on public runners does.
fn dependencies(advisories: bool) -> Result<Tally> {
    let mut checks = vec!["licenses", "bans", "sources"];
    if advisories {
        checks.push("advisories");
    }
    check(
        command::cargo()
            .args(["deny", "--log-level", "error", "check"])
            .args(checks),
    )
}

fn nextest(filter: &str, database: Option<&str>) -> Result<Tally> {
    // The runner keeps its results in the workspace, wherever CARGO_TARGET_DIR points.
    let store = places::root().join("target").join("nextest");
    let results = store.join("default").join("junit.xml");
    let _ = fs::remove_file(&results);
    let mut run = command::cargo_workspace(&["nextest", "run"]);
    run.args(["--no-fail-fast", "--no-tests=pass", "-E", filter]);
    // What went wrong is said in one line each; the frames between would hide it.
    run.env("RUST_BACKTRACE", "0");
    run.env("TS_RS_EXPORT_DIR", codegen::fresh_bindings());
    if let Some(url) = database {
        run.env("ALDABA_TEST_POSTGRES", url);
    }
    let status = run.status().context("cannot start cargo nextest")?;
    let text = fs::read_to_string(&results).with_context(|| format!("no results in {}", results.display()))?;
    let mut tally = from_junit(&text).with_context(|| format!("cannot read {}", results.display()))?;
    // Exit codes and results must agree: a runner that died is a failure even if it left no failed test behind.
    if !status.success() && tally.failed == 0 {
        tally.failed = 1;
    }
    Ok(tally)
}
