//! One step of a sign-in, in one transaction: the browser's session is used, what comes next is decided (`aldaba_core::oidc`),
//! and done.

use std::time::Duration;

use aldaba_core::ids::SessionId;
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::oidc::{
    AuthorizationError, Bearer, CODE_LIFE, Consent, Request, SessionFacts, Step, claim_words, decide, is_registered,
};
use aldaba_core::policy::seconds;
use aldaba_core::time::Timestamp;
use aldaba_store::authorizations::{self, Authorization, Grant};
use aldaba_store::sessions::{self, Session};
use aldaba_store::{StoreError, Transaction, audit, consents, persons};

use super::released::{Released, released};
use super::{answer, known};
use crate::app::App;
use crate::audit::entry;
use crate::config::RelyingParty;
use crate::portal::Visitor;

/// Who takes the step, with what.
#[derive(Clone)]
pub(super) struct Turn {
    app: App,
    session: Option<SessionId>,
    browser: [u8; 32],
    now: Timestamp,
}

/// What a citizen is shown before a site learns it.
pub(super) struct Question {
    /// Who is signed in.
    pub name: String,
    /// What their sign-in proved.
    pub level: Level,
    /// How they signed in.
    pub method: Method,
    /// When.
    pub since: Timestamp,
    /// What the site would learn.
    pub claims: Vec<Released>,
    /// The same as words, so that an answer is to this question.
    pub words: String,
    /// The session, as the site would know it: an answer is for this person.
    pub sid: String,
}

/// What the citizen said on a page, if on one.
#[derive(Clone)]
pub(super) enum Said {
    /// Yes.
    Agreed {
        /// [`Question::words`] of the page.
        words: String,
        /// [`Question::sid`] of the page.
        sid: String,
    },
    /// That they go on with the level that they have: [`StepUp::as_i_am`] of the page.
    AsIAm(String),
}

/// What a citizen is shown whose session is not what the site asks for.
pub(super) struct StepUp {
    /// What the session proved.
    pub reached: Level,
    /// What the site needs, or would like.
    pub asked: Level,
    /// Names this request and session, where the citizen may go on with what they have.
    pub as_i_am: Option<String>,
    /// The methods that the citizen has not switched off.
    pub uses: Vec<Method>,
}

/// What comes next.
pub(super) enum Next {
    /// Back to the site, with a code or an error.
    Back(String),
    /// Somebody has to sign in.
    SignIn,
    /// The session does not do, or the site would like a better one.
    StepUp(StepUp),
    /// The citizen is asked.
    Ask(Box<Question>),
    /// The request was answered or ended meanwhile.
    Gone,
}

/// Said to developers beside an error.
const fn why(error: AuthorizationError) -> &'static str {
    match error {
        AuthorizationError::LoginRequired => "nobody suitable is signed in",
        AuthorizationError::InteractionRequired => "the session does not reach what is asked",
        AuthorizationError::ConsentRequired => "the citizen has to agree first",
        _ => "the citizen said no",
    }
}

/// The request as it stands under what is agreed with the site now, which may have been changed since it came: never less is
/// asked than now. `None`: its address or its procedure is no longer the site's.
fn as_agreed(app: &App, request: &Request, party: &RelyingParty) -> Option<Request> {
    if !is_registered(&party.redirect_uris, &request.redirect_uri) {
        return None;
    }
    let procedure = match &request.procedure {
        None => None,
        Some(id) => Some(party.procedure(id)?),
    };
    let mut request = request.clone();
    let level = request.level.max(party.level_of(procedure));
    request.level = level;
    request
        .methods
        .retain(|method| app.offers(party, *method) && method.reaches() >= level);
    Some(request)
}

/// The session is not what the site asks for, or not what it would like.
async fn step_up(
    tx: &Transaction,
    session: &Session,
    asked: Level,
    as_i_am: Option<String>,
) -> Result<Next, StoreError> {
    let Some(person) = persons::get(tx, &session.person).await? else {
        return Ok(Next::SignIn);
    };
    Ok(Next::StepUp(StepUp {
        reached: session.level,
        asked,
        as_i_am,
        uses: Method::ALL.into_iter().filter(|method| person.uses(*method)).collect(),
    }))
}

impl Turn {
    /// Of that visitor, whose requests are bound to `browser`.
    pub fn new(app: &App, visitor: &Visitor, browser: [u8; 32]) -> Self {
        Self {
            app: app.clone(),
            session: visitor.session.clone(),
            browser,
            now: app.now(),
        }
    }

    fn idle(&self) -> Duration {
        seconds(self.app.policy().session_idle)
    }

