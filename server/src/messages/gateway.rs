//! An SMS gateway spoken to over HTTP, as the operator's settings describe it.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Url};
use zeroize::Zeroizing;

use super::{Message, MessageSender, SendError, Sending};
use crate::config::Gateway;

/// The settings, read once: what each message is put into.
pub struct Template {
    url: String,
    method: Method,
    headers: Vec<(HeaderName, String)>,
    idempotency_header: HeaderName,
    body: String,
    escape: Escape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escape {
    Json,
    Form,
    None,
}

/// The gateway.
pub struct HttpGateway {
    template: Template,
    secrets: BTreeMap<String, Zeroizing<String>>,
    client: Client,
}

/// Why the gateway cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The settings do not make a request.
    #[error("{0}")]
    Settings(String),
    /// A secret's file cannot be read.
    #[error("the file of secret {0} cannot be read: {1}")]
    Secret(String, std::io::Error),
    /// The client cannot be made.
    #[error("the HTTP client cannot be made: {0}")]
    Client(reqwest::Error),
}

impl Template {
    /// Reads the settings.
    ///
    /// # Errors
    /// What does not make a request, and why.
    pub fn new(settings: &Gateway) -> Result<Self, String> {
        let plain = settings
            .url
            .replace("{to}", "0")
            .replace("{text}", "0")
            .replace("{id}", "0");
        let url = Url::parse(&plain).map_err(|_| "url is no address".to_owned())?;
        if url.scheme() != "https" && !(url.scheme() == "http" && crate::config::is_this_machine(&url)) {
            return Err("url must be https: messages carry codes and phone numbers".to_owned());
        }
        let method =
            Method::from_bytes(settings.method.as_bytes()).map_err(|_| "method is no HTTP method".to_owned())?;
        let mut headers = Vec::new();
        let mut escape = Escape::None;
        for (name, value) in &settings.headers {
            let name: HeaderName = name.parse().map_err(|_| format!("{name} is no header name"))?;
            if name == reqwest::header::CONTENT_TYPE {
                escape = if value.contains("json") {
                    Escape::Json
                } else if value.contains("form-urlencoded") {
                    Escape::Form
                } else {
                    Escape::None
                };
            }
            headers.push((name, value.clone()));
        }
        let idempotency_header = settings
            .idempotency_header
            .parse()
            .map_err(|_| format!("{} is no header name", settings.idempotency_header))?;
        for needed in ["{to}", "{text}"] {
            if !settings.body.contains(needed) && !settings.url.contains(needed) {
                return Err(format!("neither body nor url holds {needed}"));
            }
        }
        for text in settings.headers.values().chain([&settings.url, &settings.body]) {
            for name in secret_names(text) {
                if !settings.secrets.contains_key(name) {
                    return Err(format!("secret {name} is used but no file is named for it"));
                }
            }
        }
        Ok(Self {
            url: settings.url.clone(),
            method,
            headers,
            idempotency_header,
            body: settings.body.clone(),
            escape,
        })
    }

    /// Whether the settings make a request.
    ///
    /// # Errors
    /// Why not.
    pub fn check(settings: &Gateway) -> Result<(), String> {
        if settings.deadline_seconds == 0 {
            return Err("deadline_seconds is at least 1".to_owned());
        }
        Self::new(settings).map(|_| ())
    }
}

