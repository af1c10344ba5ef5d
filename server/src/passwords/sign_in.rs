//! Signing in with a password: at once, or on to the second step.

use aldaba_core::code::ShortCode;
use aldaba_core::document::Document;
use aldaba_core::ids::{RequestId, SessionId};
use aldaba_core::language::Language;
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::password::{Age, Password};
use aldaba_core::phrase::two_words;
use aldaba_core::policy::seconds;
use aldaba_core::request::{Origin, RequestState};
use aldaba_core::time::Timestamp;
use aldaba_store::persons::Person;
use aldaba_store::{StoreError, Transaction, devices, persons, requests};

use super::prove::{ProveError, prove};
use super::second_step;
use crate::app::App;
use crate::audit::{entry, of_request};
use crate::config::RelyingParty;
use crate::requests::events::Live;
use crate::requests::{BrowserBinding, BrowserInfo};
use crate::sessions::{self, Brought, Proof, SignedIn};

/// What comes after the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing: it is enough for the lowest level.
    None,
    /// A PIN in the app.
    App,
    /// A code by SMS.
    Sms,
}

/// What the page knows when somebody has typed a password.
pub struct SignIn<'a> {
    /// Who asks for the sign-in.
    pub relying_party: &'a RelyingParty,
    /// What for, by its id; empty: the site itself.
    pub procedure_id: &'a str,
    /// What for, as the device shows it.
    pub procedure: &'a str,
    /// Whose password.
    pub document: Document,
    /// The password.
    pub password: Password,
    /// What comes after it.
    pub step: Step,
    /// What the device shows of the browser.
    pub browser: BrowserInfo,
    /// The browser's cookie.
    pub binding: &'a BrowserBinding,
    /// The page's language.
    pub language: Language,
}

/// Where a right password leads.
#[derive(Debug)]
pub enum Next {
    /// Signed in.
    SignedIn(SignedIn),
    /// To the page that asks for the PIN of this request.
    App(RequestId),
    /// To the page that asks for the code of the SMS.
    Code,
}

/// Why a password led nowhere.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// It was not right, or not looked at.
    #[error(transparent)]
    Prove(#[from] ProveError),
    /// It was right, and is over.
    #[error("over")]
    Expired,
    /// It was right; its owner has no device for the second step.
    #[error("no device")]
    NoDevice,
    /// It was right; no SMS can go to its owner (any more today).
    #[error("no SMS")]
    NoSms,
}

impl From<StoreError> for SignInError {
    fn from(error: StoreError) -> Self {
        Self::Prove(error.into())
    }
}

/// Tries a password.
///
/// # Errors
/// [`SignInError`]; a wrong one is counted, durably, before it is judged.
pub async fn sign_in(app: &App, sign_in: SignIn<'_>) -> Result<Next, SignInError> {
    let place = app.passwords().enter().map_err(ProveError::from)?;
    let proved = prove(app, &place, &sign_in.document, &sign_in.password, sign_in.binding).await?;
    drop(place);
    if proved.age == Age::Over {
        return Err(SignInError::Expired);
    }
    let now = app.now();
    let job = Job::new(app, &sign_in);
    let next = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                // The person before the password, as those who change it do: two of us never wait for each other.
                let Some(person) = persons::lock(tx, &proved.person).await? else {
                    return Ok(Err(SignInError::Prove(ProveError::Wrong)));
                };
                // A method that its owner switched off is nobody's.
                if !person.uses(Method::Password) || !proved.settle(tx, now).await? {
                    return Ok(Err(SignInError::Prove(ProveError::Wrong)));
                }
                job.go_on(tx, person, proved.version, now).await
            })
        })
        .await??;
    match &next {
        Next::App(id) => announce(app, *id).await?,
        Next::Code => app.messages_due().notify_one(),
        Next::SignedIn(_) => {}
    }
    Ok(next)
}

