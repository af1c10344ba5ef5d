//! The citizen's browser: headless Chromium with an empty profile.

mod certificates;

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde_json::json;
use thirtyfour::prelude::*;

use crate::driver::Driver;
use crate::process::{Background, free_port};
use crate::programs;
use crate::waiting::until;

/// A window of Chromium.
#[derive(Debug)]
pub struct Browser {
    driver: Driver,
}

impl std::ops::Deref for Browser {
    type Target = Driver;

    fn deref(&self) -> &Driver {
        &self.driver
    }
}

/// How a page is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// Width of the page in CSS pixels.
    pub width: u32,
    /// Height of the window in CSS pixels.
    pub height: u32,
    /// Whether the system is set to dark.
    pub dark: bool,
}

impl Browser {
    /// Opens one that asks for pages in `language` (`es`, `en`); what it writes goes to `folder`.
    ///
    /// # Errors
    /// When Chromium or its driver does not start.
    pub async fn open(folder: &Path, language: &str) -> Result<Self> {
        let preferences = json!({ "intl.accept_languages": language });
        Self::open_with(folder, language, preferences).await
    }

    /// As [`Browser::open`], with the certificates of a demo's folder: its authority is trusted, and the one of its first
    /// citizen, if `own`, is presented without asking to whoever asks for it; nobody could click the browser's own question.
    ///
    /// # Errors
    /// As [`Browser::open`], and when the certificates cannot be imported.
    pub async fn open_with_certificates(folder: &Path, language: &str, demo: &Path, own: bool) -> Result<Self> {
        certificates::import(folder, demo, own)?;
        let preferences = json!({
            "intl.accept_languages": language,
            "profile.managed_auto_select_certificate_for_urls":
                [json!({ "pattern": "https://*", "filter": {} }).to_string()],
        });
        Self::open_with(folder, language, preferences).await
    }

    async fn open_with(folder: &Path, language: &str, preferences: serde_json::Value) -> Result<Self> {
        let port = free_port()?;
        let mut chromedriver = Command::new(programs::system(&["chromedriver", "chromium.chromedriver"])?);
        chromedriver.arg(format!("--port={port}"));
        // chromedriver makes the profile's folder there, and Chromium its caches.
        chromedriver
            .env("TMPDIR", folder)
            .env("HOME", folder)
            .env("LANGUAGE", language);
        let program = Background::start(&mut chromedriver, &folder.join("chromedriver.log"))?;

        let mut capabilities = DesiredCapabilities::chrome();
        for flag in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--force-color-profile=srgb",
            "--hide-scrollbars",
            // Larger than any size that is emulated in it: what lies outside the window cannot be clicked.
            "--window-size=1400,1200",
        ] {
            capabilities.add_arg(flag)?;
        }
        capabilities.add_arg(&format!("--lang={language}"))?;
        capabilities.add_experimental_option("prefs", preferences)?;
        let chromium = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
        capabilities.set_binary(&programs::system(&chromium)?.display().to_string())?;
        let browser = Self {
            driver: Driver::open(program, &[port], capabilities.into()).await?,
        };
        browser
            .look(View {
                width: 1100,
                height: 900,
                dark: false,
            })
            .await?;
        Ok(browser)
    }

    /// Goes to an address.
    ///
    /// # Errors
    /// When the page cannot be loaded.
    pub async fn goto(&self, url: &str) -> Result<()> {
        Ok(self.session().goto(url).await?)
    }

    /// Clicks the link or the button that `css` names and waits until the page it leads to is there, whole. Looking sooner sees
    /// the page that is being left, or one of which only the beginning has arrived.
    ///
    /// # Errors
    /// When it cannot be clicked or leads nowhere.
    pub async fn follow(&self, css: &str) -> Result<()> {
        self.script("window.left = true").await?;
        self.click(css).await?;
        until(&format!("{css} leads to another page"), async || {
            let arrived = "return window.left !== true && document.readyState === 'complete'";
            // Between two pages there is none to ask.
            let arrived = self
                .script(arrived)
                .await
                .is_ok_and(|there| there.as_bool() == Some(true));
            Ok(arrived.then_some(()))
        })
        .await
    }

    /// Sets size and colours as the emulation of a device does, so that widths below the smallest window are possible.
    ///
    /// # Errors
    /// When Chromium refuses.
    pub async fn look(&self, view: View) -> Result<()> {
        let cdp = self.session().cdp();
        let size = json!({ "width": view.width, "height": view.height, "deviceScaleFactor": 1, "mobile": false });
        cdp.send_raw("Emulation.setDeviceMetricsOverride", size).await?;
        let scheme = if view.dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        cdp.send_raw("Emulation.setEmulatedMedia", features).await?;
        Ok(())
    }
}
