//! One citizen as whoever registers them writes it.

use aldaba_core::contrast::Contrast;
use aldaba_core::document::{Document, DocumentError};
use aldaba_core::language::Language;
use aldaba_core::level::Level;
use aldaba_core::phone::Phone;
use serde::Deserialize;

/// A row of an import, unread. No `Debug`: it is all personal data.
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
    #[serde(default)]
    pub given_name: String,
    /// The surnames alone; empty: not known apart.
    #[serde(default)]
    pub family_name: String,
    /// Mobile phone; empty: none.
    #[serde(default)]
    pub phone: String,
    /// `low`, `substantial` or `high`; empty: low.
    #[serde(default)]
    pub level: String,
    /// `es` or `en`; empty: es.
    #[serde(default)]
    pub language: String,
}

/// A citizen, read.
#[derive(Clone)]
pub struct Citizen {
    /// Whose.
    pub document: Document,
    /// What they know besides.
    pub contrast: Contrast,
    /// Name and surnames.
    pub name: String,
    /// The given name alone, where it is known apart.
    pub given_name: Option<String>,
    /// The surnames alone, where they are known apart.
    pub family_name: Option<String>,
    /// Where SMS go.
    pub phone: Option<Phone>,
    /// What their registration proved.
    pub level: Level,
    /// Language of their messages.
    pub language: Language,
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
        let (given_name, family_name) = (part(&self.given_name), part(&self.family_name));
        for (column, name) in [("given_name", &given_name), ("family_name", &family_name)] {
            if name.as_deref().is_some_and(|name| !is_line(name)) {
                faults.push(format!(
                    "{column}: it is longer than 200 characters, or has control characters"
                ));
            }
        }
        let phone = match self.phone.trim() {
            "" => None,
            typed => Phone::parse(typed)
                .map_err(|_| faults.push("phone: it is no mobile phone number".to_owned()))
                .ok(),
        };
        let level = match self.level.trim() {
            "" => Some(Level::Low),
            typed => typed
                .parse()
                .map_err(|_| faults.push("level: it is low, substantial or high".to_owned()))
                .ok(),
        };
        let language = match self.language.trim() {
            "" => Some(Language::Es),
            typed => typed
                .parse()
                .map_err(|_| faults.push("language: it is es or en".to_owned()))
                .ok(),
        };
        match (document, contrast, level, language, faults.is_empty()) {
            (Some(document), Some(contrast), Some(level), Some(language), true) => Ok(Citizen {
                document,
                contrast,
                name: name.to_owned(),
                given_name,
                family_name,
                phone,
                level,
                language,
            }),
            (_, _, _, _, _) => Err(faults),
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
