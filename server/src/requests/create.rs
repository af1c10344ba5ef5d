//! A sign-in request is made on a relying party's page.
//!
//! The page learns nothing: a request for an unknown person, or with a wrong contrast datum, takes the same statements
//! and gives the same answer. It belongs to nobody, so that nothing can ever reveal it.

use aldaba_core::code::ShortCode;
use aldaba_core::contrast::Contrast;
use aldaba_core::document::Document;
use aldaba_core::ids::{PersonId, RequestId};
use aldaba_core::language::Language;
use aldaba_core::method::Method;
use aldaba_core::own_key::OwnKey;
use aldaba_core::phrase::two_words;
use aldaba_core::policy::seconds;
use aldaba_core::request::{Origin, RequestState};
use aldaba_core::time::Timestamp;
use aldaba_store::{DocumentLock, StoreError, audit, pairs, persons, requests};

use super::events::Live;
use super::sms::{self, SmsAsk};
use super::{BrowserBinding, BrowserInfo};
use crate::app::App;
use crate::audit::{entry, of_request};
use crate::config::RelyingParty;

/// What the page knows when somebody presses "Obtener PIN".
pub struct NewSignIn<'a> {
    /// Who asks for the sign-in.
    pub relying_party: &'a RelyingParty,
    /// What for: the procedure's name as the device shows it. Empty: the site's own front page.
    pub procedure: &'a str,
    /// Whose sign-in.
    pub document: Document,
    /// What the owner knows besides.
    pub contrast: Contrast,
    /// Chosen by whoever sits at the page and asked again with the PIN.
    pub own_key: Option<OwnKey>,
    /// What the device shows of the browser.
    pub browser: BrowserInfo,
    /// The browser's cookie.
    pub binding: &'a BrowserBinding,
    /// The page's language; that of the phrase, too.
    pub language: Language,
    /// Which PIN will be typed.
    pub method: Method,
}

/// A request that now exists, durably. The same whether or not the person does.
#[derive(Debug)]
pub struct Created {
    /// Its id, for the browser's cookie only.
    pub id: RequestId,
    /// The 8 characters that bring it up on the owner's device.
    pub code: ShortCode,
    /// The two words that page and device both show.
    pub phrase: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Why no request could be made.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a request. If the person exists and the contrast datum is right, their devices are told, unless the rules for
/// notices keep it quiet.
///
/// # Errors
/// [`RequestError::Store`]: nothing was made.
pub async fn create(app: &App, sign_in: NewSignIn<'_>) -> Result<Created, RequestError> {
    let now = app.now();
    let id = RequestId::generate(app.random());
    let code = ShortCode::generate(app.random());
    let phrase = two_words(sign_in.language, app.random());
    let expires_at = now.plus(seconds(app.policy().request_life));
    let place = sign_in.browser.place(app, sign_in.language);
    let lock = DocumentLock::of(app.keys(), &sign_in.document);
    let new = requests::NewRequest {
        id,
        person: None,
        lock: Some(lock),
        relying_party: requests::RelyingParty {
            id: sign_in.relying_party.id.clone(),
            name: sign_in.relying_party.name.clone(),
            domain: sign_in.relying_party.domain.clone(),
        },
        procedure: sign_in.procedure.to_owned(),
        browser: sign_in.browser.browser.unwrap_or_default(),
        system: sign_in.browser.system.unwrap_or_default(),
        place,
        phrase: phrase.clone(),
        choices: Vec::new(),
        language: sign_in.language,
        code: code.clone(),
        method: sign_in.method,
        origin: Origin::Document,
        quiet: false,
        own_key: sign_in.own_key,
        binding: sign_in.binding.bytes(),
        created_at: now,
        expires_at,
    };
    let by_sms = sign_in.method.by_sms().then(|| SmsAsk {
        request: id,
        method: sign_in.method,
        client: sign_in.relying_party.id.clone(),
        domain: sign_in.relying_party.domain.clone(),
        known: sign_in.binding.known().cloned(),
        language: sign_in.language,
        expires_at,
    });
    // Somebody whom no row can belong to, so that an unknown person costs the same statements as a known one.
    let nobody = PersonId::generate(app.random());
    let (told, sent) = {
        let app = app.clone();
        let (document, contrast) = (sign_in.document, sign_in.contrast);
        app.clone()
            .store()
            .write_for(lock, move |tx| {
                Box::pin(async move {
                    let mut new = new;
                    let found = persons::find_locked(tx, &document).await?;
                    let matches = found.as_ref().map_or_else(
                        || persons::contrast_matches_nobody(app.keys(), &contrast),
                        |person| person.contrast_matches(app.keys(), &contrast),
                    );
                    // A method that its owner switched off is nobody's.
                    let owner = found.filter(|person| matches & person.uses(new.method));
                    let asked = owner.as_ref().map_or(nobody, |person| person.id);
                    if let Some(person) = &owner {
                        new.person = Some(person.id);
                        new.quiet = person.is_muted(now);
                    }
                    let mut entry = of_request(entry(now, "request.made", new.person), id);
                    if let Some(ask) = &by_sms {
                        // No device is asked: nothing is shown there, and no notice counted.
                        new.quiet = true;
                        requests::insert(tx, &new).await?;
                        let sent = sms::queue_pin(&app, tx, ask, owner.as_ref(), asked, now).await?;
                        entry.detail = serde_json::json!({ "method": ask.method.as_str(), "sms": sent });
                        audit::append(tx, &entry).await?;
                        return Ok::<_, StoreError>((None, sent));
                    }
                    let quiet = requests::make(tx, app.policy(), &new, &asked, &entry).await?;
                    if matches!(new.method, Method::SelfGenerated | Method::PageBound) {
                        pairs::note(tx, &id, &document, &contrast).await?;
                    }
                    let shown = new.person.filter(|_| !quiet && new.method == Method::Incoming);
                    Ok((shown, false))
                })
            })
            .await?
    };
    if sent {
        app.messages_due().notify_one();
    }
    if let Some(person) = told {
        app.hub().publish(
            &person,
            Live::Request {
                id,
                state: RequestState::Pending,
                updated_at: now,
            },
        );
    }
    Ok(Created {
        id,
        code,
        phrase,
        expires_at,
    })
}
