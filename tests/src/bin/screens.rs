//! `cargo xtask screens`: a picture of every screen and page, in Spanish by day and by night, in English by day.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use aldaba_tests::gallery::{Look, pictures};
use aldaba_tests::stage::Stage;
use anyhow::{Context, Result};

const HEAD: &str = "# Every screen and page\n
Made by `cargo xtask screens`, which drives the real app and the real pages; never edited by hand.\n";

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
    let mut index = String::from(HEAD);
    for (language, dark, heading) in [
        ("es", false, "Spanish, light"),
        ("es", true, "Spanish, dark"),
        ("en", false, "English, light"),
    ] {
        let mut stage = Stage::set_up("screens", &[]).await?;
        let taken = pictures(&mut stage, Look { language, dark }, &folder).await?;
        println!("{heading}: {} pictures", taken.len());
        write!(index, "\n## {heading}\n\n| picture | what it shows |\n|---|---|\n")?;
        for (file, caption) in taken {
            writeln!(index, "| [{file}]({file}) | {caption} |")?;
        }
    }
    fs::write(folder.join("README.md"), index)?;
    Ok(())
}
