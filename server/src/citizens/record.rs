//! One citizen as whoever registers them writes it.

use aldaba_core::contrast::Contrast;
use aldaba_core::document::{Document, DocumentError};
use aldaba_core::ids::PersonId;
use aldaba_core::language::Language;
use aldaba_core::level::Level;
use aldaba_core::phone::Phone;
use aldaba_core::time::Timestamp;
use aldaba_store::persons::{Names, NewPerson, Person};
use serde::{Deserialize, Deserializer};

/// A row of an import, unread. `None`: nothing is said of it, which leaves what is registered. No `Debug`: it is all personal
/// data.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// DNI or NIE.
    pub document: String,
    /// Validity date, issue date or support number.
    pub contrast: String,
    /// Name and surnames.
    pub name: String,
    /// The given name alone, for sites that are entitled to it; empty: not known apart.
    #[serde(default, deserialize_with = "said")]
    pub given_name: Option<String>,
    /// The surnames alone; empty: not known apart.
    #[serde(default, deserialize_with = "said")]
    pub family_name: Option<String>,
    /// Mobile phone; empty: none.
    #[serde(default, deserialize_with = "said")]
    pub phone: Option<String>,
    /// `low`, `substantial` or `high`; empty: low.
    #[serde(default, deserialize_with = "said")]
    pub level: Option<String>,
    /// `es` or `en`; empty: es.
    #[serde(default, deserialize_with = "said")]
    pub language: Option<String>,
}

/// A cell that is there says something, also when it is empty.
fn said<'de, D: Deserializer<'de>>(cell: D) -> Result<Option<String>, D::Error> {
    String::deserialize(cell).map(Some)
}

/// A citizen, read. What is `None` outside was not said.
#[derive(Clone)]
pub struct Citizen {
    /// Whose.
    pub document: Document,
    /// What they know besides.
    pub contrast: Contrast,
    /// Name and surnames.
    pub name: String,
    /// The given name alone, where it is known apart.
    pub given_name: Option<Option<String>>,
    /// The surnames alone, where they are known apart.
    pub family_name: Option<Option<String>>,
    /// Where SMS go.
    pub phone: Option<Option<Phone>>,
    /// What their registration proved.
    pub level: Option<Level>,
    /// Language of their messages.
    pub language: Option<Language>,
}

impl Citizen {
    /// The citizen to be written. What was not said is as it was; of somebody new: no phone, level low, Spanish.
    #[must_use]
    pub fn over(self, id: PersonId, before: Option<(Person, Names)>, now: Timestamp) -> NewPerson {
        let (before, names) = before.unzip();
        let (given, family) = names.map_or((None, None), |names| (names.given, names.family));
        let (level, language) = before
            .as_ref()
            .map_or((Level::Low, Language::Es), |before| (before.level, before.language));
        NewPerson {
            id,
            document: self.document,
            contrast: self.contrast,
            name: self.name,
            given_name: self.given_name.unwrap_or(given),
            family_name: self.family_name.unwrap_or(family),
            phone: self.phone.unwrap_or_else(|| before.and_then(|before| before.phone)),
            level: self.level.unwrap_or(level),
            language: self.language.unwrap_or(language),
            created_at: now,
        }
    }
}

impl std::fmt::Debug for Citizen {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Citizen(…)")
    }
}

impl Record {
    /// Reads the row.
    ///
    /// # Errors
    /// Everything that is wrong, each with its column; what was written is not repeated.
    pub fn read(&self) -> Result<Citizen, Vec<String>> {
        let mut faults = Vec::new();
        let document = Document::parse(&self.document)
            .map_err(|error| {
                faults.push(match error {
                    DocumentError::Empty => "document: it is empty".to_owned(),
                    DocumentError::Shape => "document: it is neither a DNI nor a NIE".to_owned(),
                    DocumentError::Letter => "document: its letter is wrong".to_owned(),
                });
            })
            .ok();
        let contrast = document.as_ref().and_then(|document| {
            Contrast::parse_for(document, &self.contrast)
                .map_err(|error| faults.push(format!("contrast: {error}")))
                .ok()
        });
        let name = self.name.trim();
        if name.is_empty() || !is_line(name) {
            faults.push("name: it is empty, longer than 200 characters, or has control characters".to_owned());
        }
        let given_name = self.given_name.as_deref().map(part);
        let family_name = self.family_name.as_deref().map(part);
        for (column, name) in [("given_name", &given_name), ("family_name", &family_name)] {
            if name.iter().flatten().any(|name| !is_line(name)) {
                faults.push(format!(
                    "{column}: it is longer than 200 characters, or has control characters"
                ));
            }
        }
        let phone = self.phone.as_deref().map(|typed| match typed.trim() {
            "" => None,
            typed => Phone::parse(typed)
                .map_err(|_| faults.push("phone: it is no mobile phone number".to_owned()))
                .ok(),
        });
        let level = self.level.as_deref().and_then(|typed| match typed.trim() {
            "" => Some(Level::Low),
            typed => typed
                .parse()
                .map_err(|_| faults.push("level: it is low, substantial or high".to_owned()))
                .ok(),
        });
        let language = self.language.as_deref().and_then(|typed| match typed.trim() {
            "" => Some(Language::Es),
            typed => typed
                .parse()
                .map_err(|_| faults.push("language: it is es or en".to_owned()))
                .ok(),
        });
        match (document, contrast, faults.is_empty()) {
            (Some(document), Some(contrast), true) => Ok(Citizen {
                document,
                contrast,
                name: name.to_owned(),
                given_name,
                family_name,
                phone,
                level,
                language,
            }),
            (_, _, _) => Err(faults),
        }
    }
}

/// Whether it fits in a line.
fn is_line(name: &str) -> bool {
    name.chars().count() <= 200 && !name.chars().any(char::is_control)
}

/// A part of a name, if it was written.
fn part(typed: &str) -> Option<String> {
    Some(typed.trim()).filter(|name| !name.is_empty()).map(str::to_owned)
}
