//! Whether a new password is good enough: hard to guess, and not among those that have leaked.
//!
//! Guessing is estimated by zxcvbn, whose lists hold some thirty thousand passwords that leaked and common English words and
//! names, with the words below for those who think in Spanish. A list of the operator's ([`LeakedList`]) goes further.

use std::path::Path;

use aldaba_core::password::Password;
use zxcvbn::feedback::{Suggestion, Warning};
use zxcvbn::{Score, zxcvbn};

use super::leaked::LeakedList;

/// Why a password is not good enough: keys of texts, what is wrong first, then what helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weak {
    /// What is wrong.
    pub warning: &'static str,
    /// What would help, each a sentence.
    pub suggestions: Vec<&'static str>,
}

/// What came of judging a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Good enough.
    Good,
    /// Too easily guessed.
    Weak(Weak),
    /// It is in the list of leaked passwords.
    Leaked,
    /// The list cannot be read: nobody knows.
    Unknown,
}

/// Judges a password. Takes milliseconds, and reads a disk.
pub(super) fn judge(password: &Password, leaked: Option<&Path>) -> Judgement {
    let known: Vec<&str> = COMMON.split_whitespace().collect();
    let estimated = zxcvbn(password.expose(), &known);
    if estimated.score() < Score::Three {
        return Judgement::Weak(weak(&estimated));
    }
    match leaked.map(|path| LeakedList::open(path).and_then(|list| list.has(password))) {
        None | Some(Ok(false)) => Judgement::Good,
        Some(Ok(true)) => Judgement::Leaked,
        Some(Err(error)) => {
            tracing::error!(%error, "leaked_passwords cannot be read");
            Judgement::Unknown
        }
    }
}

fn weak(estimated: &zxcvbn::Entropy) -> Weak {
    let feedback = estimated.feedback();
    let warning = feedback.and_then(zxcvbn::feedback::Feedback::warning);
    let suggestions = feedback
        .map(zxcvbn::feedback::Feedback::suggestions)
        .unwrap_or_default();
    Weak {
        warning: warning.map_or("pwd-weak-guessable", warning_text),
        suggestions: suggestions
            .iter()
            .map(|suggestion| suggestion_text(*suggestion))
            .collect(),
    }
}

const fn warning_text(warning: Warning) -> &'static str {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess => "pwd-weak-keyboard",
        Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => {
            "pwd-weak-repeats"
        }
        Warning::ThisIsATop10Password | Warning::ThisIsATop100Password | Warning::ThisIsACommonPassword => {
            "pwd-weak-common"
        }
        Warning::ThisIsSimilarToACommonlyUsedPassword => "pwd-weak-similar",
        Warning::SequencesLikeAbcAreEasyToGuess => "pwd-weak-sequence",
        Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess => "pwd-weak-date",
        Warning::AWordByItselfIsEasyToGuess => "pwd-weak-word",
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess | Warning::CommonNamesAndSurnamesAreEasyToGuess => {
            "pwd-weak-name"
        }
    }
}

const fn suggestion_text(suggestion: Suggestion) -> &'static str {
    match suggestion {
        Suggestion::UseAFewWordsAvoidCommonPhrases | Suggestion::AddAnotherWordOrTwo => "pwd-help-words",
        Suggestion::NoNeedForSymbolsDigitsOrUppercaseLetters => "pwd-help-no-symbols",
        Suggestion::CapitalizationDoesntHelpVeryMuch | Suggestion::AllUppercaseIsAlmostAsEasyToGuessAsAllLowercase => {
            "pwd-help-capitals"
        }
        Suggestion::ReversedWordsArentMuchHarderToGuess => "pwd-help-reversed",
        Suggestion::PredictableSubstitutionsDontHelpVeryMuch => "pwd-help-substitutions",
        Suggestion::UseALongerKeyboardPatternWithMoreTurns => "pwd-help-keyboard",
        Suggestion::AvoidRepeatedWordsAndCharacters => "pwd-help-repeats",
        Suggestion::AvoidSequences => "pwd-help-sequences",
        Suggestion::AvoidRecentYears
        | Suggestion::AvoidYearsThatAreAssociatedWithYou
        | Suggestion::AvoidDatesAndYearsThatAreAssociatedWithYou => "pwd-help-dates",
    }
}

/// Every text that a judgement can name.
#[cfg(test)]
const TEXTS: [&str; 18] = [
    "pwd-weak-guessable",
    "pwd-weak-keyboard",
    "pwd-weak-repeats",
    "pwd-weak-common",
    "pwd-weak-similar",
    "pwd-weak-sequence",
    "pwd-weak-date",
    "pwd-weak-word",
    "pwd-weak-name",
    "pwd-help-words",
    "pwd-help-no-symbols",
    "pwd-help-capitals",
    "pwd-help-reversed",
    "pwd-help-substitutions",
    "pwd-help-keyboard",
    "pwd-help-repeats",
    "pwd-help-sequences",
    "pwd-help-dates",
];

