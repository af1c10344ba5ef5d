//! The examples of `--help`: who types or copies one must not be refused.

use std::os::unix::fs::PermissionsExt;

use aldaba_core::random::OsRandom;
use aldaba_store::KeyFile;
use clap::{CommandFactory, Parser};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

use super::{Cli, SERVE_EXAMPLE};
use crate::citizens::import;
use crate::config::Config;

/// What stands below the options, of every command.
fn helps(command: &clap::Command, found: &mut Vec<String>) {
    found.extend(command.get_after_help().map(ToString::to_string));
    for below in command.get_subcommands() {
        helps(below, found);
    }
}

/// A line as a shell takes it apart; a backslash at its end goes on in the next.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for character in line.chars() {
        match character {
            '\'' => quoted = !quoted,
            ' ' if !quoted => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            other => word.push(other),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

// REQ-OPS-04
#[test]
fn every_command_that_help_shows_is_understood() {
    let mut found = Vec::new();
    helps(&Cli::command(), &mut found);
    let joined = found.join("\n").replace("\\\n", " ");
    let commands: Vec<&str> = joined
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("aldaba-server "))
        .collect();
    assert!(commands.len() >= 10, "{commands:?}");
    for command in commands {
        if let Err(error) = Cli::try_parse_from(words(command)) {
            panic!("{command}: {error}");
        }
    }
}

// REQ-OPS-04
#[test]
fn the_settings_that_help_shows_are_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o400)).unwrap();
    };
    KeyFile::create(&folder.path().join("server.keys"), &OsRandom).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(vec!["cert.pin.example.org".to_owned()]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = authority.self_signed(&key).unwrap().pem();
    write("cert.pem", &certificate);
    write("cert.key", &key.serialize_pem());
    write("fnmt-usuarios.pem", &certificate);
    write("sms.token", "secret");
    write("clients.toml", "");
    let (_, settings) = SERVE_EXAMPLE.split_once('\n').unwrap();
    assert!(settings.contains("/etc/aldaba/"));
    let folder_name = format!("{}/", folder.path().display());
    write("server.toml", &settings.replace("/etc/aldaba/", &folder_name));
    Config::load(&folder.path().join("server.toml")).unwrap_or_else(|error| panic!("{error}"));
}

// REQ-OPS-04
#[test]
fn the_file_of_citizens_that_help_shows_is_accepted() {
    let mut found = Vec::new();
    helps(&Cli::command(), &mut found);
    let help = found
        .iter()
        .find(|help| help.contains("document,contrast,name"))
        .unwrap();
    let rows: Vec<&str> = help
        .lines()
        .map(str::trim)
        .filter(|line| line.matches(',').count() == 7)
        .collect();
    let read = import::read(&rows.join("\n")).unwrap_or_else(|faults| panic!("{}", faults[0]));
    assert_eq!(read.len(), 1);
}
