//! SMS that a site pays for, counted a calendar month. A month is written `2027-01`; which one it is, its caller says.

use crate::error::StoreError;
use crate::transaction::{Row, Transaction, bind};

/// What one site took in one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    /// The site.
    pub client_id: String,
    /// Its settings, JSON.
    pub settings: String,
    /// SMS taken.
    pub taken: u64,
    /// SMS a month that it pays for now.
    pub budget: u64,
}

/// Takes one SMS of an active site's budget. `false`: it is used up, or the site pays for none.
pub async fn take(tx: &Transaction, client: &str, month: &str) -> Result<bool, StoreError> {
    tx.wins(
        "INSERT INTO client_sms (client_id, month, taken) SELECT id, $2, 1 FROM clients WHERE id = $1 AND state = 'active' \
         AND sms_per_month > 0 ON CONFLICT (client_id, month) DO UPDATE SET taken = client_sms.taken + 1 \
         WHERE client_sms.taken < (SELECT sms_per_month FROM clients WHERE id = $1)",
        vec![bind::text(client), bind::text(month)],
    )
    .await
}

/// What every site took in a month, those that pay for some or took some, by id.
pub async fn report(tx: &Transaction, month: &str) -> Result<Vec<Spent>, StoreError> {
    let sql = "SELECT clients.id, settings, COALESCE(taken, 0), sms_per_month FROM clients \
               LEFT JOIN client_sms ON client_id = clients.id AND month = $1 \
               WHERE taken > 0 OR sms_per_month > 0 ORDER BY clients.id";
    let read = |row: &Row| {
        Ok(Spent {
            client_id: row.text(0)?,
            settings: row.text(1)?,
            taken: row.count(2)?,
            budget: row.count(3)?,
        })
    };
    let rows = tx.select_all(sql, vec![bind::text(month)]).await?;
    rows.iter().map(read).collect()
}
