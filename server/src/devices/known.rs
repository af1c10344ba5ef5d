//! What never changes of a device, remembered: whose it is and by which key it signs.
//!
//! Each signed call needs that before anything else, and reading the row, opening its sealed columns and unpacking the key
//! cost as much as verifying the signature does. Whether the device may act is not remembered: the call's own transaction
//! asks the database each time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aldaba_core::ids::{DeviceId, PersonId};
use aldaba_core::language::Language;
use aldaba_protocol::keys::VerifyingKey;
use aldaba_store::{StoreError, devices};

use crate::app::App;

/// Devices remembered at once; half of them are forgotten when there are more.
const REMEMBERED: usize = 20_000;

/// The unchanging part of a device. No `Debug`: it holds the name its owner gave it.
pub struct KnownDevice {
    /// Its identifier.
    pub id: DeviceId,
    /// Whose it is.
    pub person: PersonId,
    /// Its name.
    pub name: String,
    /// The app's language.
    pub language: Language,
    /// What its signatures are verified with.
    pub key: VerifyingKey,
}

/// The devices that were seen lately.
#[derive(Default)]
pub struct KnownDevices(Mutex<HashMap<DeviceId, Arc<KnownDevice>>>);

impl KnownDevices {
    /// The device of that id, in whatever state. None: there is none.
    ///
    /// # Errors
    /// The database, or a stored key that is none.
    pub async fn find(&self, app: &App, id: DeviceId) -> Result<Option<Arc<KnownDevice>>, StoreError> {
        if let Some(known) = self.lock().get(&id) {
            return Ok(Some(Arc::clone(known)));
        }
        let found = app
            .store()
            .read(move |tx| Box::pin(async move { devices::get(tx, &id).await }))
            .await?;
        let Some(device) = found else {
            // Not remembered: who makes identifiers up must not fill the memory.
            return Ok(None);
        };
        let key = VerifyingKey::from_sec1(&device.signing_key).map_err(|_| StoreError::Corrupt("a device's key"))?;
        let known = Arc::new(KnownDevice {
            id,
            person: device.person,
            name: device.name,
            language: device.language,
            key,
        });
        let mut remembered = self.lock();
        if remembered.len() >= REMEMBERED {
            let mut keep = false;
            remembered.retain(|_, _| {
                keep = !keep;
                keep
            });
        }
        remembered.insert(id, Arc::clone(&known));
        Ok(Some(known))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<DeviceId, Arc<KnownDevice>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
