//! Activation: start, resend, confirm, cancel.

use std::time::Duration;

use aldaba_core::code::ShortCode;
use aldaba_core::contrast::Contrast;
use aldaba_core::document::Document;
use aldaba_core::ids::{ActivationId, DeviceId};
use aldaba_core::time::Timestamp;
use aldaba_protocol::activation::{TranscriptFields, otp_key, server_statement, transcript};
use aldaba_protocol::b64;
use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::keys::{AgreementKey, SigningKey, VerifyingKey};
use aldaba_protocol::wire::{
    ActivationConfirmed, ActivationStarted, CodeResent, ConfirmActivation, Counted, DeviceDeactivated,
    DeviceDescription, StartActivation,
};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{Authenticator, DeviceSummary, summary};
use crate::client::Signer;
use crate::error::{Error, Result};
use crate::marker::Marker;
use crate::secrets::{DeviceSecrets, key};
use crate::secure_store::{Entry, StoreError};
use crate::server_url::ServerUrl;

/// What a person says to activate this device.
pub struct StartRequest<'a> {
    /// DNI or NIE, in any usual spelling.
    pub document: &'a str,
    /// The datum that goes with it.
    pub contrast: &'a str,
    /// A name to recognise the device by: 1 to 64 characters.
    pub device_name: &'a str,
    /// `linux`, `android`, … or `headless`.
    pub platform: &'a str,
    /// BCP 47 tag of the language for the SMS.
    pub language: &'a str,
}

/// An activation that waits for its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivationProgress {
    /// Its identifier, 32 hex digits.
    pub id: String,
    /// Life of the code in seconds, as the server said.
    pub expires_in: u32,
    /// How many codes may be tried, as the server said.
    pub tries: u32,
    /// When the code ends, on the local clock, in milliseconds.
    pub expires_at: i64,
    /// The backend.
    pub server: ServerUrl,
}

/// Everything that the second step needs of the first.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub(super) struct Pending {
    version: u32,
    activation_id: String,
    document: String,
    contrast: String,
    device_name: String,
    platform: String,
    language: String,
    signing_key: String,
    agreement_key: String,
    server_agreement_key: String,
    first_expires_in: u32,
    tries: u32,
    #[zeroize(skip)]
    expires_at: i64,
    server: String,
}

impl Authenticator {
    /// Asks the backend for an activation code by SMS. Its answer is the same whoever the person is.
    ///
    /// # Errors
    /// `document_invalid` and `contrast_invalid` (with the reason as detail) before anything is sent; the store's, for
    /// without a working store nothing must begin; `clock_skew`; `network`, `server_unsupported`, `rate_limited`.
    pub async fn start_activation(&self, request: StartRequest<'_>) -> Result<ActivationProgress> {
        let mut slot = self.activation.lock().await;
        let document = Document::parse(request.document)
            .map_err(|error| Error::with_detail(ErrorCode::DocumentInvalid, error.as_str()))?;
        let contrast = Contrast::parse_for(&document, request.contrast)
            .map_err(|error| Error::with_detail(ErrorCode::ContrastInvalid, error.as_str()))?;
        let name = request.device_name.trim();
        if name.is_empty() || name.chars().count() > 64 {
            return Err(Error::with_detail(ErrorCode::RequestInvalid, "device_name"));
        }
        if self.on_disk(|data| data.marker()).await?.is_some() {
            return Err(Error::with_detail(ErrorCode::RequestInvalid, "already_active"));
        }
        let server = self
            .server()
            .await?
            .ok_or(Error::with_detail(ErrorCode::RequestInvalid, "no_server"))?;
        self.store.probe(self.token()).await?;
        // Asked first: a wrong clock or a wrong address should cost neither an SMS nor a document number.
        self.client.learn_time(&server).await?;
        self.clock.server_now()?;

        let signing = SigningKey::generate(self.random.as_ref());
        let agreement = AgreementKey::generate(self.random.as_ref());
        let body = StartActivation {
            document: document.canonical().to_owned(),
            contrast: contrast.canonical(),
            device: DeviceDescription {
                name: name.to_owned(),
                platform: request.platform.to_owned(),
            },
            language: request.language.to_owned(),
            signing_key: b64::encode(&signing.public()),
            agreement_key: b64::encode(&agreement.public()),
        };
        let answer: ActivationStarted = self
            .client
            .call(&server, Method::POST, "/v1/activations", json(&body)?, None)
            .await?;
        // Checked now, so that a wrong answer is not found out after the person has typed the code.
        answer
            .activation_id
            .parse::<ActivationId>()
            .map_err(|_| Error::new(ErrorCode::ServerUnsupported))?;
        public_key(&answer.agreement_key)?;

        let pending = Pending {
            version: 1,
            activation_id: answer.activation_id,
            document: body.document,
            contrast: body.contrast,
            device_name: body.device.name,
            platform: body.device.platform,
            language: body.language,
            signing_key: b64::encode(signing.to_bytes().expose()),
            agreement_key: b64::encode(agreement.to_bytes().expose()),
            server_agreement_key: answer.agreement_key,
            first_expires_in: answer.expires_in,
            tries: answer.tries,
            expires_at: self.expiry(answer.expires_in),
            server: server.to_string(),
        };
        if self.keep_activation {
            let text = Zeroizing::new(json(&pending)?);
            self.store.write(Entry::Activation, text).await?;
        }
        let progress = progress(&pending, answer.expires_in, server);
        *slot = Some(pending);
        self.set_progress(Some(progress.clone()));
        Ok(progress)
    }

