//! A device without a screen, built from the protocol crate alone: what a second implementation would do.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use aldaba_core::code::ShortCode;
use aldaba_core::contrast::Contrast;
use aldaba_core::document::Document;
use aldaba_core::ids::{ActivationId, DeviceId, RequestId};
use aldaba_core::pin::Pin;
use aldaba_core::random::{OsRandom, Random, bytes};
use aldaba_core::time::Timestamp;
use aldaba_protocol::activation::{TranscriptFields, otp_key, server_statement, transcript};
use aldaba_protocol::keys::{AgreementKey, SigningKey, VerifyingKey};
use aldaba_protocol::secret::Key32;
use aldaba_protocol::{b64, pin, signature, wire};
use axum::body::{Body, Bytes};
use futures::StreamExt;
use futures::stream::BoxStream;
use http::Request;

use super::{Answer, TestPerson, TestServer};

/// An activation whose code is still to come.
pub struct PendingActivation {
    /// Its identifier.
    pub id: ActivationId,
    person: TestPerson,
    signing: SigningKey,
    agreement: AgreementKey,
    started: wire::ActivationStarted,
    name: String,
}

/// An activated device.
pub struct TestDevice {
    /// Its identifier.
    pub id: DeviceId,
    /// Its signing key.
    pub key: SigningKey,
    /// `K_otp`.
    pub otp: Key32,
    /// The counter of its last state-changing call.
    pub counter: u64,
    /// How many seconds its clock is ahead of the server's.
    pub skew: i64,
    random: Arc<dyn Random>,
}

impl PendingActivation {
    /// Step 1, as sent.
    #[must_use]
    pub fn body(
        person: &TestPerson,
        signing: &SigningKey,
        agreement: &AgreementKey,
        name: &str,
    ) -> wire::StartActivation {
        wire::StartActivation {
            document: person.document.to_owned(),
            contrast: person.contrast.to_owned(),
            device: wire::DeviceDescription {
                name: name.to_owned(),
                platform: "headless".to_owned(),
            },
            language: "es".to_owned(),
            signing_key: b64::encode(&signing.public()),
            agreement_key: b64::encode(&agreement.public()),
        }
    }

    /// Step 1.
    pub async fn start(server: &TestServer, person: &TestPerson) -> Self {
        let (signing, agreement) = (SigningKey::generate(&OsRandom), AgreementKey::generate(&OsRandom));
        let name = "Portátil de pruebas".to_owned();
        let body = Self::body(person, &signing, &agreement, &name);
        let started: wire::ActivationStarted = server.post_json("/v1/activations", &body).await.expect(202).json();
        Self {
            id: started.activation_id.parse().unwrap(),
            person: *person,
            signing,
            agreement,
            started,
            name,
        }
    }

    /// Another code.
    pub async fn resend(&self, server: &TestServer) -> Answer {
        let path = format!("/v1/activations/{}/resend", self.id);
        server.send(Request::post(path).body(Body::empty()).unwrap()).await
    }

    fn transcript(&self, code: &ShortCode) -> [u8; 32] {
        let document = Document::parse(self.person.document).unwrap();
        let contrast = Contrast::parse_for(&document, self.person.contrast).unwrap();
        let server_agreement_key = b64::decode(&self.started.agreement_key).unwrap().try_into().unwrap();
        let fields = TranscriptFields {
            document: document.canonical(),
            contrast: &contrast.canonical(),
            device_name: &self.name,
            platform: "headless",
            language: "es",
            signing_key: &self.signing.public(),
            agreement_key: &self.agreement.public(),
            activation_id: &self.id,
            expires_in: self.started.expires_in,
            server_agreement_key: &server_agreement_key,
        };
        transcript(&fields.to_bytes(), code)
    }

    /// The request of step 3 with that code, signed as it must be.
    #[must_use]
    pub fn confirmation(&self, code: &str) -> Request<Body> {
        let read = ShortCode::parse(code).unwrap();
        let signature = b64::encode(&self.signing.sign(&self.transcript(&read)));
        self.confirmation_signed(code, signature)
    }

    /// The request of step 3 with another signature.
    #[must_use]
    pub fn confirmation_signed(&self, code: &str, signature: String) -> Request<Body> {
        let body = serde_json::to_vec(&wire::ConfirmActivation {
            code: code.to_owned(),
            signature,
        })
        .unwrap();
        Request::post(format!("/v1/activations/{}/confirm", self.id))
            .header("content-type", "application/json")
            .body(Body::from(body))
            .unwrap()
    }

    /// Step 3, whatever comes of it.
    pub async fn confirm(&self, server: &TestServer, code: &str) -> Answer {
        server.send(self.confirmation(code)).await
    }

