//! The demo's citizens. All are invented; numbers that repeat or count up are used by nobody.

use aldaba_core::language::Language;
use aldaba_core::level::Level;
use aldaba_store::{StoreError, persons};

use super::import;
use super::record::Record;
use crate::app::App;

/// An invented citizen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// DNI or NIE.
    pub document: &'static str,
    /// What they know besides.
    pub contrast: &'static str,
    /// Name and surnames.
    pub name: &'static str,
    /// The given name alone.
    pub given_name: &'static str,
    /// The surnames alone.
    pub family_name: &'static str,
    /// Where their SMS would go.
    pub phone: &'static str,
    /// What their registration proved.
    pub level: Level,
    /// Language of their messages.
    pub language: Language,
}

/// A DNI, a permanent DNI (its issue date), NIE with their support numbers, both levels,
/// both languages.
const PEOPLE: [Sample; 6] = [
    Sample {
        document: "12345678Z",
        contrast: "2031-05-17",
        name: "Ana García Ruiz",
        given_name: "Ana",
        family_name: "García Ruiz",
        phone: "+34600000001",
        level: Level::Substantial,
        language: Language::Es,
    },
    Sample {
        document: "87654321X",
        contrast: "2029-11-02",
        name: "Luis Fernández Soto",
        given_name: "Luis",
        family_name: "Fernández Soto",
        phone: "+34600000002",
        level: Level::Low,
        language: Language::Es,
    },
    // Permanent DNI: its validity never ends, so that its issue date is asked for.
    Sample {
        document: "11223344B",
        contrast: "1998-03-09",
        name: "Carmen Ortega Vidal",
        given_name: "Carmen",
        family_name: "Ortega Vidal",
        phone: "+34600000003",
        level: Level::Substantial,
        language: Language::Es,
    },
    Sample {
        document: "X1234567L",
        contrast: "C01234567",
        name: "Ioana Popescu",
        given_name: "Ioana",
        family_name: "Popescu",
        phone: "+34600000004",
        level: Level::Substantial,
        language: Language::Es,
    },
    Sample {
        document: "Y7654321G",
        contrast: "E00765432",
        name: "John Smith",
        given_name: "John",
        family_name: "Smith",
        phone: "+34600000005",
        level: Level::Low,
        language: Language::En,
    },
    Sample {
        document: "55667788Z",
        contrast: "2033-01-25",
        name: "Nuria Puig Soler",
        given_name: "Nuria",
        family_name: "Puig Soler",
        phone: "+34600000006",
        level: Level::Low,
        language: Language::Es,
    },
];

/// Everybody whom the demo knows.
#[must_use]
pub fn people() -> &'static [Sample] {
    &PEOPLE
}

/// Adds those of `people` who are not there yet. How many were added.
///
/// # Errors
/// The database, or a sample that is not valid.
pub async fn add_missing(app: &App, people: &[Sample]) -> Result<u64, StoreError> {
    let mut missing = Vec::new();
    for sample in people {
        let citizen = sample
            .record()
            .read()
            .map_err(|_| StoreError::Corrupt("a sample citizen"))?;
        let document = citizen.document.clone();
        let found = app
            .store()
            .read(move |tx| Box::pin(async move { persons::find(tx, &document).await }))
            .await?;
        if found.is_none() {
            missing.push(citizen);
        }
    }
    if missing.is_empty() {
        return Ok(0);
    }
    Ok(import::write(app, missing, false).await?.added)
}

/// A date as documents and people write it, day first; a support number as it is.
#[must_use]
pub fn as_printed(contrast: &str) -> String {
    match contrast.splitn(3, '-').collect::<Vec<_>>().as_slice() {
        [year, month, day] => format!("{day}/{month}/{year}"),
        _ => contrast.to_owned(),
    }
}

impl Sample {
    /// As whoever registers them would write it.
    #[must_use]
    pub fn record(&self) -> Record {
        Record {
            document: self.document.to_owned(),
            contrast: self.contrast.to_owned(),
            name: self.name.to_owned(),
            given_name: Some(self.given_name.to_owned()),
            family_name: Some(self.family_name.to_owned()),
            phone: Some(self.phone.to_owned()),
            level: Some(self.level.as_str().to_owned()),
            language: Some(self.language.tag().to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PEOPLE, as_printed};

    #[test]
    fn dates_are_shown_day_first() {
        assert_eq!(as_printed("2031-05-17"), "17/05/2031");
        assert_eq!(as_printed("C01234567"), "C01234567");
    }

    #[test]
    fn every_sample_is_valid_in_its_canonical_spelling() {
        for sample in PEOPLE {
            let citizen = sample
                .record()
                .read()
                .unwrap_or_else(|faults| panic!("{}: {faults:?}", sample.document));
            assert_eq!(citizen.document.canonical(), sample.document);
            assert_eq!(citizen.contrast.canonical(), sample.contrast);
            assert_eq!(citizen.phone.flatten().unwrap().e164(), sample.phone);
        }
    }
}
