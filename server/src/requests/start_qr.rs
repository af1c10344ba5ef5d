//! A sign-in begins with a QR: no document is typed, and the request is nobody's until a device brings it up.

use aldaba_core::code::ShortCode;
use aldaba_core::ids::RequestId;
use aldaba_core::language::Language;
use aldaba_core::method::Method;
use aldaba_core::phrase::two_words;
use aldaba_core::policy::seconds;
use aldaba_core::random::{Random, below};
use aldaba_core::request::Origin;
use aldaba_store::{StoreError, audit, requests};

use super::{BrowserBinding, BrowserInfo};
use crate::app::App;
use crate::audit::{entry, of_request};
use crate::config::RelyingParty;

/// Phrases among which the owner of a device chooses the page's.
pub const CHOICES: usize = 3;

/// What the page knows.
pub struct QrStart<'a> {
    /// Who asks for the sign-in.
    pub relying_party: &'a RelyingParty,
    /// What for: the procedure's name as the device shows it.
    pub procedure: &'a str,
    /// What the device shows of the browser.
    pub browser: BrowserInfo,
    /// The browser's cookie.
    pub binding: &'a BrowserBinding,
    /// The page's language; that of the phrases, too.
    pub language: Language,
}

/// Makes a request; its id goes into the browser's cookie.
///
/// # Errors
/// The database: nothing was made.
pub async fn start_qr(app: &App, start: QrStart<'_>) -> Result<RequestId, StoreError> {
    let now = app.now();
    let id = RequestId::generate(app.random());
    let (phrase, choices) = phrases(start.language, app.random());
    let place = start.browser.place(app, start.language);
    let new = requests::NewRequest {
        id,
        person: None,
        lock: None,
        relying_party: requests::RelyingParty {
            id: start.relying_party.id.clone(),
            name: start.relying_party.name.clone(),
            domain: start.relying_party.domain.clone(),
        },
        procedure: start.procedure.to_owned(),
        browser: start.browser.browser.unwrap_or_default(),
        system: start.browser.system.unwrap_or_default(),
        place,
        phrase,
        choices,
        language: start.language,
        code: ShortCode::generate(app.random()),
        method: Method::Qr,
        origin: Origin::Qr,
        quiet: false,
        own_key: None,
        binding: start.binding.bytes(),
        created_at: now,
        expires_at: now.plus(seconds(app.policy().request_life)),
    };
    app.store()
        .write(move |tx| {
            Box::pin(async move {
                requests::insert(tx, &new).await?;
                audit::append(tx, &of_request(entry(now, "request.made", None), id)).await
            })
        })
        .await?;
    Ok(id)
}

/// The page's phrase, and all of them in an order that tells nothing. No two have a word in common.
fn phrases(language: Language, random: &dyn Random) -> (String, Vec<String>) {
    let mut drawn: Vec<String> = Vec::with_capacity(CHOICES);
    // A broken source of randomness, which repeats itself, must not keep the page waiting.
    for _ in 0..64 {
        let next = two_words(language, random);
        let shares = |known: &String| known.split(' ').any(|word| next.split(' ').any(|other| other == word));
        if drawn.len() < CHOICES && !drawn.iter().any(shares) {
            drawn.push(next);
        }
    }
    let phrase = drawn.first().cloned().unwrap_or_default();
    // Fisher and Yates.
    for last in (1..drawn.len()).rev() {
        let other = below(u32::try_from(last + 1).unwrap_or(1), random);
        drawn.swap(last, usize::try_from(other).unwrap_or(0));
    }
    (phrase, drawn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aldaba_core::random::SeededRandom;

    // REQ-QR-06
    #[test]
    fn the_right_phrase_stands_anywhere_among_three_that_share_no_word() {
        let random = SeededRandom::new(5);
        let mut places = [0; CHOICES];
        for _ in 0..300 {
            let (phrase, choices) = phrases(Language::Es, &random);
            assert_eq!(choices.len(), CHOICES);
            let words: std::collections::BTreeSet<_> = choices.iter().flat_map(|one| one.split(' ')).collect();
            assert!(words.len() >= CHOICES, "{choices:?}");
            for (number, one) in choices.iter().enumerate() {
                let others = choices.iter().enumerate().filter(|(other, _)| *other != number);
                for (_, other) in others {
                    assert!(
                        !one.split(' ').any(|word| other.split(' ').any(|w| w == word)),
                        "{choices:?}"
                    );
                }
            }
            places[choices.iter().position(|one| *one == phrase).unwrap()] += 1;
        }
        assert!(places.iter().all(|times| (60..140).contains(times)), "{places:?}");
    }
}
