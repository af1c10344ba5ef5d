//! Every screen of the app and every page of the portal, in the order in which a citizen meets them, with the real data
//! of a real sign-in behind them. Who walks through decides what to do at each: take a picture, look for barriers.

mod account;
mod device;
mod password;
pub mod screens;
mod sign_in;
mod start;

use std::rc::Rc;

use anyhow::{Context, Result};

use crate::app::App;
use crate::browser::{Browser, View};
use crate::desktop::{Desktop, Keyring};
use crate::driver::Driver;
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
pub async fn walk(stage: &mut Stage, look: Look, mut see: impl AsyncFnMut(Scene<'_>) -> Result<()>) -> Result<()> {
    let see = &mut see;
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

    start::first_pages(stage, &browser, see).await?;
    start::by_sms(stage, &browser, see).await?;
    password::from_its_making(stage, &browser, see).await?;
    let app = device::that_cannot_begin(stage, &mut desktop, look, see).await?;
    device::activation(stage, &app, &citizen, see).await?;
    sign_in::with_a_pin(stage, &app, &browser, &citizen, see).await?;
    sign_in::with_a_qr(stage, &app, &browser, see).await?;
    sign_in::for_one_page(stage, &app, &browser, &citizen, see).await?;
    device::requests(stage, &app, &browser, &citizen, see).await?;
    account::more_is_asked(stage, &app, &browser, &citizen, see).await?;
    let app = device::locked(stage, &mut desktop, app, look, see).await?;
    device::left_alone(&app, see).await?;
    device::stopped(&app, see).await?;
    device::out_of_reach(stage, &app, see).await?;
    account::renounced(stage, &app, &browser, &citizen, see).await?;
    device::ended_elsewhere(&app, see).await?;
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

/// The app's window as it opens, in CSS pixels.
const WIDTH: u32 = 420;

/// Every picture of a walk in `folder`: each screen and page whole, at the width in which people mostly see it.
///
/// # Errors
/// As [`walk`], and the disk's.
pub async fn pictures(stage: &mut Stage, look: Look, folder: &std::path::Path) -> Result<Vec<(String, &'static str)>> {
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
