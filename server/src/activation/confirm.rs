//! Step 3: the code, and the device's signature over everything that was said.

use aldaba_core::code::ShortCode;
use aldaba_core::ids::{ActivationId, DeviceId, PersonId};
use aldaba_core::level::Level;
use aldaba_core::time::Timestamp;
use aldaba_protocol::activation::{otp_key, server_statement, transcript};
use aldaba_protocol::keys::{AgreementKey, PublicKey, Signature, VerifyingKey};
use aldaba_store::activations::Activation;
use aldaba_store::{StoreError, Transaction, activations, audit, devices, persons};

use super::sms;
use crate::app::App;
use crate::audit::{entry, of_device};
use crate::requests::events::Live;

/// A device that is now active, durably.
pub struct Confirmed {
    /// Its identifier.
    pub device: DeviceId,
    /// Whose it is.
    pub person: PersonId,
    /// The highest level it can reach.
    pub level: Level,
    /// When, by the server.
    pub server_time: Timestamp,
    /// The server's public signing key.
    pub server_key: PublicKey,
    /// The server's signature over the transcript and this answer.
    pub signature: Signature,
}

/// Why a device is not activated.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// Unknown person, wrong datum, wrong or expired code, too many tries, wrong signature: one answer for all.
    #[error("the activation failed")]
    Failed,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Confirms an activation once. A `code` that cannot be one is a wrong one: it costs a try like any other.
///
/// # Errors
/// [`ConfirmError`]. A try that failed stays counted.
pub async fn confirm(
    app: &App,
    id: ActivationId,
    code: Option<ShortCode>,
    signature: Vec<u8>,
) -> Result<Confirmed, ConfirmError> {
    let now = app.now();
    let device = DeviceId::generate(app.random());
    let job = app.clone();
    let outcome = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                let app = job;
                let tries = app.policy().activation_tries;
                let Some(activation) = activations::count_try(tx, &id, tries, now).await? else {
                    return Ok(None);
                };
                let matches = match &code {
                    Some(code) => activations::code_matches(tx, &id, code, code_floor(&app, now)).await?,
                    None => false,
                };
                let confirmed = match (matches, &code) {
                    (true, Some(code)) => activate(&app, tx, &activation, code, &signature, device, now).await?,
                    (true, None) | (false, _) => None,
                };
                if confirmed.is_none() {
                    audit::append(tx, &entry(now, "activation.try_failed", activation.person)).await?;
                }
                Ok::<_, StoreError>(confirmed)
            })
        })
        .await?;
    match outcome {
        Some(confirmed) => {
            app.messages_due().notify_one();
            app.hub().publish(&confirmed.person, Live::DeviceActivated);
            Ok(confirmed)
        }
        None => Err(ConfirmError::Failed),
    }
}

/// Codes made before this moment are over.
fn code_floor(app: &App, now: Timestamp) -> Timestamp {
    now.minus(aldaba_core::policy::seconds(app.policy().activation_life))
}

/// The code is right. None: the signature is not, or somebody else confirmed first.
async fn activate(
    app: &App,
    tx: &Transaction,
    activation: &Activation,
    code: &ShortCode,
    signature: &[u8],
    device: DeviceId,
    now: Timestamp,
) -> Result<Option<Confirmed>, StoreError> {
    let (Some(person), Some(secret)) = (activation.person, &activation.agreement_secret) else {
        return Ok(None);
    };
    let transcript = transcript(&activation.transcript, code);
    let signed = VerifyingKey::from_sec1(&activation.signing_key).is_ok_and(|key| key.verify(&transcript, signature));
    let shared = AgreementKey::from_bytes(secret.expose()).and_then(|key| key.agree(&activation.agreement_key));
    let (true, Ok(shared)) = (signed, shared) else {
        return Ok(None);
    };
    let Some(person) = persons::get(tx, &person).await? else {
        return Ok(None);
    };
    if !activations::confirm(tx, &activation.id, &device, now).await? {
        return Ok(None);
    }
    devices::insert(
        tx,
        &devices::NewDevice {
            id: device,
            person: person.id,
            name: activation.device_name.clone(),
            platform: activation.platform.clone(),
            level: person.level,
            language: activation.language,
            signing_key: activation.signing_key,
            otp_key: otp_key(&shared, &transcript),
            activated_at: now,
        },
    )
    .await?;
    sms::queue_new_device(app, tx, &person, &activation.device_name, now).await?;
    audit::append(tx, &of_device(entry(now, "device.activated", Some(person.id)), device)).await?;
    let statement = server_statement(&transcript, &device, person.level, now);
    Ok(Some(Confirmed {
        device,
        person: person.id,
        level: person.level,
        server_time: now,
        server_key: app.keys().signing.public(),
        signature: app.keys().signing.sign(&statement),
    }))
}