impl HttpGateway {
    /// Reads the secrets and prepares the client. Redirects are not followed: a message goes where the operator said.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub fn new(settings: &Gateway) -> Result<Self, GatewayError> {
        let template = Template::new(settings).map_err(GatewayError::Settings)?;
        let mut secrets = BTreeMap::new();
        for (name, file) in &settings.secrets {
            let text = std::fs::read_to_string(file).map_err(|error| GatewayError::Secret(name.clone(), error))?;
            secrets.insert(
                name.clone(),
                Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()),
            );
        }
        let client = Client::builder()
            .timeout(Duration::from_secs(settings.deadline_seconds))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(GatewayError::Client)?;
        Ok(Self {
            template,
            secrets,
            client,
        })
    }

    async fn post(&self, message: &Message) -> Result<(), SendError> {
        let template = &self.template;
        let id = message.id.to_string();
        let url = fill(&template.url, message, &id, Escape::Form, &self.secrets);
        let url = Url::parse(&url).map_err(|_| SendError::Later("the address cannot be built"))?;
        let mut headers = HeaderMap::new();
        for (name, value) in &template.headers {
            let mut value = HeaderValue::from_str(&fill(value, message, &id, Escape::None, &self.secrets))
                .map_err(|_| SendError::Later("a header cannot be built"))?;
            value.set_sensitive(true);
            headers.append(name, value);
        }
        if let Ok(value) = HeaderValue::from_str(&id) {
            headers.insert(&template.idempotency_header, value);
        }
        let body = fill(&template.body, message, &id, template.escape, &self.secrets);
        // An error's text would repeat the address, which may hold the phone number: only its kind is kept.
        let answer = self
            .client
            .request(template.method.clone(), url)
            .headers(headers)
            .body(body)
            .send()
            .await
            .map_err(|error| {
                SendError::Later(if error.is_timeout() {
                    "no answer in time"
                } else {
                    "no connection"
                })
            })?;
        match answer.status().as_u16() {
            200..=299 => Ok(()),
            408 | 425 | 429 | 500..=599 => Err(SendError::Later("it answered that it cannot now")),
            // The settings, not the message: once its operator has mended them, it goes out.
            401 | 403 | 407 => Err(SendError::Later("it does not accept our credentials")),
            300..=399 | 404 => Err(SendError::Later("its address has changed")),
            // The same id was taken before, and its answer was lost on the way here.
            409 => Ok(()),
            other => Err(SendError::Refused(other)),
        }
    }
}

impl MessageSender for HttpGateway {
    fn send<'a>(&'a self, message: &'a Message) -> Sending<'a> {
        Box::pin(self.post(message))
    }
}

/// Replaces `{to}`, `{text}`, `{id}` and `{secret:NAME}`, reading the template once from left to right, so that what a
/// message says is never read as a placeholder.
fn fill(
    template: &str,
    message: &Message,
    id: &str,
    escape: Escape,
    secrets: &BTreeMap<String, Zeroizing<String>>,
) -> String {
    let mut filled = String::with_capacity(template.len() + message.text.len() + 64);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let named = after.split_once('}').and_then(|(name, tail)| {
            let value = match name {
                "to" => escaped(&message.to, escape),
                "text" => escaped(&message.text, escape),
                "id" => escaped(id, escape),
                other => escaped(secrets.get(other.strip_prefix("secret:")?)?, escape),
            };
            Some((value, tail))
        });
        match named {
            Some((value, tail)) => {
                filled.push_str(&value);
                rest = tail;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn escaped(value: &str, escape: Escape) -> String {
    match escape {
        Escape::None => value.to_owned(),
        Escape::Form => url::form_urlencoded::byte_serialize(value.as_bytes()).collect(),
        Escape::Json => {
            let quoted = serde_json::to_string(value).unwrap_or_default();
            let inner = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
            inner.unwrap_or_default().to_owned()
        }
    }
}

fn secret_names(text: &str) -> impl Iterator<Item = &str> {
    text.split("{secret:")
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aldaba_core::ids::MessageId;

    fn message(text: &str) -> Message {
        Message {
            id: MessageId::from_bytes([7; 16]),
            to: "+34600000001".to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn values_are_escaped_as_the_body_is_written() {
        let secrets = BTreeMap::from([("key".to_owned(), Zeroizing::new("s3cret".to_owned()))]);
        let filled = |template, text, escape| fill(template, &message(text), "07", escape, &secrets);
        assert_eq!(
            filled(r#"{"to":"{to}","text":"{text}"}"#, "a \"b\"\n{to}", Escape::Json),
            r#"{"to":"+34600000001","text":"a \"b\"\n{to}"}"#
        );
        assert_eq!(
            filled("to={to}&text={text}", "á & b", Escape::Form),
            "to=%2B34600000001&text=%C3%A1+%26+b"
        );
        assert_eq!(
            filled("Bearer {secret:key} {secret:none} {id}", "", Escape::None),
            "Bearer s3cret {secret:none} 07"
        );
    }
}
