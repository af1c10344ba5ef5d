//! Another code for the same activation; earlier ones stay valid for their own life.

use aldaba_core::code::ShortCode;
use aldaba_core::ids::{ActivationId, PersonId};
use aldaba_core::policy::seconds;
use aldaba_store::{StoreError, activations, audit, lock_document, persons};

use super::sms;
use crate::app::App;
use crate::audit::entry;

/// Sends another code, within the limits. The answer (life of a code, in seconds) is the same whether there is such an
/// activation, whether it is a decoy, and whether an SMS goes.
///
/// # Errors
/// [`StoreError`]: nothing was sent.
pub async fn resend(app: &App, id: ActivationId) -> Result<u32, StoreError> {
    let now = app.now();
    let life = app.policy().activation_life;
    let code = ShortCode::generate(app.random());
    let nobody = PersonId::generate(app.random());
    let job = app.clone();
    let sent = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                let app = job;
                let Some(activation) = activations::find(tx, &id).await? else {
                    return Ok(false);
                };
                if activation.device.is_some() || now >= activation.expires_at {
                    return Ok(false);
                }
                if let Some(lock) = activation.lock {
                    lock_document(tx, lock).await?;
                }
                let asked = activation.person.unwrap_or(nobody);
                let owner = persons::lock(tx, &asked).await?;
                let sent = sms::queue_code(&app, tx, owner.as_ref(), asked, activation.language, &code, now).await?;
                // The same statements when no SMS goes, for a decoy must cost what a real one costs. But a code that nobody was
                // sent opens nothing, and nothing lives longer for it.
                activations::add_code(tx, &id, Some(&code).filter(|_| sent), now).await?;
                let until = if sent {
                    now.plus(seconds(life))
                } else {
                    activation.expires_at
                };
                activations::extend(tx, &id, until, now).await?;
                audit::append(tx, &entry(now, "activation.code_resent", activation.person)).await?;
                Ok::<_, StoreError>(sent)
            })
        })
        .await?;
    if sent {
        app.messages_due().notify_one();
    }
    Ok(life)
}
