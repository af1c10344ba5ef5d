//! From a DNI to a PIN to being signed in, in each of the ways there are.

use std::time::Duration;

use aldaba_tests::desktop::Keyring;
use aldaba_tests::device::digits;
use aldaba_tests::driver::testid;
use aldaba_tests::stage::play;
use aldaba_tests::waiting::{until, within};
use anyhow::ensure;

/// Where the app hears that something is new, and where it looks what that is.
const STREAM: &str = "/v1/device/events";
const LOOK: &str = "/v1/device/requests";
/// Readings in a row, 25 ms and more apart, after which a figure that has not changed is taken for the last one.
const STEADY: u32 = 40;

// REQ-ACT-01, REQ-UI-03, REQ-WEB-05
#[tokio::test]
async fn an_incoming_pin_signs_in_and_out() {
    play("incoming-pin", async |stage| {
        let citizen = stage.server.citizen().await?;
        let desktop = stage.desktop(Keyring::Unlocked).await?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;
        app.find(&testid("empty")).await?;

        let browser = stage.browser().await?;
        // What it looks at because it has started, and because the stream is open, may be answered after the stream is.
        let (mut before, mut same) = ((0, 0), 0);
        let (streams, looks) = until("the app listens, and has looked", async || {
            let now = (stage.server.answered(STREAM).await?, stage.server.answered(LOOK).await?);
            same = if now == before { same + 1 } else { 0 };
            before = now;
            Ok((now.0 > 0 && now.1 > 0 && same >= STEADY).then_some(now))
        })
        .await?;
        browser.ask_for_pin(&stage.server, &citizen).await?;
        let address = browser.session().current_url().await?;
        ensure!(
            address.path() == "/signin/pin" && address.query().is_none(),
            "the address says too much: {address}"
        );
        // It appears by itself: nothing is pressed in the app.
        let phrase = app.read("phrase").await?;
        ensure!(
            browser.page_phrase().await? == phrase,
            "the page and the app show different words"
        );
        // Told of over the stream, which it has held since before: it looked once, and not now and then.
        let now = (stage.server.answered(STREAM).await?, stage.server.answered(LOOK).await?);
        ensure!(
            now == (streams, looks + 1),
            "the app looked from {looks} to {} times, and opened {streams} to {} streams",
            now.1,
            now.0
        );
        let card = app.read("request-card").await?;
        ensure!(
            card.contains("Chrom"),
            "the card does not say which browser asks:\n{card}"
        );

        app.press("reveal").await?;
        let pin = digits(&app.read("pin").await?);
        ensure!(pin.len() == 6, "the PIN has {} digits", pin.len());
        ensure!(
            !browser.session().source().await?.contains(&pin),
            "the page knows the PIN before it is typed"
        );
        browser.send_pin(&pin).await?;
        ensure!(
            browser.text("#session-name").await?.contains(&citizen.name),
            "another person is signed in"
        );
        app.gone(&testid("request-card")).await?;

        browser.follow("#signout").await?;
        browser.find("#signin").await?;
        browser.open_site(&stage.server).await?;
        ensure!(browser.seen("#session-name").await?.is_none(), "still signed in");
        ensure!(!stage.server.log().contains(&pin), "the PIN is in the server's log");
        Ok(())
    })
    .await;
}

// REQ-PIN-11
#[tokio::test]
async fn a_pin_made_by_the_app_alone_signs_in_once() {
    play("self-generated-pin", async |stage| {
        let citizen = stage.server.citizen().await?;
        let desktop = stage.desktop(Keyring::Unlocked).await?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;

        let browser = stage.browser().await?;
        browser.ask_with_own_pin(&stage.server, &citizen).await?;
        ensure!(
            app.seen(&testid("request-card")).await?.is_none(),
            "a request was sent though none was asked for"
        );
        let pin = digits(&app.read("self-pin").await?);
        browser.send_pin(&pin).await?;
        browser.find("#session-name").await?;
        browser.follow("#signout").await?;

        // The same PIN again, in another sign-in: spent.
        browser.ask_with_own_pin(&stage.server, &citizen).await?;
        browser.send_pin(&pin).await?;
        browser.find("#errors").await?;
        ensure!(
            browser.seen("#session-name").await?.is_none(),
            "a spent PIN signed in again"
        );
        Ok(())
    })
    .await;
}

// REQ-PIN-13
#[tokio::test]
async fn an_own_key_is_asked_again_with_the_pin() {
    play("own-key", async |stage| {
        let citizen = stage.server.citizen().await?;
        let desktop = stage.desktop(Keyring::Unlocked).await?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;

        let browser = stage.browser().await?;
        browser
            .ask_for_pin_with_own_key(&stage.server, &citizen, "ab12")
            .await?;
        app.press("reveal").await?;
        let pin = digits(&app.read("pin").await?);
        browser.fill("input[name=\"own_key\"]", "zz99").await?;
        browser.send_pin(&pin).await?;
        browser.find("#errors").await?;
        browser.fill("input[name=\"own_key\"]", "AB12").await?;
        browser.send_pin(&pin).await?;
        browser.find("#session-name").await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn without_a_network_the_app_says_so_and_its_own_pin_is_there() {
    play("offline", async |stage| {
        let citizen = stage.server.citizen().await?;
        let desktop = stage.desktop(Keyring::Unlocked).await?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;
        stage.server.crash();
        app.find(&testid("banner-offline")).await?;
        ensure!(
            digits(&app.read("self-pin").await?).len() == 6,
            "no PIN without a network"
        );
        // Opened without a network too.
        app.crash()?;
        stage.close_app(app);
        let app = stage.app(&desktop).await?;
        app.reach("home").await?;
        ensure!(
            digits(&app.read("self-pin").await?).len() == 6,
            "no PIN after opening without a network"
        );

        stage.server.restart().await?;
        within(Duration::from_secs(60), "the app is online again", async || {
            Ok(app.seen(&testid("banner-offline")).await?.is_none().then_some(()))
        })
        .await?;
        let browser = stage.browser().await?;
        browser.ask_for_pin(&stage.server, &citizen).await?;
        app.find(&testid("request-card")).await?;
        Ok(())
    })
    .await;
}
