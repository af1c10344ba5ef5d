//! Where the device's secrets live: the operating system's keychain, and nothing else.
//!
//! Rules:
//! - Secrets go to the keychain or nowhere; there is no fallback to a file (protocol.md, "no_secure_store").
//! - Absence of an entry is `None`. Whether it ought to be there is known one floor up, from the marker file.
//! - Keychains block: a locked one may show a prompt and wait for the person. Every call therefore goes through
//!   [`GuardedStore`], which runs it on a thread of its own and gives up waiting after a deadline.
//! - Values are text (JSON with base64url inside): KDE Wallet keeps UTF-8 only.
//!
//! One suite, [`suite::run`], is the contract that every implementation passes.

mod guarded;
mod keychain;
mod memory;
pub mod suite;

pub use guarded::GuardedStore;
pub use keychain::KeychainStore;
pub use memory::{Fault, MemoryStore};

use zeroize::Zeroizing;

/// The entries that this program keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entry {
    /// The secrets of the activated device, as one value, so that it is written whole or not at all.
    Device,
    /// An activation that waits for its code in another process (the headless device only).
    Activation,
    /// Written, read and deleted again to learn whether the store works.
    Probe,
}

impl Entry {
    /// The name under which the store keeps it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Activation => "activation",
            Self::Probe => "probe",
        }
    }
}

/// Why the secure store did not answer as hoped. Carries no value and no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no keychain in this session.
    #[error("this session has no keychain")]
    Absent,
    /// There is one, but it is locked, or its prompt was dismissed.
    #[error("the keychain is locked")]
    Locked,
    /// What it gave back is not what was stored.
    #[error("the keychain's entry is corrupted")]
    Corrupted,
    /// The device is activated but its entry is gone.
    #[error("the keychain's entry is missing")]
    MissingEntry,
    /// It did not answer in time; most often a prompt waits for its owner.
    #[error("the keychain did not answer in time")]
    TimedOut,
    /// It failed in another way.
    #[error("the keychain failed")]
    Failed,
}

/// A place for secrets. Implementations block; call them through [`GuardedStore`].
pub trait SecureStore: Send + Sync + 'static {
    /// The value of `entry`, or `None` if the store says that there is none.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot say.
    fn read(&self, entry: Entry) -> Result<Option<Zeroizing<String>>, StoreError>;

    /// Stores `value`, replacing what was there, whole or not at all.
    ///
    /// # Errors
    /// [`StoreError`]; the earlier value is then still there.
    fn write(&self, entry: Entry, value: &str) -> Result<(), StoreError>;

    /// Removes `entry`. Removing what is not there succeeds.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot.
    fn delete(&self, entry: Entry) -> Result<(), StoreError>;

    /// Finds out whether the store works, by writing `token`, reading it back and deleting it. A keychain without a
    /// collection answers "no such entry" to every read, so that only a write tells (REQ-DEV-05).
    ///
    /// # Errors
    /// What the first failing step said; `Corrupted` when it reads back something else.
    fn probe(&self, token: &str) -> Result<(), StoreError> {
        self.write(Entry::Probe, token)?;
        let back = self.read(Entry::Probe)?;
        self.delete(Entry::Probe)?;
        match back {
            Some(value) if value.as_str() == token => Ok(()),
            _ => Err(StoreError::Corrupted),
        }
    }
}
