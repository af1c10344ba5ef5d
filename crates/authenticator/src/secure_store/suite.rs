//! What every secure store must do, run against each implementation: in memory, the file of the headless device,
//! and the real keychain (in a session of its own).

use super::{Entry, SecureStore, StoreError};

/// Runs the suite against an empty `store` and leaves it empty.
///
/// # Errors
/// The sentence that does not hold, or the error that the store gave.
pub fn run(store: &dyn SecureStore) -> Result<(), String> {
    ensure(
        store
            .read(Entry::Device)
            .map_err(failed("read of an empty store"))?
            .is_none(),
        "an empty store has no entry",
    )?;
    store
        .delete(Entry::Device)
        .map_err(failed("deleting what is not there"))?;

    store.write(Entry::Device, "first").map_err(failed("write"))?;
    ensure(reads(store, Entry::Device, "first")?, "what was written is read back")?;
    store.write(Entry::Device, "second").map_err(failed("second write"))?;
    ensure(
        reads(store, Entry::Device, "second")?,
        "a second write replaces the first",
    )?;

    store
        .write(Entry::Activation, "other")
        .map_err(failed("write of another entry"))?;
    ensure(
        reads(store, Entry::Device, "second")?,
        "entries do not touch each other",
    )?;
    store.delete(Entry::Activation).map_err(failed("delete"))?;
    ensure(
        store.read(Entry::Activation).map_err(failed("read"))?.is_none(),
        "a deleted entry is gone",
    )?;
    ensure(
        reads(store, Entry::Device, "second")?,
        "deleting one entry leaves the others",
    )?;

    // The shape and length of the real value: JSON with quotes and base64url, under the 2,560 bytes of Windows.
    let long = format!("{{\"version\":1,\"signing_key\":\"{}\"}}", "A-_z".repeat(150));
    store.write(Entry::Device, &long).map_err(failed("long write"))?;
    ensure(reads(store, Entry::Device, &long)?, "a long value comes back whole")?;
    store.delete(Entry::Device).map_err(failed("delete"))?;

    store.probe("token").map_err(failed("probe"))?;
    ensure(
        store.read(Entry::Probe).map_err(failed("read"))?.is_none(),
        "a probe leaves nothing behind",
    )
}

fn failed(what: &'static str) -> impl Fn(StoreError) -> String {
    move |error| format!("{what}: {error}")
}

fn reads(store: &dyn SecureStore, entry: Entry, value: &str) -> Result<bool, String> {
    let found = store.read(entry).map_err(|error| format!("read: {error}"))?;
    Ok(found.is_some_and(|found| found.as_str() == value))
}

fn ensure(holds: bool, sentence: &str) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(format!("does not hold: {sentence}"))
    }
}
