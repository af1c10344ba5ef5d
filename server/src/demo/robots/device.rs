//! A test citizen's device: the protocol's client, spoken to the server's own router.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use aldaba_core::code::ShortCode;
use aldaba_core::contrast::Contrast;
use aldaba_core::document::Document;
use aldaba_core::ids::{ActivationId, DeviceId, RequestId};
use aldaba_core::pin::Pin;
use aldaba_core::random::bytes;
use aldaba_core::time::Timestamp;
use aldaba_protocol::activation::{TranscriptFields, otp_key, server_statement, transcript};
use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::keys::{AgreementKey, SigningKey, VerifyingKey};
use aldaba_protocol::secret::Key32;
use aldaba_protocol::{b64, pin, signature, wire};
use aldaba_store::outbox;
use anyhow::{Context, bail, ensure};
use axum::Router;
use axum::body::{Body, BodyDataStream, Bytes};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tower::ServiceExt;

use super::Robot;
use crate::app::App;

const NAME: &str = "Demo";
const PLATFORM: &str = "headless";
const LANGUAGE: &str = "es";

/// The newest messages among which a code is looked for.
const MESSAGES: u32 = 200;

/// The file with the devices' keys, beside the server's own: the same folder has the same devices.
pub(super) struct KeptKeys(PathBuf);

/// One device's keys, in base64url.
#[derive(Serialize, Deserialize)]
struct Kept {
    device: String,
    signing: String,
    otp: String,
}

impl KeptKeys {
    pub fn at(folder: &Path) -> Self {
        Self(folder.join("robots.keys"))
    }

    fn all(&self) -> BTreeMap<String, Kept> {
        // One that cannot be read is as none: the devices are activated anew.
        let text = fs::read_to_string(&self.0).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    fn keep(&self, document: &str, kept: Kept) -> anyhow::Result<()> {
        let mut all = self.all();
        all.insert(document.to_owned(), kept);
        let mut options = fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&self.0)?;
        file.write_all(&serde_json::to_vec(&all)?)?;
        Ok(())
    }
}

/// An activated device.
pub(super) struct Device {
    app: App,
    router: Router,
    id: DeviceId,
    key: SigningKey,
    /// `K_otp`.
    pub otp: Key32,
    counter: u64,
}

/// An answer, read to its end.
struct Answer {
    status: StatusCode,
    body: Bytes,
}

impl Answer {
    fn json<T: DeserializeOwned>(&self) -> anyhow::Result<T> {
        serde_json::from_slice(&self.body).with_context(|| format!("an answer with status {}", self.status))
    }

    /// The refusal's code.
    fn refusal(&self) -> ErrorCode {
        let problem = serde_json::from_slice::<wire::Problem>(&self.body).ok();
        problem
            .and_then(|problem| problem.code.parse().ok())
            .unwrap_or(ErrorCode::Internal)
    }
}

impl Device {
    /// The device that was kept, if the server still knows it; else a new one, activated as any other.
    pub async fn open(app: &App, router: &Router, file: &KeptKeys, robot: &Robot) -> anyhow::Result<Self> {
        let kept = file.all().remove(robot.person.document);
        if let Some(mut device) = kept.and_then(|kept| Self::read(app, router, &kept))
            && device.call(Method::GET, "/v1/device", b"").await?.status == StatusCode::OK
        {
            return Ok(device);
        }
        let device = Self::activate(app, router, robot).await?;
        let kept = Kept {
            device: device.id.to_string(),
            signing: b64::encode(device.key.to_bytes().expose()),
            otp: b64::encode(device.otp.expose()),
        };
        file.keep(robot.person.document, kept)
            .context("its keys could not be kept")?;
        Ok(device)
    }

    fn read(app: &App, router: &Router, kept: &Kept) -> Option<Self> {
        let signing = Key32::from_slice(&b64::decode(&kept.signing)?)?;
        Some(Self {
            app: app.clone(),
            router: router.clone(),
            id: kept.device.parse().ok()?,
            key: SigningKey::from_bytes(signing.expose()).ok()?,
            otp: Key32::from_slice(&b64::decode(&kept.otp)?)?,
            counter: 0,
        })
    }

