//! The portal's pages, as a citizen goes through them.

use anyhow::{Context, Result};

use crate::browser::Browser;
use crate::server::{Citizen, DemoServer};

/// The form of the sign-in page. Fields are found by the names under which they are posted.
const FORM: &str = "form[action^=\"/signin\"]";

impl Browser {
    /// The sample public site.
    ///
    /// # Errors
    /// When it does not load.
    pub async fn open_site(&self, server: &DemoServer) -> Result<()> {
        self.goto(&format!("{}/demo/sede", server.url())).await
    }

    /// From the sample site to the sign-in form.
    ///
    /// # Errors
    /// When a page is not what it should be.
    pub async fn ask_to_sign_in(&self, server: &DemoServer) -> Result<()> {
        self.open_site(server).await?;
        self.click("a[href^=\"/signin\"]").await?;
        self.find("input[name=\"document\"]").await?;
        Ok(())
    }

    /// From the sample site to the page that asks for the PIN.
    ///
    /// # Errors
    /// When a page is not what it should be.
    pub async fn ask_for_pin(&self, server: &DemoServer, citizen: &Citizen) -> Result<()> {
        self.ask_to_sign_in(server).await?;
        self.fill("input[name=\"document\"]", &citizen.document).await?;
        self.fill("input[name=\"contrast\"]", &citizen.contrast).await?;
        self.click(&format!("{FORM} button[type=\"submit\"]")).await?;
        self.find("input[name=\"pin\"]").await?;
        Ok(())
    }

    /// Types a PIN and sends it.
    ///
    /// # Errors
    /// When there is no field for one.
    pub async fn send_pin(&self, pin: &str) -> Result<()> {
        self.fill("input[name=\"pin\"]", pin).await?;
        self.click("form[action^=\"/signin/pin\"] button[type=\"submit\"]")
            .await
    }

    /// The 8-character code of the page, grouped.
    ///
    /// # Errors
    /// When the page shows none.
    pub async fn page_code(&self) -> Result<String> {
        let text = self.whole_text().await?;
        let is_code = |word: &&str| {
            word.len() == 9
                && word
                    .chars()
                    .enumerate()
                    .all(|(at, letter)| (at == 4) == (letter == '-'))
        };
        let code = text
            .split_whitespace()
            .find(|word| is_code(word) && word.chars().any(|letter| letter != '-'));
        code.map(str::to_owned)
            .with_context(|| format!("no code on the page:\n{text}"))
    }
}
