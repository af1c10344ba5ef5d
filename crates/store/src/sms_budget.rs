//! SMS that a site pays for, counted a calendar month. A month is written `2027-01`; which one it is, its caller says.

use crate::error::StoreError;
use crate::transaction::{Transaction, bind};

/// Takes one SMS of a site's budget of `most` a month. `false`: it is used up, or the site pays for none.
pub async fn take(tx: &Transaction, client: &str, month: &str, most: u32) -> Result<bool, StoreError> {
    tx.wins(
        "INSERT INTO client_sms (client_id, month, taken) SELECT $1, $2, 1 WHERE $3 > 0 \
         ON CONFLICT (client_id, month) DO UPDATE SET taken = client_sms.taken + 1 WHERE client_sms.taken < $3",
        vec![bind::text(client), bind::text(month), bind::int(most)],
    )
    .await
}
