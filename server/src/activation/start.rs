//! Step 1: who, and with which keys.

use aldaba_core::code::ShortCode;
use aldaba_core::contrast::Contrast;
use aldaba_core::document::Document;
use aldaba_core::ids::{ActivationId, PersonId};
use aldaba_core::language::Language;
use aldaba_core::policy::seconds;
use aldaba_protocol::activation::TranscriptFields;
use aldaba_protocol::keys::{AgreementKey, PublicKey};
use aldaba_store::{DocumentLock, StoreError, activations, audit, persons};

use super::sms;
use crate::app::App;
use crate::audit::entry;

/// What the app sent, read.
pub struct Start {
    /// Whose device.
    pub document: Document,
    /// What its owner knows besides.
    pub contrast: Contrast,
    /// The device's name, 1 to 64 characters.
    pub device_name: String,
    /// Its platform.
    pub platform: String,
    /// Language tag as sent; it enters the transcript.
    pub language_tag: String,
    /// The device's public signing key.
    pub signing_key: PublicKey,
    /// The device's public agreement key.
    pub agreement_key: PublicKey,
}

/// The same for everybody.
pub struct Started {
    /// Identifier of the activation, or of the decoy.
    pub id: ActivationId,
    /// Life of the code, in seconds.
    pub expires_in: u32,
    /// The server's public agreement key.
    pub agreement_key: PublicKey,
}

/// Begins an activation, or a decoy.
///
/// # Errors
/// [`StoreError`]: nothing was begun.
pub async fn start(app: &App, start: Start) -> Result<Started, StoreError> {
    let now = app.now();
    let policy = app.policy();
    let id = ActivationId::generate(app.random());
    let code = ShortCode::generate(app.random());
    let server_key = AgreementKey::generate(app.random());
    let agreement_key = server_key.public();
    let expires_in = policy.activation_life;
    let transcript = TranscriptFields {
        document: start.document.canonical(),
        contrast: &start.contrast.canonical(),
        device_name: &start.device_name,
        platform: &start.platform,
        language: &start.language_tag,
        signing_key: &start.signing_key,
        agreement_key: &start.agreement_key,
        activation_id: &id,
        expires_in,
        server_agreement_key: &agreement_key,
    }
    .to_bytes();
    let language = Language::negotiate(&start.language_tag);
    let lock = DocumentLock::of(app.keys(), &start.document);
    let activation = activations::Activation {
        id,
        person: None,
        lock: Some(lock),
        transcript,
        device_name: start.device_name,
        platform: start.platform,
        language,
        signing_key: start.signing_key,
        agreement_key: start.agreement_key,
        agreement_secret: Some(server_key.to_bytes()),
        created_at: now,
        expires_at: now.plus(seconds(expires_in)),
        tries: 0,
        device: None,
    };
    // Somebody whom no row can belong to, so that an unknown person costs the same statements as a known one.
    let nobody = PersonId::generate(app.random());
    let job = app.clone();
    let (document, contrast) = (start.document, start.contrast);
    let sent = app
        .store()
        .write_for(lock, move |tx| {
            Box::pin(async move {
                let (app, mut activation) = (job, activation);
                let found = persons::find_locked(tx, &document).await?;
                let matches = found.as_ref().map_or_else(
                    || persons::contrast_matches_nobody(app.keys(), &contrast),
                    |person| person.contrast_matches(app.keys(), &contrast),
                );
                let owner = found.filter(|_| matches);
                let asked = owner.as_ref().map_or(nobody, |person| person.id);
                let live = activations::count_live(tx, &asked, now).await?;
                let room = live < app.policy().live_activations;
                // One too many is a decoy as well: it could never be confirmed anyway, for its code is sent to nobody.
                activation.person = owner.as_ref().map(|person| person.id).filter(|_| room);
                activations::insert(tx, &activation).await?;
                let sent =
                    sms::queue_code(&app, tx, owner.as_ref().filter(|_| room), asked, language, &code, now).await?;
                // A code that nobody was sent must open nothing.
                activations::add_code(tx, &id, Some(&code).filter(|_| sent), now).await?;
                audit::append(tx, &entry(now, "activation.started", activation.person)).await?;
                Ok::<_, StoreError>(sent)
            })
        })
        .await?;
    if sent {
        app.messages_due().notify_one();
    }
    Ok(Started {
        id,
        expires_in,
        agreement_key,
    })
}