    async fn activate(app: &App, router: &Router, robot: &Robot) -> anyhow::Result<Self> {
        let (signing, agreement) = (SigningKey::generate(app.random()), AgreementKey::generate(app.random()));
        let start = wire::StartActivation {
            document: robot.person.document.to_owned(),
            contrast: robot.person.contrast.to_owned(),
            device: wire::DeviceDescription {
                name: NAME.to_owned(),
                platform: PLATFORM.to_owned(),
            },
            language: LANGUAGE.to_owned(),
            signing_key: b64::encode(&signing.public()),
            agreement_key: b64::encode(&agreement.public()),
        };
        let answer = post(router, "/v1/activations", &start).await?;
        ensure!(answer.status == StatusCode::ACCEPTED, "{}", answer.refusal());
        let started: wire::ActivationStarted = answer.json()?;
        let code = newest_code(app, robot.person.phone).await?;

        let document = Document::parse(robot.person.document)?;
        let contrast = Contrast::parse_for(&document, robot.person.contrast)?;
        let id: ActivationId = started.activation_id.parse().ok().context("activation_id")?;
        let server_key = b64::decode(&started.agreement_key).context("agreement_key")?;
        let fields = TranscriptFields {
            document: document.canonical(),
            contrast: &contrast.canonical(),
            device_name: NAME,
            platform: PLATFORM,
            language: LANGUAGE,
            signing_key: &signing.public(),
            agreement_key: &agreement.public(),
            activation_id: &id,
            expires_in: started.expires_in,
            server_agreement_key: server_key.as_slice().try_into().context("agreement_key")?,
        };
        let transcript = transcript(&fields.to_bytes(), &code);
        let confirm = wire::ConfirmActivation {
            code: code.canonical().to_owned(),
            signature: b64::encode(&signing.sign(&transcript)),
        };
        let answer = post(router, &format!("/v1/activations/{id}/confirm"), &confirm).await?;
        ensure!(answer.status == StatusCode::OK, "{}", answer.refusal());
        let confirmed: wire::ActivationConfirmed = answer.json()?;
        let device: DeviceId = confirmed.device_id.parse().ok().context("device_id")?;
        let time = Timestamp::from_millis(confirmed.server_time);
        let statement = server_statement(&transcript, &device, confirmed.level, time);
        let signed = b64::decode(&confirmed.server_key)
            .and_then(|key| VerifyingKey::from_sec1(&key).ok())
            .zip(b64::decode(&confirmed.signature))
            .is_some_and(|(key, signature)| key.verify(&statement, &signature));
        ensure!(signed, "the confirmation is not signed by the server");
        Ok(Self {
            app: app.clone(),
            router: router.clone(),
            id: device,
            key: signing,
            otp: otp_key(&agreement.agree(&server_key)?, &transcript),
            counter: 0,
        })
    }

    /// The live requests that it shows.
    pub async fn requests(&mut self) -> anyhow::Result<Vec<wire::DeviceRequest>> {
        let answer = self.call(Method::GET, "/v1/device/requests", b"").await?;
        ensure!(answer.status == StatusCode::OK, "{}", answer.refusal());
        Ok(answer.json::<wire::RequestList>()?.requests)
    }

    /// The request of a page's code.
    pub async fn lookup(&mut self, code: &ShortCode) -> Result<wire::DeviceRequest, ErrorCode> {
        let body = wire::LookupRequest {
            code: code.canonical().to_owned(),
        };
        self.change("/v1/requests/lookup", &body).await
    }

    /// Reveals a request, and computes its PIN.
    pub async fn reveal(&mut self, id: &RequestId) -> Result<Pin, ErrorCode> {
        let body = wire::RevealRequest {
            counter: self.next_counter(),
            user_verified: true,
        };
        let revealed: wire::RequestRevealed = self.change(&format!("/v1/requests/{id}/reveal"), &body).await?;
        let digits = self.app.policy().pin_digits;
        pin::request_pin(&self.otp, id, &revealed.relying_party_id, digits).ok_or(ErrorCode::Internal)
    }

    /// Approves a request that began with a QR, with the phrase that its page is said to show.
    pub async fn approve(&mut self, id: &RequestId, phrase: &str) -> Result<(), ErrorCode> {
        let body = wire::ApproveRequest {
            counter: self.next_counter(),
            user_verified: true,
            phrase: phrase.to_owned(),
        };
        let _: wire::RequestApproved = self.change(&format!("/v1/requests/{id}/approve"), &body).await?;
        Ok(())
    }

