//! What docs/relying-parties.md prints is what the tests run.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use aldaba_tests::programs::repository;

/// Files that say nothing to a reader: locks, and a page with a link on it.
const NOT_PRINTED: [&str; 5] = [
    ".gitignore",
    "apache/htdocs/index.html",
    "node/package-lock.json",
    "python/requirements.in",
    "python/requirements.txt",
];

/// Path and text of every block whose first line names a file.
fn printed() -> Vec<(String, String)> {
    let text = fs::read_to_string(repository().join("docs/relying-parties.md")).unwrap();
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let inside: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if let Some((_, path)) = info.split_once(' ') {
            blocks.push((path.to_owned(), inside.join("\n") + "\n"));
        }
    }
    blocks
}

// REQ-SITE-07
#[test]
fn every_block_that_names_a_file_is_that_file_and_every_file_is_printed() {
    let blocks = printed();
    for (path, text) in &blocks {
        let file = fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(&file, text, "docs/relying-parties.md prints another {path}");
    }
    let folder = "examples/relying-parties/";
    let mut git = Command::new("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard", folder]);
    let listed = git.current_dir(repository()).output().unwrap();
    assert!(listed.status.success());
    let listed = String::from_utf8(listed.stdout).unwrap();
    let files: BTreeSet<&str> = listed.lines().filter_map(|path| path.strip_prefix(folder)).collect();
    let printed: BTreeSet<&str> = blocks
        .iter()
        .filter_map(|(path, _)| path.strip_prefix(folder))
        .collect();
    let missing: Vec<_> = files
        .iter()
        .filter(|file| !printed.contains(*file) && !NOT_PRINTED.contains(file))
        .collect();
    assert!(missing.is_empty(), "not printed: {missing:?}");
    assert!(printed.len() >= 12, "only {} files are printed", printed.len());
}
