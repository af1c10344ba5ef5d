//! A public site's part in a sign-in: where it sends the browser, and what its server asks for afterwards.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use reqwest::{Client, Response, Url};

use crate::fixture::{REDIRECT_URI, SITE};
use crate::visit::{Visitor, field, location};

/// The pair of RFC 7636, appendix B: whichever it is, the server computes the same.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The site.
#[derive(Clone)]
pub struct Site {
    client: Client,
    server: String,
    secret: String,
    authorize: String,
}

impl Site {
    /// Registered at `server` with that secret.
    pub fn new(client: &Client, server: &str, secret: &str) -> Result<Self> {
        let asked = [
            ("client_id", SITE),
            ("redirect_uri", REDIRECT_URI),
            ("response_type", "code"),
            ("scope", "openid profile document"),
            ("state", "af0ifjsldkj"),
            ("nonce", "n-0S6_WzA2Mj"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let url = Url::parse_with_params(&format!("{server}/oidc/authorize"), asked)?;
        Ok(Self {
            client: client.clone(),
            server: server.to_owned(),
            secret: secret.to_owned(),
            authorize: format!("{}?{}", url.path(), url.query().unwrap_or_default()),
        })
    }

    /// From authorize to userinfo, of somebody who is not signed in: nine exchanges, once what the site learns was agreed to.
    pub async fn sign_in(&self, visitor: &mut Visitor) -> Result<Duration> {
        visitor.begin();
        let begun = Instant::now();
        let form = self.authorize(visitor).await?;
        ensure!(form.starts_with("/signin"), "nobody was asked to sign in: {form}");
        let page = visitor.get(&form).await?.error_for_status()?;
        visitor.read(page).await?;
        visitor.ask().await?;
        let on = visitor.prove().await?;
        let back = self.agree(visitor, &on).await?;
        self.collect(visitor, &back).await?;
        let took = begun.elapsed();
        visitor.forget_session();
        Ok(took)
    }

    /// From authorize to userinfo, of somebody who is: three exchanges.
    pub async fn sign_on(&self, visitor: &mut Visitor) -> Result<Duration> {
        visitor.begin();
        let begun = Instant::now();
        let back = self.authorize(visitor).await?;
        self.collect(visitor, &back).await?;
        Ok(begun.elapsed())
    }

    /// Signs in for [`Self::sign_on`], and agrees to what the site learns.
    pub async fn stay(&self, visitor: &mut Visitor) -> Result<()> {
        visitor.ask().await?;
        visitor.prove().await?;
        let question = self.authorize(visitor).await?;
        self.agree(visitor, &question).await?;
        Ok(())
    }

    async fn authorize(&self, visitor: &mut Visitor) -> Result<String> {
        let answer = visitor.get(&self.authorize).await?;
        ensure!(answer.status() == 303, "authorize answered {}", answer.status());
        let to = location(&answer);
        visitor.read(answer).await?;
        Ok(to)
    }

    /// What comes after signing in: the site's address with a code. Who is asked first says yes.
    async fn agree(&self, visitor: &mut Visitor, on: &str) -> Result<String> {
        let mut answer = visitor.get(on).await?;
        if answer.status() == 200 {
            let page = String::from_utf8(visitor.read(answer).await?)?;
            let named = |name: &str| field(&page, name).with_context(|| format!("the question has no field {name}"));
            let (csrf, claims, session) = (visitor.csrf().to_owned(), named("claims")?, named("session")?);
            let form = [
                ("csrf", csrf.as_str()),
                ("site", SITE),
                ("procedure", ""),
                ("claims", &claims),
                ("session", &session),
                ("decision", "yes"),
            ];
            answer = visitor.post("/oidc/consent", &form).await?;
        }
        ensure!(answer.status() == 303, "{on} answered {}", answer.status());
        let to = location(&answer);
        visitor.read(answer).await?;
        Ok(to)
    }

    /// Token and userinfo.
    async fn collect(&self, visitor: &mut Visitor, back: &str) -> Result<()> {
        let url = Url::parse(back).with_context(|| format!("the browser was not sent back to the site: {back}"))?;
        let code = url.query_pairs().find(|(name, _)| name == "code");
        let (_, code) = code.with_context(|| format!("no code: {url}"))?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ];
        let request = self.client.post(format!("{}/oidc/token", self.server));
        let tokens = request.basic_auth(SITE, Some(&self.secret)).form(&form).send().await?;
        let tokens = json(visitor, tokens).await?;
        ensure!(word(&tokens, "id_token").is_some(), "no ID token");
        let token = word(&tokens, "access_token").context("no access token")?;
        let request = self.client.get(format!("{}/oidc/userinfo", self.server));
        let told = request.bearer_auth(token).send().await?;
        let told = json(visitor, told).await?;
        ensure!(word(&told, "document").is_some(), "userinfo tells no document");
        Ok(())
    }
}

async fn json(visitor: &mut Visitor, answer: Response) -> Result<serde_json::Value> {
    let (status, body) = (answer.status(), visitor.read(answer).await?);
    ensure!(status == 200, "{status}: {}", String::from_utf8_lossy(&body));
    Ok(serde_json::from_slice(&body)?)
}

/// A text of an answer.
fn word<'a>(answer: &'a serde_json::Value, name: &str) -> Option<&'a str> {
    answer.get(name).and_then(serde_json::Value::as_str)
}