/// Tells the person's devices of their request.
async fn announce(app: &App, id: RequestId) -> Result<(), StoreError> {
    let made = app
        .store()
        .read(move |tx| Box::pin(async move { requests::get(tx, &id).await }))
        .await?;
    if let Some((person, made)) = made.and_then(|made| Some((made.person?, made)))
        && !made.quiet
    {
        app.hub().publish(
            &person,
            Live::Request {
                id,
                state: RequestState::Pending,
                updated_at: made.updated_at,
            },
        );
    }
    Ok(())
}

/// What goes into the transaction.
struct Job {
    app: App,
    step: Step,
    session: SessionId,
    request: requests::NewRequest,
    procedure_id: String,
    brought: Brought,
}

impl Job {
    fn new(app: &App, sign_in: &SignIn<'_>) -> Self {
        let now = app.now();
        let place = sign_in.browser.place(app, sign_in.language);
        Self {
            app: app.clone(),
            step: sign_in.step,
            session: SessionId::generate(app.random()),
            procedure_id: sign_in.procedure_id.to_owned(),
            brought: sign_in.binding.brought().clone(),
            request: requests::NewRequest {
                id: RequestId::generate(app.random()),
                person: None,
                lock: None,
                relying_party: requests::RelyingParty {
                    id: sign_in.relying_party.id.clone(),
                    name: sign_in.relying_party.name.clone(),
                    domain: sign_in.relying_party.domain.clone(),
                },
                procedure: sign_in.procedure.to_owned(),
                browser: sign_in.browser.browser.clone().unwrap_or_default(),
                system: sign_in.browser.system.clone().unwrap_or_default(),
                place,
                phrase: two_words(sign_in.language, app.random()),
                language: sign_in.language,
                code: ShortCode::generate(app.random()),
                method: Method::Password,
                origin: Origin::Document,
                quiet: false,
                own_key: None,
                choices: Vec::new(),
                binding: sign_in.binding.bytes(),
                created_at: now,
                expires_at: now.plus(seconds(app.policy().request_life)),
            },
        }
    }

    async fn go_on(
        self,
        tx: &Transaction,
        person: Person,
        password_version: i64,
        now: Timestamp,
    ) -> Result<Result<Next, SignInError>, StoreError> {
        match self.step {
            Step::None => {
                let proof = Proof {
                    person: person.id,
                    device: None,
                    request: None,
                    relying_party: self.request.relying_party.id,
                    method: Method::Password,
                    second_step: None,
                    level: Level::Low,
                    browser: self.request.browser,
                    system: self.request.system,
                    brought: self.brought,
                };
                let signed_in = sessions::open(tx, self.session, proof, now).await?;
                Ok(Ok(Next::SignedIn(signed_in)))
            }
            Step::App => self.ask_the_app(tx, &person, now).await,
            Step::Sms => {
                let asked = second_step::NewStep {
                    relying_party: self.request.relying_party.id,
                    procedure: self.procedure_id,
                    binding: self.request.binding,
                    language: self.request.language,
                    password_version,
                };
                Ok(if second_step::send(&self.app, tx, &person, asked, now).await? {
                    Ok(Next::Code)
                } else {
                    Err(SignInError::NoSms)
                })
            }
        }
    }

    /// Makes the request that the person's devices show, by the rules of every request that began with a document.
    async fn ask_the_app(
        self,
        tx: &Transaction,
        person: &Person,
        now: Timestamp,
    ) -> Result<Result<Next, SignInError>, StoreError> {
        if devices::count_active(tx, &person.id).await? == 0 {
            return Ok(Err(SignInError::NoDevice));
        }
        let mut request = self.request;
        request.person = Some(person.id);
        request.quiet = person.is_muted(now);
        let made = of_request(entry(now, "request.made", Some(person.id)), request.id);
        requests::make(tx, self.app.policy(), &request, &person.id, &made).await?;
        Ok(Ok(Next::App(request.id)))
    }
}
