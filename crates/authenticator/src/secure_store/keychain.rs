//! The operating system's keychain: Secret Service on Linux and the BSDs, Credential Manager on Windows, Keychain
//! on macOS, its protected part on iOS, Keystore on Android.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use keyring_core::api::CredentialStoreApi;
use zeroize::Zeroizing;

use super::{Entry, SecureStore, StoreError};

#[cfg(target_os = "android")]
use android_native_keyring_store::Store as Native;
#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store as Native;
#[cfg(target_os = "ios")]
use apple_native_keyring_store::protected::Store as Native;
#[cfg(target_os = "windows")]
use windows_native_keyring_store::Store as Native;
#[cfg(all(unix, not(any(target_os = "macos", target_os = "ios", target_os = "android"))))]
use zbus_secret_service_keyring_store::Store as Native;

/// The keychain of this operating system, opened when it is first needed and again after it went away.
pub struct KeychainStore {
    service: String,
    native: Mutex<Option<Arc<Native>>>,
}

impl KeychainStore {
    /// Entries are kept under `service`, the application's identifier.
    pub fn new(service: &str) -> Self {
        Self {
            service: service.to_owned(),
            native: Mutex::new(None),
        }
    }

    fn native(&self) -> Result<Arc<Native>, StoreError> {
        let mut slot = self.native.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(native) = &*slot {
            return Ok(native.clone());
        }
        let native = Native::new().map_err(|error| {
            tracing::debug!(%error, "no keychain");
            StoreError::Absent
        })?;
        *slot = Some(native.clone());
        Ok(native)
    }

    fn forget_connection(&self) {
        *self.native.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Runs `call` on the entry; once more on a new connection when the service behind the old one has gone.
    fn with_entry<T>(
        &self,
        entry: Entry,
        call: impl Fn(&keyring_core::Entry) -> keyring_core::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        let mut again = self.native.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        loop {
            let native = self.native()?;
            let label = format!("Aldaba ({})", entry.name());
            let modifiers = if cfg!(target_os = "linux") {
                HashMap::from([("label", label.as_str())])
            } else {
                HashMap::new()
            };
            let modifiers = if modifiers.is_empty() { None } else { Some(&modifiers) };
            let credential = native
                .build(&self.service, entry.name(), modifiers)
                .map_err(|error| classify(&error))?;
            match call(&credential) {
                Ok(value) => return Ok(Some(value)),
                Err(keyring_core::Error::NoEntry) => return Ok(None),
                Err(error) => {
                    let kind = classify(&error);
                    self.forget_connection();
                    if !(again && matches!(kind, StoreError::Failed | StoreError::Absent)) {
                        return Err(kind);
                    }
                    again = false;
                }
            }
        }
    }
}

impl SecureStore for KeychainStore {
    fn read(&self, entry: Entry) -> Result<Option<Zeroizing<String>>, StoreError> {
        Ok(self
            .with_entry(entry, keyring_core::Entry::get_password)?
            .map(Zeroizing::new))
    }

    fn write(&self, entry: Entry, value: &str) -> Result<(), StoreError> {
        let written = self.with_entry(entry, |credential| match credential.set_password(value) {
            // Two entries of one name, left by another program: neither can be trusted, one takes their place.
            Err(keyring_core::Error::Ambiguous(all)) => {
                for one in all {
                    one.delete_credential()?;
                }
                credential.set_password(value)
            }
            other => other,
        })?;
        written.ok_or(StoreError::Failed)
    }

    fn delete(&self, entry: Entry) -> Result<(), StoreError> {
        self.with_entry(entry, |credential| match credential.delete_credential() {
            Err(keyring_core::Error::Ambiguous(all)) => all.iter().try_for_each(keyring_core::Entry::delete_credential),
            other => other,
        })?;
        Ok(())
    }
}

/// Says what an error of the keychain means. Its own text may name paths, so that only its kind goes on.
fn classify(error: &keyring_core::Error) -> StoreError {
    use keyring_core::Error;
    match error {
        Error::NoStorageAccess(cause) | Error::PlatformFailure(cause) => {
            classify_cause(cause.as_ref(), matches!(error, Error::NoStorageAccess(_)))
        }
        Error::NoDefaultStore => StoreError::Absent,
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::BadStoreFormat(_) | Error::Ambiguous(_) => {
            StoreError::Corrupted
        }
        _ => StoreError::Failed,
    }
}

/// On Linux "no access" also covers a service without any collection, which is as good as none.
#[cfg(all(unix, not(any(target_os = "macos", target_os = "ios", target_os = "android"))))]
fn classify_cause(cause: &(dyn std::error::Error + 'static), no_access: bool) -> StoreError {
    use secret_service::Error;
    match cause.downcast_ref::<Error>() {
        Some(Error::NoResult | Error::Unavailable) => StoreError::Absent,
        Some(Error::Locked | Error::Prompt) => StoreError::Locked,
        _ if no_access => StoreError::Locked,
        _ => StoreError::Failed,
    }
}

#[cfg(not(all(unix, not(any(target_os = "macos", target_os = "ios", target_os = "android")))))]
fn classify_cause(_cause: &(dyn std::error::Error + 'static), no_access: bool) -> StoreError {
    if no_access {
        StoreError::Locked
    } else {
        StoreError::Failed
    }
}
