//! With the keyboard alone, and without movement.

use aldaba_tests::browser::Browser;
use aldaba_tests::desktop::Keyring;
use aldaba_tests::device::HeadlessDevice;
use aldaba_tests::stage::play;
use aldaba_tests::waiting::until;
use anyhow::{Result, bail, ensure};
use serde_json::{Value, json};
use thirtyfour::{Key, TypingData};

/// More stops than any page has.
const STOPS: usize = 60;

/// Goes on with Tab until what `css` names has the focus. Every stop on the way can be seen.
async fn tab_to(browser: &Browser, css: &str) -> Result<()> {
    let script = format!(
        "const here = document.activeElement;
         const marked = [here, here.closest('.ds-field')].some((part) => {{
             const style = part && getComputedStyle(part);
             return style && ((style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none');
         }});
         const box = here.getBoundingClientRect();
         const inside = box.width > 1 && box.bottom > 0 && box.top < innerHeight;
         const seen = (marked || here.matches('.ds-skip-link')) && inside;
         return [here.matches('{css}'), here === document.body || seen, here.outerHTML.slice(0, 200)]"
    );
    for _ in 0..STOPS {
        browser.session().action_chain().send_keys(Key::Tab).perform().await?;
        let mut stop = Value::Null;
        let seen = until("it is seen what has the focus", async || {
            stop = browser.script(&script).await?;
            // Scrolling there takes a moment.
            Ok((stop.get(1) == Some(&json!(true))).then_some(()))
        });
        if let Err(error) = seen.await {
            bail!("{error}: {stop}");
        }
        if stop.get(0) == Some(&json!(true)) {
            return Ok(());
        }
    }
    bail!("Tab does not lead to {css}")
}

/// Presses Enter on what `css` names, once Tab has led there, and waits for the page that comes of it.
async fn enter_on(browser: &Browser, css: &str, next: &str) -> Result<()> {
    tab_to(browser, css).await?;
    write(browser, Key::Enter).await?;
    browser.find(next).await?;
    Ok(())
}

async fn write(browser: &Browser, text: impl Into<TypingData>) -> Result<()> {
    let keys = browser.session().action_chain().send_keys(text);
    Ok(keys.perform().await?)
}

// REQ-UI-12
#[tokio::test]
async fn tab_and_enter_lead_from_the_document_to_being_signed_in() {
    play("keyboard", async |stage| {
        let citizen = stage.server.citizen().await?;
        let device = HeadlessDevice::activated(&stage.server, &stage.folder("device")?, &citizen).await?;
        let browser = stage.browser().await?;
        browser.open_site(&stage.server).await?;
        enter_on(&browser, "#signin", "input[name=\"document\"]").await?;
        tab_to(&browser, "input[name=\"document\"]").await?;
        write(&browser, citizen.document.as_str()).await?;
        tab_to(&browser, "input[name=\"contrast\"]").await?;
        write(&browser, citizen.contrast.as_str()).await?;
        // The first button of the form is the one that Enter in a field presses: not the way back to the site.
        write(&browser, Key::Enter).await?;
        browser.find("input[name=\"pin\"]").await?;
        let request = until("the request is there", async || Ok(device.requests().await?.pop())).await?;
        let pin = device.reveal(&request).await?;
        tab_to(&browser, "input[name=\"pin\"]").await?;
        write(&browser, pin.as_str()).await?;
        enter_on(
            &browser,
            "form[action=\"/signin/pin\"] button[type=\"submit\"]",
            "form[action=\"/oidc/consent\"]",
        )
        .await?;
        enter_on(&browser, "button[value=\"yes\"]", "#session-name").await
    })
    .await;
}

/// What still moves for people who have told their system that nothing should.
const MOVES: &str = "return [...document.querySelectorAll('*')].flatMap((part) => {
    const style = getComputedStyle(part);
    const longest = Math.max(...`${style.transitionDuration},${style.animationDuration}`.split(',').map(parseFloat));
    const moves = longest > 0.001 || style.scrollBehavior === 'smooth';
    return moves ? [part.outerHTML.slice(0, 120)] : [];
})";

// REQ-UI-13
#[tokio::test]
async fn nothing_moves_for_who_wants_it_still() {
    play("reduced-motion", async |stage| {
        let citizen = stage.server.citizen().await?;
        let browser = stage.browser().await?;
        let features = json!({ "features": [{ "name": "prefers-reduced-motion", "value": "reduce" }] });
        let cdp = browser.session().cdp();
        cdp.send_raw("Emulation.setEmulatedMedia", features).await?;
        browser.ask_to_sign_in(&stage.server).await?;
        ensure!(browser.script(MOVES).await? == json!([]), "the sign-in page moves");
        browser.ask_for_pin(&stage.server, &citizen).await?;
        ensure!(browser.script(MOVES).await? == json!([]), "the page of the PIN moves");

        let desktop = stage.desktop(Keyring::Unlocked).await?;
        desktop.still()?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;
        let asked = app
            .script("return matchMedia('(prefers-reduced-motion: reduce)').matches")
            .await?;
        ensure!(asked == json!(true), "the system's wish does not reach the app");
        ensure!(app.script(MOVES).await? == json!([]), "the home screen moves");
        Ok(())
    })
    .await;
}
