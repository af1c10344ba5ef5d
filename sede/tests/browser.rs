//! A browser at the site.

use std::collections::BTreeMap;

use aldaba_sede::{Site, router};
use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;
use url::Url;

use crate::provider::Provider;

#[derive(Clone)]
pub struct Browser {
    router: Router,
    pub cookies: BTreeMap<String, String>,
}

#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Page {
    pub fn location(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.text);
        self.headers["location"].to_str().unwrap()
    }

    /// Fails unless it is the page of that failure.
    pub fn fails(&self, code: &str) {
        assert!(
            self.text.contains(&format!("data-code=\"{code}\"")),
            "not {code}: {} {}",
            self.status,
            self.text
        );
        assert!(!self.text.contains("sede-error"), "a text is missing: {}", self.text);
    }
}

impl Browser {
    pub fn new(site: &Site) -> Self {
        Self {
            router: router(site.clone()),
            cookies: BTreeMap::new(),
        }
    }

    /// Another browser at the same site.
    pub fn another(&self) -> Self {
        Self {
            router: self.router.clone(),
            cookies: BTreeMap::new(),
        }
    }

    pub async fn get(&mut self, path: &str) -> Page {
        let request = Request::get(path).header("cookie", self.cookie_header());
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let request = Request::post(path)
            .header("cookie", self.cookie_header())
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form.finish())).unwrap()).await
    }

    async fn send(&mut self, request: Request<Body>) -> Page {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all("set-cookie") {
            let (name, value) = cookie
                .to_str()
                .unwrap()
                .split(';')
                .next()
                .unwrap()
                .split_once('=')
                .unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = body.collect().await.unwrap().to_bytes();
        Page {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    fn cookie_header(&self) -> String {
        let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// Begins a sign-in; the parameters of the authorization request.
    pub async fn begin(&mut self, provider: &Provider, path: &str) -> BTreeMap<String, String> {
        let page = self.get(path).await;
        let url = Url::parse(page.location()).unwrap();
        assert!(
            url.as_str()
                .starts_with(&format!("{}/oidc/authorize?", provider.issuer))
        );
        let asked: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        provider.told().asked = Some((asked["nonce"].clone(), asked["code_challenge"].clone()));
        asked
    }

    /// The provider's answer to that.
    pub async fn answer(&mut self, provider: &Provider, asked: &BTreeMap<String, String>) -> Page {
        let path = callback(&[
            ("code", "the-code"),
            ("state", &asked["state"]),
            ("iss", &provider.issuer),
        ]);
        self.get(&path).await
    }

    /// A whole sign-in.
    pub async fn sign_in(&mut self, provider: &Provider, path: &str) -> Page {
        let asked = self.begin(provider, path).await;
        self.answer(provider, &asked).await
    }

    pub async fn is_signed_in(&mut self) -> bool {
        self.get("/").await.text.contains("id=\"session-name\"")
    }

    pub fn has_session(&self) -> bool {
        self.cookies.contains_key("sede_session")
    }
}

pub fn callback(parameters: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    format!("/callback?{}", query.finish())
}
