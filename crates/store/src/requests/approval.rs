//! What a page's code or QR brings up: one person claims it, one device approves it, its page spends that once.

use aldaba_core::code::ShortCode;
use aldaba_core::ids::{DeviceId, PersonId, RequestId};
use aldaba_core::policy::Policy;
use aldaba_core::time::Timestamp;

use super::{Reason, Request, answer_values, answered, code_mac, columns, live, needs_device, read_optional};
use crate::error::StoreError;
use crate::steps::Step;
use crate::transaction::{Transaction, bind};

/// Whether the person $1 lets anybody sign in as them with a QR: what they switched off is nobody's to claim.
macro_rules! uses_qr {
    () => {
        "NOT EXISTS (SELECT 1 FROM persons WHERE persons.id = $1 AND (' ' || methods_off || ' ') LIKE '% qr %')"
    };
}

/// Makes a live request that began with a QR this person's, unless it is somebody else's already. Of many persons one gets
/// it; the same one may ask again.
pub async fn claim(
    tx: &Transaction,
    id: &RequestId,
    person: &PersonId,
    now: Timestamp,
) -> Result<Option<Request>, StoreError> {
    const SQL: &str = concat!(
        "UPDATE requests SET person_id = $1, updated_at = CASE WHEN person_id IS NULL THEN $3 ELSE updated_at END \
         WHERE id = $2 AND origin = 'qr' AND (person_id = $1 OR (person_id IS NULL AND ",
        uses_qr!(),
        ")) AND ",
        live!("$3"),
        " RETURNING ",
        columns!()
    );
    let values = vec![bind::id(person), bind::id(id), bind::time(now)];
    read_optional(tx, tx.change(SQL, values).await?)
}

/// The live request of a page's code, if it is this person's, or a QR start that nobody has claimed, which becomes theirs.
/// It is quiet no longer.
pub async fn find_by_code(
    tx: &Transaction,
    person: &PersonId,
    code: &ShortCode,
    now: Timestamp,
) -> Result<Option<Request>, StoreError> {
    const SQL: &str = concat!(
        "UPDATE requests SET person_id = $1, quiet = 0, updated_at = CASE WHEN quiet = 1 OR person_id IS NULL THEN $3 ELSE \
         updated_at END WHERE id = (SELECT id FROM requests WHERE code_mac = $2 AND ",
        needs_device!(),
        " AND (person_id = $1 OR (person_id IS NULL AND origin = 'qr' AND ",
        uses_qr!(),
        ")) AND ",
        live!("$3"),
        " ORDER BY created_at DESC LIMIT 1) AND (person_id = $1 OR person_id IS NULL) RETURNING ",
        columns!()
    );
    let mac = code_mac(tx.keys(), code);
    read_optional(
        tx,
        tx.change(SQL, vec![bind::id(person), bind::blob(mac), bind::time(now)])
            .await?,
    )
}

/// pending → approved, by an active device of the person; with what the system says of its owner's presence.
pub async fn approve(
    tx: &Transaction,
    policy: &Policy,
    id: &RequestId,
    person: &PersonId,
    device: &DeviceId,
    user_verified: bool,
    now: Timestamp,
) -> Result<Option<Request>, StoreError> {
    const SQL: &str = concat!(answered!("approved", "method = 'qr'"), " RETURNING ", columns!());
    let values = answer_values(id, person, device, user_verified, now, policy.approval_life);
    read_optional(tx, tx.change(SQL, values).await?)
}

/// pending → rejected, because another phrase than the page's was chosen.
pub async fn reject_for_phrase(
    tx: &Transaction,
    id: &RequestId,
    person: &PersonId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE requests SET state = 'rejected', updated_at = $3, reason = $4 \
         WHERE id = $1 AND person_id = $2 AND state = 'pending' AND method = 'qr' AND expires_at > $3",
        vec![
            bind::id(id),
            bind::id(person),
            bind::time(now),
            bind::text(Reason::Phrase.as_str()),
        ],
    )
    .await
}

/// Spends a request on a session. approved → spent, while the device that approved it is active. Of any number of parallel calls
/// one gets the row.
pub fn spending_approval(id: &RequestId, now: Timestamp) -> Step {
    const SQL: &str = "UPDATE requests SET state = 'spent', updated_at = $2 WHERE id = $1 AND state = 'approved' AND method = 'qr' \
         AND pin_expires_at > $2 AND expires_at > $2 AND EXISTS (SELECT 1 FROM devices \
         WHERE devices.id = requests.device_id AND devices.person_id = requests.person_id AND devices.state = 'active') \
         AND {after} RETURNING CAST(1 AS BIGINT)";
    Step::new(SQL, vec![bind::id(id), bind::time(now)])
}
