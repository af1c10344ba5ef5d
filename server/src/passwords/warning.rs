//! A password that ends soon: its owner is told once by SMS, and at each sign-in.

use aldaba_core::ids::PersonId;
use aldaba_core::password::{Age, age};
use aldaba_core::policy::seconds;
use aldaba_core::time::Timestamp;
use aldaba_store::outbox::MessageKind;
use aldaba_store::{StoreError, audit, passwords, persons};

use crate::app::App;
use crate::audit::entry;
use crate::messages::notice;
use crate::portal::day_of;
use crate::texts::FluentValue;

/// People warned by one transaction, so that no other write waits long.
const AT_ONCE: u32 = 100;

/// Warns everybody whose password ends soon and who was not warned of it. Each is warned once: the mark and the message are
/// written together. How many.
///
/// # Errors
/// The database; who was warned stays warned.
pub async fn warn(app: &App) -> Result<usize, StoreError> {
    let mut warned = 0;
    loop {
        let now = app.now();
        let until = now.plus(seconds(app.policy().password_warning));
        let job = app.clone();
        let taken = app
            .store()
            .write(move |tx| {
                Box::pin(async move {
                    let app = job;
                    let ending = passwords::take_warnings(tx, now, until, AT_ONCE).await?;
                    for (person, ends) in &ending {
                        let Some(person) = persons::get(tx, person).await? else {
                            continue;
                        };
                        let day = day_of(app.texts(), person.language, *ends);
                        let text = app.texts().with(
                            person.language,
                            "sms-password-ending",
                            &[("day", FluentValue::from(day))],
                        );
                        notice::queue(&app, tx, &person, MessageKind::PasswordEnding, text, now).await?;
                        audit::append(tx, &entry(now, "password.warned", Some(person.id))).await?;
                    }
                    Ok::<_, StoreError>(ending.len())
                })
            })
            .await?;
        if taken > 0 {
            app.messages_due().notify_one();
        }
        warned += taken;
        if taken < AT_ONCE as usize || app.stopping().is_cancelled() {
            return Ok(warned);
        }
    }
}

/// When the person's password ends, if that is soon.
///
/// # Errors
/// The database.
pub async fn ending(app: &App, person: PersonId) -> Result<Option<Timestamp>, StoreError> {
    let now = app.now();
    let life = app
        .store()
        .read(move |tx| Box::pin(async move { passwords::life(tx, &person).await }))
        .await?;
    Ok(life
        .map(|life| life.expires_at)
        .filter(|ends| age(app.policy(), *ends, now) == Age::Ending))
}
