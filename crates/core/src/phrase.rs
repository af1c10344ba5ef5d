//! The two words that the page and the device both show, so that the citizen sees that they speak of the same thing.
//!
//! They are drawn from the BIP-39 word lists (2,048 words each, chosen to be told apart by their first letters), so
//! that one phrase in over three million is repeated by chance.

use bip39::Language as WordList;

use crate::language::Language;
use crate::random::{Random, below};

/// Words of the lists that do not belong between an administration and a citizen: bodies, beliefs, illnesses, insults,
/// crimes. Accents as in [`compose`]d text.
const UNFIT_ES: &[&str] = &[
    "aborto", "abuso", "acabar", "acoso", "adicto", "adulto", "amante", "asno", "ateo", "beso", "bestia", "bobo",
    "bomba", "borrar", "bruto", "burla", "burro", "calvo", "celoso", "cerdo", "chacal", "chivo", "cochino", "cola",
    "crimen", "culebra", "culpa", "delito", "desnudo", "diablo", "dolor", "droga", "ebrio", "enano", "enfermo",
    "esposa", "etnia", "exilio", "fallo", "falso", "feo", "fiera", "fobia", "fraude", "fusil", "ganso", "gordo",
    "gorila", "guerra", "gusano", "hembra", "herir", "hurto", "iglesia", "ilegal", "infiel", "inmune", "islote",
    "jeringa", "joroba", "juerga", "lacra", "larva", "leche", "letal", "licor", "llanto", "llorar", "loco", "locura",
    "lucha", "macho", "mafia", "magia", "maldad", "malo", "mamut", "manco", "matar", "miedo", "misa", "miseria",
    "misil", "momia", "morir", "mortal", "mosca", "muerte", "mugre", "multa", "necio", "negar", "negro", "novio",
    "obeso", "odiar", "odio", "orca", "oruga", "padre", "pavo", "payaso", "pecado", "pecho", "pedir", "pelea", "pena",
    "perder", "perro", "piojo", "pobre", "privar", "puchero", "pupa", "quemar", "rabia", "rabo", "raza", "reptil",
    "rezar", "ron", "sangre", "secta", "sexo", "sexto", "simio", "sordo", "sudor", "suegra", "tabaco", "terco",
    "terror", "tonto", "trauma", "triste", "tumba", "tumor", "vaca", "vampiro", "veneno", "vengar", "vicio", "viejo",
    "viral", "virgo", "viudo", "vulgar", "yerno", "zorro", "zurdo",
];
const UNFIT_EN: &[&str] = &[
    "abuse", "accuse", "addict", "alcohol", "arrest", "arrow", "assault", "attack", "bomb", "bullet", "burden",
    "cancel", "crash", "crime", "cruel", "damage", "danger", "deny", "disease", "divorce", "dumb", "evil", "fat",
    "fatal", "fault", "fever", "fire", "ghost", "guilt", "gun", "hurt", "idle", "illegal", "illness", "injury",
    "jealous", "junk", "kidney", "knife", "lawsuit", "liar", "lonely", "mad", "obscure", "panic", "pistol", "poverty",
    "prison", "pull", "punch", "rifle", "sad", "sick", "slim", "smoke", "suffer", "suspect", "tobacco", "tragic",
    "trap", "trash", "trouble", "twin", "ugly", "uncle", "virus", "weapon", "worry", "wrist", "wrong",
];

/// Two words in the language of the page, as `word word`.
#[must_use]
pub fn two_words(language: Language, random: &dyn Random) -> String {
    let (list, unfit) = match language {
        Language::Es => (WordList::Spanish, UNFIT_ES),
        Language::En => (WordList::English, UNFIT_EN),
    };
    let words = list.word_list();
    let count = u32::try_from(words.len()).unwrap_or(0);
    // The Spanish list is published in decomposed form (NFD); screens and comparisons want the composed one.
    let draw = || compose(words.get(below(count, random) as usize).copied().unwrap_or_default());
    // Few words are unfit, so that the next draw is nearly always another; a broken source of randomness ends it too.
    let fit = || {
        (0..64)
            .map(|_| draw())
            .find(|word| !unfit.contains(&word.as_str()))
            .unwrap_or_default()
    };
    format!("{} {}", fit(), fit())
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
    fn no_phrase_embarrasses_an_administration() {
        let random = SeededRandom::new(12);
        for (language, unfit) in [(Language::Es, UNFIT_ES), (Language::En, UNFIT_EN)] {
            for _ in 0..5_000 {
                let phrase = two_words(language, &random);
                assert!(phrase.split(' ').all(|word| !unfit.contains(&word)), "{phrase}");
            }
        }
    }

    #[test]
    fn every_unfit_word_is_in_its_list() {
        for (list, unfit) in [(WordList::Spanish, UNFIT_ES), (WordList::English, UNFIT_EN)] {
            let words: Vec<String> = list.word_list().iter().map(|word| compose(word)).collect();
            for word in unfit {
                assert!(words.iter().any(|known| known == word), "{word}");
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
