//! The PIN of a request goes by SMS: from the start, or in place of the app's when no device has answered.
//!
//! Rules:
//! - Whether an SMS goes is decided by `aldaba_core::sms` (how many a person gets, and who may cause them), by the site's
//!   budget, and by whether there is a phone. The page never learns it: the same answer, the same statements.
//! - A PIN that was not sent is no PIN: such a request cannot be guessed, however often somebody makes one.
//! - The SMS is written in the transaction that makes the request, and leaves through the outbox.
//! - Who has an active device is given a minute to use it.

use aldaba_core::ids::{PersonId, RequestId};
use aldaba_core::language::Language;
use aldaba_core::method::Method;
use aldaba_core::pin::Pin;
use aldaba_core::policy::seconds;
use aldaba_core::request::RequestState;
use aldaba_core::sms::{Asker, leaves_at, may_send};
use aldaba_core::time::Timestamp;
use aldaba_store::outbox::MessageKind;
use aldaba_store::persons::Person;
use aldaba_store::{
    StoreError, Transaction, audit, devices, known_browsers, lock_document, outbox, persons, requests, sms_pins,
};

use super::BrowserBinding;
use super::events::Live;
use super::try_pin::{Attempt, TryError, report};
use crate::app::App;
use crate::audit::{entry, of_request};
use crate::config::RelyingParty;
use crate::messages::code::{self, CodeMessage};
use crate::oidc::sms_budget;
use crate::sessions::{KnownBrowser, SignedIn};

/// A PIN is wanted by SMS.
pub(super) struct SmsAsk {
    /// For which request.
    pub request: RequestId,
    /// How the sign-in began.
    pub method: Method,
    /// The site, which pays.
    pub client: String,
    /// Its domain, which the SMS names.
    pub domain: String,
    /// The browser's cookie.
    pub known: Option<KnownBrowser>,
    /// The page's language, for who has none.
    pub language: Language,
    /// When the request ends, and its PIN.
    pub expires_at: Timestamp,
}

/// Makes the PIN and puts its SMS into the outbox, if there is somebody to send it to and limits and budget allow; otherwise a
/// decoy that nobody ever sends. `asked` is the owner, or somebody whom no row belongs to; the owner is locked, so that what
/// is counted stays true. Whether an SMS goes.
pub(super) async fn queue_pin(
    app: &App,
    tx: &Transaction,
    ask: &SmsAsk,
    owner: Option<&Person>,
    asked: PersonId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let policy = app.policy();
    let browser = known_browsers::look(tx, &asked, ask.known.as_ref().map(KnownBrowser::bytes), now).await?;
    let counts = outbox::count_codes(tx, &asked, now).await?;
    let has_device = devices::count_active(tx, &asked).await? > 0;
    let (asker, kind) = if browser.this_one {
        (Asker::KnownBrowser, MessageKind::KnownSignInPin)
    } else {
        (Asker::Anybody, MessageKind::SignInPin)
    };
    let within = may_send(policy, asker, &counts, browser.reserved);
    let recipient = owner
        // Who said twice that it was not them hears of strangers no more that day.
        .filter(|owner| within && (browser.this_one || !owner.is_muted(now)))
        .and_then(|owner| Some((owner.id, owner.phone.clone()?)));
    // For a decoy, nobody's budget: the same statement.
    let payer = if recipient.is_some() { ask.client.as_str() } else { "" };
    let paid = sms_budget::take(app, tx, payer, now).await?;
    let recipient = recipient.filter(|_| paid);

    let pin = Pin::generate(policy.pin_digits, app.random()).ok_or(StoreError::Corrupt("the digits of PINs"))?;
    sms_pins::insert(tx, &ask.request, &pin, recipient.is_some()).await?;
    let language = owner.map_or(ask.language, |owner| owner.language);
    let message = CodeMessage {
        kind,
        text: text(app, language, &pin, ask, now),
        asked_at: now,
        leaves_at: leaves_at(policy, ask.method, has_device, now),
        expires_at: ask.expires_at,
    };
    code::queue(app, tx, recipient, message).await
}

