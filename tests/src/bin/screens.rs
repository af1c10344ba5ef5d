//! `cargo xtask screens`: a picture of every screen and page, in Spanish by day and by night, in English by day.

use std::fs;
use std::path::PathBuf;

use aldaba_tests::gallery::{Look, pictures};
use aldaba_tests::stage::Stage;
use anyhow::{Context, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let folder = std::env::args_os()
        .nth(1)
        .map(PathBuf::from)
        .context("name the folder for the pictures")?;
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    for (language, dark) in [("es", false), ("es", true), ("en", false)] {
        let stage = Stage::set_up("screens", &[]).await?;
        let taken = pictures(&stage, Look { language, dark }, &folder).await?;
        println!(
            "{language}, {}: {} pictures",
            if dark { "dark" } else { "light" },
            taken.len()
        );
    }
    Ok(())
}