    /// Asks for another code; earlier ones stay valid for their own life.
    ///
    /// # Errors
    /// `activation_failed` when no activation waits here; the network's.
    pub async fn resend_code(&self) -> Result<ActivationProgress> {
        let mut slot = self.activation.lock().await;
        let pending = self.pending(&mut slot).await?;
        let server = ServerUrl::parse(&pending.server)?;
        let path = format!("/v1/activations/{}/resend", pending.activation_id);
        let answer: CodeResent = self
            .client
            .call(&server, Method::POST, &path, String::new(), None)
            .await?;
        pending.expires_at = self.expiry(answer.expires_in);
        let progress = progress(pending, answer.expires_in, server);
        self.set_progress(Some(progress.clone()));
        Ok(progress)
    }

    /// Ends the activation with the code from the SMS. Returns only once the secrets are in the store, were read back,
    /// and the marker is on the disk.
    ///
    /// # Errors
    /// `activation_failed` for a wrong or expired code, with detail `shape` when it cannot be one and was not sent;
    /// the store's; the network's. The activation goes on waiting unless the store failed.
    pub async fn confirm_activation(&self, typed: &str) -> Result<DeviceSummary> {
        let mut slot = self.activation.lock().await;
        let pending = self.pending(&mut slot).await?;
        let code = ShortCode::parse(typed).ok_or(Error::with_detail(ErrorCode::ActivationFailed, "shape"))?;
        let (secrets, marker) = self.confirm(pending, &code).await?;

        if let Err(error) = self.keep(&secrets).await {
            // The server has a device that this machine cannot keep: it is told so, while its key is still at hand.
            *slot = None;
            self.set_progress(None);
            self.give_back(&marker, &secrets).await;
            return Err(error.into());
        }
        let kept = marker.clone();
        if let Err(error) = self.on_disk(move |data| data.write_marker(&kept)).await {
            *slot = None;
            self.set_progress(None);
            self.give_back(&marker, &secrets).await;
            return Err(error.into());
        }
        *slot = None;
        self.set_progress(None);
        if self.keep_activation {
            self.store.delete(Entry::Activation).await?;
        }
        Ok(summary(&marker))
    }

    /// Drops the activation that waits here; the server forgets it by itself.
    ///
    /// # Errors
    /// The store's, where an activation outlives the process.
    pub async fn cancel_activation(&self) -> Result<()> {
        let mut slot = self.activation.lock().await;
        *slot = None;
        self.set_progress(None);
        if self.keep_activation {
            self.store.delete(Entry::Activation).await?;
        }
        Ok(())
    }

    /// The activation with this id that an earlier process began; the headless device's second step.
    ///
    /// # Errors
    /// `activation_failed` when there is none, or another.
    pub async fn resume_activation(&self, id: &str) -> Result<()> {
        let mut slot = self.activation.lock().await;
        let pending = self.pending(&mut slot).await?;
        if pending.activation_id == id {
            Ok(())
        } else {
            Err(Error::new(ErrorCode::ActivationFailed))
        }
    }