    /// Rejects a request, without muting those that come after it.
    pub async fn reject(&mut self, id: &RequestId) -> Result<(), ErrorCode> {
        let body = wire::RejectRequest {
            counter: self.next_counter(),
            reason: wire::RejectReason::ChangedMind,
        };
        let _: wire::RequestRejected = self.change(&format!("/v1/requests/{id}/reject"), &body).await?;
        Ok(())
    }

    /// The live stream.
    pub async fn events(&mut self) -> anyhow::Result<BodyDataStream> {
        let request = self.signed(&Method::GET, "/v1/device/events", b"")?;
        let response = send(&self.router, request).await?;
        ensure!(
            response.status() == StatusCode::OK,
            "the stream was answered {}",
            response.status()
        );
        Ok(response.into_body().into_data_stream())
    }

    async fn change<T: DeserializeOwned>(&mut self, path: &str, body: &impl Serialize) -> Result<T, ErrorCode> {
        let body = serde_json::to_vec(body).map_err(|_| ErrorCode::Internal)?;
        let answer = self.call(Method::POST, path, &body).await;
        let answer = answer.map_err(|_| ErrorCode::Unavailable)?;
        match answer.status {
            StatusCode::OK => answer.json().map_err(|_| ErrorCode::Internal),
            _ => Err(answer.refusal()),
        }
    }

    /// Milliseconds: higher than every earlier one also after a restart, without being stored.
    fn next_counter(&mut self) -> u64 {
        let now = u64::try_from(self.app.now().as_millis()).unwrap_or_default();
        self.counter = now.max(self.counter.saturating_add(1));
        self.counter
    }

    async fn call(&mut self, method: Method, path: &str, body: &[u8]) -> anyhow::Result<Answer> {
        let request = self.signed(&method, path, body)?;
        read(send(&self.router, request).await?).await
    }

    fn signed(&self, method: &Method, path: &str, body: &[u8]) -> anyhow::Result<Request<Body>> {
        let target = self.app.config().public_url.join(path);
        let nonce = b64::encode(&bytes::<16>(self.app.random()));
        let created = self.app.now().as_secs();
        let headers = signature::sign(method.as_str(), &target, body, created, &nonce, &self.id, &self.key);
        Ok(Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .header("content-digest", headers.content_digest)
            .header("signature-input", headers.signature_input)
            .header("signature", headers.signature)
            .body(Body::from(body.to_vec()))?)
    }
}

async fn post(router: &Router, path: &str, body: &impl Serialize) -> anyhow::Result<Answer> {
    let request = Request::post(path)
        .header("content-type", "application/json")
        .body(Body::from(serde_json::to_vec(body)?))?;
    read(send(router, request).await?).await
}

async fn send(router: &Router, request: Request<Body>) -> anyhow::Result<axum::response::Response> {
    match router.clone().oneshot(request).await {
        Ok(response) => Ok(response),
        Err(never) => match never {},
    }
}

async fn read(response: axum::response::Response) -> anyhow::Result<Answer> {
    Ok(Answer {
        status: response.status(),
        body: response.into_body().collect().await?.to_bytes(),
    })
}

/// The code of the newest SMS to that phone, as its owner would read it.
async fn newest_code(app: &App, phone: &'static str) -> anyhow::Result<ShortCode> {
    let messages = app
        .store()
        .read(|tx| Box::pin(async move { outbox::list(tx, MESSAGES).await }))
        .await?;
    let codes = messages.iter().rev().filter(|message| message.to.e164() == phone);
    let code = codes
        .filter_map(|message| message.text.split_whitespace().find_map(as_code))
        .next();
    match code {
        Some(code) => Ok(code),
        None => bail!("no SMS with a code; its activations of today may be used up"),
    }
}

/// A word of the shape `XXXX-XXXX`, as a code is.
fn as_code(word: &str) -> Option<ShortCode> {
    let is_grouped = word.len() == 9 && word.chars().nth(4) == Some('-');
    is_grouped.then(|| ShortCode::parse(word)).flatten()
}
