//! The pages as a program without JavaScript sees them: links, hidden fields, cookies, redirections from site to provider and
//! back.

use anyhow::{Context, Result, bail, ensure};
use reqwest::{StatusCode, Url, header};

use crate::server::Citizen;

/// The most redirections that one step may take.
const REDIRECTIONS: usize = 12;

/// What came of a PIN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Signed in.
    SignedIn,
    /// Not, with the code of the refusal.
    Refused(String),
}

/// A page that is being looked at.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Where it is.
    pub url: Url,
    /// Its HTML.
    pub text: String,
}

/// The form for a PIN: where it goes, and its hidden fields.
#[derive(Clone, Debug)]
struct PinForm {
    action: Url,
    fields: Vec<(String, String)>,
}

/// Somebody with a cookie jar.
#[derive(Clone, Debug)]
pub struct Visitor {
    server: String,
    http: reqwest::Client,
    /// The PIN form as it was last shown.
    form: std::sync::Arc<std::sync::Mutex<Option<PinForm>>>,
}

impl Visitor {
    /// One who has not been here before.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(server: &str) -> Result<Self> {
        crate::programs::choose_cryptography();
        let http = reqwest::Client::builder()
            .cookie_store(true)
            // Followed by hand: what the server said before it sent the browser away is of interest.
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            server: server.to_owned(),
            http,
            form: std::sync::Arc::default(),
        })
    }

    /// The page at an address, or at a path of the server, wherever that leads.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn open(&self, address: &str) -> Result<Shown> {
        let url = match Url::parse(address) {
            Ok(url) => url,
            Err(_) => Url::parse(&self.server)?.join(address)?,
        };
        let answer = self.http.get(url.clone()).send().await?;
        self.follow(url, answer).await
    }

    /// A page's text.
    ///
    /// # Errors
    /// When it does not come, or is an error.
    pub async fn page(&self, address: &str) -> Result<String> {
        Ok(self.open(address).await?.text)
    }

    /// Posts a form and goes where that leads.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn submit(&self, action: Url, fields: &[(String, String)]) -> Result<Shown> {
        let answer = self.http.post(action.clone()).form(fields).send().await?;
        self.follow(action, answer).await
    }

    async fn follow(&self, mut url: Url, mut answer: reqwest::Response) -> Result<Shown> {
        for _ in 0..REDIRECTIONS {
            if !answer.status().is_redirection() {
                return Ok(Shown {
                    url,
                    text: answer.text().await?,
                });
            }
            url = target(&url, &answer)?;
            answer = self.http.get(url.clone()).send().await?;
        }
        bail!("sent from page to page, at last to {url}")
    }

    /// From the sample site to the page that asks for the PIN. `method` is `incoming` or `self_generated`.
    ///
    /// # Errors
    /// When a page is not what it should be.
    pub async fn ask_for_pin(&self, citizen: &Citizen, method: &str) -> Result<String> {
        let site = self.open("/demo/sede").await?;
        let form = self.press(&site, "signin").await?;
        self.fill_in(&form, citizen, method).await
    }

    /// The same without the site, from the server's own page.
    ///
    /// # Errors
    /// When a page is not what it should be.
    pub async fn ask_for_pin_at_the_server(&self, citizen: &Citizen, method: &str) -> Result<String> {
        let form = self.open("/signin?site=demo-sede").await?;
        self.fill_in(&form, citizen, method).await
    }

    /// Follows the link with that id.
    ///
    /// # Errors
    /// When there is none.
    pub async fn press(&self, page: &Shown, id: &str) -> Result<Shown> {
        let link = attribute(&page.text, &format!("id=\"{id}\""), "href");
        let link = link.with_context(|| format!("no link {id} on the page:\n{}", page.text))?;
        self.open(page.url.join(&link)?.as_str()).await
    }

    /// Fills in the page that asks who is there; what follows is the page that asks for the PIN.
    ///
    /// # Errors
    /// When a page is not what it should be.
    pub async fn fill_in(&self, form: &Shown, citizen: &Citizen, method: &str) -> Result<String> {
        let (action, mut fields) = hidden_fields(form, "/signin")?;
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
        let page = self.submit(action, &fields).await?;
        let (action, fields) = hidden_fields(&page, "/signin/pin")?;
        *self.form.lock().map_err(|_| anyhow::anyhow!("the form is lost"))? = Some(PinForm { action, fields });
        Ok(page.text)
    }

    /// From the sample site to the page that shows a QR and its code; nobody types a document.
    ///
    /// # Errors
    /// When a page is not what it should be.
    pub async fn ask_with_qr(&self) -> Result<Shown> {
        let site = self.open("/demo/sede").await?;
        let form = self.press(&site, "signin").await?;
        let way = form.text.split('"').find(|part| part.starts_with("/signin/qr?"));
        let way = way
            .context("no way by QR is offered")?
            .replace("&amp;", "&")
            .replace("&#38;", "&");
        let start = self.open(form.url.join(&way)?.as_str()).await?;
        let (action, fields) = hidden_fields(&start, "/signin/qr")?;
        self.submit(action, &fields).await
    }

    /// Presses "approved" on that page; what the site may learn is agreed to.
    ///
    /// # Errors
    /// When it is another page.
    pub async fn go_on_after_qr(&self, page: &Shown) -> Result<String> {
        let (action, fields) = hidden_fields(page, "/signin/qr/page")?;
        let next = self.submit(action, &fields).await?;
        Ok(self.agree(next).await?.text)
    }

    /// Posts a form to a path of the server.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Result<String> {
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Ok(self.submit(Url::parse(&self.server)?.join(path)?, &fields).await?.text)
    }

    fn pin_form(&self, pin: &str) -> Result<PinForm> {
        let held = self.form.lock().map_err(|_| anyhow::anyhow!("the form is lost"))?;
        let mut form = held.clone().context("no PIN has been asked for")?;
        form.fields.push(("pin".to_owned(), pin.to_owned()));
        Ok(form)
    }

    /// Sends a PIN and returns the page that follows; a right one leads to the site. What the site may learn is agreed to.
    ///
    /// # Errors
    /// When nobody answers, or no PIN has been asked for.
    pub async fn send_pin(&self, pin: &str) -> Result<String> {
        let form = self.pin_form(pin)?;
        let page = self.submit(form.action, &form.fields).await?;
        Ok(self.agree(page).await?.text)
    }

    /// If the page asks whether the site may learn something: yes.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn agree(&self, page: Shown) -> Result<Shown> {
        if !page.text.contains("action=\"/oidc/consent\"") {
            return Ok(page);
        }
        let (action, mut fields) = hidden_fields(&page, "/oidc/consent")?;
        fields.push(("decision".to_owned(), "yes".to_owned()));
        self.submit(action, &fields).await
    }

    /// Sends a PIN; what the server itself says to it, before it sends the browser anywhere.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn try_pin(&self, pin: &str) -> Result<Outcome> {
        let form = self.pin_form(pin)?;
        let answer = self.http.post(form.action.clone()).form(&form.fields).send().await?;
        let opens = answer.headers().get_all(header::SET_COOKIE).iter().any(|cookie| {
            let cookie = cookie.to_str().unwrap_or_default();
            cookie.starts_with("aldaba_session=") && !cookie.starts_with("aldaba_session=;")
        });
        if answer.status() == StatusCode::SEE_OTHER && opens {
            return Ok(Outcome::SignedIn);
        }
        let page = self.follow(form.action, answer).await?;
        match attribute(&page.text, "data-screen=", "data-code") {
            Some(code) => Ok(Outcome::Refused(code)),
            None => bail!("neither signed in nor refused:\n{}", page.text),
        }
    }

    /// Whether the server knows who this is: the sample site would get an answer without anybody being asked anything.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn is_signed_in(&self) -> Result<bool> {
        let answer = self.http.get(format!("{}/demo/sede", self.server)).send().await?;
        let site = target(&Url::parse(&self.server)?, &answer)?;
        let mut url = Url::parse(&self.server)?.join("/oidc/authorize")?;
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", "demo-sede"),
            ("redirect_uri", site.join("/callback")?.as_str()),
            ("scope", "openid"),
            ("state", "probe"),
            ("nonce", "probe"),
            // The challenge of RFC 7636, appendix B: nobody will redeem the code.
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"),
            ("prompt", "none"),
        ]);
        let mut from = url.clone();
        for _ in 0..REDIRECTIONS {
            let answer = self.http.get(from.clone()).send().await?;
            let to = target(&from, &answer)?;
            if to.origin() != url.origin() {
                let error = to.query_pairs().find(|(name, _)| name == "error");
                return Ok(error.is_none_or(|(_, error)| error != "login_required"));
            }
            from = to;
        }
        bail!("sent from page to page, at last to {from}")
    }

    /// Presses "Desconectar" on the sample site.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub async fn sign_out(&self) -> Result<String> {
        let site = self.open("/demo/sede").await?;
        let (action, fields) = hidden_fields(&site, "/signout").context("nobody is signed in")?;
        Ok(self.submit(action, &fields).await?.text)
    }
}

