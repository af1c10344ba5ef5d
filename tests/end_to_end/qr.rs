//! Signing in with a QR, its code, a picture of it, a link; and the PIN for one page.

use aldaba_tests::app::App;
use aldaba_tests::browser::Browser;
use aldaba_tests::desktop::{Desktop, Keyring};
use aldaba_tests::device::digits;
use aldaba_tests::driver::testid;
use aldaba_tests::programs;
use aldaba_tests::stage::play;
use aldaba_tests::waiting::until;
use aldaba_tests::windows::Windows;
use anyhow::{Context as _, Result, ensure};
use thirtyfour::By;

/// Chooses the words that the page shows, and approves.
async fn approve(app: &App, browser: &Browser) -> Result<()> {
    let phrase = browser.page_phrase().await?;
    app.find(&testid("choices")).await?;
    ensure!(
        app.seen(&testid("phrase")).await?.is_none(),
        "the card gives the words away"
    );
    app.click(&format!("[data-testid=\"choice\"][value=\"{phrase}\"]"))
        .await?;
    app.press("approve").await?;
    app.find(&testid("approved")).await?;
    Ok(())
}

/// The page goes on by itself: once to the question what the site may learn, then to the site.
async fn goes_on(browser: &Browser) -> Result<()> {
    browser.find("form[action=\"/oidc/consent\"]").await?;
    browser.agree().await?;
    browser.find("#session-name").await?;
    Ok(())
}

/// Waits until the QR of the page has changed by itself.
async fn drawn_anew(browser: &Browser) -> Result<()> {
    let image = "return document.querySelector('[data-qr-image]').src";
    let first = browser.script(image).await?;
    until("the QR changes by itself", async || {
        Ok((browser.script(image).await? != first).then_some(()))
    })
    .await
}

/// Hands a link to the app as the system does: to a second start of it.
async fn open_link(desktop: &Desktop, server: &str, link: &str) -> Result<()> {
    let mut second = desktop.command(&programs::ours("aldaba")?);
    second.arg(link).env("ALDABA_SERVER", server);
    let mut child = second.spawn()?;
    until("the second start hands its link on and ends", async || {
        Ok(child.try_wait()?.map(|_| ()))
    })
    .await
}

/// The link of the page that opens the app.
async fn link_of(browser: &Browser) -> Result<String> {
    let link = browser.find("[data-app-link]").await?.attr("href").await?;
    link.context("a link without an address")
}

// REQ-QR-01, REQ-QR-04, REQ-QR-06
#[tokio::test]
async fn a_typed_code_and_an_approval_sign_in_and_out() {
    play("qr-code", async |stage| {
        let citizen = stage.server.citizen().await?;
        let desktop = stage.desktop(Keyring::Unlocked).await?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;
        let browser = stage.browser().await?;
        browser.ask_with_qr(&stage.server).await?;
        let address = browser.session().current_url().await?;
        ensure!(
            address.path() == "/signin/qr/page" && address.query().is_none(),
            "the address says too much: {address}"
        );
        drawn_anew(&browser).await?;
        app.unfold("fold-lookup").await?;
        app.enter("lookup-code", &browser.page_code().await?).await?;
        app.press("lookup").await?;
        let card = app.read("request-card").await?;
        ensure!(
            card.contains("Chrom"),
            "the card does not say which browser asks:\n{card}"
        );
        approve(&app, &browser).await?;
        goes_on(&browser).await?;
        ensure!(
            browser.text("#session-name").await?.contains(&citizen.name),
            "another person is signed in"
        );
        app.gone(&testid("request-card")).await?;
        browser.follow("#signout").await?;
        browser.find("#signin").await?;
        Ok(())
    })
    .await;
}

// REQ-QR-02, REQ-QR-08
#[tokio::test]
async fn a_picture_of_the_qr_brings_it_up_while_it_is_fresh() {
    play("qr-picture", async |stage| {
        let citizen = stage.server.citizen().await?;
        let desktop = stage.desktop(Keyring::Unlocked).await?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;
        let browser = stage.browser().await?;
        browser.ask_with_qr(&stage.server).await?;
        let picture = stage.folder("pictures")?.join("qr.png");
        let path = picture.to_string_lossy().into_owned();
        let choose = async || {
            let field = app.session().find(By::Css(&*testid("scan-file"))).await?;
            field.send_keys(&path).await?;
            anyhow::Ok(())
        };
        // An old picture is refused, with a way on. The page draws another one each second.
        browser.find(".p-qr img").await?.screenshot(&picture).await?;
        for _ in 0..5 {
            drawn_anew(&browser).await?;
        }
        choose().await?;
        app.find("[data-code=\"qr_stale\"]").await?;
        // A fresh one comes up; a busy machine may need more than one try to be quick enough.
        until("a fresh picture brings the request up", async || {
            if app.seen(&testid("request-card")).await?.is_some() {
                return Ok(Some(()));
            }
            if let Some(drawing) = browser.seen(".p-qr img").await? {
                drawing.screenshot(&picture).await?;
                choose().await?;
            }
            Ok(None)
        })
        .await?;
        approve(&app, &browser).await?;
        goes_on(&browser).await?;
        Ok(())
    })
    .await;
}