/// What people who think in Spanish put into passwords, the most common first, with and without accents as they type them.
/// Ours, written for this file.
const COMMON: &str = "
contraseña contrasena contrasenya clave password secreto secreta acceso entrar usuario admin administrador cambiar cambiame
nueva nuevo vieja actual segura seguro privada privado mia mio ministerio ayuntamiento hacienda cita previa renta padron
permanente firma digital certificado dni nie españa espana españolito viva arriba madrid barcelona sevilla valencia zaragoza
malaga murcia bilbao alicante cordoba valladolid vigo gijon granada coruña coruna vitoria elche oviedo cartagena pamplona
santander toledo cadiz leon burgos salamanca huelva lleida tarragona girona castellon almeria badajoz caceres segovia avila
soria teruel cuenca lugo ourense pontevedra galicia andalucia cataluña catalunya euskadi asturias cantabria navarra canarias
baleares mallorca ibiza tenerife realmadrid atletico barça barsa fcbarcelona betis athletic celta sporting messi ronaldo
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes martes miercoles jueves viernes
sabado domingo primavera verano otoño otono invierno navidad feliz felicidades año ano nuevoaño semana hoy mañana manana
uno dos tres cuatro cinco seis siete ocho nueve diez cien mil hola adios buenos dias buenas noches gracias porfavor amor
amorcito cariño carino corazon tequiero teamo quiero mucho siempre nunca vida cielo sol luna estrella mar playa montaña campo
casa perro perrito gato gatito familia mama papa mami papi madre padre hijo hija hijos hermano hermana abuela abuelo tio tia
primo prima niño nino niña nina bebe princesa principe reina rey chico chica amigo amiga amigos novio novia futbol pelota
coche moto trabajo escuela colegio universidad ordenador movil telefono internet dinero euro euros banco loteria suerte dios
jesus virgen maria jose antonio juan manuel francisco javier carlos alejandro miguel angel rafael pablo pedro sergio jorge
alberto luis alvaro diego adrian raul ivan ruben oscar enrique ramon vicente andres joaquin fernando eduardo alfonso carmen
ana isabel laura cristina marta dolores lucia elena pilar raquel sara paula rosa teresa mercedes julia beatriz silvia irene
patricia montserrat rocio andrea concepcion garcia rodriguez gonzalez fernandez lopez martinez sanchez perez gomez martin
jimenez hernandez ruiz diaz moreno muñoz munoz alvarez romero gutierrez alonso navarro torres dominguez ramos vazquez ramirez
gil serrano molina blanco morales suarez ortega delgado castro ortiz rubio marin sanz iglesias medina cortes castillo garrido
santos lozano guerrero cano prieto mendez cruz flores herrera peña leon marquez cabrera gallego calvo vidal campos reyes vega
fuentes carrasco diez caballero nieto aguilar pascual santana lorenzo hidalgo montero ibañez gimenez ferrer duran vicente
rojo azul verde amarillo negro blanca negra rosa naranja morado gris toro flamenco paella jamon queso vino cerveza tortilla
guapa guapo guapita loco loca puta puto mierda cabron coño joder tonto tonta gordo gorda flaca fuego agua tierra aire libre
libertad paz guerra fuerza honor gloria campeon campeones mejor numero qwerty qwertyñ asdfghjklñ zxcvbnm aldaba clavepin pin";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Texts;
    use aldaba_core::language::Language;

    fn judged(typed: &str) -> Judgement {
        judge(&Password::read(typed).unwrap(), None)
    }

    fn warning(typed: &str) -> &'static str {
        match judged(typed) {
            Judgement::Weak(weak) => weak.warning,
            other => panic!("{typed}: {other:?}"),
        }
    }

    // REQ-PWD-02
    #[test]
    fn what_is_easily_guessed_is_refused_with_a_reason() {
        for (typed, expected) in [
            ("password", "pwd-weak-common"),
            ("12345678", "pwd-weak-common"),
            ("P@ssw0rd", "pwd-weak-similar"),
            ("aaaaaaaaaa", "pwd-weak-repeats"),
            ("qwertyuiop", "pwd-weak-common"),
            ("bvcxzaqwe", "pwd-weak-keyboard"),
            ("23/11/2026", "pwd-weak-date"),
        ] {
            assert_eq!(warning(typed), expected, "{typed}");
        }
        for spanish in [
            "contraseña1",
            "Contrasena2026",
            "realmadrid1902",
            "tequieromucho",
            "Sevilla2027!",
            "mariagarcia",
            "ayuntamiento",
        ] {
            assert!(matches!(judged(spanish), Judgement::Weak(_)), "{spanish}");
        }
    }

    // REQ-PWD-02
    #[test]
    fn a_few_uncommon_words_are_good_enough_without_any_symbol() {
        for typed in [
            "siete nubes de octubre",
            "tortuga grapadora violeta",
            "k3Zp9!vTq2",
            "el zurdo riega cactus",
        ] {
            assert_eq!(judged(typed), Judgement::Good, "{typed}");
        }
    }

    // REQ-PWD-03
    #[test]
    fn a_list_that_cannot_be_read_says_nothing_good() {
        let password = Password::read("tortuga grapadora violeta").unwrap();
        assert_eq!(judge(&password, Some(Path::new("/nowhere"))), Judgement::Unknown);
    }

    // REQ-UI-02
    #[test]
    fn every_reason_has_a_text() {
        for language in Language::ALL {
            for key in TEXTS {
                assert!(Texts::embedded().has(language, key), "{key}");
            }
        }
    }
}
