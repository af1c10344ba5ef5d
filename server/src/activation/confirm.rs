//! Step 3: the code, and the device's signature over everything that was said.

use aldaba_core::code::ShortCode;
use aldaba_core::device::DeviceState;
use aldaba_core::ids::{ActivationId, DeviceId, PersonId};
use aldaba_core::level::Level;
use aldaba_core::policy::seconds;
use aldaba_core::time::Timestamp;
use aldaba_protocol::activation::{Transcript, otp_key, server_statement, transcript};
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

/// Confirms an activation once. A `code` that cannot be one is a wrong one: it costs a try like any other. Whoever confirmed it
/// and lost the answer gets it again while the code lives.
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
                let said = Said { code, signature };
                let Some(activation) = activations::count_try(tx, &id, tries, now).await? else {
                    let confirmed = answer_again(&app, tx, &id, &said, now).await?;
                    return Ok(confirmed.map(|confirmed| (confirmed, Told::Again)));
                };
                let confirmed = activate(&app, tx, &activation, &said, device, now).await?;
                if confirmed.is_none() {
                    audit::append(tx, &entry(now, "activation.try_failed", activation.person)).await?;
                }
                Ok::<_, StoreError>(confirmed.map(|confirmed| (confirmed, Told::First)))
            })
        })
        .await?;
    match outcome {
        Some((confirmed, Told::First)) => {
            app.messages_due().notify_one();
            app.hub().publish(
                &confirmed.person,
                Live::DeviceActivated {
                    device: confirmed.device,
                    activated_at: confirmed.server_time,
                },
            );
            Ok(confirmed)
        }
        Some((confirmed, Told::Again)) => Ok(confirmed),
        None => Err(ConfirmError::Failed),
    }
}

/// What the device sent.
struct Said {
    code: Option<ShortCode>,
    signature: Vec<u8>,
}

enum Told {
    First,
    Again,
}

/// The transcript that the device signed, if its code is one of the activation's and lives, and its signature verifies.
async fn proven(
    app: &App,
    tx: &Transaction,
    activation: &Activation,
    said: &Said,
    now: Timestamp,
) -> Result<Option<Transcript>, StoreError> {
    let Some(code) = &said.code else {
        return Ok(None);
    };
    let made_after = now.minus(seconds(app.policy().activation_life));
    if !activations::code_matches(tx, &activation.id, code, made_after).await? {
        return Ok(None);
    }
    let transcript = transcript(&activation.transcript, code);
    let signed =
        VerifyingKey::from_sec1(&activation.signing_key).is_ok_and(|key| key.verify(&transcript, &said.signature));
    Ok(signed.then_some(transcript))
}

/// None: the code or the signature is not right, or it is a decoy.
async fn activate(
    app: &App,
    tx: &Transaction,
    activation: &Activation,
    said: &Said,
    device: DeviceId,
    now: Timestamp,
) -> Result<Option<Confirmed>, StoreError> {
    let Some(transcript) = proven(app, tx, activation, said, now).await? else {
        return Ok(None);
    };
    let (Some(person), Some(secret)) = (activation.person, &activation.agreement_secret) else {
        return Ok(None);
    };
    let shared = AgreementKey::from_bytes(secret.expose()).and_then(|key| key.agree(&activation.agreement_key));
    let Ok(shared) = shared else {
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
    Ok(Some(confirmed(app, &transcript, device, person.id, person.level, now)))
}

/// The answer for who confirmed already and did not hear it: the device must not be one whose keys nobody knows to keep. Only
/// its own key can ask, so there is nothing to guess and no try to count.
async fn answer_again(
    app: &App,
    tx: &Transaction,
    id: &ActivationId,
    said: &Said,
    now: Timestamp,
) -> Result<Option<Confirmed>, StoreError> {
    let Some((activation, device)) = activations::find(tx, id)
        .await?
        .and_then(|activation| activation.device.map(|device| (activation, device)))
    else {
        return Ok(None);
    };
    let Some(transcript) = proven(app, tx, &activation, said, now).await? else {
        return Ok(None);
    };
    let device = devices::get(tx, &device).await?;
    Ok(device
        .filter(|device| device.state == DeviceState::Active)
        .map(|device| confirmed(app, &transcript, device.id, device.person, device.level, now)))
}

fn confirmed(
    app: &App,
    transcript: &Transcript,
    device: DeviceId,
    person: PersonId,
    level: Level,
    now: Timestamp,
) -> Confirmed {
    let statement = server_statement(transcript, &device, level, now);
    Confirmed {
        device,
        person,
        level,
        server_time: now,
        server_key: app.keys().signing.public(),
        signature: app.keys().signing.sign(&statement),
    }
}
