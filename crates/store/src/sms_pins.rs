//! PINs that went by SMS: one for each request whose PIN comes that way. Only a MAC is kept, bound to the request.
//!
//! A request for which no SMS could be sent (nobody's, no phone, limits, budget) has a row as well: of a MAC that no PIN has.
//! So it costs the same, and however often somebody asks, nothing can be guessed but what was really sent.

use aldaba_core::ids::RequestId;
use aldaba_core::pin::Pin;
use aldaba_core::time::Timestamp;
use subtle::ConstantTimeEq;

use crate::error::StoreError;
use crate::keys::ServerKeys;
use crate::transaction::{Transaction, bind};

fn pin_mac(keys: &ServerKeys, request: &RequestId, pin: &Pin) -> [u8; 32] {
    keys.mac(
        "aldaba/request/sms-pin/v1",
        &[request.as_bytes(), pin.expose().as_bytes()],
    )
}

/// Under another label, so that no PIN has it.
fn no_pin_mac(keys: &ServerKeys, request: &RequestId, pin: &Pin) -> [u8; 32] {
    keys.mac(
        "aldaba/request/sms-pin/none/v1",
        &[request.as_bytes(), pin.expose().as_bytes()],
    )
}

/// Writes the PIN of a request; `sent` is whether an SMS with it was put into the outbox. If not, no PIN is the right one.
pub async fn insert(tx: &Transaction, request: &RequestId, pin: &Pin, sent: bool) -> Result<(), StoreError> {
    let mac = if sent { pin_mac } else { no_pin_mac };
    tx.execute(
        "INSERT INTO sms_pins (request_id, pin_mac) VALUES ($1, $2)",
        vec![bind::id(request), bind::blob(mac(tx.keys(), request, pin))],
    )
    .await?;
    Ok(())
}

/// Whether that PIN was sent for the request. In constant time.
pub async fn matches(tx: &Transaction, request: &RequestId, typed: &Pin) -> Result<bool, StoreError> {
    let mac = pin_mac(tx.keys(), request, typed);
    let row = tx
        .select_one(
            "SELECT pin_mac FROM sms_pins WHERE request_id = $1",
            vec![bind::id(request)],
        )
        .await?;
    row.map_or(Ok(false), |row| Ok(row.array::<32>(0)?.ct_eq(&mac).into()))
}

/// pending → pending by SMS: a request that no device has revealed, made at `made_before` or earlier, goes on with a PIN by
/// SMS. No device can reveal it any more. Of any number of parallel calls one wins.
pub async fn take_over(
    tx: &Transaction,
    request: &RequestId,
    made_before: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE requests SET method = 'sms', updated_at = $2 WHERE id = $1 AND method = 'incoming' AND state = 'pending' \
         AND expires_at > $2 AND created_at <= $3",
        vec![bind::id(request), bind::time(now), bind::time(made_before)],
    )
    .await
}
