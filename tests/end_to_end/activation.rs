//! Activation: what goes wrong, and what survives.

use std::time::Duration;

use aldaba_tests::desktop::Keyring;
use aldaba_tests::device::{HeadlessDevice, digits, other_code};
use aldaba_tests::driver::testid;
use aldaba_tests::stage::{play, play_with};
use aldaba_tests::waiting::until;
use anyhow::ensure;

// REQ-ACT-03
#[tokio::test]
async fn a_wrong_code_is_said_and_the_right_one_still_works() {
    play("wrong-code", async |stage| {
        let citizen = stage.server.citizen().await?;
        let desktop = stage.desktop(Keyring::Unlocked).await?;
        let app = stage.app(&desktop).await?;
        app.ask_for_code(&citizen).await?;
        let code = stage.server.activation_code(&citizen, 0).await?;
        app.enter("code", other_code(&code)).await?;
        app.press("confirm").await?;
        let error = app.find(&testid("error")).await?;
        ensure!(
            error.attr("data-code").await?.as_deref() == Some("activation_failed"),
            "another error is shown"
        );
        app.enter("code", &code).await?;
        app.press("confirm").await?;
        app.reach("home").await
    })
    .await;
}

// REQ-ACT-04
#[tokio::test]
async fn an_expired_activation_leads_to_a_clean_start() {
    play_with(
        "expired-activation",
        &[("ALDABA_POLICY__ACTIVATION_LIFE", "3")],
        async |stage| {
            let citizen = stage.server.citizen().await?;
            let desktop = stage.desktop(Keyring::Unlocked).await?;
            let app = stage.app(&desktop).await?;
            app.ask_for_code(&citizen).await?;
            stage.server.activation_code(&citizen, 0).await?;
            // The code's life passes while the screen is open: it says so by itself.
            app.find("[data-testid=\"error\"][data-code=\"activation_expired\"]")
                .await?;
            // Back where the document is typed, with what was typed before.
            app.press("cancel-activation").await?;
            app.reach("document").await
        },
    )
    .await;
}

// REQ-ACT-05
#[tokio::test]
async fn a_code_that_was_sent_again_leaves_the_earlier_one_valid() {
    play("resend", async |stage| {
        let citizen = stage.server.citizen().await?;
        let desktop = stage.desktop(Keyring::Unlocked).await?;
        let app = stage.app(&desktop).await?;
        app.ask_for_code(&citizen).await?;
        let first = stage.server.activation_code(&citizen, 0).await?;
        app.press("resend").await?;
        app.find(&testid("resent")).await?;
        let second = stage.server.activation_code(&citizen, 1).await?;
        ensure!(first != second, "the same code was sent again");
        app.enter("code", &first).await?;
        app.press("confirm").await?;
        app.reach("home").await
    })
    .await;
}

// REQ-DEV-06
#[tokio::test]
async fn an_activated_device_stays_activated_when_the_app_is_opened_again() {
    play("restart", async |stage| {
        let citizen = stage.server.citizen().await?;
        let desktop = stage.desktop(Keyring::Unlocked).await?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;
        app.crash()?;
        stage.close_app(app);

        // Asked while the app is closed: it is there when the app opens.
        let browser = stage.browser().await?;
        browser.ask_for_pin(&stage.server, &citizen).await?;
        let app = stage.app(&desktop).await?;
        app.reach("home").await?;
        app.press("reveal").await?;
        browser.send_pin(&digits(&app.read("pin").await?)).await?;
        browser.find("#session-name").await?;
        Ok(())
    })
    .await;
}

/// Killed while the confirmation is on its way: afterwards there is either a working device or a clean start.
// REQ-ACT-08
#[tokio::test]
async fn an_app_killed_while_it_activates_is_activated_or_starts_clean() {
    play("killed-while-activating", async |stage| {
        let mut citizens = stage.server.citizens().await?;
        citizens.retain(|citizen| citizen.phone.is_some());
        for (round, delay) in [0_u64, 15, 40, 90].into_iter().enumerate() {
            let citizen = &citizens[round % citizens.len()];
            let folder = stage.folder(&format!("desktop-{round}"))?;
            let desktop = aldaba_tests::desktop::Desktop::start(&folder, Keyring::Unlocked).await?;
            let app = stage.app(&desktop).await?;
            app.ask_for_code(citizen).await?;
            let earlier = round / citizens.len();
            app.enter("code", &stage.server.activation_code(citizen, earlier).await?)
                .await?;
            app.press("confirm").await?;
            tokio::time::sleep(Duration::from_millis(delay)).await;
            app.crash()?;
            stage.close_app(app);

            let app = stage.app(&desktop).await?;
            let screen = until("a screen", async || Ok(app.screen().await.ok())).await?;
            match screen.as_str() {
                "home" => ensure!(
                    digits(&app.read("self-pin").await?).len() == 6,
                    "an activated device without a PIN"
                ),
                "welcome" | "code" => {}
                other => anyhow::bail!("after {delay} ms the app opens with {other}"),
            }
            stage.close_app(app);
        }
        Ok(())
    })
    .await;
}

// REQ-ACT-07, REQ-UI-06
#[tokio::test]
async fn another_device_in_the_same_name_is_told_of_until_that_is_read() {
    play("other-device", async |stage| {
        let citizen = stage.server.citizen().await?;
        let desktop = stage.desktop(Keyring::Unlocked).await?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;
        let banner = testid("banner-other-device");
        ensure!(app.seen(&banner).await?.is_none(), "the app warns of itself");

        let other = HeadlessDevice::activated(&stage.server, &stage.folder("other")?, &citizen).await?;
        app.find(&banner).await?;
        // It stays while its owner looks elsewhere.
        app.press("device").await?;
        app.reach("device").await?;
        app.press("back").await?;
        app.press("other-device-read").await?;
        app.gone(&banner).await?;
        ensure!(other.requests().await?.is_empty(), "a warning is no request");
        Ok(())
    })
    .await;
}
