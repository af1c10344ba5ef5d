//! SMS that a site pays for, a calendar month.
//!
//! A month is that of UTC: every node agrees on it without time zone data, no hour is counted twice, and it is at most two
//! hours away from the month of the Spanish peninsula.

use aldaba_core::time::Timestamp;
use aldaba_store::{StoreError, Transaction, sms_budget};

use crate::app::App;

/// The month of a moment: `2027-01`.
#[must_use]
pub fn month(at: Timestamp) -> String {
    let moment = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
    let date = moment.to_zoned_datetime(jiff::tz::TimeZone::UTC);
    format!("{:04}-{:02}", date.year(), date.month())
}

/// A month as somebody typed it. None: it is none.
#[must_use]
pub fn parse_month(text: &str) -> Option<String> {
    let (year, month) = text.split_once('-')?;
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let in_year = matches!(month.parse::<u8>(), Ok(1..=12));
    (digits(year, 4) && digits(month, 2) && in_year).then(|| text.to_owned())
}

/// Takes one SMS of the site's budget, in the transaction that queues it. `false`: nothing is left, which the operator is told by
/// log and figures, or the site pays for none. The pages do not say it: whoever is nobody would have to be told the same.
///
/// An SMS that the gateway refuses later counts all the same: what a site pays for is bounded, come what may.
///
/// # Errors
/// The database.
pub async fn take(app: &App, tx: &Transaction, client: &str, now: Timestamp) -> Result<bool, StoreError> {
    let taken = sms_budget::take(tx, client, &month(now)).await?;
    if !taken && !client.is_empty() {
        app.metrics().outcome("sms_budget", "used_up");
        tracing::warn!(
            client,
            "an SMS was not sent: what this site pays for in a month is used up"
        );
    }
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    // REQ-CLI-09
    #[test]
    fn a_month_is_that_of_utc() {
        for (at, expected) in [
            ("2027-01-31T23:59:59.999Z", "2027-01"),
            ("2027-02-01T00:00:00Z", "2027-02"),
            ("2026-12-31T23:30:00-01:00", "2027-01"),
        ] {
            let at: jiff::Timestamp = at.parse().unwrap();
            assert_eq!(month(Timestamp::from_millis(at.as_millisecond())), expected);
        }
        assert_eq!(parse_month("2027-01").as_deref(), Some("2027-01"));
        for wrong in [
            "2027",
            "2027-13",
            "2027-00",
            "27-01",
            "2027-1",
            "2027-01-01",
            "+027-01",
            "enero",
        ] {
            assert_eq!(parse_month(wrong), None, "{wrong}");
        }
    }
}
