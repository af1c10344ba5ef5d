//! What every template is given: texts in the visitor's language, addresses of files, the links to other languages.

use aldaba_core::language::Language;
use aldaba_core::level::Level;

use super::Visitor;
use super::assets;
use crate::app::App;
use crate::texts::{FluentValue, Texts};

/// The frame of one page.
pub struct Page {
    texts: Texts,
    language: Language,
    /// Whether this server is the demonstration.
    pub demo: bool,
    /// The languages that it can be read in.
    pub languages: Vec<LanguageLink>,
}

/// One language that the page can be read in.
pub struct LanguageLink {
    /// BCP 47.
    pub tag: &'static str,
    /// Key of its name, in itself.
    pub key: String,
    /// Whether the page is in it now.
    pub current: bool,
    /// The same page in it.
    pub href: String,
}

impl Page {
    /// The frame of the page at `here` (a path, perhaps with a query), which a GET shows.
    #[must_use]
    pub fn new(app: &App, visitor: &Visitor, here: &str) -> Self {
        let joint = if here.contains('?') { '&' } else { '?' };
        let languages = Language::ALL
            .map(|language| LanguageLink {
                tag: language.tag(),
                key: format!("portal-language-{}", language.tag()),
                current: language == visitor.language,
                href: format!("{here}{joint}lang={}", language.tag()),
            })
            .into();
        Self {
            texts: app.texts().clone(),
            language: visitor.language,
            demo: app.config().demo,
            languages,
        }
    }

    /// The tag of the page's language.
    #[must_use]
    pub fn lang(&self) -> &'static str {
        self.language.tag()
    }

    /// The page's language.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// A text.
    #[must_use]
    pub fn t(&self, key: &str) -> String {
        self.texts.get(self.language, key)
    }

    /// A text with variables.
    #[must_use]
    pub fn with(&self, key: &str, variables: &[(&'static str, FluentValue<'_>)]) -> String {
        self.texts.with(self.language, key, variables)
    }

    /// What a level is called.
    #[must_use]
    pub fn level(&self, level: Level) -> String {
        self.t(&format!("level-{}", level.as_str()))
    }

    /// What a level means.
    #[must_use]
    pub fn level_explained(&self, level: Level) -> String {
        self.t(&format!("level-{}-explained", level.as_str()))
    }

    /// The page's title in the browser: that text, then the service's name.
    #[must_use]
    pub fn title(&self, key: &str) -> String {
        let variables = [
            ("page", FluentValue::from(self.t(key))),
            ("site", FluentValue::from(self.t("portal-name"))),
        ];
        self.with("portal-title-separator", &variables)
    }

    /// The title of a page that refuses something: screen readers read it first.
    #[must_use]
    pub fn error_title(&self, key: &str) -> String {
        self.with("portal-error-prefix", &[("title", FluentValue::from(self.title(key)))])
    }

    /// The address of one of the pages' own files.
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }
}

/// A way on from a page.
pub struct Way {
    /// Where to.
    pub href: String,
    /// What the link says.
    pub text: String,
}

/// What is wrong with a form, field by field, in the order of the page.
#[derive(Default)]
pub struct FieldErrors(Vec<FieldError>);

/// One field's error.
pub struct FieldError {
    /// The field's name and id.
    pub field: &'static str,
    /// What to do.
    pub text: String,
}

impl FieldErrors {
    /// Adds one.
    pub fn add(&mut self, field: &'static str, text: String) {
        self.0.push(FieldError { field, text });
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text of that field's error.
    #[must_use]
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|error| error.field == field)
            .map(|error| error.text.as_str())
    }

    /// Whether that field is wrong.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.of(field).is_some()
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, FieldError> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use aldaba_core::language::Language;

    use crate::texts::Texts;

    fn files(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else {
                found.push(std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    /// Every string in templates and code that looks like the key of a portal text.
    fn keys_in_use() -> BTreeSet<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut found = Vec::new();
        for folder in [
            "templates",
            "src/portal",
            "src/signin",
            "src/oidc",
            "src/account",
            "src/passwords",
            "src/demo",
        ] {
            files(&root.join(folder), &mut found);
        }
        let starts = [
            "portal-",
            "signin-",
            "pin-",
            "bound-",
            "qr-",
            "open-",
            "over-",
            "way-",
            "oidc-",
            "error-",
            "home-",
            "demo-",
            "robots-",
            "messages-",
            "citizens-",
            "account-",
            "ways-",
            "certificate-",
            "pwd-",
        ];
        let keys = found.iter().flat_map(|text| {
            text.split('"').filter(|part| {
                starts.iter().any(|start| part.starts_with(start))
                    && part
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
                    && !part.ends_with('-')
            })
        });
        // Ids of elements and the like, which look alike.
        let others = ["pin-hint", "pin-error", "pin-expired", "demo-sede", "qr-start"];
        keys.filter(|key| !others.contains(key)).map(str::to_owned).collect()
    }

    #[test]
    fn every_text_of_the_pages_exists_in_both_languages() {
        let texts = Texts::embedded();
        let mut keys = keys_in_use();
        for over in [
            "expired",
            "pin-expired",
            "sms-expired",
            "sms-burnt",
            "answer-expired",
            "used",
            "burnt",
            "rejected",
            "mismatch",
            "disabled",
            "missing",
            "code",
        ] {
            keys.extend([format!("over-{over}-title"), format!("over-{over}-text")]);
        }
        for level in ["low", "substantial", "high"] {
            keys.extend([format!("level-{level}"), format!("level-{level}-explained")]);
        }
        for claim in ["name", "given-name", "family-name", "document"] {
            keys.insert(format!("oidc-claim-{claim}"));
        }
        keys.extend((1..=12).map(|month| format!("portal-month-{month}")));
        assert!(keys.len() > 150, "{} keys found", keys.len());
        for language in Language::ALL {
            let missing: Vec<_> = keys.iter().filter(|key| !texts.has(language, key)).collect();
            assert!(missing.is_empty(), "{}: {missing:?}", language.tag());
        }
    }
}
