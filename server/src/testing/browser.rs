//! A browser: cookies, hidden fields, forms.

use std::collections::BTreeMap;

use aldaba_core::ids::RequestId;
use axum::body::Body;
use http::Request;

use super::{Answer, TestPerson, TestServer};

/// A browser at one site.
#[derive(Clone, Default)]
pub struct TestBrowser {
    /// Cookies by name.
    pub cookies: BTreeMap<String, String>,
    /// The hidden fields of the last page with a form.
    pub hidden: BTreeMap<String, String>,
}

impl TestBrowser {
    /// A browser that has opened the sign-in page of a site.
    pub async fn open(server: &TestServer, site: &str) -> Self {
        let mut browser = Self::default();
        browser
            .get(server, &format!("/signin?site={site}&procedure=padron"))
            .await
            .expect(200);
        browser
    }

    /// A new browser that has asked for a PIN and looks at the page with the field.
    pub async fn ask(server: &TestServer, person: &TestPerson) -> Self {
        let mut browser = Self::open(server, "sede").await;
        browser.start(server, person, &[]).await.expect(303);
        browser.get(server, "/signin/pin").await.expect(200);
        browser
    }

    /// The same for a PIN that the app makes itself.
    pub async fn ask_self_generated(server: &TestServer, person: &TestPerson) -> Self {
        let mut browser = Self::open(server, "sede").await;
        browser
            .start(server, person, &[("method", "self_generated")])
            .await
            .expect(303);
        browser.get(server, "/signin/pin").await.expect(200);
        browser
    }

    /// A new browser that looks at the page of a page-bound PIN.
    pub async fn ask_bound(server: &TestServer, person: &TestPerson) -> Self {
        let mut browser = Self::default();
        browser
            .get(server, "/signin/bound?site=sede&procedure=padron")
            .await
            .expect(200);
        let fields = [("document", person.document), ("contrast", person.contrast)];
        browser.post(server, "/signin/bound", &fields).await.expect(303);
        browser.get(server, "/signin/pin").await.expect(200);
        browser
    }

    /// A new browser that looks at the page of a QR.
    pub async fn ask_qr(server: &TestServer) -> Self {
        let mut browser = Self::default();
        browser
            .get(server, "/signin/qr?site=sede&procedure=padron")
            .await
            .expect(200);
        browser.post(server, "/signin/qr", &[]).await.expect(303);
        browser.get(server, "/signin/qr/page").await.expect(200);
        browser
    }

    /// The code that a page shows, as it shows it.
    #[must_use]
    pub fn code_of(page: &str) -> String {
        let found = page.split_once("p-code__value").and_then(|(_, rest)| {
            let (_, rest) = rest.split_once('>')?;
            rest.split_once('<')
        });
        found
            .map(|(code, _)| code.to_owned())
            .unwrap_or_else(|| panic!("no code: {page}"))
    }

    /// Sends the form of the sign-in page.
    pub async fn start(&mut self, server: &TestServer, person: &TestPerson, more: &[(&str, &str)]) -> Answer {
        let mut fields = vec![("document", person.document), ("contrast", person.contrast)];
        fields.extend_from_slice(more);
        self.post(server, "/signin", &fields).await
    }

    /// The request of typing a PIN, to be sent.
    #[must_use]
    pub fn pin_form(&self, pin: &str, more: &[(&str, &str)]) -> Request<Body> {
        let mut fields = vec![("pin", pin)];
        fields.extend_from_slice(more);
        self.form("/signin/pin", &fields)
    }

    /// Types a PIN.
    pub async fn type_pin(&mut self, server: &TestServer, pin: &str) -> Answer {
        self.post(server, "/signin/pin", &[("pin", pin)]).await
    }

    /// The request that this browser made last.
    #[must_use]
    pub fn request(&self) -> RequestId {
        let found = self.cookies.iter().find(|(name, _)| name.ends_with("aldaba_request"));
        found
            .map(|(_, value)| value.parse().unwrap())
            .unwrap_or_else(|| panic!("no request"))
    }

    /// Whether it has a session cookie.
    #[must_use]
    pub fn has_session(&self) -> bool {
        self.cookies.keys().any(|name| name.ends_with("aldaba_session"))
    }

    /// Opens a page.
    pub async fn get(&mut self, server: &TestServer, path: &str) -> Answer {
        let request = Request::get(path)
            .header("accept", "text/html")
            .header("cookie", self.cookie_header());
        let answer = server.send(request.body(Body::empty()).unwrap()).await;
        self.take(&answer);
        answer
    }

    /// Sends a form with the hidden fields of the last page.
    pub async fn post(&mut self, server: &TestServer, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = server.send(self.form(path, fields)).await;
        self.take(&answer);
        answer
    }

    /// A form with the hidden fields of the last page, to be sent. A field of the caller's replaces a hidden one.
    #[must_use]
    pub fn form(&self, path: &str, fields: &[(&str, &str)]) -> Request<Body> {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.hidden {
            if !fields.iter().any(|(other, _)| other == name) {
                form.append_pair(name, value);
            }
        }
        for (name, value) in fields {
            form.append_pair(name, value);
        }
        Request::post(path)
            .header("accept", "text/html")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", self.cookie_header())
            .body(Body::from(form.finish()))
            .unwrap()
    }

    fn cookie_header(&self) -> String {
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    fn take(&mut self, answer: &Answer) {
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let text = answer.text();
        // The last form of a page is its own; the language menu and the like come before it.
        if let Some((_, form)) = text.rsplit_once("<form class=\"p-form") {
            self.hidden.clear();
            for input in form.split("<input type=\"hidden\" name=\"").skip(1) {
                let (name, rest) = input.split_once('"').unwrap();
                let value = rest.split_once("value=\"").and_then(|(_, rest)| rest.split_once('"'));
                self.hidden.insert(
                    name.to_owned(),
                    value.map(|(value, _)| value.to_owned()).unwrap_or_default(),
                );
            }
        }
    }
}
