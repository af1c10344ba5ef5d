//! Every numbered requirement is carried by a test, and every number that a test carries is a requirement.

use std::collections::BTreeSet;
use std::fs;

use aldaba_tests::programs::repository;

use crate::files::sources;

/// The numbers (`REQ-PIN-02`) in a text.
fn numbers(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !(letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '-'));
    let is_number = |word: &&str| {
        let mut parts = word.split('-');
        parts.next() == Some("REQ")
            && parts.next().is_some_and(|area| !area.is_empty())
            && parts
                .next()
                .is_some_and(|digits| digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit()))
            && parts.next().is_none()
    };
    words.filter(is_number).map(str::to_owned).collect()
}

fn is_test(path: &str, text: &str) -> bool {
    path.contains("tests/") || path.contains(".test.ts") || text.contains("#[test]") || text.contains("#[tokio::test")
}

#[test]
fn each_is_tested_and_each_number_is_known() {
    let written = numbers(&fs::read_to_string(repository().join("docs/requirements.md")).unwrap());
    assert!(
        written.len() > 40,
        "docs/requirements.md has only {} numbers",
        written.len()
    );
    let tests = sources(".")
        .into_iter()
        .filter(|(path, text)| is_test(path, text) && !path.starts_with("tests/house/"));
    let carried: BTreeSet<String> = tests.flat_map(|(_, text)| numbers(&text)).collect();
    let untested: Vec<_> = written.difference(&carried).collect();
    let unknown: Vec<_> = carried.difference(&written).collect();
    assert!(
        untested.is_empty() && unknown.is_empty(),
        "in no test: {untested:#?}\nin no list: {unknown:#?}"
    );
}
