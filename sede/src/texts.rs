//! Texts that people read, from `locales/`, embedded in the program.

use std::sync::Arc;

use aldaba_core::language::Language;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

pub(crate) use fluent_bundle::FluentValue;

/// The site's own texts, and those that it shares with the provider's pages: names of levels and methods, months.
const SPANISH: [&str; 2] = [
    include_str!("../../locales/es/portal.ftl"),
    include_str!("../../locales/es/sede.ftl"),
];
const ENGLISH: [&str; 2] = [
    include_str!("../../locales/en/portal.ftl"),
    include_str!("../../locales/en/sede.ftl"),
];

/// All texts, in all languages. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Texts(Arc<[FluentBundle<FluentResource>; 2]>);

impl Texts {
    pub fn embedded() -> Self {
        Self(Arc::new([bundle("es", SPANISH), bundle("en", ENGLISH)]))
    }

    /// The text of that key with its variables. A key that exists nowhere is returned as it is, and logged.
    pub fn with(&self, language: Language, key: &str, variables: &[(&'static str, FluentValue<'_>)]) -> String {
        let mut arguments = FluentArgs::with_capacity(variables.len());
        for (name, value) in variables {
            arguments.set(*name, value.clone());
        }
        render(self.bundle(language), key, &arguments).unwrap_or_else(|| {
            tracing::error!(key, "no such text");
            key.to_owned()
        })
    }

    fn bundle(&self, language: Language) -> &FluentBundle<FluentResource> {
        let [es, en] = &*self.0;
        match language {
            Language::Es => es,
            Language::En => en,
        }
    }
}

fn render(bundle: &FluentBundle<FluentResource>, key: &str, arguments: &FluentArgs<'_>) -> Option<String> {
    let pattern = bundle.get_message(key)?.value()?;
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(arguments), &mut errors);
    if !errors.is_empty() {
        tracing::error!(key, count = errors.len(), "a text lacks a variable");
    }
    Some(text.into_owned())
}

fn bundle(tag: &str, files: [&'static str; 2]) -> FluentBundle<FluentResource> {
    let language: LanguageIdentifier = tag.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn collect(folder: &Path, found: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
            } else {
                found.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    /// Key → the variables of its text.
    fn keys(file: &str) -> BTreeSet<(String, BTreeSet<String>)> {
        let mut found = BTreeSet::new();
        for block in file.split("\nsede-").skip(1) {
            let key = block.split(" =").next().unwrap();
            let variables = block.split('$').skip(1).map(|rest| {
                let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
                rest.split_at(end.unwrap_or(rest.len())).0.to_owned()
            });
            found.insert((format!("sede-{key}"), variables.collect()));
        }
        found
    }

    // REQ-UI-02
    #[test]
    fn every_text_of_the_site_exists_in_both_languages_and_is_used() {
        let (es, en) = (keys(SPANISH[1]), keys(ENGLISH[1]));
        assert_eq!(es, en);
        assert!(es.len() > 50, "{} keys found", es.len());
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut code = String::new();
        for folder in ["src", "templates"] {
            collect(&root.join(folder), &mut code);
        }
        let used: BTreeSet<&str> = code
            .split('"')
            .filter(|part| part.starts_with("sede-") && !part.contains(['{', ' ']) && !part.ends_with('-'))
            .collect();
        let texts = Texts::embedded();
        for key in &used {
            for language in Language::ALL {
                assert!(
                    render(texts.bundle(language), key, &FluentArgs::new()).is_some(),
                    "{key}"
                );
            }
        }
        // Put together from a word: of procedures and failures.
        let made = ["sede-service-", "sede-error-"];
        let unused: Vec<_> = es
            .iter()
            .map(|(key, _)| key.as_str())
            .filter(|key| !used.contains(key) && !made.iter().any(|start| key.starts_with(start)))
            .collect();
        assert!(unused.is_empty(), "{unused:?}");
    }
}
