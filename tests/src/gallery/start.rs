//! The portal before anybody has an app: first pages, and a PIN by SMS.

use anyhow::{Context, Result};

use super::{Scene, page};
use crate::browser::Browser;
use crate::stage::Stage;

pub(super) async fn first_pages(
    stage: &Stage,
    browser: &Browser,
    see: &mut impl AsyncFnMut(Scene<'_>) -> Result<()>,
) -> Result<()> {
    for (path, name, caption) in [
        ("/", "portal-home", "The front page: a guide through the demo"),
        ("/demo/citizens", "portal-citizens", "The sample citizens"),
        (
            "/demo/robots",
            "portal-robots",
            "Test citizens, who answer by themselves",
        ),
        ("/demo/sede", "portal-site", "The sample public site"),
        ("/no-such-page", "portal-not-found", "A page that does not exist"),
        (
            "/signin/pin",
            "portal-no-request",
            "The page of the PIN in a browser that has asked for none",
        ),
    ] {
        browser.goto(&format!("{}{path}", stage.server.url())).await?;
        page(see, browser, name, caption).await?;
    }
    browser.open_ask(&stage.server).await?;
    page(
        see,
        browser,
        "site-ask",
        "The sample site can ask for each level and method",
    )
    .await?;
    browser.ask_to_sign_in(&stage.server).await?;
    page(see, browser, "portal-signin", "Signing in: document and contrast datum").await?;
    browser.fill("input[name=\"document\"]", "12345678A").await?;
    browser.follow("button[name=\"method\"][value=\"incoming\"]").await?;
    browser.find("#errors").await?;
    page(
        see,
        browser,
        "portal-signin-error",
        "A mistyped document, said at its field",
    )
    .await?;
    for (path, name, caption) in [
        (
            "/signin/password",
            "portal-password",
            "Document and password, alone or with a second step",
        ),
        (
            "/signin/certificate",
            "portal-certificate",
            "A certificate or a DNIe: what the browser will ask",
        ),
    ] {
        browser.ask_to_sign_in(&stage.server).await?;
        browser.follow(&format!(".p-ways a[href^=\"{path}\"]")).await?;
        page(see, browser, name, caption).await?;
    }
    browser.open_sms_form(&stage.server, "/signin/sms").await?;
    page(
        see,
        browser,
        "portal-signin-sms",
        "A PIN by SMS, for who has no app at hand",
    )
    .await?;
    browser.open_sms_form(&stage.server, "/signin/key").await?;
    page(see, browser, "portal-signin-key", "An own key, and a code by SMS").await?;
    browser
        .follow("form[action=\"/signin/key\"] button[type=\"submit\"]")
        .await?;
    browser.find("#errors").await?;
    page(
        see,
        browser,
        "portal-signin-key-error",
        "Fields that are missing, each said",
    )
    .await
}

/// Of another citizen, so that the one with the app has all their SMS.
pub(super) async fn by_sms(
    stage: &Stage,
    browser: &Browser,
    see: &mut impl AsyncFnMut(Scene<'_>) -> Result<()>,
) -> Result<()> {
    let all = stage.server.citizens().await?;
    let other = all.iter().rfind(|citizen| citizen.is_free());
    let other = other.context("no other citizen with a phone")?;
    browser.ask_by_own_key(&stage.server, other, "ab12").await?;
    page(see, browser, "portal-pin-key", "The code of the SMS and the own key").await?;
    browser.ask_by_sms(&stage.server, other).await?;
    browser
        .script("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
        .await?;
    page(see, browser, "portal-pin-sms", "The page waits for the PIN of the SMS").await?;
    browser.send_pin("12345").await?;
    browser.find("#errors").await?;
    page(
        see,
        browser,
        "portal-pin-sms-error",
        "What cannot be a PIN, said at its field",
    )
    .await?;
    browser.ask_for_pin(&stage.server, other).await?;
    browser.script("document.querySelector('#sms').hidden = false").await?;
    page(
        see,
        browser,
        "portal-pin-sms-instead",
        "No device has answered for a minute: an SMS instead",
    )
    .await
}
