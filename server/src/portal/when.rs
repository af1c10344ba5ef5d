//! Moments as people read them: in the official time of the peninsula.

use std::time::Duration;

use aldaba_core::language::Language;
use aldaba_core::time::Timestamp;
use jiff::ZonedDateTime;
use jiff::tz::TimeZone;

use super::Page;
use crate::texts::{FluentValue, Texts};

/// The official time zone of the Spanish peninsula. Pages say whose time it is.
const ZONE: &str = "Europe/Madrid";

/// `23 de noviembre de 2026, 15:49 (hora peninsular)`.
#[must_use]
pub fn date_and_time(page: &Page, moment: Timestamp) -> String {
    let (local, zone) = local(moment);
    let month = page.t(&format!("portal-month-{}", local.month()));
    page.with(
        "portal-date-and-time",
        &[
            ("day", FluentValue::from(local.day().to_string())),
            ("month", FluentValue::from(month)),
            ("year", FluentValue::from(local.year().to_string())),
            ("time", FluentValue::from(clock(&local))),
            ("zone", FluentValue::from(page.t(zone))),
        ],
    )
}

/// `23 de noviembre de 2026`, for messages too.
#[must_use]
pub fn day_of(texts: &Texts, language: Language, moment: Timestamp) -> String {
    let (local, _) = local(moment);
    let month = texts.get(language, &format!("portal-month-{}", local.month()));
    texts.with(
        language,
        "portal-day",
        &[
            ("day", FluentValue::from(local.day().to_string())),
            ("month", FluentValue::from(month)),
            ("year", FluentValue::from(local.year().to_string())),
        ],
    )
}

/// `15:49 (hora peninsular)`.
#[must_use]
pub fn time_of_day(page: &Page, moment: Timestamp) -> String {
    let (local, zone) = local(moment);
    page.with(
        "portal-time",
        &[
            ("time", FluentValue::from(clock(&local))),
            ("zone", FluentValue::from(page.t(zone))),
        ],
    )
}

/// Whole minutes, rounded up, for texts: who waits that long is not too early.
#[must_use]
pub fn minutes(wait: Duration) -> FluentValue<'static> {
    FluentValue::from(u64::try_from(wait.as_millis().div_ceil(60_000)).unwrap_or(u64::MAX))
}

fn clock(local: &ZonedDateTime) -> String {
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// The moment there, and the key of the zone's name: a machine without time zones says UTC.
fn local(moment: Timestamp) -> (ZonedDateTime, &'static str) {
    let moment = jiff::Timestamp::from_millisecond(moment.as_millis()).unwrap_or_default();
    match TimeZone::get(ZONE) {
        Ok(zone) => (moment.to_zoned_datetime(zone), "portal-zone-peninsula"),
        Err(_) => (moment.to_zoned_datetime(TimeZone::UTC), "portal-zone-utc"),
    }
}
