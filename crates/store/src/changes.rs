//! What other processes changed: other nodes on one PostgreSQL, or the operator's command line. A node asks once a second,
//! for the devices whose streams it holds.

use aldaba_core::device::DeviceState;
use aldaba_core::ids::{DeviceId, PersonId, RequestId};
use aldaba_core::request::RequestState;
use aldaba_core::time::Timestamp;

use crate::error::StoreError;
use crate::requests::told_to_devices;
use crate::transaction::{Transaction, bind};

/// A request that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangedRequest {
    /// Which.
    pub id: RequestId,
    /// Whose.
    pub person: PersonId,
    /// Its stored state.
    pub state: RequestState,
    /// When it changed.
    pub updated_at: Timestamp,
}

/// A device that was activated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActivatedDevice {
    /// Which.
    pub id: DeviceId,
    /// Whose.
    pub person: PersonId,
    /// When.
    pub activated_at: Timestamp,
}

/// A device that was frozen or revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClosedDevice {
    /// Which.
    pub id: DeviceId,
    /// Whose.
    pub person: PersonId,
    /// Frozen or revoked.
    pub state: DeviceState,
    /// When.
    pub closed_at: Timestamp,
}

/// Not quiet requests, incoming or claimed by QR, of anybody that changed at or after `since` and are not over at `now`,
/// oldest change first. One that went on by SMS is over for devices.
pub async fn requests_since(
    tx: &Transaction,
    since: Timestamp,
    now: Timestamp,
) -> Result<Vec<ChangedRequest>, StoreError> {
    let rows = tx
        .select_all(
            concat!(
                "SELECT id, person_id, CASE WHEN method = 'sms' THEN 'expired' ELSE state END, updated_at FROM requests \
                 WHERE expires_at > $2 AND updated_at >= $1 AND person_id IS NOT NULL AND quiet = 0 AND ",
                told_to_devices!(),
                " ORDER BY updated_at, id"
            ),
            vec![bind::time(since), bind::time(now)],
        )
        .await?;
    let read = |row: &crate::transaction::Row| {
        Ok(ChangedRequest {
            id: row.id(0)?,
            person: row.id(1)?,
            state: row.word(2)?,
            updated_at: row.time(3)?,
        })
    };
    rows.iter().map(read).collect()
}

/// Devices of anybody that were activated at or after `since`.
pub async fn devices_activated_since(tx: &Transaction, since: Timestamp) -> Result<Vec<ActivatedDevice>, StoreError> {
    let rows = tx
        .select_all(
            "SELECT id, person_id, activated_at FROM devices WHERE activated_at >= $1 ORDER BY activated_at, id",
            vec![bind::time(since)],
        )
        .await?;
    let read = |row: &crate::transaction::Row| {
        Ok(ActivatedDevice {
            id: row.id(0)?,
            person: row.id(1)?,
            activated_at: row.time(2)?,
        })
    };
    rows.iter().map(read).collect()
}

/// Devices that were erased with their owners at or after `since`.
pub async fn devices_erased_since(tx: &Transaction, since: Timestamp) -> Result<Vec<DeviceId>, StoreError> {
    let rows = tx
        .select_all(
            "SELECT device_id FROM erased_devices WHERE erased_at >= $1",
            vec![bind::time(since)],
        )
        .await?;
    rows.iter().map(|row| row.id(0)).collect()
}

/// Devices of anybody that were frozen or revoked at or after `since`.
pub async fn devices_closed_since(tx: &Transaction, since: Timestamp) -> Result<Vec<ClosedDevice>, StoreError> {
    let rows = tx
        .select_all(
            "SELECT id, person_id, state, closed_at FROM devices WHERE closed_at >= $1 ORDER BY closed_at, id",
            vec![bind::time(since)],
        )
        .await?;
    let read = |row: &crate::transaction::Row| {
        Ok(ClosedDevice {
            id: row.id(0)?,
            person: row.id(1)?,
            state: row.word(2)?,
            closed_at: row.time(3)?,
        })
    };
    rows.iter().map(read).collect()
}
