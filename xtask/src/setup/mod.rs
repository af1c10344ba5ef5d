//! `cargo xtask setup`: brings a fresh machine to where everything else runs. Doing it again costs a second.

mod packages;
mod tools;

use std::time::Instant;

use anyhow::Result;

use crate::command::spoken;
use crate::{examples, ui};

/// What `setup` can be told.
#[derive(clap::Args)]
pub struct Arguments {
    /// Only says what is missing, and fails if anything is.
    #[arg(long)]
    check: bool,
}

/// What the machine is to be ready for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Everything: tests, demo, bench.
    Everything,
    /// The demo on a screen: no web drivers, no test tools.
    DemoOnScreen,
    /// The demo as pictures: web drivers, but neither PostgreSQL nor the linters.
    DemoAsPictures,
}

/// The command.
pub fn run(arguments: &Arguments) -> Result<()> {
    if arguments.check {
        return packages::check(Purpose::Everything);
    }
    ready(Purpose::Everything)
}

/// Makes the machine ready for `purpose`; installs only what is missing.
pub fn ready(purpose: Purpose) -> Result<()> {
    let steps: [(&str, &dyn Fn() -> Result<()>); 4] = [
        ("system packages", &|| packages::install(purpose)),
        ("cargo tools", &|| tools::install(purpose)),
        ("packages of ui/", &ui::install),
        ("packages of npm and PyPI", &|| match purpose {
            Purpose::Everything => examples::install(),
            Purpose::DemoOnScreen | Purpose::DemoAsPictures => Ok(()),
        }),
    ];
    for (index, (what, work)) in steps.iter().enumerate() {
        println!("setup {}/{}: {what}", index + 1, steps.len());
        let started = Instant::now();
        work()?;
        println!(
            "setup {}/{}: {what}: ready ({})",
            index + 1,
            steps.len(),
            spoken(started.elapsed())
        );
    }
    Ok(())
}
