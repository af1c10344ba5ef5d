//! Many citizens from a CSV file. With a fault in any row nothing is written.

use std::collections::HashMap;
use std::fmt;

use aldaba_core::ids::PersonId;
use aldaba_store::{StoreError, audit, persons};
use csv::{ReaderBuilder, Trim};

use super::record::{Citizen, Record};
use crate::app::App;
use crate::audit::entry;

/// What is wrong, and on which line of the file. What was written there is not repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1; the first names the columns.
    pub line: u64,
    /// What.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.what)
    }
}

/// How many citizens were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// New.
    pub added: u64,
    /// There before.
    pub updated: u64,
    /// They had renounced, and no wish of theirs to come back was said.
    pub left_out: u64,
}

/// Reads a whole file.
///
/// # Errors
/// Every fault of every row.
pub fn read(text: &str) -> Result<Vec<Citizen>, Vec<Fault>> {
    let separator = if text.lines().next().is_some_and(|head| head.contains(';')) {
        b';'
    } else {
        b','
    };
    // A mark that spreadsheets put before the first column's name.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let mut faults = Vec::new();
    let mut citizens = Vec::new();
    let mut seen: HashMap<String, u64> = HashMap::new();
    let headers = match reader.headers() {
        Ok(headers) => headers.clone(),
        Err(_) => {
            return Err(vec![Fault {
                line: 1,
                what: "the columns' names cannot be read".to_owned(),
            }]);
        }
    };
    for column in ["document", "contrast", "name"] {
        if !headers.iter().any(|header| header == column) {
            faults.push(Fault {
                line: 1,
                what: format!("there is no column {column}"),
            });
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    for row in reader.records() {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                faults.push(Fault {
                    line,
                    what: "the row has another number of columns, or is not UTF-8".to_owned(),
                });
                continue;
            }
        };
        let line = row.position().map_or(0, csv::Position::line);
        let record: Record = match row.deserialize(Some(&headers)) {
            Ok(record) => record,
            Err(_) => {
                faults.push(Fault {
                    line,
                    what:
                        "unknown columns; use document, contrast, name, given_name, family_name, phone, level, language"
                            .to_owned(),
                });
                continue;
            }
        };
        match record.read() {
            Ok(citizen) => {
                if let Some(earlier) = seen.insert(citizen.document.canonical().to_owned(), line) {
                    faults.push(Fault {
                        line,
                        what: format!("the same document as in line {earlier}"),
                    });
                }
                citizens.push(citizen);
            }
            Err(found) => faults.extend(found.into_iter().map(|what| Fault { line, what })),
        }
    }
    if faults.is_empty() { Ok(citizens) } else { Err(faults) }
}

/// Citizens written in one transaction. A server that signs people in meanwhile waits that long on SQLite, which has one writer.
const BATCH: usize = 200;

/// Writes all, some at a time. Who is there already is updated, in what the row says of them. Who renounced comes back, as the
/// same person, only `at_their_wish`.
///
/// # Errors
/// The database. What was written before stays, and writing all of it again changes nothing.
pub async fn write(app: &App, mut citizens: Vec<Citizen>, at_their_wish: bool) -> Result<Written, StoreError> {
    let mut written = Written::default();
    while !citizens.is_empty() {
        let rest = citizens.split_off(citizens.len().min(BATCH));
        let some = write_some(app, citizens, at_their_wish).await?;
        written.added += some.added;
        written.updated += some.updated;
        written.left_out += some.left_out;
        citizens = rest;
    }
    Ok(written)
}

async fn write_some(app: &App, citizens: Vec<Citizen>, at_their_wish: bool) -> Result<Written, StoreError> {
    let now = app.now();
    let job = app.clone();
    app.store()
        .write(move |tx| {
            Box::pin(async move {
                let mut written = Written::default();
                for citizen in citizens {
                    let registered = persons::registered(tx, &citizen.document).await?;
                    if let Some((id, true)) = registered {
                        if !at_their_wish {
                            written.left_out += 1;
                            continue;
                        }
                        persons::take_back(tx, &id).await?;
                        audit::append(tx, &entry(now, "person.came_back", Some(id))).await?;
                    }
                    let known = registered.map(|(id, _)| id);
                    let before = match &known {
                        Some(id) => {
                            persons::lock(tx, id).await?;
                            persons::get_with_names(tx, id).await?
                        }
                        None => None,
                    };
                    let id = known.unwrap_or_else(|| PersonId::generate(job.random()));
                    let person = citizen.over(id, before, now);
                    let kind = if known.is_some() {
                        persons::update(tx, &id, &person).await?;
                        written.updated += 1;
                        "person.updated"
                    } else {
                        persons::insert(tx, &person).await?;
                        written.added += 1;
                        "person.added"
                    };
                    audit::append(tx, &entry(now, kind, Some(id))).await?;
                }
                Ok(written)
            })
        })
        .await
}