    /// What the confirmed device is. Checks the server's signature.
    #[must_use]
    pub fn device(&self, answer: &Answer, code: &str) -> TestDevice {
        let confirmed: wire::ActivationConfirmed = answer.json();
        let transcript = self.transcript(&ShortCode::parse(code).unwrap());
        let server_key = b64::decode(&self.started.agreement_key).unwrap();
        let id: DeviceId = confirmed.device_id.parse().unwrap();
        let time = Timestamp::from_millis(confirmed.server_time);
        let statement = server_statement(&transcript, &id, confirmed.level, time);
        let key = VerifyingKey::from_sec1(&b64::decode(&confirmed.server_key).unwrap()).unwrap();
        assert!(
            key.verify(&statement, &b64::decode(&confirmed.signature).unwrap()),
            "the server's signature"
        );
        TestDevice {
            id,
            key: self.signing.clone(),
            otp: otp_key(&self.agreement.agree(&server_key).unwrap(), &transcript),
            counter: 0,
            skew: 0,
            random: Arc::new(OsRandom),
        }
    }
}

impl TestDevice {
    /// Activates a device with the code of the SMS.
    pub async fn activate(server: &TestServer, person: &TestPerson) -> Self {
        let pending = PendingActivation::start(server, person).await;
        let code = server.last_code(person.phone).await;
        let answer = pending.confirm(server, &code).await.expect(200);
        pending.device(&answer, &code)
    }

