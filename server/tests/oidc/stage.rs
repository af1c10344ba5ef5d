//! Two sites with secrets, a browser, and what they do.

use std::collections::BTreeMap;

use aldaba_core::level::Level;
use aldaba_core::oidc::Claim;
use aldaba_server::config::{Config, Procedure};
use aldaba_server::oidc::keys;
use aldaba_server::testing::{ANA, Answer, TestBrowser, TestDevice, TestPerson, TestServer};
use aldaba_store::{Backend, logouts};
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use serde_json::Value;

pub const HOME: &str = "https://sede.example/vuelta";
pub const OTHER: &str = "https://otra.example/vuelta?site=otra";
pub const GOODBYE: &str = "https://sede.example/adios";
/// RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Changes of parameters: another value, or none.
pub type Changes<'a> = &'a [(&'a str, Option<&'a str>)];

pub struct Stage {
    pub server: TestServer,
    secrets: BTreeMap<&'static str, String>,
}

fn sites(config: &mut Config) {
    let [sede, otra] = config.relying_parties.as_mut_slice() else {
        panic!("two sites")
    };
    sede.redirect_uris = vec![HOME.to_owned(), "https://sede.example/vuelta?x=1".to_owned()];
    sede.post_logout_redirect_uris = vec![GOODBYE.to_owned()];
    sede.backchannel_logout_uri = Some("https://sede.example/logout".parse().unwrap());
    sede.logo = Some("https://sede.example/logo.svg?v=2".parse().unwrap());
    sede.claims = vec![Claim::GivenName, Claim::FamilyName, Claim::Document];
    let mut taxes = Procedure::new("tributos", "Recibos y tributos");
    taxes.level = Some(Level::Substantial);
    sede.procedures.push(taxes);
    otra.redirect_uris = vec![OTHER.to_owned()];
    otra.backchannel_logout_uri = Some("https://otra.example/logout".parse().unwrap());
}

impl Stage {
    pub async fn new(backend: Backend) -> Self {
        Self::with(backend, |_| {}).await
    }

    /// With that configuration besides.
    pub async fn with(backend: Backend, change: impl FnOnce(&mut Config)) -> Self {
        let server = TestServer::with(backend, |config| {
            sites(config);
            change(config);
        })
        .await;
        let secrets = BTreeMap::from([
            ("sede", server.new_secret("sede").await),
            ("otra", server.new_secret("otra").await),
        ]);
        Self { server, secrets }
    }

    /// The secret of a site's server.
    pub fn secret(&self, site: &str) -> &str {
        &self.secrets[site]
    }

    /// The address with which that site sends a browser.
    pub fn address(site: &str, changes: Changes<'_>) -> String {
        format!("/oidc/authorize?{}", Self::query(site, changes))
    }

