//! Entries of the audit log, as this server writes them. Kinds are `thing.happened`; details hold no personal data.

use aldaba_core::ids::{DeviceId, PersonId, RequestId};
use aldaba_core::time::Timestamp;
use aldaba_store::audit::Entry;

/// An entry about a person, or about nobody.
#[must_use]
pub fn entry(at: Timestamp, kind: &'static str, person: Option<PersonId>) -> Entry {
    Entry {
        at,
        kind,
        person,
        device: None,
        request: None,
        detail: serde_json::Value::Null,
    }
}

/// The entry, with the device it is about.
#[must_use]
pub fn of_device(entry: Entry, device: DeviceId) -> Entry {
    Entry {
        device: Some(device),
        ..entry
    }
}

/// The entry, with the request it is about.
#[must_use]
pub fn of_request(entry: Entry, request: RequestId) -> Entry {
    Entry {
        request: Some(request),
        ..entry
    }
}
