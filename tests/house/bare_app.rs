//! The app is measured beside a bare one that must be built alike, or the figures would say nothing.

use aldaba_tests::programs::repository;

fn manifest(path: &str) -> String {
    std::fs::read_to_string(repository().join(path)).unwrap()
}

/// The lines of one table of a manifest.
fn table<'a>(manifest: &'a str, name: &str) -> Vec<&'a str> {
    let lines = manifest.lines().skip_while(|line| *line != name).skip(1);
    lines
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

#[test]
fn the_bare_app_is_built_as_the_app_is() {
    let (ours, bare) = (manifest("Cargo.toml"), manifest("bench/bare-app/Cargo.toml"));
    let tauri = |manifest: &str| {
        manifest
            .lines()
            .find(|line| line.starts_with("tauri = "))
            .map(str::to_owned)
            .unwrap()
    };
    assert_eq!(tauri(&ours), tauri(&bare));
    let profile = table(&ours, "[profile.release]");
    assert!(!profile.is_empty());
    assert_eq!(profile, table(&bare, "[profile.release]"));
}
