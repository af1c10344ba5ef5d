//! The second step by SMS: a code, after the password was right. (The one by app is a request, `requests/`.)

use aldaba_core::code::ShortCode;
use aldaba_core::ids::{MessageId, PasswordCodeId, PersonId, SessionId};
use aldaba_core::language::Language;
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::policy::seconds;
use aldaba_core::sms::{Asker, may_send};
use aldaba_core::time::Timestamp;
use aldaba_store::outbox::MessageKind;
use aldaba_store::passwords::codes::{self, NewCode, Purpose};
use aldaba_store::persons::Person;
use aldaba_store::{StoreError, Transaction, audit, outbox, passwords};

use crate::app::App;
use crate::audit::entry;
use crate::oidc::sms_budget;
use crate::requests::{BrowserBinding, BrowserInfo};
use crate::sessions::{self, Proof, SignedIn};

/// What is asked for.
pub(super) struct NewStep {
    /// Where somebody signs in.
    pub relying_party: String,
    /// What for, by its id.
    pub procedure: String,
    /// The browser's cookie.
    pub binding: [u8; 32],
    /// The page's language.
    pub language: Language,
    /// The password that was right.
    pub password_version: i64,
}

/// Sends a code, within limits of which a part is reserved for who knows the password ([`aldaba_core::sms`]). The person is
/// locked, so that what is counted stays true. `false`: there is no phone, too many went, or the site pays for no more.
pub(super) async fn send(
    app: &App,
    tx: &Transaction,
    person: &Person,
    step: NewStep,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(phone) = person.phone.clone() else {
        return Ok(false);
    };
    let policy = app.policy();
    let counts = outbox::count_codes(tx, &person.id, now).await?;
    if !may_send(policy, Asker::Password, &counts, true) || !sms_budget::take(app, tx, &step.relying_party, now).await?
    {
        return Ok(false);
    }
    let code = ShortCode::generate(app.random());
    let expires_at = now.plus(seconds(policy.activation_life));
    let variables = [
        ("code", code.grouped().into()),
        ("minutes", policy.activation_life.div_ceil(60).into()),
    ];
    let text = app.texts().with(step.language, "sms-password-step", &variables);
    let message = outbox::NewMessage {
        id: MessageId::generate(app.random()),
        person: Some(person.id),
        kind: MessageKind::PasswordStep,
        to: phone,
        // The last line is the one that phones read to fill the code in.
        text: format!("{text}\n@{} #{}", app.config().public_url.host(), code.canonical()),
        created_at: now,
        expires_at: Some(expires_at),
    };
    let new = NewCode {
        id: PasswordCodeId::generate(app.random()),
        person: Some(person.id),
        purpose: Purpose::SecondStep,
        binding: step.binding,
        code,
        relying_party: step.relying_party,
        procedure: step.procedure,
        password_version: Some(step.password_version),
        created_at: now,
        expires_at,
    };
    codes::insert(tx, &new).await?;
    outbox::enqueue(tx, &message).await?;
    audit::append(tx, &entry(now, "password.step_sent", Some(person.id))).await?;
    Ok(true)
}

/// What the page that asks for the code shows.
#[derive(Debug)]
pub struct CodePage {
    /// Which code.
    pub id: PasswordCodeId,
    /// Where somebody signs in.
    pub relying_party: String,
    /// What for, by its id.
    pub procedure: String,
    /// Whether it may still be typed.
    pub is_live: bool,
}

/// The code that this browser was sent last.
///
/// # Errors
/// The database.
pub async fn code_page(app: &App, binding: &BrowserBinding, purpose: Purpose) -> Result<Option<CodePage>, StoreError> {
    let (now, most) = (app.now(), app.policy().activation_tries);
    let binding = binding.bytes();
    let found = app
        .store()
        .read(move |tx| Box::pin(async move { codes::of_browser(tx, &binding, purpose).await }))
        .await?;
    Ok(found.map(|code| CodePage {
        is_live: code.is_live(most, now),
        id: code.id,
        relying_party: code.relying_party,
        procedure: code.procedure,
    }))
}

/// Why a code signed nobody in.
#[derive(Debug, thiserror::Error)]
pub enum CodeError {
    /// Not the code.
    #[error("wrong")]
    Wrong {
        /// Tries left, at least one.
        tries_left: u32,
    },
    /// Over, used, wrong too often, of another browser: begin anew with the password.
    #[error("over")]
    Over,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Tries the code of the second step. `code` is none where what was typed cannot be one: it costs a try like any other.
///
/// # Errors
/// [`CodeError`]; a wrong try is counted, durably.
pub async fn try_code(
    app: &App,
    id: PasswordCodeId,
    binding: &BrowserBinding,
    code: Option<ShortCode>,
    browser: &BrowserInfo,
) -> Result<SignedIn, CodeError> {
    let now = app.now();
    let most = app.policy().activation_tries;
    let (brought, session) = (binding.brought().clone(), SessionId::generate(app.random()));
    let binding = binding.bytes();
    let (job, browser) = (app.clone(), browser.clone());
    app.store()
        .write(move |tx| {
            Box::pin(async move {
                let app = job;
                let counted = codes::count_try(tx, &id, &binding, Purpose::SecondStep, most, now).await?;
                let Some(found) = counted else {
                    return Ok(Err(CodeError::Over));
                };
                let right = code.is_some_and(|code| found.matches(app.keys(), &code));
                let (true, Some(person)) = (right, found.person) else {
                    audit::append(tx, &entry(now, "password.step_failed", found.person)).await?;
                    return Ok(Err(match most.saturating_sub(found.tries) {
                        0 => CodeError::Over,
                        tries_left => CodeError::Wrong { tries_left },
                    }));
                };
                if !spend(tx, &found, person, now).await? {
                    return Ok(Err(CodeError::Over));
                }
                let proof = Proof {
                    person,
                    device: None,
                    request: None,
                    relying_party: found.relying_party.clone(),
                    method: Method::Password,
                    second_step: Some(Method::Sms),
                    // Two factors, but no device whose key the registration stands for.
                    level: Level::Low,
                    browser: browser.browser.unwrap_or_default(),
                    system: browser.system.unwrap_or_default(),
                    brought,
                };
                Ok::<_, StoreError>(Ok(sessions::open(tx, session, proof, now).await?))
            })
        })
        .await?
}

/// Uses the code once, and only while the password that was right is still the person's.
async fn spend(tx: &Transaction, code: &codes::Code, person: PersonId, now: Timestamp) -> Result<bool, StoreError> {
    // The password first, as those who change it do: two of us never wait for each other.
    let Some(version) = code.password_version else {
        return Ok(false);
    };
    Ok(passwords::use_password(tx, &person, version, now).await? && codes::use_code(tx, &code.id, now).await?)
}
