//! demo
use anyhow::Result;

use crate::{command, ui};

/// What `demo` can be told.
#[derive(clap::Args)]
pub struct Arguments {
    /// Makes pictures instead of opening windows, also where there is a display.
    #[arg(long)]
    pictures: bool,
}

/// How the demo is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// In windows.
    OnScreen,
    /// As files.
    AsPictures,
}

/// The command.
pub fn run(_arguments: &Arguments) -> Result<()> {
    Ok(())
}

/// Builds.
pub fn build(_shown: Shown) -> Result<()> {
    ui::build()?;
    command::run(&mut command::cargo())
}
