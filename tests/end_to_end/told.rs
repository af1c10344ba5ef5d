//! What the desktop is told: a notification while nobody looks, and a PIN on the clipboard for a while.

use std::process::Command;
use std::time::Duration;

use aldaba_tests::desktop::{Desktop, Keyring};
use aldaba_tests::device::digits;
use aldaba_tests::driver::testid;
use aldaba_tests::notifications::Notifications;
use aldaba_tests::programs;
use aldaba_tests::stage::play;
use aldaba_tests::waiting::{until, within};
use anyhow::{Context as _, Result, ensure};
use serde_json::json;

// REQ-UI-09
#[tokio::test]
async fn a_request_that_nobody_sees_is_notified_once_and_a_click_brings_the_window() {
    play("notification", async |stage| {
        let citizen = stage.server.citizen().await?;
        let desktop = stage.desktop(Keyring::Unlocked).await?;
        let notifications = Notifications::start(&desktop).await?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;
        // No window has the focus on a screen without a window manager: somebody looks elsewhere.
        let focused = async || anyhow::Ok(app.script("return document.hasFocus()").await? == json!(true));
        ensure!(!focused().await?, "the window has the focus already");
        let browser = stage.browser().await?;
        browser.ask_for_pin(&stage.server, &citizen).await?;
        let told = until("a notification", async || Ok(notifications.all().into_iter().next())).await?;
        ensure!(told.program == "Aldaba" && told.actions.first().is_some_and(|action| action == "default"));
        let text = format!("{} {} {:?}", told.title, told.body, told.actions);
        ensure!(text.contains("Ayuntamiento"), "who asks: {text}");
        for private in [&citizen.document, &citizen.contrast, &citizen.name] {
            ensure!(!text.contains(private.as_str()), "{text}");
        }
        notifications.click().await?;
        until("the window comes to the front", async || {
            Ok(focused().await?.then_some(()))
        })
        .await?;
        app.press("reveal").await?;
        let pin = digits(&app.read("pin").await?);
        ensure!(!digits(&text).contains(&pin), "{text}");

        // Who looks at the window needs no notification; of what was told before there is none again.
        browser.send_pin(&pin).await?;
        browser.find("#session-name").await?;
        app.gone(&testid("request-card")).await?;
        let other = stage.browser().await?;
        other.ask_for_pin(&stage.server, &citizen).await?;
        app.find(&testid("request-card")).await?;
        ensure!(notifications.all().len() == 1, "{:?}", notifications.all());
        Ok(())
    })
    .await;
}

/// What is on the clipboard in that form; `None`: nothing.
fn clipboard(desktop: &Desktop, form: &str) -> Result<Option<String>> {
    let mut ask: Command = desktop.command(&programs::system(&["xclip"])?);
    let output = ask
        .args(["-selection", "clipboard", "-out", "-target", form])
        .output()
        .context("xclip")?;
    Ok(output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
}

// REQ-UI-08
#[tokio::test]
async fn a_copied_pin_is_kept_from_histories_and_taken_off_after_half_a_minute() {
    play("clipboard", async |stage| {
        let citizen = stage.server.citizen().await?;
        let desktop = stage.desktop(Keyring::Unlocked).await?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;
        let browser = stage.browser().await?;
        browser.ask_for_pin(&stage.server, &citizen).await?;
        app.press("reveal").await?;
        let pin = digits(&app.read("pin").await?);
        app.press("copy").await?;
        until("the PIN is on the clipboard", async || {
            Ok((clipboard(&desktop, "UTF8_STRING")? == Some(pin.clone())).then_some(()))
        })
        .await?;
        ensure!(
            clipboard(&desktop, "x-kde-passwordManagerHint")?.as_deref() == Some("secret"),
            "a clipboard manager would keep the PIN"
        );
        within(Duration::from_secs(60), "the PIN is taken off", async || {
            let now = clipboard(&desktop, "UTF8_STRING")?.unwrap_or_default();
            Ok(now.is_empty().then_some(()))
        })
        .await
    })
    .await;
}