    /// A second copy of its store, as a thief would have it.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self {
            id: self.id,
            key: self.key.clone(),
            otp: self.otp.clone(),
            counter: self.counter,
            skew: self.skew,
            random: Arc::clone(&self.random),
        }
    }

    /// Signs a request now, by its own clock.
    #[must_use]
    pub fn sign(&self, server: &TestServer, method: &str, path: &str, body: &[u8]) -> Request<Body> {
        let nonce = b64::encode(&bytes::<16>(&*self.random));
        self.sign_with(server, method, path, body, &nonce)
    }

    /// The same with a nonce of the caller's.
    #[must_use]
    pub fn sign_with(&self, server: &TestServer, method: &str, path: &str, body: &[u8], nonce: &str) -> Request<Body> {
        let target = server.app.config().public_url.join(path);
        let created = server.app.now().as_secs() + self.skew;
        let headers = signature::sign(method, &target, body, created, nonce, &self.id, &self.key);
        Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .header("content-digest", headers.content_digest)
            .header("signature-input", headers.signature_input)
            .header("signature", headers.signature)
            .body(Body::from(body.to_vec()))
            .unwrap()
    }

    /// A signed call.
    pub async fn call(&self, server: &TestServer, method: &str, path: &str, body: &[u8]) -> Answer {
        server.send(self.sign(server, method, path, body)).await
    }

    /// The next counter.
    pub fn count(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// `GET /v1/device`.
    pub async fn info(&self, server: &TestServer) -> Answer {
        self.call(server, "GET", "/v1/device", b"").await
    }

    /// `GET /v1/device/requests`, which must succeed.
    pub async fn requests(&self, server: &TestServer) -> Vec<wire::DeviceRequest> {
        let list: wire::RequestList = self
            .call(server, "GET", "/v1/device/requests", b"")
            .await
            .expect(200)
            .json();
        list.requests
    }

    /// `POST …/reveal` with the next counter.
    pub async fn reveal(&mut self, server: &TestServer, id: &RequestId) -> Answer {
        let body = format!(r#"{{"counter":{}}}"#, self.count());
        self.call(server, "POST", &format!("/v1/requests/{id}/reveal"), body.as_bytes())
            .await
    }

    /// `POST …/reveal`, once the system was sure that it is its owner.
    pub async fn reveal_verified(&mut self, server: &TestServer, id: &RequestId) -> Answer {
        let body = format!(r#"{{"counter":{},"user_verified":true}}"#, self.count());
        self.call(server, "POST", &format!("/v1/requests/{id}/reveal"), body.as_bytes())
            .await
    }

    /// `POST …/approve` with the next counter.
    pub async fn approve(&mut self, server: &TestServer, id: &RequestId, phrase: &str, verified: bool) -> Answer {
        let request = self.approval(server, id, phrase, verified);
        server.send(request).await
    }

    /// The same, to be sent.
    pub fn approval(&mut self, server: &TestServer, id: &RequestId, phrase: &str, verified: bool) -> Request<Body> {
        let body = wire::ApproveRequest {
            counter: self.count(),
            user_verified: verified,
            phrase: phrase.to_owned(),
        };
        let body = serde_json::to_vec(&body).unwrap();
        self.sign(server, "POST", &format!("/v1/requests/{id}/approve"), &body)
    }

    /// `POST /v1/requests/scan`.
    pub async fn scan(&self, server: &TestServer, text: &str) -> Answer {
        let body = format!(r#"{{"payload":"{text}"}}"#);
        self.call(server, "POST", "/v1/requests/scan", body.as_bytes()).await
    }

    /// The PIN for the page of a challenge.
    #[must_use]
    pub fn page_bound(&self, challenge: &str) -> String {
        let challenge = ShortCode::parse(challenge).unwrap();
        pin::offline(&self.otp, &challenge).unwrap().expose().to_owned()
    }

    /// `POST …/reject` with the next counter.
    pub async fn reject(&mut self, server: &TestServer, id: &RequestId, reason: &str) -> Answer {
        let body = format!(r#"{{"counter":{},"reason":"{reason}"}}"#, self.count());
        self.call(server, "POST", &format!("/v1/requests/{id}/reject"), body.as_bytes())
            .await
    }

    /// `POST /v1/requests/lookup`.
    pub async fn lookup(&self, server: &TestServer, code: &str) -> Answer {
        let body = format!(r#"{{"code":"{code}"}}"#);
        self.call(server, "POST", "/v1/requests/lookup", body.as_bytes()).await
    }

    /// `DELETE /v1/device` with the next counter.
    pub async fn end(&mut self, server: &TestServer) -> Answer {
        let body = format!(r#"{{"counter":{}}}"#, self.count());
        self.call(server, "DELETE", "/v1/device", body.as_bytes()).await
    }

    /// The PIN of a request.
    #[must_use]
    pub fn pin(&self, id: &RequestId, relying_party: &str) -> String {
        pin::request_pin(&self.otp, id, relying_party, 6)
            .unwrap()
            .expose()
            .to_owned()
    }

    /// A PIN that is not the right one.
    #[must_use]
    pub fn wrong_pin(&self, id: &RequestId, relying_party: &str) -> String {
        other_pin(&self.pin(id, relying_party), 1)
    }

    /// The self-generated PIN at a moment.
    #[must_use]
    pub fn self_generated(&self, at: Timestamp) -> String {
        let pin: Pin = pin::self_generated(&self.otp, u64::try_from(at.as_secs()).unwrap()).unwrap();
        pin.expose().to_owned()
    }

    /// Opens the live stream.
    pub async fn events(&self, server: &TestServer, last_event_id: Option<&str>) -> EventReader {
        let mut request = self.sign(server, "GET", "/v1/device/events", b"");
        if let Some(last) = last_event_id {
            request.headers_mut().insert("last-event-id", last.parse().unwrap());
        }
        let response = server.open(request).await;
        assert_eq!(response.status().as_u16(), 200);
        EventReader {
            stream: response.into_body().into_data_stream().boxed(),
            waiting: VecDeque::new(),
        }
    }
}

/// The PIN so many further on.
#[must_use]
pub fn other_pin(pin: &str, by: u32) -> String {
    format!("{:06}", (pin.parse::<u32>().unwrap() + by) % 1_000_000)
}

/// A live stream, event by event.
pub struct EventReader {
    stream: BoxStream<'static, Result<Bytes, axum::Error>>,
    waiting: VecDeque<Event>,
}

/// One server-sent event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// `request` or `device`.
    pub kind: String,
    /// Its id; empty: none.
    pub id: String,
    /// JSON.
    pub data: String,
}

impl EventReader {
    /// The next event that comes within two seconds. None: the stream ended, or nothing came.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            let piece = tokio::time::timeout(Duration::from_secs(2), self.stream.next())
                .await
                .ok()??;
            let text = String::from_utf8(piece.unwrap().to_vec()).unwrap();
            for block in text
                .split("\n\n")
                .filter(|block| !block.is_empty() && !block.starts_with(':'))
            {
                let field = |name: &str| {
                    let line = block
                        .lines()
                        .find_map(|line| line.strip_prefix(name))
                        .unwrap_or_default();
                    line.trim_start_matches(':').trim().to_owned()
                };
                self.waiting.push_back(Event {
                    kind: field("event"),
                    id: field("id"),
                    data: field("data"),
                });
            }
        }
    }

    /// Whether the stream ends within two seconds without another event.
    pub async fn ends(&mut self) -> bool {
        self.waiting.is_empty()
            && matches!(
                tokio::time::timeout(Duration::from_secs(2), self.stream.next()).await,
                Ok(None)
            )
    }

    /// Whether nothing comes for a moment.
    pub async fn is_silent(&mut self) -> bool {
        self.waiting.is_empty()
            && tokio::time::timeout(Duration::from_millis(50), self.stream.next())
                .await
                .is_err()
    }
}
