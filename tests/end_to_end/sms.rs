//! Signing in by SMS: from the site to the phone and back.

use aldaba_tests::desktop::Keyring;
use aldaba_tests::device::other_pin;
use aldaba_tests::driver::testid;
use aldaba_tests::stage::{play, play_with};
use anyhow::ensure;

// REQ-SMS-01, REQ-WEB-05
#[tokio::test]
async fn a_pin_by_sms_signs_in_and_out() {
    play("sms-pin", async |stage| {
        let citizen = stage.server.citizen().await?;
        let browser = stage.browser().await?;
        browser.ask_by_sms(&stage.server, &citizen).await?;
        let address = browser.session().current_url().await?;
        ensure!(
            address.path() == "/signin/pin" && address.query().is_none(),
            "the address says too much: {address}"
        );
        let pin = stage.server.sms_pin(&citizen, 1).await?;
        let wrong = other_pin(&pin);
        browser.send_pin(wrong).await?;
        browser.find("#errors").await?;
        browser.send_pin(&pin).await?;
        ensure!(
            browser.text("#session-name").await?.contains(&citizen.name),
            "another person is signed in"
        );
        browser.follow("#signout").await?;
        browser.find("#signin").await?;
        ensure!(!stage.server.log().contains(&pin), "the PIN is in the server's log");

        // The same browser again: it is known now.
        browser.ask_by_sms(&stage.server, &citizen).await?;
        let next = stage.server.sms_pin(&citizen, 2).await?;
        browser.send_pin(&next).await?;
        browser.find("#session-name").await?;
        Ok(())
    })
    .await;
}

// REQ-KEY4-01, REQ-KEY4-02
#[tokio::test]
async fn an_own_key_and_a_code_sign_in() {
    play("own-key-sms", async |stage| {
        let citizen = stage.server.citizen().await?;
        let browser = stage.browser().await?;
        browser.ask_by_own_key(&stage.server, &citizen, "ab12").await?;
        let code = stage.server.sms_pin(&citizen, 1).await?;
        browser.fill("input[name=\"own_key\"]", "zz99").await?;
        browser.send_pin(&code).await?;
        browser.find("#errors").await?;
        browser.fill("input[name=\"own_key\"]", "AB12").await?;
        browser.send_pin(&code).await?;
        browser.find("#session-name").await?;
        Ok(())
    })
    .await;
}

// REQ-SMS-02
#[tokio::test]
async fn an_sms_takes_the_place_of_an_app_that_does_not_answer() {
    play_with("sms-instead", &[("ALDABA_POLICY__SMS_WAIT", "4")], async |stage| {
        let citizen = stage.server.citizen().await?;
        let desktop = stage.desktop(Keyring::Unlocked).await?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;
        let browser = stage.browser().await?;
        browser.ask_for_pin(&stage.server, &citizen).await?;
        app.find(&testid("request-card")).await?;
        let hidden = browser.script("return document.querySelector('#sms').hidden").await?;
        ensure!(
            hidden.as_bool() == Some(true),
            "the button is there before a device could answer"
        );
        // It appears by itself.
        browser.find("#sms:not([hidden]) button").await?;
        let told = browser
            .script("return document.querySelector('[data-appears-status]').textContent")
            .await?;
        ensure!(told.as_str().is_some_and(|text| !text.is_empty()), "nobody hears of it");
        browser.follow("#sms button").await?;
        browser.find(".p-steps strong:not(.p-phrase)").await?;
        app.gone(&testid("request-card")).await?;
        let pin = stage.server.sms_pin(&citizen, 1).await?;
        browser.send_pin(&pin).await?;
        browser.find("#session-name").await?;
        Ok(())
    })
    .await;
}
