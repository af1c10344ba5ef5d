//! A store in memory, for tests, that can be made to misbehave as real keychains do.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use zeroize::Zeroizing;

use super::{Entry, SecureStore, StoreError};

/// How a [`MemoryStore`] misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Every call fails so.
    Always(StoreError),
    /// Reads find nothing and writes fail, as a bus with a keyring service but without a keyring does.
    NoCollection,
    /// Every call takes this long before it answers, as a prompt does.
    Slow(Duration),
    /// Calls succeed this many times more, then every one fails.
    After(u32),
}

/// A store in memory.
#[derive(Default)]
pub struct MemoryStore {
    values: Mutex<HashMap<Entry, Zeroizing<String>>>,
    fault: Mutex<Option<Fault>>,
}

impl MemoryStore {
    /// An empty store that behaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes it misbehave, or behave again with `None`.
    pub fn set_fault(&self, fault: Option<Fault>) {
        *held(&self.fault) = fault;
    }

    fn gate(&self, writes: bool) -> Result<(), StoreError> {
        let wait = {
            let mut fault = held(&self.fault);
            match &mut *fault {
                None => return Ok(()),
                Some(Fault::Always(error)) => return Err(*error),
                Some(Fault::NoCollection) => return if writes { Err(StoreError::Absent) } else { Ok(()) },
                Some(Fault::After(0)) => return Err(StoreError::Failed),
                Some(Fault::After(left)) => {
                    *left -= 1;
                    return Ok(());
                }
                Some(Fault::Slow(wait)) => *wait,
            }
        };
        std::thread::sleep(wait);
        Ok(())
    }
}

impl SecureStore for MemoryStore {
    fn read(&self, entry: Entry) -> Result<Option<Zeroizing<String>>, StoreError> {
        self.gate(false)?;
        if *held(&self.fault) == Some(Fault::NoCollection) {
            return Ok(None);
        }
        Ok(held(&self.values).get(&entry).cloned())
    }

    fn write(&self, entry: Entry, value: &str) -> Result<(), StoreError> {
        self.gate(true)?;
        held(&self.values).insert(entry, Zeroizing::new(value.to_owned()));
        Ok(())
    }

    fn delete(&self, entry: Entry) -> Result<(), StoreError> {
        self.gate(false)?;
        held(&self.values).remove(&entry);
        Ok(())
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