    pub fn query(site: &str, changes: Changes<'_>) -> String {
        let mut pairs: Vec<(&str, &str)> = vec![
            ("client_id", site),
            ("redirect_uri", if site == "otra" { OTHER } else { HOME }),
            ("response_type", "code"),
            ("scope", "openid profile document"),
            ("state", "the state"),
            ("nonce", "the-nonce"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in changes {
            pairs.retain(|(known, _)| known != name);
            pairs.extend(value.map(|value| (*name, value)));
        }
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish()
    }

    /// The site sends the browser.
    pub async fn come(&self, browser: &mut TestBrowser, site: &str, changes: Changes<'_>) -> Answer {
        browser.get(&self.server, &Self::address(site, changes)).await
    }

    /// Follows redirects within this server; the last answer.
    pub async fn follow(&self, browser: &mut TestBrowser, mut answer: Answer) -> Answer {
        while answer.status == 303 && location(&answer).starts_with('/') {
            answer = browser.get(&self.server, &location(&answer)).await;
        }
        answer
    }

    /// Signs in on the page where the browser stands, with the PIN of a device; follows to what comes after.
    pub async fn identify(&self, browser: &mut TestBrowser, device: &mut TestDevice, who: &TestPerson) -> Answer {
        let site = browser.hidden["site"].clone();
        browser
            .start(&self.server, who, &[("method", "incoming")])
            .await
            .expect(303);
        browser.get(&self.server, "/signin/pin").await.expect(200);
        let id = browser.request();
        device.reveal_verified(&self.server, &id).await.expect(200);
        let answer = browser
            .type_pin(&self.server, &device.pin(&id, &site))
            .await
            .expect(303);
        self.follow(browser, answer).await
    }

    /// The same with the PIN that the app makes itself, which reaches the lowest level.
    pub async fn identify_low(&self, browser: &mut TestBrowser, device: &TestDevice, who: &TestPerson) -> Answer {
        browser
            .start(&self.server, who, &[("method", "self_generated")])
            .await
            .expect(303);
        browser.get(&self.server, "/signin/pin").await.expect(200);
        let pin = device.self_generated(self.server.app.now());
        let answer = browser.type_pin(&self.server, &pin).await.expect(303);
        self.follow(browser, answer).await
    }

    /// Says yes.
    pub async fn agree(&self, browser: &mut TestBrowser) -> Answer {
        browser
            .post(&self.server, "/oidc/consent", &[("decision", "yes")])
            .await
            .expect(303)
    }

    /// A whole sign-in of Ana in a browser that may be signed in already: where the browser ends up.
    pub async fn sign_in(
        &self,
        browser: &mut TestBrowser,
        device: &mut TestDevice,
        site: &str,
        changes: Changes<'_>,
    ) -> String {
        let came = self.come(browser, site, changes).await;
        let mut answer = self.follow(browser, came).await;
        if answer.text().contains("data-screen=\"signin\"") {
            answer = self.identify(browser, device, &ANA).await;
        }
        if answer.text().contains("data-screen=\"consent\"") {
            answer = self.agree(browser).await;
        }
        location(&answer)
    }

    /// The same to the code.
    pub async fn code(
        &self,
        browser: &mut TestBrowser,
        device: &mut TestDevice,
        site: &str,
        changes: Changes<'_>,
    ) -> String {
        let ended = self.sign_in(browser, device, site, changes).await;
        parameter(&ended, "code").unwrap_or_else(|| panic!("no code: {ended}"))
    }

    /// The same to the tokens.
    pub async fn tokens(
        &self,
        browser: &mut TestBrowser,
        device: &mut TestDevice,
        site: &str,
        changes: Changes<'_>,
    ) -> Value {
        let code = self.code(browser, device, site, changes).await;
        self.redeem(site, &code, &[]).await.expect(200).json()
    }

    /// A call of a site's server, with its secret.
    pub fn call(&self, site: &str, path: &str, pairs: &[(&str, &str)]) -> Request<Body> {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        let proof = STANDARD.encode(format!("{site}:{}", self.secrets[site]));
        Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("authorization", format!("Basic {proof}"))
            .body(Body::from(body))
            .unwrap()
    }

    /// A site shows a code.
    pub async fn redeem(&self, site: &str, code: &str, changes: Changes<'_>) -> Answer {
        let mut pairs: Vec<(&str, &str)> = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", if site == "otra" { OTHER } else { HOME }),
            ("code_verifier", VERIFIER),
        ];
        for (name, value) in changes {
            pairs.retain(|(known, _)| known != name);
            pairs.extend(value.map(|value| (*name, value)));
        }
        self.server.send(self.call(site, "/oidc/token", &pairs)).await
    }

    /// A site pushes a request.
    pub async fn push(&self, site: &str, changes: Changes<'_>) -> Answer {
        let query = Self::query(site, changes);
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.server.send(self.call(site, "/oidc/par", &pairs)).await
    }

    pub async fn userinfo(&self, token: &str) -> Answer {
        let request = Request::get("/oidc/userinfo").header("authorization", format!("Bearer {token}"));
        self.server.send(request.body(Body::empty()).unwrap()).await
    }

    /// The claims of an ID token, whose signature is checked.
    pub async fn claims(&self, tokens: &Value) -> Value {
        let token = tokens["id_token"].as_str().unwrap();
        keys::verify(&self.server.app, "JWT", token).await.unwrap().unwrap()
    }

    /// Which sites are to be told of which sessions.
    pub async fn told(&self) -> Vec<(String, String)> {
        aldaba_server::oidc::ended::look(&self.server.app).await.unwrap();
        let all = self
            .server
            .read(|tx| Box::pin(async move { logouts::list(tx, 100).await }))
            .await;
        let mut all: Vec<_> = all.into_iter().map(|logout| (logout.client_id, logout.sid)).collect();
        all.sort();
        all
    }
}

/// Where an answer leads.
pub fn location(answer: &Answer) -> String {
    let to = answer.headers.get("location");
    to.unwrap_or_else(|| panic!("{} {}", answer.status, answer.text()))
        .to_str()
        .unwrap()
        .to_owned()
}

/// A parameter of an address.
pub fn parameter(address: &str, name: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
}

/// Which page it is.
pub fn screen(answer: &Answer) -> String {
    let text = answer.text();
    let found = text
        .split_once("data-screen=\"")
        .and_then(|(_, rest)| rest.split_once('"'));
    found.map(|(screen, _)| screen.to_owned()).unwrap_or_default()
}
