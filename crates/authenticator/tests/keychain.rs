//! The real keychain of Linux: GNOME Keyring on a D-Bus session of its own, in the states in which people have it.
//!
//! Each test starts this test binary again inside such a session; the inner run is told by an environment variable what
//! it should find there. Needs `dbus-run-session` and `gnome-keyring-daemon` (`cargo xtask setup` installs them).

use std::process::Command;
use std::time::{Duration, Instant};

use aldaba_authenticator::secure_store::{Entry, GuardedStore, KeychainStore, SecureStore as _, StoreError, suite};

const EXPECTED: &str = "ALDABA_TEST_KEYCHAIN";
const SERVICE: &str = "eu.aldaba.test";

/// Runs `test` of this binary in a session that `prepare` (a shell line) has made ready.
fn in_session(test: &str, prepare: &str, expected: &str) {
    let home = tempfile::tempdir().unwrap();
    let program = std::env::current_exe().unwrap();
    let script = format!(
        "{prepare}; exec '{}' --exact keychain::{test} --nocapture",
        program.display()
    );
    let output = Command::new("dbus-run-session")
        .args(["--", "bash", "-c", &script])
        .env(EXPECTED, expected)
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path())
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .expect("dbus-run-session is not installed: cargo xtask setup");
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}

fn inner() -> Option<String> {
    std::env::var(EXPECTED).ok()
}

const UNLOCKED: &str = "echo -n pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1";

#[test]
fn an_unlocked_keyring_passes_the_suite_of_secure_stores() {
    // REQ-DEV-05
    if inner().is_none() {
        return in_session(
            "an_unlocked_keyring_passes_the_suite_of_secure_stores",
            UNLOCKED,
            "unlocked",
        );
    }
    suite::run(&KeychainStore::new(SERVICE)).unwrap();
    // A second program sees what the first has written.
    KeychainStore::new(SERVICE).write(Entry::Device, "value").unwrap();
    let read = KeychainStore::new(SERVICE).read(Entry::Device).unwrap();
    assert_eq!(read.as_deref().map(String::as_str), Some("value"));
}

#[test]
fn a_keyring_that_comes_back_is_found_again() {
    // REQ-DEV-05: the daemon is restarted while the app runs.
    if inner().is_none() {
        return in_session("a_keyring_that_comes_back_is_found_again", UNLOCKED, "restarted");
    }
    let store = KeychainStore::new(SERVICE);
    store.write(Entry::Device, "value").unwrap();
    let replaced = Command::new("bash")
        .args([
            "-c",
            "echo -n pw | gnome-keyring-daemon --replace --unlock --components=secrets >/dev/null 2>&1",
        ])
        .status()
        .unwrap();
    assert!(replaced.success());
    let deadline = Instant::now() + Duration::from_secs(5);
    while store.read(Entry::Device).ok().flatten().as_deref().map(String::as_str) != Some("value") {
        assert!(
            Instant::now() < deadline,
            "{:?}",
            store.read(Entry::Device).map(|value| value.is_some())
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_session_without_a_bus_has_no_keychain() {
    // REQ-DEV-05
    if inner().is_none() {
        let prepare = "export DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere";
        return in_session("a_session_without_a_bus_has_no_keychain", prepare, "absent");
    }
    let begun = Instant::now();
    assert_eq!(KeychainStore::new(SERVICE).probe("token"), Err(StoreError::Absent));
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_bus_without_a_keyring_has_no_keychain() {
    // REQ-DEV-05: the daemon is there, its keyring was never made, so that reads say "no such entry".
    if inner().is_none() {
        let prepare = "gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1";
        return in_session("a_bus_without_a_keyring_has_no_keychain", prepare, "no keyring");
    }
    let answer = KeychainStore::new(SERVICE).probe("token");
    assert!(
        matches!(answer, Err(StoreError::Absent | StoreError::Locked)),
        "{answer:?}"
    );
}

#[test]
fn a_locked_keyring_is_told_within_the_deadline() {
    // REQ-DEV-05: made by one daemon, then opened by a daemon that nobody gives the password.
    if inner().is_none() {
        let prepare =
            format!("{UNLOCKED}; gnome-keyring-daemon --replace --components=secrets >/dev/null 2>&1; sleep 0.5");
        return in_session("a_locked_keyring_is_told_within_the_deadline", &prepare, "locked");
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let store = std::sync::Arc::new(KeychainStore::new(SERVICE));
    let store = GuardedStore::new(store, Duration::from_secs(2)).unwrap();
    let begun = Instant::now();
    let answer = runtime.block_on(store.probe("token".to_owned()));
    assert!(
        matches!(answer, Err(StoreError::Locked | StoreError::TimedOut)),
        "{answer:?}"
    );
    assert!(begun.elapsed() < Duration::from_secs(3));
}
