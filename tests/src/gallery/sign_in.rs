//! Signing in with the app: a PIN that a page asks for, a QR, a PIN for one page.

use anyhow::Result;
use thirtyfour::By;

use super::{Scene, page, screen};
use crate::app::App;
use crate::browser::Browser;
use crate::device::{digits, other_pin};
use crate::driver::testid;
use crate::forms::Visitor;
use crate::server::Citizen;
use crate::stage::Stage;
use crate::waiting::until;

pub(super) async fn with_a_pin(
    stage: &Stage,
    app: &App,
    browser: &Browser,
    citizen: &Citizen,
    see: &mut impl AsyncFnMut(Scene<'_>) -> Result<()>,
) -> Result<()> {
    browser.goto(&format!("{}/demo/messages", stage.server.url())).await?;
    page(see, browser, "portal-messages", "The SMS of the demo").await?;
    browser.ask_for_pin(&stage.server, citizen).await?;
    page(
        see,
        browser,
        "portal-pin",
        "The page waits for the PIN: two words and the time that is left",
    )
    .await?;
    app.find(&testid("request-card")).await?;
    screen(
        see,
        app,
        "app-request",
        "A request appears by itself: who, for what, from where, the same two words",
    )
    .await?;
    app.press("reveal").await?;
    let pin = digits(&app.read("pin").await?);
    screen(see, app, "app-pin", "The PIN, with the life that it has left").await?;
    Visitor::new(stage.server.url())?
        .ask_for_pin(citizen, "incoming")
        .await?;
    app.press("reveal").await?;
    let pins = testid("pin");
    until("two PINs are shown", async || {
        let count = app.session().find_all(By::Css(&*pins)).await?.len();
        Ok((count == 2).then_some(()))
    })
    .await?;
    screen(
        see,
        app,
        "app-two-pins",
        "Two PINs of one site: each with the words of its page",
    )
    .await?;
    browser.send_pin(other_pin(&pin)).await?;
    browser.find("#errors").await?;
    page(see, browser, "portal-pin-wrong", "A wrong PIN: how many tries are left").await?;
    browser.type_pin(&pin).await?;
    browser.find("form[action=\"/oidc/consent\"]").await?;
    page(
        see,
        browser,
        "portal-consent",
        "Before the first time: what the site will be told",
    )
    .await?;
    browser.agree().await?;
    browser.find("#session-name").await?;
    until("the other PIN alone is left", async || {
        let count = app.session().find_all(By::Css(&*pins)).await?.len();
        Ok((count == 1).then_some(()))
    })
    .await?;
    app.press("reject").await?;
    app.press("changed-mind").await?;
    app.gone(&testid("request-card")).await?;
    page(see, browser, "portal-signed-in", "Signed in: name, level, method, when").await?;
    browser.follow("#claims").await?;
    browser.find("[data-claim=\"acr\"]").await?;
    page(see, browser, "site-claims", "What the sample site was told").await?;
    browser.goto(&format!("{}/account", stage.server.url())).await?;
    page(
        see,
        browser,
        "portal-account",
        "The citizen's own page: open sessions, order of the ways, switching one off",
    )
    .await?;
    browser.open_site(&stage.server).await?;
    browser.follow("#signout").await?;
    browser.find("#signin").await?;
    page(see, browser, "portal-signed-out", "Signed out").await
}

pub(super) async fn with_a_qr(
    stage: &Stage,
    app: &App,
    browser: &Browser,
    see: &mut impl AsyncFnMut(Scene<'_>) -> Result<()>,
) -> Result<()> {
    app.gone(&testid("request-card")).await?;
    browser.ask_to_sign_in(&stage.server).await?;
    browser.follow("a[href^=\"/signin/qr\"]").await?;
    browser.find("form[action=\"/signin/qr\"]").await?;
    page(
        see,
        browser,
        "portal-qr-start",
        "Signing in with a QR: what will happen",
    )
    .await?;
    browser
        .follow("form[action=\"/signin/qr\"] button[type=\"submit\"]")
        .await?;
    browser.find("[data-qr-image]").await?;
    page(
        see,
        browser,
        "portal-qr",
        "The QR, which changes every second, the code beside it, the two words",
    )
    .await?;
    app.unfold("fold-lookup").await?;
    app.enter("lookup-code", &browser.page_code().await?).await?;
    app.press("lookup").await?;
    app.find(&testid("choices")).await?;
    screen(
        see,
        app,
        "app-approve",
        "Approving: who, for what, from where, and which words the page shows",
    )
    .await?;
    let phrase = browser.page_phrase().await?;
    app.click(&format!("[data-testid=\"choice\"][value=\"{phrase}\"]"))
        .await?;
    app.press("approve").await?;
    browser.find("#session-name").await?;
    browser.follow("#signout").await?;
    browser.find("#signin").await?;
    Ok(())
}

pub(super) async fn for_one_page(
    stage: &Stage,
    app: &App,
    browser: &Browser,
    citizen: &Citizen,
    see: &mut impl AsyncFnMut(Scene<'_>) -> Result<()>,
) -> Result<()> {
    app.gone(&testid("request-card")).await?;
    browser.ask_to_sign_in(&stage.server).await?;
    browser.follow("a[href^=\"/signin/bound\"]").await?;
    browser.find("form[action=\"/signin/bound\"]").await?;
    page(
        see,
        browser,
        "portal-bound-start",
        "A PIN for this page: document and contrast datum",
    )
    .await?;
    browser.ask_for_bound_pin(&stage.server, citizen).await?;
    page(
        see,
        browser,
        "portal-bound",
        "The page's challenge, typed or scanned, and the field for eight digits",
    )
    .await?;
    app.unfold("fold-bound").await?;
    app.enter("bound-code", &browser.page_code().await?).await?;
    app.press("bound").await?;
    app.find(&testid("bound-pin")).await?;
    screen(see, app, "app-bound", "The PIN for one page, made without a network").await?;
    browser
        .goto(&format!("{}/open/request#c=7K2M9QXT", stage.server.url()))
        .await?;
    page(see, browser, "portal-open", "Where a link for the app leads without it").await
}