/// The SMS: the PIN, for whom, how long, what never to do with it, and the line that phones read to fill it in
/// (<https://wicg.github.io/sms-one-time-codes/>): it must be the last.
fn text(app: &App, language: Language, pin: &Pin, ask: &SmsAsk, now: Timestamp) -> String {
    let minutes = ask.expires_at.since(now).as_secs().div_ceil(60);
    let text = app.texts().with(
        language,
        "sms-sign-in-pin",
        &[
            ("pin", pin.expose().to_owned().into()),
            ("domain", ask.domain.clone().into()),
            ("minutes", minutes.into()),
        ],
    );
    format!("{text}\n@{} #{}", app.config().public_url.host(), pin.expose())
}

/// Why the page of a request cannot go on by SMS.
#[derive(Debug, thiserror::Error)]
pub enum SmsError {
    /// There is no such request (any more).
    #[error("no such request")]
    Unknown,
    /// Another browser or another relying party.
    #[error("another browser or relying party")]
    Mismatch,
    /// Its devices still have time to answer, one has revealed it, or it is over: its page says which.
    #[error("not now")]
    NotNow,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sends a PIN by SMS for a request that no device has revealed for a minute. From then on it is a request by SMS: no device
/// can reveal it.
///
/// # Errors
/// [`SmsError`]; nothing was sent.
pub async fn go_on_by_sms(
    app: &App,
    id: &RequestId,
    binding: &BrowserBinding,
    relying_party: &RelyingParty,
) -> Result<(), SmsError> {
    let now = app.now();
    let nobody = PersonId::generate(app.random());
    let (job, id) = (app.clone(), *id);
    let (secret, known) = (binding.bytes(), binding.known().cloned());
    let (client, domain) = (relying_party.id.clone(), relying_party.domain.clone());
    let (told, sent) = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                let app = job;
                let Some(request) = requests::get(tx, &id).await? else {
                    return Ok(Err(SmsError::Unknown));
                };
                if !request.is_bound_to(&secret) || request.relying_party.id != client {
                    return Ok(Err(SmsError::Mismatch));
                }
                if let Some(lock) = request.lock {
                    lock_document(tx, lock).await?;
                }
                let asked = request.person.unwrap_or(nobody);
                // A method that its owner switched off is nobody's.
                let owner = persons::lock(tx, &asked).await?;
                let owner = owner.filter(|person| person.uses(Method::Sms));
                let made_before = now.minus(seconds(app.policy().sms_wait));
                if !sms_pins::take_over(tx, &id, made_before, now).await? {
                    return Ok(Err(SmsError::NotNow));
                }
                let ask = SmsAsk {
                    request: id,
                    // Its devices had their minute.
                    method: Method::Incoming,
                    client,
                    domain,
                    known,
                    language: request.language,
                    expires_at: request.expires_at,
                };
                let sent = queue_pin(&app, tx, &ask, owner.as_ref(), asked, now).await?;
                let mut entry = of_request(entry(now, "request.went_on_by_sms", request.person), id);
                entry.detail = serde_json::json!({ "sms": sent });
                audit::append(tx, &entry).await?;
                Ok::<_, StoreError>(Ok((request.person.filter(|_| !request.quiet), sent)))
            })
        })
        .await??;
    if sent {
        app.messages_due().notify_one();
    }
    if let Some(person) = told {
        // For devices it is over.
        let event = Live::Request {
            id,
            state: RequestState::Expired,
            updated_at: now,
        };
        app.hub().publish(&person, event);
    }
    Ok(())
}

/// Tries the PIN of a request whose PIN went by SMS.
///
/// # Errors
/// [`TryError`]; a wrong try is counted, durably, before its answer.
pub async fn try_sms(
    app: &App,
    id: &RequestId,
    binding: &BrowserBinding,
    relying_party: &str,
    method: Method,
    pin: &str,
    own_key: Option<&str>,
) -> Result<SignedIn, TryError> {
    let now = app.now();
    let digits = usize::try_from(app.policy().pin_digits).unwrap_or(0);
    let typed = Pin::parse(pin, digits).ok_or(TryError::MalformedPin)?;
    let attempt = Attempt::new(app, id, binding, relying_party, own_key);
    let outcome = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                let (request, _) = match attempt.begin(tx, method, now).await? {
                    Ok(begun) => begun,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                let right = sms_pins::matches(tx, &request.id, &typed).await?;
                if right & attempt.own_key_matches(&request) {
                    attempt.spend(tx, &request, None, method.reaches(), now).await
                } else {
                    attempt.count_wrong(tx, &request, now).await
                }
            })
        })
        .await?;
    report(app, id, outcome)
}
