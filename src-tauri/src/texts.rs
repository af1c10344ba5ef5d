//! The few texts that the program shows itself, taken out of locales/*/app.ftl by build.rs.

use aldaba_core::language::Language;

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// The language of this system, from the variables that POSIX and gettext name for it; Spanish when it is none of ours.
pub fn system_language() -> Language {
    let spoken = ["LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .unwrap_or_default();
    Language::negotiate(spoken.split([':', '.', '_', '@']).next().unwrap_or_default())
}
