//! Every screen of the app and every page of the portal, in the order in which a citizen meets them, with the real data
//! of a real sign-in behind them. Who walks through decides what to do at each: take a picture, look for barriers.

use std::rc::Rc;

use anyhow::{Context, Result, ensure};

use crate::app::App;
use crate::browser::{Browser, View};
use crate::desktop::{Desktop, Keyring};
use crate::device::{HeadlessDevice, digits};
use crate::driver::{Driver, testid};
use crate::server::Citizen;
use crate::stage::Stage;

/// How everything is looked at on one walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// `es` or `en`.
    pub language: &'static str,
    /// Whether the system is set to dark.
    pub dark: bool,
}

/// One screen or page, as it is being shown.
pub struct Scene<'a> {
    /// `app-home-pin`, `portal-signin` …
    pub name: &'static str,
    /// What a person sees there, for the list of pictures.
    pub caption: &'static str,
    /// The session that shows it.
    pub driver: &'a Driver,
    /// For a page: the browser, whose size can be set; for a screen: `None`, see [`App::resize`].
    pub browser: Option<&'a Browser>,
    /// For a screen: the app.
    pub app: Option<&'a App>,
}

/// Walks through everything. `see` is called at each scene, and may look at it in several sizes.
///
/// # Errors
/// When a scene does not appear, and what `see` returns.
pub async fn walk(stage: &Stage, look: Look, mut see: impl AsyncFnMut(Scene<'_>) -> Result<()>) -> Result<()> {
    let mut desktop = Desktop::start(&stage.folder("gallery")?, Keyring::Absent).await?;
    let citizen = stage.server.citizen().await?;
    let browser = stage.browser_in(look.language).await?;
    browser
        .look(View {
            width: 1100,
            height: 900,
            dark: look.dark,
        })
        .await?;

    first_pages(stage, &browser, &mut see).await?;
    by_sms(stage, &browser, &mut see).await?;
    let app = stage.app_in(&desktop, look.language, look.dark).await?;
    app.speak(look.language).await?;
    app.reach("store-problem").await?;
    screen(
        &mut see,
        &app,
        "app-no-keychain",
        "No keychain: what happened and what to do",
    )
    .await?;
    desktop.set_keyring(Keyring::Unlocked).await?;
    app.press("retry").await?;
    activation(stage, &app, &citizen, &mut see).await?;
    sign_in(stage, &app, &browser, &citizen, &mut see).await?;
    with_a_qr(stage, &app, &browser, &mut see).await?;
    for_one_page(stage, &app, &browser, &citizen, &mut see).await?;
    ways_out(stage, &app, &browser, &citizen, &mut see).await?;
    end(stage, &app, &mut see).await?;
    stage.close_app(app);
    Ok(())
}

async fn screen(
    see: &mut impl AsyncFnMut(Scene<'_>) -> Result<()>,
    app: &App,
    name: &'static str,
    caption: &'static str,
) -> Result<()> {
    let scene = Scene {
        name,
        caption,
        driver: app.driver(),
        browser: None,
        app: Some(app),
    };
    see(scene).await.with_context(|| format!("at {name}"))
}

async fn page(
    see: &mut impl AsyncFnMut(Scene<'_>) -> Result<()>,
    browser: &Browser,
    name: &'static str,
    caption: &'static str,
) -> Result<()> {
    let scene = Scene {
        name,
        caption,
        driver: browser,
        browser: Some(browser),
        app: None,
    };
    see(scene).await.with_context(|| format!("at {name}"))
}

async fn first_pages(
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
    ] {
        browser.goto(&format!("{}{path}", stage.server.url())).await?;
        page(see, browser, name, caption).await?;
    }
    browser.open_site(&stage.server).await?;
    browser.follow("a[href=\"/ask\"]").await?;
    browser.find("main[data-screen=\"ask\"]").await?;
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
    browser.goto(&format!("{}/password/create", stage.server.url())).await?;
    page(
        see,
        browser,
        "portal-password-create",
        "A password, made with a code by SMS",
    )
    .await?;
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
async fn by_sms(stage: &Stage, browser: &Browser, see: &mut impl AsyncFnMut(Scene<'_>) -> Result<()>) -> Result<()> {
    let all = stage.server.citizens().await?;
    // Not one of those who answer by themselves, perhaps before the page is there.
    let other = all
        .iter()
        .rfind(|citizen| citizen.phone.is_some() && citizen.behaviour.is_none());
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

async fn activation(
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
    app.enter(
        "code",
        if code.starts_with('0') {
            "1111-1111"
        } else {
            "0000-0000"
        },
    )
    .await?;
    app.press("confirm").await?;
    app.find(&testid("error")).await?;
    screen(see, app, "app-code-wrong", "A code that is not valid").await?;
    app.enter("code", &code).await?;
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

async fn sign_in(
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
    browser
        .send_pin(if pin == "000000" { "111111" } else { "000000" })
        .await?;
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

async fn with_a_qr(
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

async fn for_one_page(
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

async fn ways_out(
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

    browser.ask_with_own_pin(&stage.server, citizen).await?;
    page(
        see,
        browser,
        "portal-own-pin",
        "Signing in with the PIN that the app makes by itself",
    )
    .await?;

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

    HeadlessDevice::activated(&stage.server, &stage.folder("other-device")?, citizen).await?;
    app.find(&testid("banner-other-device")).await?;
    screen(
        see,
        app,
        "app-other-device",
        "Another device was activated in one's name",
    )
    .await?;
    app.press("other-device-read").await?;
    app.gone(&testid("banner-other-device")).await
}

async fn end(stage: &Stage, app: &App, see: &mut impl AsyncFnMut(Scene<'_>) -> Result<()>) -> Result<()> {
    app.press("device").await?;
    app.reach("device").await?;
    screen(see, app, "app-device", "This device").await?;
    app.press("deactivate").await?;
    app.find(&testid("confirm-deactivate")).await?;
    screen(see, app, "app-deactivate", "Deactivating this device").await?;
    app.press("confirm-deactivate").await?;
    app.reach("welcome").await?;
    ensure!(
        stage.server.messages().await?.len() >= 2,
        "the new device was not announced"
    );
    Ok(())
}

/// The app's window as it opens, in CSS pixels.
const WIDTH: u32 = 420;

/// Every picture of a walk in `folder`: each screen and page whole, at the width in which people mostly see it.
///
/// # Errors
/// As [`walk`], and the disk's.
pub async fn pictures(stage: &Stage, look: Look, folder: &std::path::Path) -> Result<Vec<(String, &'static str)>> {
    let taken = Rc::new(std::cell::RefCell::new(Vec::new()));
    let suffix = format!(
        "{}{}",
        if look.language == "es" { "" } else { "-en" },
        if look.dark { "-dark" } else { "" }
    );
    walk(stage, look, async |scene| {
        let file = format!("{}{suffix}.png", scene.name);
        if let Some(browser) = scene.browser {
            browser
                .look(View {
                    width: 1100,
                    height: browser.content_height().await?,
                    dark: look.dark,
                })
                .await?;
            scene.driver.picture(&folder.join(&file)).await?;
            browser
                .look(View {
                    width: 1100,
                    height: 900,
                    dark: look.dark,
                })
                .await?;
        }
        if let Some(app) = scene.app {
            app.rest_pointer().await?;
            app.resize(WIDTH, app.content_height().await?).await?;
            scene.driver.picture(&folder.join(&file)).await?;
            app.resize(WIDTH, 800).await?;
        }
        taken.borrow_mut().push((file, scene.caption));
        Ok(())
    })
    .await?;
    Ok(Rc::unwrap_or_clone(taken).into_inner())
}
