//! A password is typed for a document: counted, then judged.

use std::time::Duration;

use aldaba_core::document::Document;
use aldaba_core::ids::PersonId;
use aldaba_core::password::{Age, Password, age};
use aldaba_core::self_generated::TryRefusal;
use aldaba_core::time::Timestamp;
use aldaba_store::{StoreError, Transaction, audit, known_browsers, passwords};
use zeroize::Zeroizing;

use super::hash::{HashError, Place};
use crate::app::App;
use crate::audit::entry;
use crate::requests::BrowserBinding;
use crate::sessions::KnownBrowser;

/// How often a try is counted anew because others were counted in between; after a few failures all are delayed anyway.
const ROUNDS: usize = 32;

/// Why somebody did not prove to be a document's owner.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// Unknown person, no password, wrong password: one answer for all.
    #[error("wrong")]
    Wrong,
    /// Too soon after failures. Neither evaluated nor counted.
    #[error("delayed")]
    Delayed {
        /// How long to wait.
        retry_after: Duration,
    },
    /// Off until a device of the owner signs something or the password is recovered. Neither evaluated nor counted.
    #[error("disabled")]
    Disabled,
    /// Too many passwords are being checked. Neither evaluated nor counted.
    #[error("busy")]
    Busy,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<HashError> for ProveError {
    fn from(error: HashError) -> Self {
        if error == HashError::Failed {
            tracing::error!("a password could not be hashed");
        }
        Self::Busy
    }
}

/// The password was right, a moment ago.
pub(super) struct Proved {
    /// Whose it is.
    pub person: PersonId,
    /// Which of theirs.
    pub version: i64,
    /// Whether it is over, which only they are told.
    pub age: Age,
    document: Document,
    browser: Vec<u8>,
    renewed: Option<Zeroizing<String>>,
}

/// Counts a try, and judges it. A browser in which the document's owner signed in before is counted apart, so that no stranger's
/// failures delay them there.
pub(super) async fn prove(
    app: &App,
    place: &Place,
    document: &Document,
    password: &Password,
    binding: &BrowserBinding,
) -> Result<Proved, ProveError> {
    let now = app.now();
    let job = app.clone();
    let (typed_for, known) = (document.clone(), binding.known().cloned());
    // Somebody whom no row can belong to, so that an unknown person costs the same statements as a known one.
    let nobody = PersonId::generate(app.random());
    let counted = app
        .store()
        .write(move |tx| Box::pin(async move { count(&job, tx, &typed_for, known.as_ref(), nobody, now).await }))
        .await?;
    let (stored, browser, off) = match counted {
        Counted::Begun { stored, browser, off } => (stored, browser, off),
        Counted::Delayed { until } => {
            let retry_after = until.since(now);
            return Err(ProveError::Delayed { retry_after });
        }
        Counted::Crowded => return Err(ProveError::Busy),
    };
    let (person, phc) = (
        stored.as_ref().map(|stored| stored.person),
        stored.as_ref().map(|stored| stored.phc.as_str()),
    );
    let verified = place.verify(app.keys(), app.random(), person, phc, password).await?;
    match stored {
        Some(stored) if verified.right => {
            let age = age(app.policy(), stored.expires_at, now);
            if age == Age::Over {
                // It opens nothing, but whoever typed it was not guessing.
                let (document, browser) = (document.clone(), browser.clone());
                app.store()
                    .write(move |tx| {
                        Box::pin(async move { passwords::clear_failures(tx, &document, Some(&browser)).await })
                    })
                    .await?;
            }
            Ok(Proved {
                person: stored.person,
                version: stored.version,
                age,
                document: document.clone(),
                browser,
                renewed: verified.renewed,
            })
        }
        Some(_) | None if off => Err(ProveError::Disabled),
        Some(_) | None => Err(ProveError::Wrong),
    }
}

enum Counted {
    /// To be compared.
    Begun {
        /// With what; `None` can only fail.
        stored: Option<passwords::Stored>,
        /// Whose failures it was counted with.
        browser: Vec<u8>,
        /// Passwords are off: whatever fails is told so, compared or not. That a device signed something does not show.
        off: bool,
    },
    /// Too soon after failures.
    Delayed { until: Timestamp },
    /// Others were counted each time.
    Crowded,
}

async fn count(
    app: &App,
    tx: &Transaction,
    document: &Document,
    known: Option<&KnownBrowser>,
    nobody: PersonId,
    now: Timestamp,
) -> Result<Counted, StoreError> {
    let stored = passwords::find(tx, document).await?;
    let person = stored.as_ref().map(|stored| stored.person);
    let secret = known.map(KnownBrowser::bytes);
    let is_known = known_browsers::look(tx, &person.unwrap_or(nobody), secret, now)
        .await?
        .this_one;
    let browser = passwords::browser_class(tx, document, secret.filter(|_| is_known));
    for _ in 0..ROUNDS {
        let before = passwords::failures(tx, document, &browser).await?;
        let signed_at = passwords::device_signed_at(tx, document).await?;
        let (stored, after) = match before.may_try(app.policy(), signed_at, now) {
            Ok(()) => (stored.as_ref(), before.after_failure(app.policy(), now)),
            // As much work as a try, of which nothing comes: that would tell who has a device.
            Err(TryRefusal::Disabled) => (None, before),
            Err(TryRefusal::Delayed { until }) => return Ok(Counted::Delayed { until }),
        };
        if passwords::count_try(tx, document, &browser, &before, &after).await? {
            audit::append(tx, &entry(now, "password.tried", person)).await?;
            let off = before.is_off(app.policy(), now);
            return Ok(Counted::Begun {
                stored: stored.cloned(),
                browser,
                off,
            });
        }
    }
    Ok(Counted::Crowded)
}

impl Proved {
    /// Takes the counted try back, and keeps a better hash, if the password is still the one that was right. `false`: it was
    /// changed or cancelled, or ended, in between.
    pub(super) async fn settle(&self, tx: &Transaction, now: Timestamp) -> Result<bool, StoreError> {
        if !passwords::use_password(tx, &self.person, self.version, now).await? {
            return Ok(false);
        }
        passwords::clear_failures(tx, &self.document, Some(&self.browser)).await?;
        if let Some(phc) = &self.renewed {
            passwords::rehash(tx, &self.person, self.version, phc).await?;
        }
        Ok(true)
    }
}
