//! Calls to a secure store from async code: on one thread of its own, in order, each with a deadline.
//!
//! One thread, because a keychain that waits for a prompt should wait once: a second call then waits behind it and
//! is dropped unstarted when its caller has given up, instead of raising a second prompt.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use zeroize::Zeroizing;

use super::{Entry, SecureStore, StoreError};

type Job = Box<dyn FnOnce(&dyn SecureStore) + Send>;

/// A secure store behind a deadline.
#[derive(Clone)]
pub struct GuardedStore {
    jobs: mpsc::Sender<Job>,
    deadline: Duration,
    late: Arc<Notify>,
}

impl GuardedStore {
    /// Puts `store` behind a thread; each call answers within `deadline`.
    ///
    /// # Errors
    /// The system's, when it cannot start a thread.
    pub fn new(store: Arc<dyn SecureStore>, deadline: Duration) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job>();
        std::thread::Builder::new()
            .name("secure-store".to_owned())
            .spawn(move || {
                while let Ok(job) = queue.recv() {
                    job(store.as_ref());
                }
            })?;
        Ok(Self {
            jobs,
            deadline,
            late: Arc::new(Notify::new()),
        })
    }

    /// See [`SecureStore::read`].
    ///
    /// # Errors
    /// The store's, or `TimedOut`.
    pub async fn read(&self, entry: Entry) -> Result<Option<Zeroizing<String>>, StoreError> {
        self.call(move |store| store.read(entry)).await
    }

    /// See [`SecureStore::write`]. After `TimedOut` the value may still arrive later.
    ///
    /// # Errors
    /// The store's, or `TimedOut`.
    pub async fn write(&self, entry: Entry, value: Zeroizing<String>) -> Result<(), StoreError> {
        self.call(move |store| store.write(entry, &value)).await
    }

    /// See [`SecureStore::delete`].
    ///
    /// # Errors
    /// The store's, or `TimedOut`.
    pub async fn delete(&self, entry: Entry) -> Result<(), StoreError> {
        self.call(move |store| store.delete(entry)).await
    }

    /// See [`SecureStore::probe`].
    ///
    /// # Errors
    /// The store's, or `TimedOut`.
    pub async fn probe(&self, token: String) -> Result<(), StoreError> {
        self.call(move |store| store.probe(&token)).await
    }

    /// Waits until a call that was given up succeeds after all: its owner has answered the prompt.
    pub async fn answered_late(&self) {
        self.late.notified().await;
    }

    async fn call<T, F>(&self, call: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&dyn SecureStore) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let late = self.late.clone();
        let job: Job = Box::new(move |store| {
            if !answer.is_closed() && matches!(answer.send(call(store)), Err(Ok(_))) {
                late.notify_one();
            }
        });
        self.jobs.send(job).map_err(|_| StoreError::Failed)?;
        match tokio::time::timeout(self.deadline, answered).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(StoreError::Failed),
            Err(_) => Err(StoreError::TimedOut),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Fault, MemoryStore};
    use super::*;

    #[tokio::test]
    async fn a_store_that_waits_for_a_prompt_does_not_hold_its_caller() {
        // REQ-DEV-05
        let memory = Arc::new(MemoryStore::new());
        memory.set_fault(Some(Fault::Slow(Duration::from_millis(300))));
        let store = GuardedStore::new(memory.clone(), Duration::from_millis(30)).unwrap();
        assert_eq!(store.read(Entry::Device).await, Err(StoreError::TimedOut));
        assert_eq!(
            store.write(Entry::Device, Zeroizing::new("late".to_owned())).await,
            Err(StoreError::TimedOut)
        );
        memory.set_fault(None);
        // The read went on and succeeded, which is told.
        tokio::time::timeout(Duration::from_secs(1), store.answered_late())
            .await
            .unwrap();
        // The write was given up before it started, so it never happened.
        assert_eq!(store.read(Entry::Device).await, Ok(None));
    }

    #[tokio::test]
    async fn a_store_that_panics_is_a_failed_store() {
        struct Broken;
        impl SecureStore for Broken {
            fn read(&self, _: Entry) -> Result<Option<Zeroizing<String>>, StoreError> {
                panic!("broken")
            }
            fn write(&self, _: Entry, _: &str) -> Result<(), StoreError> {
                Ok(())
            }
            fn delete(&self, _: Entry) -> Result<(), StoreError> {
                Ok(())
            }
        }
        let store = GuardedStore::new(Arc::new(Broken), Duration::from_secs(1)).unwrap();
        assert_eq!(store.read(Entry::Device).await, Err(StoreError::Failed));
        assert_eq!(store.delete(Entry::Device).await, Err(StoreError::Failed));
    }

    #[test]
    fn memory_store_passes_the_suite() {
        super::super::suite::run(&MemoryStore::new()).unwrap();
    }
}