/// Where an answer sends the browser.
fn target(from: &Url, answer: &reqwest::Response) -> Result<Url> {
    let to = answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
    let to = to.with_context(|| format!("{}: {} and no address to go on", from.path(), answer.status()))?;
    Ok(from.join(to)?)
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

/// The two words on the page that asks for the PIN.
pub fn page_phrase(page: &str) -> Option<String> {
    let words = page.split("p-phrase").nth(1)?.split('>').nth(1)?.split('<').next()?;
    Some(words.trim().to_owned())
}

/// Where the form that posts to `action` goes, and its hidden fields.
fn hidden_fields(page: &Shown, action: &str) -> Result<(Url, Vec<(String, String)>)> {
    let mark = format!("action=\"{action}\"");
    let form = page.text.split("<form").find(|form| form.contains(&mark));
    let form = form.with_context(|| format!("no form for {action} at {}:\n{}", page.url.path(), page.text))?;
    let form = form.split("</form>").next().unwrap_or_default();
    let inputs = form.split("<input").filter(|input| input.contains("type=\"hidden\""));
    let fields = inputs.filter_map(|input| {
        let input = input.split('>').next()?;
        Some((value_of(input, "name")?, value_of(input, "value")?))
    });
    Ok((page.url.join(action)?, fields.collect()))
}

/// Attribute `name` of the element that contains `mark`.
pub fn attribute(page: &str, mark: &str, name: &str) -> Option<String> {
    let element = page.split('<').find(|element| element.contains(mark))?;
    value_of(element.split('>').next()?, name)
}

/// The text of the element with that id, without the elements in it.
pub fn text_of(page: &str, id: &str) -> Option<String> {
    let rest = page.split(&format!("id=\"{id}\"")).nth(1)?;
    let text = rest.split_once('>')?.1.split('<').next()?;
    Some(text.trim().to_owned())
}

fn value_of(element: &str, name: &str) -> Option<String> {
    let value = element.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
    Some(value.replace("&amp;", "&").replace("&#38;", "&"))
}
