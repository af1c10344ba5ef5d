//! Speaking to the backend: JSON over HTTP, errors as `application/problem+json`, calls of the device signed.

use std::time::Duration;

use aldaba_core::ids::DeviceId;
use aldaba_core::random::{self, Random};
use aldaba_core::time::Timestamp;
use aldaba_protocol::b64;
use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::keys::SigningKey;
use aldaba_protocol::signature;
use aldaba_protocol::wire::{Problem, ServerTime};
use futures::StreamExt as _;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Response, StatusCode};
use serde::de::DeserializeOwned;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::server_clock::ServerClock;
use crate::server_url::ServerUrl;

/// A person waits for these: long enough for a slow network, short enough to be told so.
const ANSWER: Duration = Duration::from_secs(15);
const CONNECT: Duration = Duration::from_secs(8);
/// The server sends a heartbeat every 15 s; three missed ones mean that the stream is dead.
const SILENCE: Duration = Duration::from_secs(45);
/// No answer of the protocol comes near it.
const LARGEST_ANSWER: usize = 256 * 1024;

/// Who signs a call.
#[derive(Clone, Copy)]
pub(crate) struct Signer<'a> {
    pub device: &'a DeviceId,
    pub key: &'a SigningKey,
}

/// A client of the backend's HTTP interface.
pub(crate) struct Client {
    calls: reqwest::Client,
    streams: reqwest::Client,
    clock: Arc<ServerClock>,
    random: Arc<dyn Random>,
}

impl Client {
    pub fn new(clock: Arc<ServerClock>, random: Arc<dyn Random>) -> Result<Self> {
        let broken = |error: reqwest::Error| {
            tracing::error!(%error, "the HTTP client cannot be made");
            Error::with_detail(ErrorCode::Internal, "http_client")
        };
        Ok(Self {
            calls: builder()?.timeout(ANSWER).build().map_err(broken)?,
            streams: builder()?.read_timeout(SILENCE).build().map_err(broken)?,
            clock,
            random,
        })
    }

    /// Asks the server for its time and learns from it. Also the cheapest way to find out whether it is one of ours.
    pub async fn learn_time(&self, server: &ServerUrl) -> Result<()> {
        let asked = self.clock.local();
        let answer: ServerTime = self.call(server, Method::GET, "/v1/time", String::new(), None).await?;
        self.clock.learn(Timestamp::from_millis(answer.time), asked);
        Ok(())
    }

    /// One call. A signed one is made for the server's time, which is asked first when it is not known or when the
    /// local clock was found to be off; the server's own `clock_skew` is learned from and tried once more.
    pub async fn call<T: DeserializeOwned>(
        &self,
        server: &ServerUrl,
        method: Method,
        path: &str,
        body: String,
        signer: Option<Signer<'_>>,
    ) -> Result<T> {
        let response = match self
            .open(&self.calls, server, &method, path, &body, signer, HeaderMap::new())
            .await
        {
            Err(error) if signer.is_some() && error.code == ErrorCode::ClockSkew && self.clock.skew().is_none() => {
                self.open(&self.calls, server, &method, path, &body, signer, HeaderMap::new())
                    .await?
            }
            other => other?,
        };
        let bytes = read_limited(response).await?;
        serde_json::from_slice(&bytes).map_err(|_| Error::new(ErrorCode::ServerUnsupported))
    }

