//! What driving the app and driving the browser have in common: a WebDriver session and patience.

use std::path::Path;

use anyhow::{Context, Result};
use thirtyfour::prelude::*;

use crate::process::Background;
use crate::programs::choose_cryptography;
use crate::waiting::until;

/// The height of the screens that the tests have, in pixels: whole pages fit.
pub const TALLEST: u32 = 6000;

/// A WebDriver session and the driver program behind it.
#[derive(Debug)]
pub struct Driver {
    session: WebDriver,
    // Dropped after the session: ends the driver and all that it started.
    program: Background,
}

impl Driver {
    /// Opens a session with the driver that listens on the first of `ports` of this machine, as soon as all of them are
    /// open: a driver that stands before another forwards to a port where nobody listens yet.
    ///
    /// # Errors
    /// When the driver does not answer, or refuses.
    pub async fn open(mut program: Background, ports: &[u16], capabilities: Capabilities) -> Result<Self> {
        choose_cryptography();
        for port in ports {
            until("the web driver listens", async || {
                anyhow::ensure!(program.is_running(), "the web driver ended:\n{}", program.written());
                Ok(tokio::net::TcpStream::connect(("127.0.0.1", *port)).await.ok())
            })
            .await?;
        }
        let address = format!("http://127.0.0.1:{}", ports.first().context("no port")?);
        let session = WebDriver::new(address, capabilities)
            .await
            .with_context(|| format!("no session; the driver wrote:\n{}", program.written()))?;
        Ok(Self { session, program })
    }

    /// The session, for what this type has no word for.
    pub fn session(&self) -> &WebDriver {
        &self.session
    }

    /// The process id of the driver program, under which the driven program runs.
    pub fn process(&self) -> u32 {
        self.program.id()
    }

    /// The element that `css` names, as soon as it is there and can be seen.
    ///
    /// # Errors
    /// When it does not appear.
    pub async fn find(&self, css: &str) -> Result<WebElement> {
        until(&format!("{css} appears"), async || self.seen(css).await).await
    }

    /// The first element that `css` names and that can be seen now.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn seen(&self, css: &str) -> Result<Option<WebElement>> {
        // Pages are replaced while they are asked: an element that is gone again is an element that is not there.
        let Ok(elements) = self.session.find_all(By::Css(css)).await else {
            return Ok(None);
        };
        for element in elements {
            if element.is_displayed().await.unwrap_or(false) {
                return Ok(Some(element));
            }
        }
        Ok(None)
    }

    /// Waits until nothing that `css` names can be seen.
    ///
    /// # Errors
    /// When it stays.
    pub async fn gone(&self, css: &str) -> Result<()> {
        until(&format!("{css} goes away"), async || {
            Ok(self.seen(css).await?.is_none().then_some(()))
        })
        .await
    }

    /// Clicks what `css` names, as soon as that is possible.
    ///
    /// # Errors
    /// When it never becomes possible.
    pub async fn click(&self, css: &str) -> Result<()> {
        let mut obstacle = None;
        let what = format!("{css} can be clicked");
        let clicked = until(&what, async || {
            let Some(element) = self.seen(css).await? else {
                return Ok(None);
            };
            if !element.is_enabled().await.unwrap_or(false) {
                return Ok(None);
            }
            // Drivers scroll by themselves, but click before a page that scrolls smoothly has arrived.
            let arrive = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
            self.session.execute(arrive, vec![element.to_json()?]).await?;
            match element.click().await {
                Ok(()) => Ok(Some(())),
                Err(error) => {
                    obstacle = Some(error);
                    Ok(None)
                }
            }
        })
        .await;
        clicked.map_err(|error| obstacle.map_or(error, anyhow::Error::from))
    }

    /// Empties the field that `css` names and types into it.
    ///
    /// # Errors
    /// When the field does not appear or does not take the text.
    pub async fn fill(&self, css: &str, text: &str) -> Result<()> {
        let field = self.find(css).await?;
        field.clear().await.with_context(|| format!("cannot clear {css}"))?;
        field
            .send_keys(text)
            .await
            .with_context(|| format!("cannot type into {css}"))?;
        Ok(())
    }

    /// The visible text of what `css` names.
    ///
    /// # Errors
    /// When it does not appear.
    pub async fn text(&self, css: &str) -> Result<String> {
        until(&format!("{css} has a text"), async || match self.seen(css).await? {
            Some(element) => Ok(element.text().await.ok()),
            None => Ok(None),
        })
        .await
    }

    /// All that can be read on the page.
    ///
    /// # Errors
    /// When the page has no body.
    pub async fn whole_text(&self) -> Result<String> {
        self.text("body").await
    }

    /// Runs `script` in the page and returns what it returns.
    ///
    /// # Errors
    /// When it throws.
    pub async fn script(&self, script: &str) -> Result<serde_json::Value> {
        Ok(self.session.execute(script, Vec::new()).await?.json().clone())
    }

    /// How high the whole page is, in CSS pixels.
    ///
    /// # Errors
    /// When the driver does not answer, or the page is higher than the screens that the tests have.
    pub async fn content_height(&self) -> Result<u32> {
        let height = self
            .script("return document.documentElement.scrollHeight")
            .await?
            .as_u64();
        let height = height.and_then(|height| u32::try_from(height).ok()).unwrap_or(800);
        anyhow::ensure!(
            height <= TALLEST,
            "a page of {height} px is higher than the screens of the tests"
        );
        Ok(height.max(800))
    }

    /// Takes the mouse pointer off whatever it was used on, so that nothing looks hovered over.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn rest_pointer(&self) -> Result<()> {
        self.script("window.scrollTo({ top: 0, behavior: 'instant' })").await?;
        for at in [4, 2] {
            self.session.action_chain().move_to(at, at).perform().await?;
        }
        Ok(())
    }

    /// Takes a picture of the window's content.
    ///
    /// # Errors
    /// When the driver or the disk fails.
    pub async fn picture(&self, file: &Path) -> Result<()> {
        // Letters first, or the picture shows the fallback font; then frames, so that all of it has been painted. A window
        // without a window manager is not always told to draw, so each frame also has a time limit.
        let fonts = "const done = arguments[arguments.length - 1];
            const frame = () => new Promise((next) => { requestAnimationFrame(next); setTimeout(next, 250); });
            document.fonts.ready.then(frame).then(frame).then(frame).then(() => done(true));";
        self.session.execute_async(fonts, Vec::new()).await?;
        self.session
            .screenshot(file)
            .await
            .with_context(|| format!("cannot write {}", file.display()))?;
        Ok(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The session ends with its driver; asking it politely would block the executor.
        let _ = self.session.clone().leak();
    }
}

/// The CSS selector of an element with a `data-testid`.
pub fn testid(name: &str) -> String {
    format!("[data-testid=\"{name}\"]")
}