    async fn confirm(&self, pending: &Pending, code: &ShortCode) -> Result<(DeviceSecrets, Marker)> {
        let damaged = || Error::from(StoreError::Corrupted);
        let signing = key(&pending.signing_key)
            .and_then(|bytes| SigningKey::from_bytes(bytes.expose()).ok())
            .ok_or_else(damaged)?;
        let agreement = key(&pending.agreement_key)
            .and_then(|bytes| AgreementKey::from_bytes(bytes.expose()).ok())
            .ok_or_else(damaged)?;
        let activation: ActivationId = pending.activation_id.parse().map_err(|_| damaged())?;
        let server = ServerUrl::parse(&pending.server)?;
        let peer = public_key(&pending.server_agreement_key)?;

        let fields = TranscriptFields {
            document: &pending.document,
            contrast: &pending.contrast,
            device_name: &pending.device_name,
            platform: &pending.platform,
            language: &pending.language,
            signing_key: &signing.public(),
            agreement_key: &agreement.public(),
            activation_id: &activation,
            expires_in: pending.first_expires_in,
            server_agreement_key: &peer,
        };
        let transcript = transcript(&fields.to_bytes(), code);
        let body = ConfirmActivation {
            code: code.grouped(),
            signature: b64::encode(&signing.sign(&transcript)),
        };
        let path = format!("/v1/activations/{activation}/confirm");
        let asked = self.clock.local();
        let answer: ActivationConfirmed = self
            .client
            .call(&server, Method::POST, &path, json(&body)?, None)
            .await?;
        self.clock.learn(Timestamp::from_millis(answer.server_time), asked);

        let unsupported = |_| Error::new(ErrorCode::ServerUnsupported);
        let device: DeviceId = answer
            .device_id
            .parse()
            .map_err(|_| Error::new(ErrorCode::ServerUnsupported))?;
        let server_key = VerifyingKey::from_sec1(&public_key(&answer.server_key)?).map_err(unsupported)?;
        let time = Timestamp::from_millis(answer.server_time);
        let statement = server_statement(&transcript, &device, answer.level, time);
        let signature = b64::decode(&answer.signature).unwrap_or_default();
        if !server_key.verify(&statement, &signature) {
            return Err(Error::with_detail(ErrorCode::ServerUnsupported, "signature"));
        }
        let shared = agreement.agree(&peer).map_err(unsupported)?;
        let secrets = DeviceSecrets {
            device,
            signing,
            otp: otp_key(&shared, &transcript),
        };
        let marker = Marker {
            version: 1,
            device_id: device.to_string(),
            server,
            name: pending.device_name.clone(),
            platform: pending.platform.clone(),
            level: answer.level.as_str().to_owned(),
            activated_at: answer.server_time,
            pin_digits: answer.policy.pin_digits,
            counter: 0,
            unanswered: None,
            refused: None,
        };
        Ok((secrets, marker))
    }

    /// Writes the secrets and reads them back.
    async fn keep(&self, secrets: &DeviceSecrets) -> std::result::Result<(), StoreError> {
        let text = secrets.to_text();
        self.store.write(Entry::Device, text.clone()).await?;
        match self.store.read(Entry::Device).await? {
            Some(back) if *back == *text => Ok(()),
            Some(_) => Err(StoreError::Corrupted),
            None => Err(StoreError::MissingEntry),
        }
    }

    /// Best effort: whatever fails here, the device stays unusable without its secrets, and its owner can remove it.
    async fn give_back(&self, marker: &Marker, secrets: &DeviceSecrets) {
        let signer = Signer {
            device: &secrets.device,
            key: &secrets.signing,
        };
        if let Ok(body) = json(&Counted { counter: 1 }) {
            let told: Result<DeviceDeactivated> = self
                .client
                .call(&marker.server, Method::DELETE, "/v1/device", body, Some(signer))
                .await;
            if let Err(error) = told {
                tracing::warn!(
                    code = error.code.as_str(),
                    "a device that could not be kept stays known to the server"
                );
            }
        }
        if let Err(error) = self.store.delete(Entry::Device).await {
            tracing::warn!(%error, "an entry without a device stays until the next start");
        }
    }

    /// The waiting activation: in memory, or from the store where it outlives the process.
    async fn pending<'a>(&self, slot: &'a mut Option<Pending>) -> Result<&'a mut Pending> {
        if slot.is_none()
            && self.keep_activation
            && let Some(text) = self.store.read(Entry::Activation).await?
        {
            let pending: Pending = serde_json::from_str(&text).map_err(|_| Error::from(StoreError::Corrupted))?;
            if pending.version == 1 {
                *slot = Some(pending);
            }
        }
        slot.as_mut()
            .ok_or(Error::with_detail(ErrorCode::ActivationFailed, "none"))
    }

    fn expiry(&self, seconds: u32) -> i64 {
        self.clock
            .local()
            .plus(Duration::from_secs(u64::from(seconds)))
            .as_millis()
    }
}

fn progress(pending: &Pending, expires_in: u32, server: ServerUrl) -> ActivationProgress {
    ActivationProgress {
        id: pending.activation_id.clone(),
        expires_in,
        tries: pending.tries,
        expires_at: pending.expires_at,
        server,
    }
}

fn public_key(text: &str) -> Result<[u8; 33]> {
    b64::decode(text)
        .and_then(|bytes| bytes.try_into().ok())
        .filter(|bytes: &[u8; 33]| VerifyingKey::from_sec1(bytes).is_ok())
        .ok_or(Error::new(ErrorCode::ServerUnsupported))
}

/// Our own bodies always serialize; if one did not, nothing must be sent in its place.
pub(super) fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|_| Error::with_detail(ErrorCode::Internal, "json"))
}