    /// Decides what comes next, and does it.
    pub async fn take(
        &self,
        tx: &Transaction,
        authorization: &Authorization,
        party: &RelyingParty,
        said: Option<&Said>,
    ) -> Result<Next, StoreError> {
        let Some(request) = &as_agreed(&self.app, &authorization.request, party) else {
            return Ok(Next::Gone);
        };
        let session = match &self.session {
            None => None,
            Some(id) => {
                let live = sessions::use_session(tx, id, self.now, self.idle()).await?;
                live.map(|session| (sessions::handle(id), session))
            }
        };
        let Some((handle, session)) = session else {
            return self
                .step(tx, authorization, party, decide(request, None, Consent::Missing))
                .await;
        };
        let keys = self.app.keys();
        let (subject, sid) = (
            known::subject(keys, party, &session.person),
            known::sid(keys, party, &handle),
        );
        let claims = request.claims();
        let consent = match said {
            // To this very question, asked to this very person.
            Some(Said::Agreed { words, sid: to }) if *words == claim_words(&claims) && *to == sid => Consent::Given,
            _ => match consents::get(tx, &session.person, &party.id).await? {
                Some(before) if claims.is_subset(&before) => Consent::Remembered,
                _ => Consent::Missing,
            },
        };
        let facts = SessionFacts {
            level: session.level,
            method: session.method,
            is_fresh: authorization.session_before != Some(handle) && session.created_at >= authorization.opened_at,
            age: self.now.since(session.created_at),
            is_expected: request.subject.as_ref().is_none_or(|expected| *expected == subject),
        };
        let mut step = decide(request, Some(&facts), consent);
        let as_i_am = known::as_i_am(keys, &authorization.id, &handle);
        if step == Step::Suggest && matches!(said, Some(Said::AsIAm(of)) if *of == as_i_am) {
            let content = |request: &Request| Request {
                wished: None,
                ..request.clone()
            };
            // For the pages after this one as well, and for no other request.
            let kept = content(&authorization.request);
            if !authorizations::revise(tx, &authorization.id, &self.browser, &kept, self.now).await? {
                return Ok(Next::Gone);
            }
            step = decide(&content(request), Some(&facts), consent);
        }
        match step {
            Step::StepUp => step_up(tx, &session, request.level, None).await,
            Step::Suggest => step_up(tx, &session, request.aim(), Some(as_i_am)).await,
            Step::Consent => self.ask(tx, authorization, &session, sid).await,
            Step::Grant => {
                let grant = Grant {
                    person: session.person,
                    session: handle,
                    device: session.device,
                    subject,
                    sid,
                    claims,
                    level: session.level,
                    method: session.method,
                    second_step: session.second_step,
                    auth_time: session.created_at,
                };
                self.grant(tx, authorization, party, &grant, consent).await
            }
            step => self.step(tx, authorization, party, step).await,
        }
    }

    /// The citizen said no.
    pub async fn deny(
        &self,
        tx: &Transaction,
        authorization: &Authorization,
        party: &RelyingParty,
    ) -> Result<Next, StoreError> {
        let no = Step::Refuse(AuthorizationError::AccessDenied);
        self.step(tx, authorization, party, no).await
    }

    /// The steps that need no session.
    async fn step(
        &self,
        tx: &Transaction,
        authorization: &Authorization,
        party: &RelyingParty,
        step: Step,
    ) -> Result<Next, StoreError> {
        let Step::Refuse(error) = step else {
            return Ok(Next::SignIn);
        };
        if !is_registered(&party.redirect_uris, &authorization.request.redirect_uri) {
            return Ok(Next::Gone);
        }
        if !authorizations::refuse(tx, &authorization.id, &self.browser, self.now).await? {
            return Ok(Next::Gone);
        }
        let request = &authorization.request;
        let state = request.state.as_deref();
        Ok(Next::Back(answer::refused(
            &self.app,
            &request.redirect_uri,
            state,
            error,
            why(error),
        )))
    }

    async fn ask(
        &self,
        tx: &Transaction,
        authorization: &Authorization,
        session: &Session,
        sid: String,
    ) -> Result<Next, StoreError> {
        let Some((person, names)) = persons::get_with_names(tx, &session.person).await? else {
            return Ok(Next::SignIn);
        };
        let claims = authorization.request.claims();
        Ok(Next::Ask(Box::new(Question {
            level: authorization.request.acr_for(session.level),
            method: session.method,
            since: session.created_at,
            claims: released(&claims, &person, &names),
            words: claim_words(&claims),
            name: person.name,
            sid,
        })))
    }

    async fn grant(
        &self,
        tx: &Transaction,
        authorization: &Authorization,
        party: &RelyingParty,
        grant: &Grant,
        consent: Consent,
    ) -> Result<Next, StoreError> {
        let (code, ends) = (Bearer::generate(self.app.random()), self.now.plus(seconds(CODE_LIFE)));
        if !authorizations::grant(tx, &authorization.id, &self.browser, &code, grant, self.now, ends).await? {
            return Ok(Next::Gone);
        }
        if consent == Consent::Given {
            // To what was agreed to for another procedure as well; asked anew on purpose, to this alone.
            let mut agreed = grant.claims.clone();
            if !authorization.request.prompt.consent {
                agreed.extend(consents::get(tx, &grant.person, &party.id).await?.unwrap_or_default());
            }
            consents::give(tx, &grant.person, &party.id, &agreed, self.now).await?;
        }
        let mut said = entry(self.now, "authorization.granted", Some(grant.person));
        said.device = grant.device;
        said.detail = serde_json::json!({
            "client": party.id,
            "claims": claim_words(&grant.claims),
            "agreed_now": consent == Consent::Given,
        });
        audit::append(tx, &said).await?;
        Ok(Next::Back(answer::granted(&self.app, &authorization.request, &code)))
    }
}
