//! The messages of an activation.

use aldaba_core::code::ShortCode;
use aldaba_core::ids::PersonId;
use aldaba_core::language::Language;
use aldaba_core::policy::seconds;
use aldaba_core::sms::{Asker, may_send};
use aldaba_core::time::Timestamp;
use aldaba_store::outbox::MessageKind;
use aldaba_store::persons::Person;
use aldaba_store::{StoreError, Transaction, known_browsers, outbox};

use crate::app::App;
use crate::messages::code::{self, CodeMessage};
use crate::messages::notice;

/// Puts the SMS with the code into the outbox, if its owner exists, has a phone, and the limits allow; otherwise a decoy
/// that nobody ever sends, so that an unknown person costs the same statements. Whether an SMS was put there.
pub(super) async fn queue_code(
    app: &App,
    tx: &Transaction,
    owner: Option<&Person>,
    asked: PersonId,
    language: Language,
    code: &ShortCode,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let text = code_text(app, language, code);
    queue_text(app, tx, owner, asked, text, now).await
}

/// The same for any text with a code that arrives like an activation's and counts as one: setting a password.
pub(crate) async fn queue_text(
    app: &App,
    tx: &Transaction,
    owner: Option<&Person>,
    asked: PersonId,
    text: String,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let policy = app.policy();
    let counts = outbox::count_codes(tx, &asked, now).await?;
    let browsers = known_browsers::look(tx, &asked, None, now).await?;
    let within = may_send(policy, Asker::Anybody, &counts, browsers.reserved);
    let recipient = owner
        .and_then(|owner| Some((owner.id, owner.phone.clone()?)))
        .filter(|_| within);
    let message = CodeMessage {
        kind: MessageKind::ActivationCode,
        text,
        asked_at: now,
        leaves_at: now,
        expires_at: now.plus(seconds(policy.activation_life)),
    };
    code::queue(app, tx, recipient, message).await
}

/// Tells the person's phone that a device was activated, in their own language: whoever did it may speak another.
pub(super) async fn queue_new_device(
    app: &App,
    tx: &Transaction,
    owner: &Person,
    device_name: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let device = [("device", device_name.to_owned().into())];
    let text = app.texts().with(owner.language, "sms-device-activated", &device);
    notice::queue(app, tx, owner, MessageKind::NewDevice, text, now).await
}

/// The SMS: the code, its life, what never to do with it, and the line that phones read to fill the code in
/// (<https://wicg.github.io/sms-one-time-codes/>): it must be the last.
fn code_text(app: &App, language: Language, code: &ShortCode) -> String {
    let minutes = app.policy().activation_life.div_ceil(60);
    let text = app.texts().with(
        language,
        "sms-activation-code",
        &[("code", code.grouped().into()), ("minutes", minutes.into())],
    );
    format!("{text}\n@{} #{}", app.config().public_url.host(), code.canonical())
}
