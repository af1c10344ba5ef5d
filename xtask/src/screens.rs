//! `cargo xtask screens`: the pictures in docs/screens/, made by driving the real programs.

use anyhow::Result;

use crate::{command, demo, places, setup};

/// Rewrites docs/screens/.
pub fn run() -> Result<()> {
    setup::ready(setup::Purpose::DemoAsPictures)?;
    demo::build(demo::Shown::AsPictures)?;
    let folder = places::root().join("docs").join("screens");
    command::run(command::new(places::built("screens")).arg(&folder))?;
    println!("\nnext: look at each picture in docs/screens/, then commit them.");
    Ok(())
}
