//! The portal's pages, as a citizen goes through them.

use anyhow::{Context, Result};

use crate::browser::Browser;
use crate::server::{Citizen, DemoServer};

impl Browser {
    /// The sample public site.
    ///
    /// # Errors
    /// When it does not load.
    pub async fn open_site(&self, server: &DemoServer) -> Result<()> {
        self.goto(&format!("{}/demo/sede", server.url())).await
    }

    /// The sample site's page where everything that it can ask for is chosen.
    ///
    /// # Errors
    /// When it does not load.
    pub async fn open_ask(&self, server: &DemoServer) -> Result<()> {
        self.open_site(server).await?;
        let site = self.session().current_url().await?;
        self.goto(site.join("/ask")?.as_str()).await?;
        self.find("main[data-screen=\"ask\"]").await?;
        Ok(())
    }

    /// From the sample site to the sign-in form. A browser is shown first what it signed in with last, and goes on to the form
    /// from there.
    ///
    /// # Errors
    /// When a page is not what it should be.
    pub async fn ask_to_sign_in(&self, server: &DemoServer) -> Result<()> {
        self.open_site(server).await?;
        self.follow("#signin").await?;
        if self.seen("button[name=\"method\"]").await?.is_none() {
            self.follow(".p-ways a[href*=\"way=incoming\"]").await?;
        }
        self.find("input[name=\"document\"]").await?;
        Ok(())
    }

    /// From the sample site to the page that asks for the PIN.
    ///
    /// # Errors
    /// When a page is not what it should be.
    pub async fn ask_for_pin(&self, server: &DemoServer, citizen: &Citizen) -> Result<()> {
        self.ask_to_sign_in(server).await?;
        self.fill_in(citizen).await?;
        self.send_form("incoming").await
    }

    /// As [`Browser::ask_for_pin`], for a PIN that the app makes by itself.
    ///
    /// # Errors
    /// When a page is not what it should be.
    pub async fn ask_with_own_pin(&self, server: &DemoServer, citizen: &Citizen) -> Result<()> {
        self.ask_to_sign_in(server).await?;
        self.fill_in(citizen).await?;
        self.send_form("self_generated").await
    }

