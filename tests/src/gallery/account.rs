//! Signed in: when a site asks for more, the citizen's own page, leaving, and leaving for good.

use anyhow::Result;

use super::{Scene, page};
use crate::app::App;
use crate::browser::Browser;
use crate::device::digits;
use crate::server::Citizen;
use crate::stage::Stage;

/// Signed in at the lowest level, the citizen wants what needs another; and signs out at the portal.
pub(super) async fn more_is_asked(
    stage: &Stage,
    app: &App,
    browser: &Browser,
    citizen: &Citizen,
    see: &mut impl AsyncFnMut(Scene<'_>) -> Result<()>,
) -> Result<()> {
    browser.ask_with_own_pin(&stage.server, citizen).await?;
    page(
        see,
        browser,
        "portal-own-pin",
        "Signing in with the PIN that the app makes by itself",
    )
    .await?;
    browser.send_pin(&digits(&app.read("self-pin").await?)).await?;
    browser.find("#session-name").await?;
    browser.open_ask(&stage.server).await?;
    let site = browser.session().current_url().await?;
    browser
        .script("document.querySelector('#level').value = 'substantial'")
        .await?;
    browser
        .follow("form[action=\"/signin\"] button[type=\"submit\"]")
        .await?;
    browser.find("main[data-screen=\"step-up\"]").await?;
    page(
        see,
        browser,
        "portal-step-up",
        "A site asks for more than the open session proves",
    )
    .await?;
    // The sample site only asks for what it needs; another may say what it would like.
    let mut wish = stage.server.address("/oidc/authorize")?;
    wish.query_pairs_mut().extend_pairs([
        ("client_id", "demo-sede"),
        ("redirect_uri", site.join("/callback")?.as_str()),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "gallery"),
        ("code_challenge", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        ("code_challenge_method", "S256"),
        ("acr_values", "http://eidas.europa.eu/LoA/substantial"),
    ]);
    browser.goto(wish.as_str()).await?;
    browser.find("button[formaction=\"/oidc/as-i-am\"]").await?;
    page(
        see,
        browser,
        "portal-step-up-wish",
        "A site would like more than the open session proves, and does not require it",
    )
    .await?;
    browser.goto(&format!("{}/oidc/logout", stage.server.url())).await?;
    browser.find("main[data-screen=\"logout\"]").await?;
    page(see, browser, "portal-logout", "Leaving the portal and every site").await?;
    browser.follow("form[action=\"/oidc/logout/confirmed\"] button").await?;
    browser.find("main[data-screen=\"logged-out\"]").await?;
    page(see, browser, "portal-logged-out", "Left everywhere").await
}

/// The citizen leaves the register.
pub(super) async fn renounced(
    stage: &Stage,
    app: &App,
    browser: &Browser,
    citizen: &Citizen,
    see: &mut impl AsyncFnMut(Scene<'_>) -> Result<()>,
) -> Result<()> {
    browser.ask_for_pin(&stage.server, citizen).await?;
    app.press("reveal").await?;
    browser.send_pin(&digits(&app.read("pin").await?)).await?;
    browser.find("#session-name").await?;
    browser
        .goto(&format!("{}/account/renounce", stage.server.url()))
        .await?;
    page(see, browser, "portal-renounce", "Leaving the register: what it ends").await?;
    browser.click("#sure").await?;
    browser.follow("form[action=\"/account/renounce\"] button").await?;
    browser.find("main[data-screen=\"renounced\"]").await?;
    page(see, browser, "portal-renounced", "The citizen has left").await
}