// REQ-BOUND-01, REQ-BOUND-03
#[tokio::test]
async fn a_pin_for_one_page_signs_in_at_the_higher_level() {
    play("page-bound", async |stage| {
        let citizen = stage.server.citizen_at("substantial").await?;
        let desktop = stage.desktop(Keyring::Unlocked).await?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;
        let browser = stage.browser().await?;
        browser.ask_for_bound_pin(&stage.server, &citizen).await?;
        ensure!(
            app.seen(&testid("request-card")).await?.is_none(),
            "a request was sent though none was asked for"
        );
        app.unfold("fold-bound").await?;
        app.enter("bound-code", &browser.page_code().await?).await?;
        app.press("bound").await?;
        let pin = digits(&app.read("bound-pin").await?);
        ensure!(pin.len() == 8, "the PIN has {} digits", pin.len());
        browser.send_pin(&pin).await?;
        browser.find("#session-name").await?;
        let level = browser.text("#session-level").await?;
        ensure!(level.contains("Avanzado"), "level {level}");
        // Another page's: refused.
        browser.follow("#signout").await?;
        browser.ask_for_bound_pin(&stage.server, &citizen).await?;
        browser.send_pin(&pin).await?;
        browser.find("main[data-code=\"pin_wrong\"]").await?;
        Ok(())
    })
    .await;
}

// REQ-LINK-01, REQ-LINK-02
#[tokio::test]
async fn a_link_opens_its_request_and_a_hostile_one_opens_nothing() {
    play("app-link", async |stage| {
        let citizen = stage.server.citizen().await?;
        let desktop = stage.desktop(Keyring::Unlocked).await?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;
        let browser = stage.browser().await?;
        browser.ask_with_qr(&stage.server).await?;
        let link = link_of(&browser).await?;
        let server = stage.server.url().to_owned();
        for hostile in [
            format!("{link}&server=https://evil.example"),
            link.replace("request", "approve"),
            "aldaba://server?c=https://evil.example".to_owned(),
        ] {
            open_link(&desktop, &server, &hostile).await?;
            app.find(&testid("error")).await?;
            ensure!(
                app.seen(&testid("request-card")).await?.is_none(),
                "{hostile} brought something up"
            );
        }
        open_link(&desktop, &server, &link).await?;
        app.find(&testid("choices")).await?;
        ensure!(app.seen(&testid("pin")).await?.is_none(), "a link revealed a PIN");
        ensure!(browser.seen("#session-name").await?.is_none(), "a link approved");
        approve(&app, &browser).await?;
        goes_on(&browser).await?;
        Ok(())
    })
    .await;
}

// REQ-LINK-03
#[tokio::test]
async fn the_window_steps_back_behind_the_browser_once_what_a_link_brought_up_is_answered() {
    play("step-back", async |stage| {
        let citizen = stage.server.citizen().await?;
        let desktop = stage.desktop(Keyring::Unlocked).await?;
        let windows = Windows::manage(&desktop).await?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;
        let server = stage.server.url().to_owned();
        let minimized = async |wanted: bool| {
            let what = if wanted {
                "the window steps back"
            } else {
                "the window comes up"
            };
            until(what, async || Ok((windows.is_minimized()? == wanted).then_some(()))).await
        };

        // Approved.
        let browser = stage.browser().await?;
        browser.ask_with_qr(&stage.server).await?;
        open_link(&desktop, &server, &link_of(&browser).await?).await?;
        app.find(&testid("choices")).await?;
        ensure!(!windows.is_minimized()?, "the window is away before it was answered");
        approve(&app, &browser).await?;
        minimized(true).await?;

        let brought_up = async || {
            let browser = stage.browser().await?;
            browser.ask_for_pin(&stage.server, &citizen).await?;
            open_link(&desktop, &server, &link_of(&browser).await?).await?;
            minimized(false).await
        };

        // Rejected.
        brought_up().await?;
        app.press("reject").await?;
        app.press("confirm-reject").await?;
        minimized(true).await?;

        // Its PIN copied.
        brought_up().await?;
        app.press("reveal").await?;
        app.press("copy").await?;
        minimized(true).await
    })
    .await;
}
