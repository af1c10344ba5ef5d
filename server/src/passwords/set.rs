//! Setting a password: with a code by SMS (the first, or in place of a forgotten one) or with the old one; and cancelling it.

use aldaba_core::code::ShortCode;
use aldaba_core::contrast::Contrast;
use aldaba_core::document::Document;
use aldaba_core::ids::{PasswordCodeId, PersonId};
use aldaba_core::language::Language;
use aldaba_core::password::{Age, Password, end_of_life};
use aldaba_core::policy::seconds;
use aldaba_core::time::Timestamp;
use aldaba_store::outbox::MessageKind;
use aldaba_store::passwords::codes::{self, NewCode, Purpose};
use aldaba_store::persons::Person;
use aldaba_store::{DocumentLock, StoreError, Transaction, audit, passwords, persons};

use super::hash::{HashError, Place};
use super::prove::{ProveError, prove};
use super::strength::{self, Judgement};
use crate::activation::queue_text;
use crate::app::App;
use crate::audit::entry;
use crate::messages::notice;
use crate::oidc::ended;
use crate::requests::BrowserBinding;

/// What the first page knows.
pub struct Start<'a> {
    /// Whose password.
    pub document: Document,
    /// What its owner knows besides.
    pub contrast: Contrast,
    /// The browser's cookie.
    pub binding: &'a BrowserBinding,
    /// The page's language; the SMS's too.
    pub language: Language,
}

/// Sends a code, within the limits of activations: the same work and the same answer for an unknown person, a wrong datum and
/// a right one.
///
/// # Errors
/// The database: nothing was begun.
pub async fn start(app: &App, start: Start<'_>) -> Result<(), StoreError> {
    let now = app.now();
    let policy = app.policy();
    let code = ShortCode::generate(app.random());
    let variables = [
        ("code", code.grouped().into()),
        ("minutes", policy.activation_life.div_ceil(60).into()),
    ];
    let text = app.texts().with(start.language, "sms-password-code", &variables);
    // The last line is the one that phones read to fill the code in.
    let text = format!("{text}\n@{} #{}", app.config().public_url.host(), code.canonical());
    let new = NewCode {
        id: PasswordCodeId::generate(app.random()),
        person: None,
        purpose: Purpose::Set,
        binding: start.binding.bytes(),
        code,
        relying_party: String::new(),
        procedure: String::new(),
        password_version: None,
        created_at: now,
        expires_at: now.plus(seconds(policy.activation_life)),
    };
    // Somebody whom no row can belong to, so that an unknown person costs the same statements as a known one.
    let nobody = PersonId::generate(app.random());
    let job = app.clone();
    let (document, contrast) = (start.document, start.contrast);
    let lock = DocumentLock::of(app.keys(), &document);
    let sent = app
        .store()
        .write_for(lock, move |tx| {
            Box::pin(async move {
                let (app, mut new) = (job, new);
                let found = persons::find_locked(tx, &document).await?;
                let matches = found.as_ref().map_or_else(
                    || persons::contrast_matches_nobody(app.keys(), &contrast),
                    |person| person.contrast_matches(app.keys(), &contrast),
                );
                let owner = found.filter(|_| matches);
                let asked = owner.as_ref().map_or(nobody, |person| person.id);
                let room = codes::count_live(tx, &asked, Purpose::Set, now).await? < app.policy().live_activations;
                let owner = owner.filter(|_| room);
                new.person = owner.as_ref().map(|person| person.id);
                codes::insert(tx, &new).await?;
                let sent = queue_text(&app, tx, owner.as_ref(), asked, text, now).await?;
                audit::append(tx, &entry(now, "password.code_asked", new.person)).await?;
                Ok::<_, StoreError>(sent)
            })
        })
        .await?;
    if sent {
        app.messages_due().notify_one();
    }
    Ok(())
}

/// What the second page knows.
pub struct Finish<'a> {
    /// Which code, by the page.
    pub id: PasswordCodeId,
    /// The browser's cookie.
    pub binding: &'a BrowserBinding,
    /// The code as typed; none: it cannot be one, and costs a try like any other.
    pub code: Option<ShortCode>,
    /// The new password.
    pub password: Password,
}

