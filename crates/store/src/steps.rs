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

/// One statement that changes at most one row and returns one integer for it. Any but the first of a series has `{after}` as one of
/// its conditions. Made by the part of the store whose row it changes, and given to the part that needs it to have won.
pub struct Step {
    sql: &'static str,
    values: Vec<Value>,
    tells: bool,
}

impl Step {
    pub(crate) fn new(sql: &'static str, values: Vec<Value>) -> Self {
        Self {
            sql,
            values,
            tells: false,
        }
    }

    /// One that returns a text besides.
    pub(crate) fn telling(sql: &'static str, values: Vec<Value>) -> Self {
        Self {
            sql,
            values,
            tells: true,
        }
    }
}

/// What a step that won returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Won {
    pub(crate) number: i64,
    /// Of a step that tells.
    pub(crate) told: Option<String>,
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
    pub(crate) async fn in_turn<const N: usize>(&self, steps: [Step; N]) -> Result<[Option<Won>; N], StoreError> {
        let (outcomes, _) = self.in_turn_then(steps, None).await?;
        Ok(outcomes)
    }

    /// As [`Transaction::in_turn`], with one more step after them.
    pub(crate) async fn in_turn_then<const N: usize>(
        &self,
        steps: [Step; N],
        last: Option<Step>,
    ) -> Result<([Option<Won>; N], Option<Won>), StoreError> {
        self.open()?;
        let steps: Vec<Step> = steps.into_iter().chain(last).collect();
        let mut outcomes = match self.is_direct() {
            true => self.one_by_one(steps).await?,
            false => self.as_one(steps).await?,
        }
        .into_iter();
        Ok((
            std::array::from_fn(|_| outcomes.next().flatten()),
            outcomes.next().flatten(),
        ))
    }

    async fn as_one(&self, steps: Vec<Step>) -> Result<Vec<Option<Won>>, StoreError> {
        let sql = self.joined().text(&steps, || join(&steps));
        let tells: Vec<bool> = steps.iter().map(|step| step.tells).collect();
        let values = steps.into_iter().flat_map(|step| step.values).collect();
        let row = self.select_one(&sql, values).await?;
        let row = row.ok_or(StoreError::Corrupt("the outcome of several steps"))?;
        let mut column = 0;
        let mut outcomes = Vec::with_capacity(tells.len());
        for tells in tells {
            outcomes.push(read(&row, column, tells)?);
            column += 1 + usize::from(tells);
        }
        Ok(outcomes)
    }

    async fn one_by_one(&self, steps: Vec<Step>) -> Result<Vec<Option<Won>>, StoreError> {
        let mut outcomes = Vec::with_capacity(steps.len());
        for step in steps {
            let sql = self.joined().text(std::slice::from_ref(&step), || alone(step.sql));
            let Some(row) = self.change(&sql, step.values).await? else {
                break;
            };
            outcomes.push(read(&row, 0, step.tells)?);
        }
        Ok(outcomes)
    }
}

fn read(row: &Row, column: usize, tells: bool) -> Result<Option<Won>, StoreError> {
    let Some(number) = row.optional_int(column)? else {
        return Ok(None);
    };
    let told = if tells { Some(row.text(column + 1)?) } else { None };
    Ok(Some(Won { number, told }))
}

/// A step's text as a statement of its own, on SQLite.
fn alone(sql: &str) -> String {
    sql.replace(AFTER, "1 = 1").replace(LOCK, "")
}

/// The steps' texts as one statement of PostgreSQL that gives one row with a column for each, and one for what it tells.
fn join(steps: &[Step]) -> String {
    let (mut parts, mut columns) = (String::new(), String::new());
    let mut before = 0;
    for (number, step) in steps.iter().enumerate() {
        let comma = if number == 0 { "" } else { ", " };
        let after = match number.checked_sub(1) {
            None => "1 = 1".to_owned(),
            Some(earlier) => format!("EXISTS (SELECT 1 FROM s{earlier})"),
        };
        let (sql, most) = renumbered(step.sql, before);
        before += most;
        let sql = sql.replace(AFTER, &after).replace(LOCK, " FOR NO KEY UPDATE");
        let (names, told) = match step.tells {
            true => ("won, told", format!(", (SELECT told FROM s{number})")),
            false => ("won", String::new()),
        };
        // Writing to a string cannot fail.
        let _ = write!(parts, "{comma}s{number} ({names}) AS ({sql})");
        let _ = write!(columns, "{comma}(SELECT won FROM s{number}){told}");
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
    const TELLING: &str = "UPDATE c SET x = $1 WHERE {after} RETURNING x, name";

    #[test]
    fn steps_travel_as_one_statement_with_their_values_in_a_row() {
        assert_eq!(
            join(&[
                Step::new(FIRST, Vec::new()),
                Step::new(SECOND, Vec::new()),
                Step::telling(TELLING, Vec::new())
            ]),
            "WITH s0 (won) AS (INSERT INTO a (x, y) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING CAST(1 AS BIGINT)), \
             s1 (won) AS (UPDATE b SET x = $12, y = $3 WHERE z = $4 AND EXISTS (SELECT 1 FROM s0) RETURNING z), \
             s2 (won, told) AS (UPDATE c SET x = $13 WHERE EXISTS (SELECT 1 FROM s1) RETURNING x, name) \
             SELECT (SELECT won FROM s0), (SELECT won FROM s1), (SELECT won FROM s2), (SELECT told FROM s2)"
        );
        assert_eq!(
            alone(SECOND),
            "UPDATE b SET x = $10, y = $1 WHERE z = $2 AND 1 = 1 RETURNING z"
        );
    }
}
