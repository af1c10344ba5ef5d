//! The portal as a program without JavaScript sees it: pages, hidden fields, cookies.

use anyhow::{Context, Result, ensure};

use crate::server::Citizen;

/// What came of a PIN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Signed in.
    SignedIn,
    /// Not, with the code of the refusal.
    Refused(String),
}

/// Somebody with a cookie jar.
#[derive(Clone, Debug)]
pub struct Visitor {
    server: String,
    http: reqwest::Client,
    /// The PIN form as it was last shown.
    form: std::sync::Arc<std::sync::Mutex<Vec<(String, String)>>>,
}

impl Visitor {
    /// One who has not been here before.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(server: &str) -> Result<Self> {
        crate::programs::choose_cryptography();
        let http = reqwest::Client::builder().cookie_store(true).build()?;
        Ok(Self {
            server: server.to_owned(),
            http,
            form: std::sync::Arc::default(),
        })
    }

    /// A page's text.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn page(&self, path: &str) -> Result<String> {
        Ok(self
            .http
            .get(format!("{}{path}", self.server))
            .send()
            .await?
            .error_for_status()?
            .text()
            .await?)
    }

    /// Posts a form; redirections are followed.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn post(&self, path: &str, fields: &[(String, String)]) -> Result<String> {
        Ok(self
            .http
            .post(format!("{}{path}", self.server))
            .form(fields)
            .send()
            .await?
            .text()
            .await?)
    }

    /// From the sample site to the page that asks for the PIN. `method` is `incoming` or `self_generated`.
    ///
    /// # Errors
    /// When a page is not what it should be.
    pub async fn ask_for_pin(&self, citizen: &Citizen, method: &str) -> Result<String> {
        let site = self.page("/demo/sede").await?;
        let link = attribute(&site, "id=\"signin\"", "href").context("the sample site has no link to sign in")?;
        let mut fields = hidden_fields(&self.page(&link).await?, "/signin");
        ensure!(
            fields.iter().any(|(name, _)| name == "csrf"),
            "the sign-in form has no CSRF token"
        );
        for (name, value) in [
            ("document", citizen.document.as_str()),
            ("contrast", &citizen.contrast),
            ("method", method),
        ] {
            fields.push((name.to_owned(), value.to_owned()));
        }
        for name in ["own_key", "own_key_again"] {
            fields.push((name.to_owned(), String::new()));
        }
        let page = self.post("/signin", &fields).await?;
        self.remember(&page)?;
        Ok(page)
    }

    /// Sends a PIN and returns the page that follows.
    ///
    /// # Errors
    /// When the server does not answer, or no PIN has been asked for.
    pub async fn send_pin(&self, pin: &str) -> Result<String> {
        let mut fields = self
            .form
            .lock()
            .map_err(|_| anyhow::anyhow!("the form is lost"))?
            .clone();
        fields.push(("pin".to_owned(), pin.to_owned()));
        self.post("/signin/pin", &fields).await
    }

    /// As [`Visitor::send_pin`], judged.
    ///
    /// # Errors
    /// As [`Visitor::send_pin`].
    pub async fn try_pin(&self, pin: &str) -> Result<Outcome> {
        let page = self.send_pin(pin).await?;
        match attribute(&page, "data-screen=", "data-code") {
            Some(code) => Ok(Outcome::Refused(code)),
            None => {
                ensure!(
                    page.contains("id=\"session-name\""),
                    "neither signed in nor refused:\n{page}"
                );
                Ok(Outcome::SignedIn)
            }
        }
    }

    /// Whether the sample site knows who this is.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn is_signed_in(&self) -> Result<bool> {
        Ok(self.page("/demo/sede").await?.contains("id=\"session-name\""))
    }

    /// Presses "Desconectar" on the sample site.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub async fn sign_out(&self) -> Result<String> {
        let fields = hidden_fields(&self.page("/demo/sede").await?, "/signout");
        ensure!(!fields.is_empty(), "nobody is signed in");
        self.post("/signout", &fields).await
    }

    fn remember(&self, page: &str) -> Result<()> {
        let fields = hidden_fields(page, "/signin/pin");
        ensure!(!fields.is_empty(), "no form for a PIN on the page:\n{page}");
        *self.form.lock().map_err(|_| anyhow::anyhow!("the form is lost"))? = fields;
        Ok(())
    }
}

/// The 8-character code on the page that asks for the PIN, grouped.
pub fn page_code(page: &str) -> Option<String> {
    let code = page
        .split("p-code__value")
        .nth(1)?
        .split('>')
        .nth(1)?
        .split('<')
        .next()?;
    Some(code.trim().to_owned())
}

/// The hidden fields of the form that posts to `action`.
fn hidden_fields(page: &str, action: &str) -> Vec<(String, String)> {
    let Some(form) = page
        .split("<form")
        .find(|form| form.contains(&format!("action=\"{action}\"")))
    else {
        return Vec::new();
    };
    let form = form.split("</form>").next().unwrap_or_default();
    let inputs = form.split("<input").filter(|input| input.contains("type=\"hidden\""));
    inputs
        .filter_map(|input| {
            let input = input.split('>').next()?;
            Some((value_of(input, "name")?, value_of(input, "value")?))
        })
        .collect()
}

/// Attribute `name` of the element that contains `mark`.
fn attribute(page: &str, mark: &str, name: &str) -> Option<String> {
    let element = page.split('<').find(|element| element.contains(mark))?;
    value_of(element.split('>').next()?, name)
}

fn value_of(element: &str, name: &str) -> Option<String> {
    let value = element.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
    Some(value.replace("&amp;", "&").replace("&#38;", "&"))
}
