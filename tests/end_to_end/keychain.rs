//! The system's secret store: absent, locked, emptied by hand. Nothing is ever written elsewhere.

use std::fs;
use std::path::Path;

use aldaba_tests::app::App;
use aldaba_tests::desktop::Keyring;
use aldaba_tests::stage::play;
use anyhow::{Result, ensure};

async fn reach_problem(app: &App, state: &str) -> Result<()> {
    app.reach("store-problem").await?;
    app.find(&format!(".problem[data-state=\"{state}\"]")).await?;
    Ok(())
}

/// The files that the app left, except those of the web view, which holds nothing of ours.
fn written(folder: &Path, found: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            written(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

// REQ-DEV-05
#[tokio::test]
async fn without_a_keychain_nothing_is_stored_and_the_way_out_is_shown() {
    play("keychain-absent", async |stage| {
        let citizen = stage.server.citizen().await?;
        let mut desktop = stage.desktop(Keyring::Absent).await?;
        let app = stage.app(&desktop).await?;
        reach_problem(&app, "no_secure_store").await?;
        desktop.set_keyring(Keyring::Unlocked).await?;
        app.press("retry").await?;
        app.activate(&stage.server, &citizen).await
    })
    .await;
}

// REQ-DEV-05
#[tokio::test]
async fn a_locked_keychain_is_said_and_unlocking_it_is_enough() {
    play("keychain-locked", async |stage| {
        let citizen = stage.server.citizen().await?;
        let mut desktop = stage.desktop(Keyring::Unlocked).await?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;
        stage.close_app(app);

        desktop.set_keyring(Keyring::Locked).await?;
        let app = stage.app(&desktop).await?;
        reach_problem(&app, "secure_store_locked").await?;
        desktop.unlock().await?;
        desktop.dismiss_prompt().await?;
        app.press("retry").await?;
        app.reach("home").await
    })
    .await;
}

// REQ-DEV-05
#[tokio::test]
async fn an_entry_deleted_by_hand_is_said_and_the_device_can_be_activated_again() {
    play("keychain-emptied", async |stage| {
        let citizen = stage.server.citizen().await?;
        let mut desktop = stage.desktop(Keyring::Unlocked).await?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;
        stage.close_app(app);

        desktop.delete_secrets().await?;
        let app = stage.app(&desktop).await?;
        reach_problem(&app, "secure_store_missing_entry").await?;
        app.press("forget").await?;
        app.activate(&stage.server, &citizen).await
    })
    .await;
}

// REQ-DEV-05
#[tokio::test]
async fn what_the_app_writes_outside_the_keychain_holds_no_secret_and_no_document() {
    play("nothing-in-files", async |stage| {
        let citizen = stage.server.citizen().await?;
        let desktop = stage.desktop(Keyring::Unlocked).await?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;
        let mut files = Vec::new();
        written(desktop.folder(), &mut files)?;
        ensure!(!files.is_empty(), "the app left no marker");
        for text in &files {
            ensure!(!text.contains(&citizen.document), "a document number is in a file");
            ensure!(!text.contains(&citizen.contrast), "the contrast datum is in a file");
            // 32 bytes in base64 are 43 characters; the longest that belongs in the marker is an address or an id.
            let longest = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_' && letter != '-');
            ensure!(
                longest.map(str::len).max().unwrap_or(0) < 43,
                "something as long as a key is in a file"
            );
        }
        Ok(())
    })
    .await;
}