/// Why no password was set.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// The new password is not good enough. Nothing was tried.
    #[error("not good enough")]
    Refused(Judgement),
    /// It tells of its owner, who has proved to be that.
    #[error("tells of its owner")]
    Personal,
    /// Unknown person, wrong datum, wrong or late code, too many tries: one answer for all.
    #[error("failed")]
    Failed,
    /// Too many passwords are being checked. Nothing was tried.
    #[error("busy")]
    Busy,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<HashError> for SetError {
    fn from(error: HashError) -> Self {
        if error == HashError::Failed {
            tracing::error!("a password could not be hashed");
        }
        Self::Busy
    }
}

/// Sets a password with a code.
///
/// # Errors
/// [`SetError`]. A wrong code stays counted.
pub async fn finish(app: &App, finish: Finish<'_>) -> Result<(), SetError> {
    let place = app.passwords().enter()?;
    // First, while nobody has said who they are: so that it is the same for everybody.
    judge(app, &place, &finish.password).await?;
    let now = app.now();
    let (id, binding) = (finish.id, finish.binding.bytes());
    let (job, code, password) = (app.clone(), finish.code, finish.password.clone());
    let person = app
        .store()
        .write(move |tx| Box::pin(async move { try_code(&job, tx, id, binding, code, &password, now).await }))
        .await??;
    let phc = place.hash(app.keys(), app.random(), person, &finish.password).await?;
    let job = app.clone();
    let set = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                let Some(person) = persons::lock(tx, &person).await? else {
                    return Ok(false);
                };
                if !codes::use_code(tx, &id, now).await? {
                    return Ok(false);
                }
                passwords::set(tx, &person.id, &phc, now, end_of_life(job.policy(), now)).await?;
                was_set(&job, tx, &person, "password.set", now).await?;
                Ok::<_, StoreError>(true)
            })
        })
        .await?;
    if !set {
        return Err(SetError::Failed);
    }
    wake(app);
    Ok(())
}

async fn try_code(
    app: &App,
    tx: &Transaction,
    id: PasswordCodeId,
    binding: [u8; 32],
    code: Option<ShortCode>,
    password: &Password,
    now: Timestamp,
) -> Result<Result<PersonId, SetError>, StoreError> {
    let most = app.policy().activation_tries;
    let Some(found) = codes::count_try(tx, &id, &binding, Purpose::Set, most, now).await? else {
        return Ok(Err(SetError::Failed));
    };
    let right = code.is_some_and(|code| found.matches(app.keys(), &code));
    let (true, Some(person)) = (right, found.person) else {
        audit::append(tx, &entry(now, "password.code_failed", found.person)).await?;
        return Ok(Err(SetError::Failed));
    };
    let Some(person) = persons::get(tx, &person).await? else {
        return Ok(Err(SetError::Failed));
    };
    if tells_of(password, &person) {
        // The code was right: it is not what must be tried again.
        codes::give_back(tx, &id).await?;
        return Ok(Err(SetError::Personal));
    }
    Ok(Ok(person.id))
}

fn tells_of(password: &Password, person: &Person) -> bool {
    password.tells_of(&person.document, &person.name, person.phone.as_ref())
}

async fn judge(app: &App, place: &Place, password: &Password) -> Result<(), SetError> {
    let (password, leaked) = (password.clone(), app.config().leaked_passwords.clone());
    match place
        .run(move |_| Ok(strength::judge(&password, leaked.as_deref())))
        .await?
    {
        Judgement::Good => Ok(()),
        refused => Err(SetError::Refused(refused)),
    }
}

/// What follows when a person's password is another: nothing of the one before goes on, and the phone is told.
async fn was_set(
    app: &App,
    tx: &Transaction,
    person: &Person,
    kind: &'static str,
    now: Timestamp,
) -> Result<(), StoreError> {
    end_what_it_opened(tx, &person.id, now).await?;
    passwords::clear_failures(tx, &person.document, None).await?;
    audit::append(tx, &entry(now, kind, Some(person.id))).await?;
    let text = app.texts().get(person.language, "sms-password-set");
    notice::queue(app, tx, person, MessageKind::PasswordChanged, text, now).await
}

/// Ends the sessions and second steps of the password before; the sites that hang on them are told.
async fn end_what_it_opened(tx: &Transaction, person: &PersonId, now: Timestamp) -> Result<(), StoreError> {
    passwords::end_what_it_opened(tx, person, now).await?;
    ended::queue(tx, now).await?;
    Ok(())
}

/// Wakes those who send what was queued, once it is committed.
fn wake(app: &App) {
    app.messages_due().notify_one();
    app.logouts_due().notify_one();
}

