//! `cargo xtask demo` where there is no display: the main job with the real programs, as pictures.

use std::path::PathBuf;
use std::time::Instant;

use aldaba_tests::desktop::Keyring;
use aldaba_tests::device::digits;
use aldaba_tests::driver::{Driver, testid};
use aldaba_tests::stage::Stage;
use anyhow::{Context, Result};

/// Numbers the pictures and tells what each shows.
struct Album {
    folder: PathBuf,
    count: u32,
}

impl Album {
    async fn add(&mut self, driver: &Driver, name: &str, caption: &str) -> Result<()> {
        self.count += 1;
        let file = self.folder.join(format!("{:02}-{name}.png", self.count));
        driver.rest_pointer().await?;
        driver.picture(&file).await?;
        println!("{}\n    {caption}", file.display());
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let folder = std::env::args_os()
        .nth(1)
        .map(PathBuf::from)
        .context("name the folder for the pictures")?;
    std::fs::create_dir_all(&folder)?;
    let mut album = Album { folder, count: 0 };
    let started = Instant::now();

    let stage = Stage::set_up("tour", &[]).await?;
    let citizen = stage.server.citizen().await?;
    println!(
        "server {} · {} {}\n",
        stage.server.url(),
        citizen.document,
        citizen.name
    );

    let desktop = stage.desktop(Keyring::Unlocked).await?;
    let app = stage.app(&desktop).await?;
    app.speak("es").await?;
    app.reach("welcome").await?;
    album
        .add(&app, "welcome", "The app, opened for the first time.")
        .await?;
    app.press("activate").await?;
    app.reach("document").await?;
    app.enter("document", &citizen.document).await?;
    app.enter("contrast", &citizen.contrast).await?;
    album
        .add(&app, "document", "DNI and validity date, checked while they are typed.")
        .await?;
    app.press("continue").await?;
    app.reach("code").await?;
    app.enter("code", &stage.server.activation_code(&citizen, 0).await?)
        .await?;
    album.add(&app, "code", "The code of the SMS.").await?;
    app.press("confirm").await?;
    app.reach("home").await?;
    album
        .add(
            &app,
            "home",
            "Activated. Nothing is pending; below, the PIN that needs no network.",
        )
        .await?;

    let browser = stage.browser().await?;
    browser.open_site(&stage.server).await?;
    album.add(&browser, "site", "A public site, in the browser.").await?;
    browser.ask_for_pin(&stage.server, &citizen).await?;
    let asked = Instant::now();
    app.find(&testid("request-card")).await?;
    let appeared = asked.elapsed();
    album
        .add(&browser, "page", "The page waits for the PIN and shows two words.")
        .await?;
    album
        .add(
            &app,
            "request",
            "The request has appeared in the app, with the same two words.",
        )
        .await?;
    app.press("reveal").await?;
    let pin = digits(&app.read("pin").await?);
    album.add(&app, "pin", "The PIN.").await?;
    browser.send_pin(&pin).await?;
    browser.find("#session-name").await?;
    album
        .add(&browser, "signed-in", "Typed on the page: signed in.")
        .await?;
    browser.follow("#signout").await?;
    browser.find("#signin").await?;
    album.add(&browser, "signed-out", "Signed out.").await?;

    println!(
        "\n{} pictures; the request was in the app {} ms after the page; {:.0} s in all",
        album.count,
        appeared.as_millis(),
        started.elapsed().as_secs_f64()
    );
    Ok(())
}
