//! Passwords in a real browser: made, typed, with a second step in the app, changed, recovered, cancelled.

use aldaba_tests::browser::Browser;
use aldaba_tests::desktop::Keyring;
use aldaba_tests::device::digits;
use aldaba_tests::server::{Citizen, DemoServer};
use aldaba_tests::stage::{Stage, play};
use anyhow::{Result, ensure};

const FIRST: &str = "tortuga grapadora violeta";
const SECOND: &str = "el zurdo riega cactus";
const THIRD: &str = "nubes de corcho torcido";

/// From a page that asks who somebody is to a new password.
async fn with_a_code(browser: &Browser, stage: &Stage, citizen: &Citizen, nth: usize, password: &str) -> Result<()> {
    browser.fill("#document", &citizen.document).await?;
    browser.fill("#contrast", &citizen.contrast).await?;
    browser.press_main().await?;
    browser.find("#new_password").await?;
    let code = stage.server.activation_code(citizen, nth).await?;
    browser.fill("#code", &code).await?;
    browser.fill("#new_password", password).await?;
    browser.fill("#new_password_again", password).await?;
    browser.press_main().await?;
    browser.find("[data-screen=\"password-done\"]").await?;
    Ok(())
}

async fn open_sign_in(browser: &Browser, server: &DemoServer) -> Result<()> {
    browser
        .goto(&format!(
            "{}/signin/password?site=demo-sede&procedure=padron",
            server.url()
        ))
        .await
}

async fn type_password(browser: &Browser, citizen: &Citizen, password: &str, step: &str) -> Result<()> {
    browser.fill("#document", &citizen.document).await?;
    browser.fill("#password", password).await?;
    browser
        .follow(&format!("button[name=\"step\"][value=\"{step}\"]"))
        .await?;
    browser.agree().await
}

async fn enters(browser: &Browser, stage: &Stage, citizen: &Citizen, password: &str) -> Result<()> {
    open_sign_in(browser, &stage.server).await?;
    type_password(browser, citizen, password, "none").await?;
    ensure!(
        browser.text("#session-name").await?.contains(&citizen.name),
        "another person is signed in"
    );
    browser.follow("#signout").await?;
    browser.find("#signin").await?;
    Ok(())
}

// REQ-PWD-08, REQ-PWD-09, REQ-PWD-11, REQ-PWD-13, REQ-WEB-05
#[tokio::test]
async fn a_password_from_its_making_to_its_end() {
    play("password", async |stage| {
        let citizen = stage.server.citizen().await?;
        let browser = stage.browser().await?;
        // From the sample site, by the links of the pages.
        browser.open_site(&stage.server).await?;
        browser.follow("a[href^=\"/signin\"]").await?;
        browser.follow("a[href^=\"/signin/password\"]").await?;
        browser.follow("a[href^=\"/password/create\"]").await?;
        with_a_code(&browser, stage, &citizen, 0, FIRST).await?;
        let address = browser.session().current_url().await?;
        ensure!(
            !address.as_str().contains(&citizen.document),
            "the address says too much: {address}"
        );
        browser.follow("a[href^=\"/signin/password\"]").await?;
        type_password(&browser, &citizen, SECOND, "none").await?;
        browser.find("#password-error").await?;
        type_password(&browser, &citizen, FIRST, "none").await?;
        browser.find("#session-name").await?;
        browser.follow("#signout").await?;

        // With a PIN of the app as well.
        let desktop = stage.desktop(Keyring::Unlocked).await?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;
        open_sign_in(&browser, &stage.server).await?;
        type_password(&browser, &citizen, FIRST, "app").await?;
        browser.find("input[name=\"pin\"]").await?;
        app.press("reveal").await?;
        let pin = digits(&app.read("pin").await?);
        browser.send_pin(&pin).await?;
        ensure!(
            browser.text("#session-name").await?.contains(&citizen.name),
            "another person is signed in"
        );

        // Changed, recovered, cancelled.
        browser.goto(&format!("{}/password/change", stage.server.url())).await?;
        browser.fill("#document", &citizen.document).await?;
        browser.fill("#password", FIRST).await?;
        browser.fill("#new_password", SECOND).await?;
        browser.fill("#new_password_again", SECOND).await?;
        browser.press_main().await?;
        browser.find("[data-screen=\"password-done\"]").await?;
        browser.open_site(&stage.server).await?;
        ensure!(
            browser.seen("#session-name").await?.is_none(),
            "the old password's session is still open"
        );
        enters(&browser, stage, &citizen, SECOND).await?;
        browser
            .goto(&format!("{}/password/recover", stage.server.url()))
            .await?;
        with_a_code(&browser, stage, &citizen, 2, THIRD).await?;
        enters(&browser, stage, &citizen, THIRD).await?;
        browser.goto(&format!("{}/password/cancel", stage.server.url())).await?;
        browser.fill("#document", &citizen.document).await?;
        browser.fill("#password", THIRD).await?;
        browser.press_main().await?;
        browser.find("[data-screen=\"password-done\"]").await?;
        open_sign_in(&browser, &stage.server).await?;
        type_password(&browser, &citizen, THIRD, "none").await?;
        browser.find("#password-error").await?;
        for password in [FIRST, SECOND, THIRD] {
            ensure!(
                !stage.server.log().contains(password),
                "a password is in the server's log"
            );
        }
        Ok(())
    })
    .await;
}