/// Why a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The old one was not right, or not looked at.
    #[error(transparent)]
    Prove(#[from] ProveError),
    /// The old one was right, and is over.
    #[error("over")]
    Expired,
    /// The old one was right; the new one is the same.
    #[error("the same")]
    Same,
    /// The new one will not do.
    #[error(transparent)]
    Set(#[from] SetError),
}

impl From<StoreError> for ChangeError {
    fn from(error: StoreError) -> Self {
        Self::Prove(error.into())
    }
}

impl From<HashError> for ChangeError {
    fn from(error: HashError) -> Self {
        Self::Prove(error.into())
    }
}

/// Changes a password with the old one.
///
/// # Errors
/// [`ChangeError`]. A wrong old password stays counted.
pub async fn change(
    app: &App,
    document: &Document,
    old: &Password,
    new: &Password,
    binding: &BrowserBinding,
) -> Result<(), ChangeError> {
    let place = app.passwords().enter()?;
    judge(app, &place, new).await?;
    let proved = prove(app, &place, document, old, binding).await?;
    if proved.age == Age::Over {
        return Err(ChangeError::Expired);
    }
    let now = app.now();
    let (person, version, same, chosen) = (proved.person, proved.version, old == new, new.clone());
    app.store()
        .write(move |tx| {
            Box::pin(async move {
                if !proved.settle(tx, now).await? {
                    return Ok(Err(ProveError::Wrong.into()));
                }
                Ok::<_, StoreError>(match persons::get(tx, &proved.person).await? {
                    None => Err(ProveError::Wrong.into()),
                    Some(_) if same => Err(ChangeError::Same),
                    Some(person) if tells_of(&chosen, &person) => Err(SetError::Personal.into()),
                    Some(_) => Ok(()),
                })
            })
        })
        .await??;
    let phc = place.hash(app.keys(), app.random(), person, new).await?;
    let job = app.clone();
    let changed = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                let Some(person) = persons::lock(tx, &person).await? else {
                    return Ok(false);
                };
                let ends = end_of_life(job.policy(), now);
                if !passwords::replace(tx, &person.id, version, &phc, now, ends).await? {
                    return Ok(false);
                }
                was_set(&job, tx, &person, "password.changed", now).await?;
                Ok::<_, StoreError>(true)
            })
        })
        .await?;
    if !changed {
        return Err(ProveError::Wrong.into());
    }
    wake(app);
    Ok(())
}

/// Cancels a password with itself; one that is over may be cancelled as well.
///
/// # Errors
/// [`ProveError`]. A wrong password stays counted.
pub async fn cancel(
    app: &App,
    document: &Document,
    password: &Password,
    binding: &BrowserBinding,
) -> Result<(), ProveError> {
    let place = app.passwords().enter()?;
    let proved = prove(app, &place, document, password, binding).await?;
    drop(place);
    if remove(app, proved.person, Some(proved.version), "password.cancelled").await? {
        Ok(())
    } else {
        Err(ProveError::Wrong)
    }
}

/// Cancels the password of somebody who is signed in. `false`: there is none.
///
/// # Errors
/// The database.
pub async fn cancel_of_session(app: &App, person: PersonId) -> Result<bool, StoreError> {
    remove(app, person, None, "password.cancelled").await
}

/// Cancels a password for staff. None: there is no citizen of that document; `Some(false)`: they have no password.
///
/// # Errors
/// The database.
pub async fn cancel_of_staff(app: &App, document: Document) -> Result<Option<bool>, StoreError> {
    let found = app
        .store()
        .read(move |tx| Box::pin(async move { persons::find(tx, &document).await }))
        .await?;
    match found {
        Some(person) => Ok(Some(remove(app, person.id, None, "password.cancelled_by_staff").await?)),
        None => Ok(None),
    }
}

async fn remove(app: &App, person: PersonId, version: Option<i64>, kind: &'static str) -> Result<bool, StoreError> {
    let now = app.now();
    let job = app.clone();
    let removed = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                let Some(person) = persons::lock(tx, &person).await? else {
                    return Ok(false);
                };
                if !passwords::remove(tx, &person.id, version).await? {
                    return Ok(false);
                }
                end_what_it_opened(tx, &person.id, now).await?;
                passwords::clear_failures(tx, &person.document, None).await?;
                audit::append(tx, &entry(now, kind, Some(person.id))).await?;
                let text = job.texts().get(person.language, "sms-password-cancelled");
                notice::queue(&job, tx, &person, MessageKind::PasswordChanged, text, now).await?;
                Ok::<_, StoreError>(true)
            })
        })
        .await?;
    if removed {
        wake(app);
    }
    Ok(removed)
}
