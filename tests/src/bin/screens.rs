//! `cargo xtask screens`: a picture of every screen and page, by day and by night, in Spanish and English.

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
    for language in ["es", "en"] {
        for dark in [false, true] {
            let stage = Stage::set_up("screens", &[]).await?;
            let taken = pictures(&stage, Look { language, dark }, &folder).await?;
            println!(
                "{language}, {}: {} pictures",
                if dark { "dark" } else { "light" },
                taken.len()
            );
        }
    }
    Ok(())
}