    /// Opens the device's event stream, after `last_event_id` if there is one.
    pub async fn events(
        &self,
        server: &ServerUrl,
        signer: Signer<'_>,
        last_event_id: Option<&str>,
    ) -> Result<Response> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
        if let Some(id) = last_event_id.and_then(|id| HeaderValue::from_str(id).ok()) {
            headers.insert(HeaderName::from_static("last-event-id"), id);
        }
        let opening = self.open(
            &self.streams,
            server,
            &Method::GET,
            "/v1/device/events",
            "",
            Some(signer),
            headers,
        );
        // The stream itself has no end, but its beginning must come as promptly as any answer.
        tokio::time::timeout(ANSWER, opening)
            .await
            .unwrap_or(Err(Error::new(ErrorCode::Network)))
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "one private place that knows the whole request"
    )]
    async fn open(
        &self,
        http: &reqwest::Client,
        server: &ServerUrl,
        method: &Method,
        path: &str,
        body: &str,
        signer: Option<Signer<'_>>,
        mut headers: HeaderMap,
    ) -> Result<Response> {
        let target = server.join(path);
        if let Some(signer) = signer {
            if self.clock.offset().is_none() || self.clock.skew().is_some() {
                Box::pin(self.learn_time(server)).await?;
            }
            let created = self.clock.server_now()?.as_secs();
            let nonce = b64::encode(&random::bytes::<16>(self.random.as_ref()));
            let signed = signature::sign(
                method.as_str(),
                &target,
                body.as_bytes(),
                created,
                &nonce,
                signer.device,
                signer.key,
            );
            for (name, value) in [
                ("content-digest", signed.content_digest),
                ("signature-input", signed.signature_input),
                ("signature", signed.signature),
            ] {
                let value = HeaderValue::from_str(&value).map_err(|_| Error::new(ErrorCode::Internal))?;
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        if !body.is_empty() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let asked = self.clock.local();
        let sent = http
            .request(method.clone(), target)
            .headers(headers)
            .body(body.to_owned())
            .send()
            .await;
        let response = sent.map_err(|error| network(&error))?;
        if response.status().is_success() {
            Ok(response)
        } else {
            Err(self.refusal(response, asked).await)
        }
    }

    async fn refusal(&self, response: Response, asked: Timestamp) -> Error {
        let status = response.status();
        let bytes = match read_limited(response).await {
            Ok(bytes) => bytes,
            Err(error) => return error,
        };
        let Ok(problem) = serde_json::from_slice::<Problem>(&bytes) else {
            // A proxy, a captive portal, or a server that is not one of ours.
            let overloaded = matches!(
                status,
                StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
            );
            return Error::new(if overloaded {
                ErrorCode::Unavailable
            } else {
                ErrorCode::ServerUnsupported
            });
        };
        let Ok(code) = problem.code.parse::<ErrorCode>() else {
            return Error::new(ErrorCode::ServerUnsupported);
        };
        if let Some(time) = problem.server_time {
            self.clock.learn(Timestamp::from_millis(time), asked);
        }
        Error {
            code,
            tries_left: problem.tries_left,
            retry_after: problem.retry_after,
            clock_offset: self
                .clock
                .offset()
                .filter(|_| code == ErrorCode::ClockSkew)
                .map(|ms| ms / 1000),
            detail: Some(problem.detail).filter(|detail| !detail.is_empty()),
        }
    }
}

/// What goes into a counter call's or a stream's body is ours; what comes back is bounded before it is read.
async fn read_limited(response: Response) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| network(&error))?;
        if bytes.len() + chunk.len() > LARGEST_ANSWER {
            return Err(Error::new(ErrorCode::ServerUnsupported));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn network(error: &reqwest::Error) -> Error {
    // Without its URL; which step failed is all that a person can use.
    tracing::debug!(
        connect = error.is_connect(),
        timeout = error.is_timeout(),
        "no answer from the server"
    );
    if certificate_is_of_another_time(error) {
        return Error::with_detail(ErrorCode::ClockSkew, "certificate");
    }
    Error::new(ErrorCode::Network)
}

/// Whether the server's certificate is not valid yet, or no more, by this device's clock: the clock is wrong, most likely, and no
/// answer of the server can say so.
fn certificate_is_of_another_time(error: &(dyn std::error::Error + 'static)) -> bool {
    use rustls::CertificateError::{Expired, ExpiredContext, NotValidYet, NotValidYetContext};
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(why)) = error.downcast_ref() {
            return matches!(
                why,
                Expired | NotValidYet | ExpiredContext { .. } | NotValidYetContext { .. }
            );
        }
        // An I/O error's source is that of the error inside it, not that error.
        next = match error.downcast_ref::<std::io::Error>() {
            Some(io) => io.get_ref().map(|inner| inner as &(dyn std::error::Error + 'static)),
            None => error.source(),
        };
    }
    false
}

fn builder() -> Result<reqwest::ClientBuilder> {
    let builder = reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .user_agent(concat!("aldaba/", env!("CARGO_PKG_VERSION")));
    with_tls(builder)
}

/// The system's own roots, through the system's own verifier. The provider is named because two may be linked.
#[cfg(not(target_os = "android"))]
fn with_tls(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder> {
    // Fails when a provider is installed already, which then serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(builder.tls_backend_rustls())
}

#[cfg(target_os = "android")]
fn with_tls(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder> {
    let roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| Error::with_detail(ErrorCode::Internal, "tls"))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(builder.tls_backend_preconfigured(config))
}

#[cfg(test)]
mod tests {
    use rustls::CertificateError;

    use super::*;

    /// As reqwest hands it on: an I/O error that holds another that holds what the verifier said.
    fn as_it_comes(why: CertificateError) -> std::io::Error {
        std::io::Error::other(std::io::Error::other(rustls::Error::InvalidCertificate(why)))
    }

    #[test]
    fn a_certificate_of_another_time_means_that_the_clock_is_wrong() {
        for why in [CertificateError::Expired, CertificateError::NotValidYet] {
            assert!(certificate_is_of_another_time(&as_it_comes(why)));
        }
        assert!(!certificate_is_of_another_time(&as_it_comes(
            CertificateError::UnknownIssuer
        )));
        assert!(!certificate_is_of_another_time(&std::io::Error::other("gone")));
    }
}
