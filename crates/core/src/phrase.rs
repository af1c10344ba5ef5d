//! The two words that the page and the device both show, so that the citizen sees that they speak of the same thing.
//!
//! They are drawn from the BIP-39 word lists (2,048 words each, chosen to be told apart by their first letters), so
//! that one phrase in four million is repeated by chance.

use bip39::Language as WordList;

use crate::language::Language;
use crate::random::{Random, below};

/// Two words in the language of the page, as `word word`.
#[must_use]
pub fn two_words(language: Language, random: &dyn Random) -> String {
    let words = match language {
        Language::Es => WordList::Spanish,
        Language::En => WordList::English,
    }
    .word_list();
    let count = u32::try_from(words.len()).unwrap_or(0);
    let draw = || words.get(below(count, random) as usize).copied().unwrap_or_default();
    let (first, second) = (draw(), draw());
    // The Spanish list is published in decomposed form (NFD); screens and comparisons want the composed one.
    compose(&format!("{first} {second}"))
}

/// Puts the accents of Spanish back on their letters.
fn compose(text: &str) -> String {
    let mut composed = String::with_capacity(text.len());
    for character in text.chars() {
        let merged = match (composed.chars().last(), character) {
            (Some('a'), '\u{301}') => Some('á'),
            (Some('e'), '\u{301}') => Some('é'),
            (Some('i'), '\u{301}') => Some('í'),
            (Some('o'), '\u{301}') => Some('ó'),
            (Some('u'), '\u{301}') => Some('ú'),
            (Some('u'), '\u{308}') => Some('ü'),
            (Some('n'), '\u{303}') => Some('ñ'),
            _ => None,
        };
        if let Some(letter) = merged {
            composed.pop();
            composed.push(letter);
        } else {
            composed.push(character);
        }
    }
    composed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn phrases_are_two_composed_words() {
        let random = SeededRandom::new(11);
        for language in [Language::Es, Language::En] {
            for _ in 0..500 {
                let phrase = two_words(language, &random);
                assert_eq!(phrase.split(' ').count(), 2, "{phrase}");
                assert!(phrase.chars().all(|c| c == ' ' || c.is_alphabetic()), "{phrase:?}");
                assert!(!phrase.contains(['\u{301}', '\u{303}', '\u{308}']), "{phrase:?}");
            }
        }
    }

    #[test]
    fn seeds_repeat() {
        assert_eq!(
            two_words(Language::Es, &SeededRandom::new(1)),
            two_words(Language::Es, &SeededRandom::new(1))
        );
    }
}
