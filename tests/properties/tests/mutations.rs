//! The properties hold for the seeds, which are understood, and for mutations of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must fail"
)]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use aldaba_properties::mutate::{Dice, change};
use aldaba_properties::{ALL, of, tokens};

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let mut files: Vec<_> = fs::read_dir(fuzz().join("seeds").join(name))
        .expect(name)
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// That the bytes, which are printed, break nothing.
fn hold(name: &str, bytes: &[u8]) {
    let property = of(name).unwrap();
    let held = catch_unwind(AssertUnwindSafe(|| property(bytes)));
    assert!(
        held.is_ok(),
        "{name} does not hold for {:?}",
        String::from_utf8_lossy(bytes)
    );
}

// REQ-RAW-02
#[test]
fn the_properties_hold_for_mutations_of_what_is_understood() {
    let number = |name: &str, otherwise: u64| std::env::var(name).map_or(otherwise, |set| set.parse().unwrap());
    let mutations = number("ALDABA_PROPERTY_MUTATIONS", 2_000);
    let seed = number("ALDABA_HOSTILE_SEED", 20_261_125);
    for (name, _) in ALL {
        let seeds = seeds(name);
        assert!(!seeds.is_empty(), "{name} has no seed");
        seeds.iter().for_each(|bytes| hold(name, bytes));
        for nth in 0..mutations {
            let dice = Dice::new(seed.wrapping_add(nth));
            let mut bytes = seeds[dice.below(seeds.len())].clone();
            for _ in 0..=dice.below(4) {
                change(&mut bytes, &dice);
            }
            hold(name, &bytes);
        }
    }
}

// REQ-RAW-02
#[test]
fn every_property_has_a_fuzz_target_of_its_name() {
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for (name, _) in ALL {
        let target = fs::read_to_string(fuzz().join("targets").join(format!("{name}.rs"))).expect(name);
        assert!(
            target.contains(&format!("of(\"{name}\")")),
            "{name}.rs runs another one"
        );
        assert!(
            manifest.contains(&format!("name = \"{name}\"\n")),
            "{name} is no target of fuzz/Cargo.toml"
        );
    }
    assert_eq!(fs::read_dir(fuzz().join("targets")).unwrap().count(), ALL.len());
}

/// As of certificates: what the mutations start from is taken.
#[test]
fn the_seeds_of_tokens_are_good() {
    let texts = seeds("token")
        .into_iter()
        .map(|bytes| String::from_utf8(bytes).unwrap());
    let texts: Vec<_> = texts.collect();
    assert_eq!(texts, tokens::good());
    assert_eq!(tokens::taken(&texts[0]), [true, false]);
    assert_eq!(tokens::taken(&texts[1]), [false, true]);
}

/// The seeds say what they are there for: else their mutations would be refused at the first byte.
#[test]
fn the_seeds_about_certificates_are_good() {
    use aldaba_server::testing::parsers;
    let file = |name: &str| fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("files").join(name)).unwrap();
    let (authority, person) = (file("authority.der"), file("person.der"));
    assert_eq!(parsers::certificate(&person, &authority).as_deref(), Some("12345678Z"));
    for list in seeds("crl") {
        assert_eq!(
            parsers::revocation_list(&list, &person, &authority).as_deref(),
            Some("Revoked")
        );
    }
    for answer in seeds("ocsp") {
        assert_eq!(
            parsers::ocsp_answer(&answer, &person, &authority).as_deref(),
            Some("Revoked")
        );
    }
}
