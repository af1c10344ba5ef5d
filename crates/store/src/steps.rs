//! Statements that belong together and need nothing of each other but that the one before has won.
//!
//! Each is written, and read, as a statement of its own. SQLite runs them one after the other, which costs it next to
//! nothing. To PostgreSQL each statement is a way there and back, so there they travel as one (docs/adr/0016):
//!
//! ```text
//! WITH s0 AS (first … RETURNING 1), s1 AS (second … WHERE EXISTS (SELECT 1 FROM s0) … RETURNING 1) SELECT …
//! ```
//!
//! All of them see the database as it was before the first: no step may look for what another one writes.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, PoisonError, RwLock};

use sea_orm::Value;

use crate::error::StoreError;
use crate::transaction::{Row, Transaction};

/// Where a step's text says that it hinges on the one before.
pub(crate) const AFTER: &str = "{after}";
/// Where a step's text locks what it reads, on PostgreSQL: SQLite's writer is alone anyway.
pub(crate) const LOCK: &str = "{lock}";

/// One statement that changes at most one row and returns one integer for it. Any but the first of a series has [`AFTER`] as one of
/// its conditions.
pub(crate) struct Step {
    sql: &'static str,
    values: Vec<Value>,
}

impl Step {
    pub(crate) fn new(sql: &'static str, values: Vec<Value>) -> Self {
        Self { sql, values }
    }
}

/// Texts put together before, by the texts they are made of.
#[derive(Default)]
pub(crate) struct Joined(RwLock<HashMap<Vec<usize>, Arc<str>>>);

impl Joined {
    fn text(&self, steps: &[Step], make: impl FnOnce() -> String) -> Arc<str> {
        // A text that lives as long as the program is known by where it lies.
        let key: Vec<usize> = steps.iter().map(|step| step.sql.as_ptr() as usize).collect();
        if let Some(text) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Arc::clone(text);
        }
        let text: Arc<str> = make().into();
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(key).or_insert(text))
    }
}

impl Transaction {
    /// Runs each step if the one before it won. What each returned; `None` for those that lost or were not run.
    pub(crate) async fn in_turn<const N: usize>(&self, steps: [Step; N]) -> Result<[Option<i64>; N], StoreError> {
        self.open()?;
        if self.is_direct() {
            return self.one_by_one(steps).await;
        }
        let sql = self.joined().text(&steps, || join(steps.iter().map(|step| step.sql)));
        let values = steps.into_iter().flat_map(|step| step.values).collect();
        let row = self.select_one(&sql, values).await?;
        let row = row.ok_or(StoreError::Corrupt("the outcome of several steps"))?;
        let mut outcomes = [None; N];
        for (column, outcome) in outcomes.iter_mut().enumerate() {
            *outcome = row.optional_int(column)?;
        }
        Ok(outcomes)
    }

    async fn one_by_one<const N: usize>(&self, steps: [Step; N]) -> Result<[Option<i64>; N], StoreError> {
        let mut outcomes = [None; N];
        for (step, outcome) in steps.into_iter().zip(&mut outcomes) {
            let sql = self.joined().text(std::slice::from_ref(&step), || alone(step.sql));
            let row: Option<Row> = self.change(&sql, step.values).await?;
            let Some(row) = row else { break };
            *outcome = Some(row.int(0)?);
        }
        Ok(outcomes)
    }
}

/// A step's text as a statement of its own, on SQLite.
fn alone(sql: &str) -> String {
    sql.replace(AFTER, "1 = 1").replace(LOCK, "")
}

/// The steps' texts as one statement of PostgreSQL that gives one row with a column for each.
fn join<'s>(steps: impl Iterator<Item = &'s str>) -> String {
    let (mut parts, mut columns) = (String::new(), String::new());
    let mut before = 0;
    for (number, sql) in steps.enumerate() {
        let comma = if number == 0 { "" } else { ", " };
        let after = match number.checked_sub(1) {
            None => "1 = 1".to_owned(),
            Some(earlier) => format!("EXISTS (SELECT 1 FROM s{earlier})"),
        };
        let (sql, most) = renumbered(sql, before);
        before += most;
        let sql = sql.replace(AFTER, &after).replace(LOCK, " FOR NO KEY UPDATE");
        // Writing to a string cannot fail.
        let _ = write!(parts, "{comma}s{number} (won) AS ({sql})");
        let _ = write!(columns, "{comma}(SELECT won FROM s{number})");
    }
    format!("WITH {parts} SELECT {columns}")
}

/// The text with `$1` written as `$1 + before` and so on, and how many values it takes.
fn renumbered(sql: &str, before: usize) -> (String, usize) {
    let mut pieces = sql.split('$');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    let mut most = 0;
    for piece in pieces {
        let digits = piece.len() - piece.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
        let (number, rest) = piece.split_at(digits);
        let number: usize = number.parse().unwrap_or(0);
        most = most.max(number);
        let _ = write!(text, "${}{rest}", number + before);
    }
    (text, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "INSERT INTO a (x, y) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING CAST(1 AS BIGINT)";
    const SECOND: &str = "UPDATE b SET x = $10, y = $1 WHERE z = $2 AND {after} RETURNING z";

    #[test]
    fn steps_travel_as_one_statement_with_their_values_in_a_row() {
        assert_eq!(
            join([FIRST, SECOND].into_iter()),
            "WITH s0 (won) AS (INSERT INTO a (x, y) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING CAST(1 AS BIGINT)), \
             s1 (won) AS (UPDATE b SET x = $12, y = $3 WHERE z = $4 AND EXISTS (SELECT 1 FROM s0) RETURNING z) \
             SELECT (SELECT won FROM s0), (SELECT won FROM s1)"
        );
        assert_eq!(
            alone(SECOND),
            "UPDATE b SET x = $10, y = $1 WHERE z = $2 AND 1 = 1 RETURNING z"
        );
    }
}
