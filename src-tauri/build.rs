//! Makes a permission of every command, and takes the texts that the Rust side shows (notifications) out of the Fluent
//! files, so that there is one place for texts and no Fluent at run time.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, PatternElement};

const COMMANDS: &[&str] = include!("command_names.rs");
const LANGUAGES: [&str; 2] = ["es", "en"];
/// Key of the text, name of the function that gives it.
const TEXTS: [(&str, &str); 7] = [
    ("app-notification-title", "notification_title"),
    ("app-notification-body", "notification_body"),
    ("app-notification-open", "notification_open"),
    ("app-notification-other-device-title", "other_device_title"),
    ("app-notification-other-device-body", "other_device_body"),
    ("app-unlock-reveal", "unlock_reveal"),
    ("app-unlock-approve", "unlock_approve"),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-env-changed=ALDABA_PRESET_SERVER");
    println!("cargo:rerun-if-changed=src-tauri/command_names.rs");
    write_texts()?;
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))?;
    Ok(())
}

fn write_texts() -> Result<(), Box<dyn std::error::Error>> {
    let mut code = String::new();
    for (key, function) in TEXTS {
        let mut arms = String::new();
        let mut variable = false;
        for language in LANGUAGES {
            let path = format!("locales/{language}/app.ftl");
            println!("cargo:rerun-if-changed={path}");
            let parts = parts(&fs::read_to_string(&path)?, key).ok_or_else(|| format!("{path} has no plain {key}"))?;
            let variant = if language == "es" { "Es" } else { "En" };
            variable |= parts.iter().any(|part| part == "value");
            writeln!(arms, "        Language::{variant} => [{}].concat(),", parts.join(", "))?;
        }
        let value = if variable { ", value: &str" } else { "" };
        writeln!(code, "/// `{key}`; its variable, if it has one, is `value`.")?;
        writeln!(code, "pub fn {function}(language: Language{value}) -> String {{")?;
        writeln!(code, "    match language {{\n{arms}    }}\n}}\n")?;
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("texts.rs"), code)?;
    Ok(())
}

/// The message's text as Rust expressions: literals, and `value` where it has a variable.
fn parts(source: &str, key: &str) -> Option<Vec<String>> {
    let resource = fluent_syntax::parser::parse(source).ok()?;
    let pattern = resource.body.iter().find_map(|entry| match entry {
        Entry::Message(message) if message.id.name == key => message.value.as_ref(),
        _ => None,
    })?;
    pattern
        .elements
        .iter()
        .map(|element| match element {
            PatternElement::TextElement { value } => Some(format!("{value:?}")),
            PatternElement::Placeable {
                expression: Expression::Inline(InlineExpression::VariableReference { .. }),
            } => Some("value".to_owned()),
            PatternElement::Placeable { .. } => None,
        })
        .collect()
}
