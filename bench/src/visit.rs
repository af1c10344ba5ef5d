//! One citizen at one browser with one device: the whole sign-in over HTTP, as fast as the server answers.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aldaba_core::ids::RequestId;
use aldaba_core::random::{OsRandom, bytes};
use aldaba_core::time::{Clock as _, SystemClock};
use aldaba_protocol::{b64, pin, signature};
use anyhow::{Context as _, Result, ensure};
use futures::StreamExt as _;
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, Response};
use tokio::sync::mpsc;

use crate::fixture::{CONTRAST, Citizen, SITE};

/// How long an event may take before the measurement is given up.
const PATIENCE: Duration = Duration::from_secs(20);

/// A client that follows no redirects.
pub fn client() -> Result<Client> {
    Ok(Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(1024)
        .build()?)
}

/// An event read from a device's stream, and when.
pub struct Heard {
    /// The request.
    pub id: RequestId,
    /// When its bytes were read.
    pub at: Instant,
}

/// Signs a request of the citizen's device and sends it.
pub async fn signed(
    client: &Client,
    url: &str,
    citizen: &Citizen,
    method: Method,
    path: &str,
    body: &str,
) -> Result<Response> {
    let target = format!("{url}{path}");
    let nonce = b64::encode(&bytes::<16>(&OsRandom));
    let now = SystemClock.now().as_secs();
    let headers = signature::sign(
        method.as_str(),
        &target,
        body.as_bytes(),
        now,
        &nonce,
        &citizen.device,
        &citizen.key,
    );
    let mut request = client
        .request(method, target)
        .header("content-digest", headers.content_digest)
        .header("signature-input", headers.signature_input)
        .header("signature", headers.signature);
    if !body.is_empty() {
        request = request.header(CONTENT_TYPE, "application/json").body(body.to_owned());
    }
    Ok(request.send().await?)
}

/// Opens the device's event stream; the requests it tells of arrive on the channel.
pub async fn listen(client: &Client, url: &str, citizen: &Citizen) -> Result<mpsc::UnboundedReceiver<Heard>> {
    let answer = signed(client, url, citizen, Method::GET, "/v1/device/events", "")
        .await?
        .error_for_status()?;
    let (tell, heard) = mpsc::unbounded_channel();
    let mut chunks = answer.bytes_stream();
    tokio::spawn(async move {
        let (mut text, mut last) = (String::new(), None);
        while let Some(Ok(chunk)) = chunks.next().await {
            let at = Instant::now();
            text.push_str(&String::from_utf8_lossy(&chunk));
            while let Some(end) = text.find("\n\n") {
                let event: String = text.drain(..end + 2).collect();
                // Only pending requests are looked for: {"id":"…","state":"pending"}.
                let id = event
                    .split_once("\"id\":\"")
                    .filter(|_| event.contains("\"pending\""))
                    .and_then(|(_, rest)| rest.get(..32)?.parse().ok());
                // An event may come twice (docs/protocol.md): devices look at the list, and we at another id.
                if id == last {
                    continue;
                }
                last = id.or(last);
                if let Some(id) = id
                    && tell.send(Heard { id, at }).is_err()
                {
                    return;
                }
            }
        }
    });
    Ok(heard)
}

/// A browser that remembers its cookies, and the citizen before it.
pub struct Visitor {
    client: Client,
    url: String,
    citizen: Citizen,
    cookies: BTreeMap<String, String>,
    csrf: String,
    heard: mpsc::UnboundedReceiver<Heard>,
    counter: u64,
    sizes: Vec<u64>,
}

impl Visitor {
    /// Opens the sign-in page and the device's stream.
    pub async fn arrive(client: &Client, url: &str, citizen: &Citizen) -> Result<Self> {
        let heard = listen(client, url, citizen).await?;
        let mut visitor = Self {
            client: client.clone(),
            url: url.to_owned(),
            citizen: citizen.clone(),
            cookies: BTreeMap::new(),
            csrf: String::new(),
            heard,
            // A device's counter only goes up, also when this is not its first visit.
            counter: SystemClock.now().as_millis().unsigned_abs(),
            sizes: Vec::new(),
        };
        let page = visitor
            .get(&format!("/signin?site={SITE}"))
            .await?
            .error_for_status()?
            .text()
            .await?;
        visitor.csrf = field(&page, "csrf").context("the sign-in page has no csrf field")?;
        Ok(visitor)
    }

