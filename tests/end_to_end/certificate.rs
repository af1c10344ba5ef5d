//! Signing in with a certificate, in a browser that has one and in one that has none.

use aldaba_tests::accessibility::{check, check_large_text};
use aldaba_tests::browser::{Browser, View};
use aldaba_tests::stage::{Stage, play};
use anyhow::{Result, ensure};

/// From the sample site to the page that says what the browser will ask.
async fn choose_certificate(browser: &Browser, stage: &Stage) -> Result<()> {
    browser.ask_to_sign_in(&stage.server).await?;
    browser.follow(".p-ways a[href^=\"/signin/certificate\"]").await?;
    browser.find("main[data-screen=\"certificate\"]").await?;
    Ok(())
}

const GO: &str = "form[action=\"/signin/certificate\"] button[type=\"submit\"]";

// REQ-CERT-08, REQ-CERT-09, REQ-CERT-12, REQ-WEB-05
#[tokio::test]
async fn a_certificate_signs_in_and_out() {
    play("certificate", async |stage| {
        let browser = stage.browser_with_certificates("es", true).await?;
        choose_certificate(&browser, stage).await?;
        browser.follow(GO).await?;
        browser.agree().await?;
        let first = stage.server.citizens().await?.remove(0);
        ensure!(
            browser.text("#session-name").await?.contains(&first.name),
            "another person is signed in"
        );
        let level = browser.text("#session-level").await?;
        ensure!(level.contains("Avanzado"), "level {level}");
        let address = browser.session().current_url().await?;
        ensure!(
            !address.as_str().contains(&first.document),
            "the address says too much: {address}"
        );
        browser.follow("#signout").await?;
        browser.find("#signin").await?;
        Ok(())
    })
    .await;
}

// REQ-CERT-08, REQ-CERT-10, REQ-UI-01
async fn without_one(language: &'static str, dark: bool) {
    play(&format!("certificate-none-{language}"), async |stage| {
        let browser = stage.browser_with_certificates(language, false).await?;
        choose_certificate(&browser, stage).await?;
        browser.follow(GO).await?;
        browser
            .find("main[data-screen=\"over\"], main[data-screen=\"failure\"]")
            .await?;
        for width in [320, 1280] {
            let height = 900;
            browser.look(View { width, height, dark }).await?;
            check(&browser, &format!("no certificate at {width} px")).await?;
        }
        check_large_text(&browser, "no certificate").await?;
        // The page offers the way back to where another can be chosen.
        browser.follow("main a[href*=\"/signin\"]").await?;
        browser.find("input[name=\"document\"], .p-ways").await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn without_a_certificate_a_page_says_so_in_spanish() {
    without_one("es", false).await;
}

#[tokio::test]
async fn without_a_certificate_a_page_says_so_in_english() {
    without_one("en", true).await;
}