    /// As [`Browser::ask_for_pin`], with a key of one's own.
    ///
    /// # Errors
    /// When a page is not what it should be.
    pub async fn ask_for_pin_with_own_key(&self, server: &DemoServer, citizen: &Citizen, key: &str) -> Result<()> {
        self.ask_to_sign_in(server).await?;
        self.fill_in(citizen).await?;
        self.script("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
            .await?;
        self.fill("input[name=\"own_key\"]", key).await?;
        self.fill("input[name=\"own_key_again\"]", key).await?;
        self.send_form("incoming").await
    }

    /// From the sample site to the page that waits for the PIN of an SMS.
    ///
    /// # Errors
    /// When a page is not what it should be.
    pub async fn ask_by_sms(&self, server: &DemoServer, citizen: &Citizen) -> Result<()> {
        self.open_sms_form(server, "/signin/sms").await?;
        self.fill_in(citizen).await?;
        self.follow("form[action=\"/signin/sms\"] button[type=\"submit\"]")
            .await?;
        self.find("input[name=\"pin\"]").await?;
        Ok(())
    }

    /// As [`Browser::ask_by_sms`], with an own key.
    ///
    /// # Errors
    /// When a page is not what it should be.
    pub async fn ask_by_own_key(&self, server: &DemoServer, citizen: &Citizen, key: &str) -> Result<()> {
        self.open_sms_form(server, "/signin/key").await?;
        self.fill_in(citizen).await?;
        self.fill("input[name=\"own_key\"]", key).await?;
        self.fill("input[name=\"own_key_again\"]", key).await?;
        self.follow("form[action=\"/signin/key\"] button[type=\"submit\"]")
            .await?;
        self.find("input[name=\"pin\"]").await?;
        Ok(())
    }

    /// From the sample site through the first page to the form of `path`.
    ///
    /// # Errors
    /// When a page is not what it should be.
    pub async fn open_sms_form(&self, server: &DemoServer, path: &str) -> Result<()> {
        self.ask_to_sign_in(server).await?;
        self.follow(&format!(".p-ways a[href^=\"{path}\"]")).await?;
        self.find(&format!("form[action=\"{path}\"]")).await?;
        Ok(())
    }

    /// From the sample site to the page with the QR.
    ///
    /// # Errors
    /// When a page is not what it should be.
    pub async fn ask_with_qr(&self, server: &DemoServer) -> Result<()> {
        self.ask_to_sign_in(server).await?;
        self.follow("a[href^=\"/signin/qr\"]").await?;
        self.follow("form[action=\"/signin/qr\"] button[type=\"submit\"]")
            .await?;
        self.find("[data-qr-image]").await?;
        Ok(())
    }

    /// From the sample site to the page with the challenge.
    ///
    /// # Errors
    /// When a page is not what it should be.
    pub async fn ask_for_bound_pin(&self, server: &DemoServer, citizen: &Citizen) -> Result<()> {
        self.ask_to_sign_in(server).await?;
        self.follow("a[href^=\"/signin/bound\"]").await?;
        self.find("form[action=\"/signin/bound\"]").await?;
        self.fill_in(citizen).await?;
        self.follow("form[action=\"/signin/bound\"] button[type=\"submit\"]")
            .await?;
        self.find("input[name=\"pin\"]").await?;
        Ok(())
    }

    /// Presses the first button of the page's form.
    ///
    /// # Errors
    /// When there is none.
    pub async fn press_main(&self) -> Result<()> {
        self.follow("form.p-form .p-actions button").await
    }

    /// Types who is there.
    ///
    /// # Errors
    /// When the page has no field for it.
    pub async fn fill_in(&self, citizen: &Citizen) -> Result<()> {
        self.fill("input[name=\"document\"]", &citizen.document).await?;
        self.fill("input[name=\"contrast\"]", &citizen.contrast).await
    }

    /// Presses the button of that method.
    ///
    /// # Errors
    /// When there is none.
    pub async fn send_form(&self, method: &str) -> Result<()> {
        self.follow(&format!("button[name=\"method\"][value=\"{method}\"]"))
            .await?;
        self.find("input[name=\"pin\"]").await?;
        Ok(())
    }

    /// Types a PIN and sends it.
    ///
    /// # Errors
    /// When there is no field for one.
    pub async fn send_pin(&self, pin: &str) -> Result<()> {
        self.type_pin(pin).await?;
        self.agree().await
    }

    /// As [`Browser::send_pin`], leaving the question whether the site may learn something to the test.
    ///
    /// # Errors
    /// When there is no field for one.
    pub async fn type_pin(&self, pin: &str) -> Result<()> {
        self.fill("input[name=\"pin\"]", pin).await?;
        self.follow("form[action=\"/signin/pin\"] button[type=\"submit\"]")
            .await
    }

    /// If the page asks whether the site may learn something: yes.
    ///
    /// # Errors
    /// When the answer leads nowhere.
    pub async fn agree(&self) -> Result<()> {
        let yes = "form[action=\"/oidc/consent\"] button[value=\"yes\"]";
        if self.seen(yes).await?.is_some() {
            self.follow(yes).await?;
        }
        Ok(())
    }

    /// The two words that the page shows.
    ///
    /// # Errors
    /// When it shows none.
    pub async fn page_phrase(&self) -> Result<String> {
        self.text(".p-phrase").await
    }

    /// The 8-character code of the page, grouped; it lies in a part that is folded away.
    ///
    /// # Errors
    /// When the page has none.
    pub async fn page_code(&self) -> Result<String> {
        let code = self
            .script("return document.querySelector('.p-code__value')?.textContent.trim() ?? null")
            .await?;
        code.as_str().map(str::to_owned).context("no code on the page")
    }
}
