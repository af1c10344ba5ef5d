//! The device: its keychain, its activation, what goes wrong, its end.

use std::fs;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;

use super::{Look, Scene, page, screen};
use crate::app::App;
use crate::browser::Browser;
use crate::desktop::{Desktop, Keyring};
use crate::device::{HeadlessDevice, other_code, other_pin};
use crate::driver::testid;
use crate::forms::Visitor;
use crate::other_clock::OtherClock;
use crate::server::Citizen;
use crate::stage::Stage;
use crate::waiting::{until, within};

/// Longer than any pause between two tries of the app to reach its server.
const LONG: Duration = Duration::from_secs(60);

pub(super) async fn activation(
    stage: &Stage,
    app: &App,
    citizen: &Citizen,
    see: &mut impl AsyncFnMut(Scene<'_>) -> Result<()>,
) -> Result<()> {
    app.reach("welcome").await?;
    screen(see, app, "app-welcome", "Welcome").await?;
    app.press("settings").await?;
    app.reach("settings").await?;
    screen(see, app, "app-settings", "Settings: language and server").await?;
    app.press("back").await?;
    app.press("activate").await?;
    app.reach("document").await?;
    screen(see, app, "app-document", "Activation, step 1: the document").await?;
    app.enter("document", "12345678A").await?;
    app.press("continue").await?;
    app.find("[aria-invalid=\"true\"]").await?;
    screen(
        see,
        app,
        "app-document-error",
        "A letter that does not belong, said at once",
    )
    .await?;
    app.enter("document", &citizen.document).await?;
    app.enter("contrast", &citizen.contrast).await?;
    app.press("continue").await?;
    app.reach("code").await?;
    screen(see, app, "app-code", "Activation, step 2: the code of the SMS").await?;
    let code = stage.server.activation_code(citizen, 0).await?;
    app.enter("code", other_code(&code)).await?;
    app.press("confirm").await?;
    app.find(&testid("error")).await?;
    screen(see, app, "app-code-wrong", "A code that is not valid").await?;
    for _ in 0..4 {
        // Asked for once the answer to the one before is there.
        app.find(&format!("{}:not([aria-busy=\"true\"])", testid("confirm")))
            .await?;
        app.press("confirm").await?;
    }
    app.find("[data-testid=\"error\"] [data-testid=\"cancel-activation\"]")
        .await?;
    screen(
        see,
        app,
        "app-code-tries",
        "Too many codes that are not valid: a new start",
    )
    .await?;
    app.press("cancel-activation").await?;
    app.reach("document").await?;
    app.press("continue").await?;
    app.reach("code").await?;
    // The screen's own clock goes to the end of the code's life.
    app.script("const now = Date.now; Date.now = () => now() + 600000;")
        .await?;
    app.find("[data-testid=\"error\"][data-code=\"activation_expired\"]")
        .await?;
    screen(see, app, "app-code-expired", "The code's time is over: a new start").await?;
    app.script("location.reload()").await?;
    app.reach("code").await?;
    app.enter("code", &stage.server.activation_code(citizen, 1).await?)
        .await?;
    app.press("confirm").await?;
    app.reach("home").await?;
    screen(
        see,
        app,
        "app-home",
        "Home with nothing pending, and the PIN that needs no network",
    )
    .await
}

pub(super) async fn requests(
    stage: &Stage,
    app: &App,
    browser: &Browser,
    citizen: &Citizen,
    see: &mut impl AsyncFnMut(Scene<'_>) -> Result<()>,
) -> Result<()> {
    app.gone(&testid("request-card")).await?;
    app.unfold("fold-lookup").await?;
    app.enter("lookup-code", "0000-0000").await?;
    app.press("lookup").await?;
    app.find(&testid("error")).await?;
    screen(see, app, "app-lookup-error", "A code that belongs to no live request").await?;
    app.press("device").await?;
    app.reach("device").await?;
    app.press("back").await?;
    app.reach("home").await?;

    browser.ask_for_pin(&stage.server, citizen).await?;
    app.press("reject").await?;
    app.find(&testid("confirm-reject")).await?;
    screen(see, app, "app-reject", "\"It was not me\"").await?;
    app.press("confirm-reject").await?;
    app.gone(&testid("request-card")).await?;
    browser.send_pin("123456").await?;
    browser.find("main[data-screen=\"over\"]").await?;
    page(
        see,
        browser,
        "portal-rejected",
        "A request that was rejected in the app",
    )
    .await?;

    let other = HeadlessDevice::activated(&stage.server, &stage.folder("other-device")?, citizen).await?;
    app.find(&testid("banner-other-device")).await?;
    screen(
        see,
        app,
        "app-other-device",
        "Another device was activated in one's name",
    )
    .await?;
    app.press("other-device-read").await?;
    app.gone(&testid("banner-other-device")).await?;

    browser.ask_for_pin(&stage.server, citizen).await?;
    let first = other.requests().await?.remove(0);
    let pin = other.reveal(&first).await?;
    Visitor::new(stage.server.url())?
        .ask_for_pin(citizen, "incoming")
        .await?;
    app.find(&format!("{}[data-state=\"revealed\"]", testid("request-card")))
        .await?;
    app.find(&testid("reveal")).await?;
    screen(
        see,
        app,
        "app-several",
        "Several requests side by side; another device shows the PIN of one",
    )
    .await?;
    for _ in 0..3 {
        browser.send_pin(other_pin(&pin)).await?;
    }
    browser.find("main[data-code=\"request_burnt\"]").await?;
    page(see, browser, "portal-burnt", "A PIN that was wrong three times").await?;
    let left = other.requests().await?;
    for request in left {
        other.run(&["reject", "--reason", "changed_mind", &request]).await?;
    }
    app.gone(&testid("request-card")).await
}

/// Nobody has touched the window for two minutes.
pub(super) async fn left_alone(app: &App, see: &mut impl AsyncFnMut(Scene<'_>) -> Result<()>) -> Result<()> {
    // The screen's own clock goes two minutes ahead, and what waits longer than one waits no more.
    app.script(
        "const later = window.setTimeout;
         window.setTimeout = (work, wait, ...rest) => later(work, wait > 60000 ? 50 : wait, ...rest);",
    )
    .await?;
    app.press("settings").await?;
    app.reach("settings").await?;
    app.press("back").await?;
    app.reach("home").await?;
    app.script("const now = Date.now; Date.now = () => now() + 130000;")
        .await?;
    app.find(&testid("self-show")).await?;
    screen(
        see,
        app,
        "app-put-away",
        "The PIN is put away from a screen that nobody touches",
    )
    .await?;
    app.script("location.reload()").await?;
    app.reach("home").await?;
    app.find(&testid("self-pin")).await?;
    Ok(())
}

/// The server is gone.
pub(super) async fn out_of_reach(
    stage: &mut Stage,
    app: &App,
    see: &mut impl AsyncFnMut(Scene<'_>) -> Result<()>,
) -> Result<()> {
    app.press("device").await?;
    app.reach("device").await?;
    screen(see, app, "app-device", "This device").await?;
    app.press("deactivate").await?;
    app.find(&testid("confirm-deactivate")).await?;
    screen(see, app, "app-deactivate", "Deactivating this device").await?;
    stage.server.crash();
    app.press("confirm-deactivate").await?;
    app.find(&testid("deactivate-here")).await?;
    screen(
        see,
        app,
        "app-deactivate-failed",
        "The server does not answer: the keys can be deleted here only",
    )
    .await?;
    app.press("back").await?;
    app.reach("home").await?;
    app.find(&testid("banner-offline")).await?;
    screen(
        see,
        app,
        "app-offline",
        "Without a network: what still works, and no claim about what waits",
    )
    .await?;
    let other = OtherClock::listen(stage.server.port()?).await?;
    let wrong = "[data-testid=\"banner-server\"][data-code=\"clock_skew\"]";
    within(LONG, "the clock is said to be wrong", async || app.seen(wrong).await).await?;
    screen(
        see,
        app,
        "app-wrong-clock",
        "This device's clock is wrong: by how much, and how to set it",
    )
    .await?;
    drop(other);
    stage.server.restart().await?;
    within(LONG, "the app is online again", async || {
        let banners = "[data-testid=\"banner-offline\"], [data-testid=\"banner-server\"]";
        Ok(app.seen(banners).await?.is_none().then_some(()))
    })
    .await
}

/// What the app finds of its own device. That it does find it is for other tests; here its answer is changed on the way to the
/// screen.
pub(super) async fn stopped(app: &App, see: &mut impl AsyncFnMut(Scene<'_>) -> Result<()>) -> Result<()> {
    for (state, name, caption) in [
        (
            "secure_store_corrupted",
            "app-keychain-damaged",
            "The stored keys are damaged: what can be done",
        ),
        (
            "secure_store_missing_entry",
            "app-keychain-emptied",
            "The stored keys are gone: what can be done",
        ),
        (
            "device_frozen",
            "app-device-frozen",
            "A device whose keys were used twice: why it has stopped",
        ),
    ] {
        // Looked up once the screen that was just loaded has come to rest.
        until("a code can be typed", async || {
            app.unfold("fold-lookup").await?;
            Ok(app.enter("lookup-code", "0000-0000").await.ok())
        })
        .await?;
        app.find_itself(state).await?;
        app.press("lookup").await?;
        app.find(&format!(".problem[data-state=\"{state}\"]")).await?;
        screen(see, app, name, caption).await?;
        app.script("location.reload()").await?;
        app.reach("home").await?;
    }
    Ok(())
}

/// A start without a folder to keep anything in, then one without a keychain.
pub(super) async fn that_cannot_begin(
    stage: &Stage,
    desktop: &mut Desktop,
    look: Look,
    see: &mut impl AsyncFnMut(Scene<'_>) -> Result<()>,
) -> Result<Rc<App>> {
    let folder = desktop.folder().join(".local/share/eu.aldaba.pin");
    fs::create_dir_all(desktop.folder().join(".local/share"))?;
    fs::write(&folder, "in the way")?;
    let app = stage.app_in(desktop, look.language, look.dark).await?;
    app.reach("start-problem").await?;
    app.speak(look.language).await?;
    screen(see, &app, "app-start-problem", "A start that failed: what to do").await?;
    fs::remove_file(&folder)?;
    app.press("retry").await?;
    app.reach("store-problem").await?;
    screen(
        see,
        &app,
        "app-no-keychain",
        "No keychain: what happened and what to do",
    )
    .await?;
    desktop.set_keyring(Keyring::Unlocked).await?;
    app.press("retry").await?;
    Ok(app)
}

/// The keychain is locked when the app opens.
pub(super) async fn locked(
    stage: &Stage,
    desktop: &mut Desktop,
    app: Rc<App>,
    look: Look,
    see: &mut impl AsyncFnMut(Scene<'_>) -> Result<()>,
) -> Result<Rc<App>> {
    stage.close_app(app);
    desktop.set_keyring(Keyring::Locked).await?;
    let app = stage.app_in(desktop, look.language, look.dark).await?;
    app.reach("store-problem").await?;
    app.speak(look.language).await?;
    screen(see, &app, "app-keychain-locked", "A locked keychain: how it is opened").await?;
    desktop.unlock().await?;
    desktop.dismiss_prompt().await?;
    app.press("retry").await?;
    app.reach("home").await?;
    Ok(app)
}

/// What the app says once its owner has renounced.
pub(super) async fn ended_elsewhere(app: &App, see: &mut impl AsyncFnMut(Scene<'_>) -> Result<()>) -> Result<()> {
    app.reach("device-problem").await?;
    screen(see, app, "app-device-ended", "A device that was deactivated elsewhere").await?;
    app.press("forget").await?;
    app.reach("welcome").await
}
