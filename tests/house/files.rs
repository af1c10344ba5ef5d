//! Source files: short enough to be read, and nothing left open in them.

use std::process::Command;

use aldaba_tests::programs::repository;

/// Past this a file is asking to be two.
const LONGEST: usize = 600;

/// The committed and the new files of the repository below `folder` that people write.
pub fn sources(folder: &str) -> Vec<(String, String)> {
    let mut git = Command::new("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard", folder])
        .current_dir(repository());
    let output = git.output().unwrap();
    assert!(
        output.status.success(),
        "git ls-files: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let list = String::from_utf8(output.stdout).unwrap();
    let kinds = [".rs", ".ts", ".tsx", ".css", ".html"];
    let generated = ["gen/", "ui/src/bindings/", "server/assets/", "ui/theme/aldaba.css"];
    list.lines()
        .filter(|path| kinds.iter().any(|kind| path.ends_with(kind)))
        .filter(|path| !generated.iter().any(|folder| path.starts_with(folder)))
        .filter_map(|path| Some((path.to_owned(), std::fs::read_to_string(repository().join(path)).ok()?)))
        .collect()
}

#[test]
fn no_file_is_longer_than_a_head_can_hold() {
    let long: Vec<_> = sources(".")
        .into_iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn nothing_is_left_open() {
    // Put together here, so that this file does not find itself.
    let marks = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["#[", "ignore"].concat()];
    let mut open = Vec::new();
    for (path, text) in sources(".") {
        for (number, line) in text.lines().enumerate() {
            if marks.iter().any(|mark| line.contains(mark.as_str())) {
                open.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(open.is_empty(), "{open:#?}");
}