    /// "Obtener PIN": the request is made durably.
    pub async fn ask(&mut self) -> Result<Instant> {
        let begun = Instant::now();
        let (csrf, document) = (self.csrf.clone(), self.citizen.document.clone());
        let form = [("csrf", csrf.as_str()), ("document", &document), ("contrast", CONTRAST)];
        let answer = self.post("/signin", &form).await?;
        ensure!(answer.status() == 303, "POST /signin answered {}", answer.status());
        self.read(answer).await?;
        Ok(begun)
    }

    /// The stream's next pending request.
    pub async fn hear(&mut self) -> Result<Heard> {
        tokio::time::timeout(PATIENCE, self.heard.recv())
            .await
            .context("no event came")?
            .context("the stream ended")
    }

    /// The whole sign-in: ask, page, reveal, PIN. How long it took.
    pub async fn sign_in(&mut self) -> Result<Duration> {
        self.begin();
        let begun = self.ask().await?;
        self.prove().await?;
        let took = begun.elapsed();
        self.forget_session();
        Ok(took)
    }

    /// After [`Self::ask`]: page, reveal, PIN. Where the server sends the browser.
    pub async fn prove(&mut self) -> Result<String> {
        let page = self.get("/signin/pin").await?.error_for_status()?;
        let page = String::from_utf8(self.read(page).await?).context("the page is no text")?;
        let id = self.hear().await?.id;
        self.counter += 1;
        let body = format!("{{\"counter\":{}}}", self.counter);
        let path = format!("/v1/requests/{id}/reveal");
        let revealed = signed(&self.client, &self.url, &self.citizen, Method::POST, &path, &body).await?;
        ensure!(revealed.status() == 200, "reveal answered {}", revealed.status());
        self.read(revealed).await?;
        let digits = pin::request_pin(&self.citizen.otp_key, &id, SITE, 6).context("six digits")?;
        // All that a browser sends along: what is left out the server would have to look up.
        let named = |name: &str| field(&page, name).with_context(|| format!("the page has no field {name}"));
        let (csrf, site, request, method) = (named("csrf")?, named("site")?, named("request")?, named("method")?);
        let form = [
            ("csrf", csrf.as_str()),
            ("site", &site),
            ("request", &request),
            ("method", &method),
            ("pin", digits.expose()),
        ];
        let answer = self.post("/signin/pin", &form).await?;
        ensure!(answer.status() == 303, "POST /signin/pin answered {}", answer.status());
        let target = location(&answer);
        ensure!(!target.contains("/signin"), "the PIN was not accepted");
        self.read(answer).await?;
        Ok(target)
    }

    /// A session ends with its browser. Kept, the next sign-in would end it first: a transaction that is no part of signing in.
    pub fn forget_session(&mut self) {
        self.cookies.remove("aldaba_session");
    }

    /// The hidden field of this browser's forms.
    pub fn csrf(&self) -> &str {
        &self.csrf
    }

    /// Bytes of the bodies of the last visit's answers, in order.
    pub fn sizes(&self) -> &[u64] {
        &self.sizes
    }

    /// Another visit begins.
    pub fn begin(&mut self) {
        self.sizes.clear();
    }

    /// Reads an answer to its end.
    pub async fn read(&mut self, answer: Response) -> Result<Vec<u8>> {
        let body = answer.bytes().await?;
        self.sizes.push(body.len() as u64);
        Ok(body.into())
    }

    /// As the browser does it.
    pub async fn get(&mut self, path: &str) -> Result<Response> {
        let request = self
            .client
            .get(format!("{}{path}", self.url))
            .header(COOKIE, self.cookies());
        let answer = request.send().await?;
        self.remember(&answer);
        Ok(answer)
    }

    /// Likewise.
    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Result<Response> {
        let request = self
            .client
            .post(format!("{}{path}", self.url))
            .header(COOKIE, self.cookies())
            .form(form);
        let answer = request.send().await?;
        self.remember(&answer);
        Ok(answer)
    }

    fn cookies(&self) -> String {
        self.cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ")
    }

    fn remember(&mut self, answer: &Response) {
        for value in answer.headers().get_all(SET_COOKIE) {
            let pair = value
                .to_str()
                .ok()
                .and_then(|value| value.split(';').next()?.split_once('='));
            if let Some((name, value)) = pair {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// The value of a hidden field.
pub fn field(page: &str, name: &str) -> Option<String> {
    let input = page
        .split("<input")
        .find(|input| input.contains(&format!("name=\"{name}\"")))?;
    let (_, value) = input.split_once("value=\"")?;
    value.split('"').next().map(str::to_owned)
}

/// Where an answer sends the browser; empty when nowhere.
pub fn location(answer: &Response) -> String {
    let to = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    to.unwrap_or_default().to_owned()
}
