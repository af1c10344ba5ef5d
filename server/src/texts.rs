//! Texts that people read, from the Fluent files of `locales/`, embedded in the program.
//!
//! Spanish is the language that is always complete: a message missing elsewhere is looked up there.

use std::sync::Arc;

use aldaba_core::language::Language;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

pub use fluent_bundle::FluentValue;

/// The server reads these files and no other: what only the app says is not its business, and a name used twice
/// across files would be an error.
const SPANISH: [&str; 4] = [
    include_str!("../../locales/es/messages.ftl"),
    include_str!("../../locales/es/errors.ftl"),
    include_str!("../../locales/es/portal.ftl"),
    include_str!("../../locales/es/certificates.ftl"),
];
const ENGLISH: [&str; 4] = [
    include_str!("../../locales/en/messages.ftl"),
    include_str!("../../locales/en/errors.ftl"),
    include_str!("../../locales/en/portal.ftl"),
    include_str!("../../locales/en/certificates.ftl"),
];

/// All texts, in all languages. Cheap to clone.
#[derive(Clone)]
pub struct Texts(Arc<Bundles>);

struct Bundles {
    es: FluentBundle<FluentResource>,
    en: FluentBundle<FluentResource>,
}

impl Texts {
    /// The texts that the program carries.
    #[must_use]
    pub fn embedded() -> Self {
        Self(Arc::new(Bundles {
            es: bundle("es", SPANISH),
            en: bundle("en", ENGLISH),
        }))
    }

    /// The text of that key without variables. A key that exists nowhere is returned as it is, and logged.
    #[must_use]
    pub fn get(&self, language: Language, key: &str) -> String {
        self.format(language, key, None)
    }

    /// The text of that key with its variables: `&[("minutes", 10.into())]`. `key.attribute` names an attribute.
    #[must_use]
    pub fn with(&self, language: Language, key: &str, variables: &[(&'static str, FluentValue<'_>)]) -> String {
        let mut arguments = FluentArgs::with_capacity(variables.len());
        for (name, value) in variables {
            arguments.set(*name, value.clone());
        }
        self.format(language, key, Some(&arguments))
    }

    /// Whether this language itself, without the fallback, has the key.
    #[must_use]
    pub fn has(&self, language: Language, key: &str) -> bool {
        render(self.bundle(language), key, None).is_some()
    }

    fn bundle(&self, language: Language) -> &FluentBundle<FluentResource> {
        match language {
            Language::Es => &self.0.es,
            Language::En => &self.0.en,
        }
    }

    fn format(&self, language: Language, key: &str, arguments: Option<&FluentArgs<'_>>) -> String {
        let text = [self.bundle(language), &self.0.es]
            .into_iter()
            .find_map(|bundle| render(bundle, key, arguments));
        text.unwrap_or_else(|| {
            tracing::error!(key, "no such text");
            key.to_owned()
        })
    }
}

fn render(bundle: &FluentBundle<FluentResource>, key: &str, arguments: Option<&FluentArgs<'_>>) -> Option<String> {
    let pattern = match key.split_once('.') {
        None => bundle.get_message(key)?.value()?,
        Some((message, attribute)) => bundle.get_message(message)?.get_attribute(attribute)?.value(),
    };
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, arguments, &mut errors);
    if !errors.is_empty() {
        tracing::error!(key, count = errors.len(), "a text lacks a variable");
    }
    Some(text.into_owned())
}

fn bundle(tag: &str, files: [&'static str; 4]) -> FluentBundle<FluentResource> {
    let language: LanguageIdentifier = tag.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Marks around variables that turn the writing direction have no place in an SMS.
    bundle.set_use_isolating(false);
    for file in files {
        let resource = FluentResource::try_new(file.to_owned()).unwrap_or_else(|(readable, errors)| {
            tracing::error!(tag, count = errors.len(), "a file of texts has faults");
            readable
        });
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(tag, count = errors.len(), "names used twice in the texts");
        }
    }
    bundle
}
