//! A password: made with a code by SMS, typed with a second step, and the pages of its change and its end.

use anyhow::{Context, Result};

use super::{Scene, page};
use crate::browser::Browser;
use crate::stage::Stage;

const PASSWORD: &str = "tortuga grapadora violeta";

/// Of a citizen who is in no other scene, so that everybody has all their SMS.
pub(super) async fn from_its_making(
    stage: &Stage,
    browser: &Browser,
    see: &mut impl AsyncFnMut(Scene<'_>) -> Result<()>,
) -> Result<()> {
    let all = stage.server.citizens().await?;
    let mut free = all.iter().filter(|citizen| citizen.is_free());
    let citizen = free.nth(1).context("no second citizen with a phone")?;
    let url = stage.server.url();
    browser.goto(&format!("{url}/password/create")).await?;
    page(
        see,
        browser,
        "portal-password-create",
        "A password, made with a code by SMS",
    )
    .await?;
    browser.press_main().await?;
    browser.find("#errors").await?;
    page(
        see,
        browser,
        "portal-password-create-error",
        "Nothing was typed: what is missing",
    )
    .await?;
    browser.fill("#document", &citizen.document).await?;
    browser.fill("#contrast", &citizen.contrast).await?;
    browser.press_main().await?;
    browser.find("#new_password").await?;
    page(
        see,
        browser,
        "portal-password-new",
        "The code of the SMS, and the new password",
    )
    .await?;
    browser.fill("#code", "ZZZZ-ZZZZ").await?;
    browser.fill("#new_password", "contraseña1").await?;
    browser.fill("#new_password_again", "contraseña1").await?;
    browser.press_main().await?;
    browser.find("#new_password-error").await?;
    page(see, browser, "portal-password-weak", "A password that is easy to guess").await?;
    browser
        .fill("#code", &stage.server.activation_code(citizen, 0).await?)
        .await?;
    browser.fill("#new_password", PASSWORD).await?;
    browser.fill("#new_password_again", PASSWORD).await?;
    browser.press_main().await?;
    browser.find("[data-screen=\"password-done\"]").await?;
    page(see, browser, "portal-password-done", "The password is made").await?;

    browser
        .goto(&format!("{url}/signin/password?site=demo-sede&procedure=padron"))
        .await?;
    browser.press_main().await?;
    browser.find("#errors").await?;
    page(
        see,
        browser,
        "portal-password-error",
        "Document and password are missing",
    )
    .await?;
    browser.fill("#document", &citizen.document).await?;
    browser.fill("#password", PASSWORD).await?;
    browser.follow("button[name=\"step\"][value=\"sms\"]").await?;
    browser.find("[data-screen=\"password-code\"]").await?;
    page(
        see,
        browser,
        "portal-password-code",
        "The second step: the code of an SMS",
    )
    .await?;

    for (path, name, caption) in [
        ("recover", "portal-password-recover", "A forgotten password"),
        ("change", "portal-password-change", "A password is changed"),
        ("cancel", "portal-password-cancel", "A password is given up"),
    ] {
        browser.goto(&format!("{url}/password/{path}")).await?;
        page(see, browser, name, caption).await?;
    }
    browser.session().delete_all_cookies().await?;
    browser.goto(&format!("{url}/password/new")).await?;
    browser.find("[data-screen=\"password-over\"]").await?;
    page(
        see,
        browser,
        "portal-password-over",
        "The code that was waited for is over",
    )
    .await
}
