//! The real app in its window, driven through tauri-driver and WebKitWebDriver.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;
use thirtyfour::prelude::*;

use crate::desktop::Desktop;
use crate::driver::{Driver, testid};
use crate::process::{Background, family, free_port};
use crate::programs;
use crate::server::{Citizen, DemoServer};
use crate::waiting::until;

/// The app, running on a desktop.
#[derive(Debug)]
pub struct App {
    driver: Driver,
}

impl std::ops::Deref for App {
    type Target = Driver;

    fn deref(&self) -> &Driver {
        &self.driver
    }
}

impl App {
    /// Starts it on `desktop`, preset to the backend at `server`, in `language`, on a system set to dark or not.
    ///
    /// # Errors
    /// When it does not open a window that can be driven.
    pub async fn open(desktop: &Desktop, server: &str, language: &str, dark: bool) -> Result<Self> {
        Self::open_program(&programs::ours("aldaba")?, desktop, server, language, dark).await
    }

    /// As [`App::open`], from another file: a build for release, which is not preset by the environment, or another app.
    ///
    /// # Errors
    /// As [`App::open`].
    pub async fn open_program(
        program: &Path,
        desktop: &Desktop,
        server: &str,
        language: &str,
        dark: bool,
    ) -> Result<Self> {
        let (port, native) = (free_port()?, free_port()?);
        let mut driver = desktop.command(&programs::system(&["tauri-driver"])?);
        driver.args(["--port", &port.to_string(), "--native-port", &native.to_string()]);
        driver.env("ALDABA_SERVER", server).env("LANGUAGE", language);
        driver.env("GTK_THEME", if dark { "Adwaita:dark" } else { "Adwaita" });
        let mut capabilities = Capabilities::new();
        capabilities.set("browserName", "wry")?;
        capabilities.set("tauri:options", json!({ "application": program }))?;
        let driver = Background::start(&mut driver, &desktop.folder().join("app.log"))?;
        Ok(Self {
            driver: Driver::open(driver, &[port, native], capabilities).await?,
        })
    }

    /// The driver itself, for code that serves app and browser alike.
    pub fn driver(&self) -> &Driver {
        &self.driver
    }

    /// Which screen is shown: `welcome`, `document`, `code`, `home` …
    ///
    /// # Errors
    /// When none is.
    pub async fn screen(&self) -> Result<String> {
        let main = self.find("main[data-screen]").await?;
        main.attr("data-screen").await?.context("a screen without a name")
    }

    /// Waits until the screen `name` is shown.
    ///
    /// # Errors
    /// When another stays.
    pub async fn reach(&self, name: &str) -> Result<()> {
        let reached = until(&format!("the screen {name}"), async || {
            self.seen(&format!("main[data-screen=\"{name}\"]")).await
        })
        .await;
        let Err(error) = reached else { return Ok(()) };
        let now = self.whole_text().await.unwrap_or_default();
        Err(error.context(format!("instead of {name} the app shows:\n{now}")))
    }

    /// Clicks the control with that `data-testid`.
    ///
    /// # Errors
    /// When it never becomes possible.
    pub async fn press(&self, control: &str) -> Result<()> {
        self.click(&testid(control)).await
    }

    /// Unfolds the part of the screen with that `data-testid`, if it is folded.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn unfold(&self, part: &str) -> Result<()> {
        let part = testid(part);
        self.find(&part).await?;
        if self.seen(&format!("{part}[open]")).await?.is_none() {
            self.click(&format!("{part} > summary")).await?;
        }
        self.find(&format!("{part}[open]")).await?;
        Ok(())
    }

    /// Types into the field with that `data-testid`.
    ///
    /// # Errors
    /// When it does not appear.
    pub async fn enter(&self, field: &str, text: &str) -> Result<()> {
        self.fill(&testid(field), text).await
    }

    /// The text of what has that `data-testid`.
    ///
    /// # Errors
    /// When it does not appear.
    pub async fn read(&self, name: &str) -> Result<String> {
        self.text(&testid(name)).await
    }

    /// From the welcome screen to the one that asks for the code.
    ///
    /// # Errors
    /// When a screen does not appear.
    pub async fn ask_for_code(&self, citizen: &Citizen) -> Result<()> {
        self.reach("welcome").await?;
        self.press("activate").await?;
        self.reach("document").await?;
        self.enter("document", &citizen.document).await?;
        self.enter("contrast", &citizen.contrast).await?;
        self.press("continue").await?;
        self.reach("code").await
    }

    /// From the welcome screen to the home screen.
    ///
    /// # Errors
    /// When a screen does not appear.
    pub async fn activate(&self, server: &DemoServer, citizen: &Citizen) -> Result<()> {
        let sent = server.messages().await?;
        let codes = sent
            .iter()
            .filter(|message| Some(&message.to) == citizen.phone.as_ref() && message.code().is_some());
        let nth = codes.count();
        self.ask_for_code(citizen).await?;
        self.enter("code", &server.activation_code(citizen, nth).await?).await?;
        self.press("confirm").await?;
        self.reach("home").await
    }

    /// Makes the window so wide and high, in CSS pixels.
    ///
    /// # Errors
    /// When it does not get that wide.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        self.session().set_window_rect(0, 0, width, height).await?;
        until(&format!("the window is {width} px wide"), async || {
            let now = self.script("return [window.innerWidth, window.innerHeight]").await?;
            Ok((now == json!([width, height])).then_some(()))
        })
        .await
    }

    /// Chooses a language in the settings, and goes back to where the app was.
    ///
    /// # Errors
    /// When the app does not speak it then.
    pub async fn speak(&self, language: &str) -> Result<()> {
        self.press("settings").await?;
        self.reach("settings").await?;
        self.press(&format!("language-{language}")).await?;
        until(&format!("the app speaks {language}"), async || {
            let now = self.script("return document.documentElement.lang").await?;
            Ok((now.as_str() == Some(language)).then_some(()))
        })
        .await?;
        self.press("back").await
    }

    /// Has the screens believe, until they are loaded again, that the next code that is looked up finds the device in that state.
    ///
    /// # Errors
    /// When the script fails.
    pub async fn find_itself(&self, state: &str) -> Result<()> {
        let script = format!(
            "const real = window.fetch;
             const said = (body, kind) =>
                 new Response(JSON.stringify(body), {{ headers: {{ 'content-type': 'application/json', 'tauri-response': kind }} }});
             window.fetch = async (address, options) => {{
                 const command = String(address).split('/').pop();
                 if (command === 'lookup_request') return said({{ code: '{state}' }}, 'error');
                 const answer = await real(address, options);
                 return command === 'app_status' ? said({{ ...(await answer.json()), state: '{state}' }}, 'ok') : answer;
             }};"
        );
        self.script(&script).await?;
        Ok(())
    }

    /// The process ids of the app and its web view.
    pub fn processes(&self) -> Vec<u32> {
        family(self.process())
    }

    /// `kill -9` to the app itself, as a crash or an impatient person does.
    ///
    /// # Errors
    /// When it does not run.
    pub fn crash(&self) -> Result<()> {
        let program = programs::ours("aldaba")?;
        let runs = |pid: &u32| std::fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|file| file == program);
        let pid = self
            .processes()
            .into_iter()
            .find(runs)
            .context("the app does not run")?;
        let pid = rustix::process::Pid::from_raw(pid.cast_signed()).context("no such process")?;
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).context("cannot be killed")
    }
}
