//! Who depends on whom: the arrows of ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use aldaba_tests::programs::repository;
use serde_json::Value;

/// All that the domain may be made of. Each is plain computation; a new name here is a decision.
const CORE_MAY_USE: &[&str] = &[
    "bip39",
    "getrandom",
    "hex",
    "jiff",
    "rand_chacha",
    "rand_core",
    "serde",
    "subtle",
    "thiserror",
    "unicode-normalization",
    "zeroize",
];

/// Parts of input and output, of databases, of HTTP and of screens: none of them anywhere below the domain or the protocol.
const NEVER_IN_THE_DOMAIN: &[&str] = &[
    "aldaba-authenticator",
    "aldaba-server",
    "aldaba-store",
    "askama",
    "async-std",
    "axum",
    "hyper",
    "keyring-core",
    "mio",
    "reqwest",
    "rusqlite",
    "rustls",
    "sea-orm",
    "sqlx",
    "sqlx-core",
    "tauri",
    "tokio",
    "tower",
    "tracing-subscriber",
    "ureq",
    "wry",
    "zbus",
];

/// Package → the packages it needs to run, from cargo itself.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    // For this machine's system only: the packages of the others need not have been downloaded.
    let rustc = Command::new("rustc").arg("-vV").output().unwrap();
    let version = String::from_utf8(rustc.stdout).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args([
        "metadata",
        "--format-version",
        "1",
        "--locked",
        "--offline",
        "--filter-platform",
        host,
    ]);
    command.current_dir(repository());
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let names: BTreeMap<String, String> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (text(&it["id"]), text(&it["name"])))
        .collect();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for node in metadata["resolve"]["nodes"].as_array().unwrap() {
        let needs = node["deps"].as_array().unwrap().iter().filter(|dependency| {
            // `null` is an ordinary dependency; those of tests and of build scripts do not reach the program.
            dependency["dep_kinds"]
                .as_array()
                .unwrap()
                .iter()
                .any(|kind| kind["kind"].is_null())
        });
        let needs = needs.map(|dependency| names[&text(&dependency["pkg"])].clone());
        found
            .entry(names[&text(&node["id"])].clone())
            .or_default()
            .extend(needs);
    }
    found
}

fn everything_below(package: &str, all: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<String> {
    let mut below = BTreeSet::new();
    let mut waiting = vec![package.to_owned()];
    while let Some(next) = waiting.pop() {
        for needed in all.get(&next).into_iter().flatten() {
            if below.insert(needed.clone()) {
                waiting.push(needed.clone());
            }
        }
    }
    below
}

#[test]
fn the_domain_touches_neither_disk_nor_network_nor_database_nor_screen() {
    let all = dependencies();
    let direct = &all["aldaba-core"];
    let unknown: Vec<_> = direct
        .iter()
        .filter(|name| !CORE_MAY_USE.contains(&name.as_str()))
        .collect();
    assert!(
        unknown.is_empty(),
        "aldaba-core has taken in {unknown:?}: is that still only computing?"
    );
    for package in ["aldaba-core", "aldaba-protocol"] {
        let below = everything_below(package, &all);
        let wrong: Vec<_> = NEVER_IN_THE_DOMAIN
            .iter()
            .filter(|name| below.contains(**name))
            .collect();
        assert!(wrong.is_empty(), "{package} needs {wrong:?}");
    }
}

#[test]
fn arrows_point_one_way() {
    let all = dependencies();
    for (package, never) in [
        (
            "aldaba-protocol",
            &["aldaba-store", "aldaba-server", "aldaba-authenticator", "aldaba"][..],
        ),
        ("aldaba-store", &["aldaba-server", "aldaba-authenticator", "aldaba"]),
        ("aldaba-server", &["aldaba-authenticator", "aldaba", "tauri"]),
        (
            "aldaba-sede",
            &[
                "aldaba-store",
                "aldaba-server",
                "aldaba-protocol",
                "aldaba-authenticator",
                "aldaba",
                "sea-orm",
            ],
        ),
        (
            "aldaba-authenticator",
            &["aldaba-store", "aldaba-server", "aldaba", "tauri", "sea-orm"],
        ),
        ("aldaba", &["aldaba-store", "aldaba-server", "sea-orm"]),
    ] {
        let below = everything_below(package, &all);
        let wrong: Vec<_> = never.iter().filter(|name| below.contains(**name)).collect();
        assert!(wrong.is_empty(), "{package} needs {wrong:?}");
    }
}

#[test]
fn the_domain_reads_no_clock_no_disk_and_no_environment() {
    let mut wrong = Vec::new();
    for (file, text) in super::files::sources("crates/core/src") {
        for name in [
            "std::fs",
            "std::net",
            "std::env",
            "std::process::Command",
            "std::thread",
        ] {
            if text.contains(name) {
                wrong.push(format!("{file} uses {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
