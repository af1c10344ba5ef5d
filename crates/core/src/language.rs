//! Languages that people can choose.

use serde::{Deserialize, Serialize};

/// A language with complete texts. Spanish is the first and the fallback.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Castilian Spanish.
    #[default]
    Es,
    /// English.
    En,
}
crate::words!(Language { Es => "es", En => "en" });

impl Language {
    /// Every language, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::Es, Self::En];

    /// The BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        self.as_str()
    }

    /// Picks from an `Accept-Language` value (RFC 9110 section 12.5.4): the highest weight that we speak, by primary
    /// subtag; Spanish when there is none.
    #[must_use]
    pub fn negotiate(accept_language: &str) -> Self {
        let mut best: Option<(f32, Self)> = None;
        for range in accept_language.split(',').take(16) {
            let mut parts = range.split(';');
            let primary = parts
                .next()
                .and_then(|tag| tag.trim().split('-').next())
                .unwrap_or_default();
            let Ok(language) = primary.to_ascii_lowercase().parse() else {
                continue;
            };
            let weight = parts
                .find_map(|parameter| parameter.trim().strip_prefix("q="))
                .map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
            if weight > 0.0 && best.is_none_or(|(highest, _)| weight > highest) {
                best = Some((weight, language));
            }
        }
        best.map_or_else(Self::default, |(_, language)| language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negotiation() {
        for (accept, expected) in [
            ("", Language::Es),
            ("en-GB,en;q=0.9", Language::En),
            ("fr,de;q=0.9", Language::Es),
            ("en;q=0.5, es-MX;q=0.8", Language::Es),
            ("en;q=0", Language::Es),
            ("*;q=0.1,EN", Language::En),
            ("en;q=rubbish", Language::Es),
        ] {
            assert_eq!(Language::negotiate(accept), expected, "{accept}");
        }
    }
}
