//! Many citizens from a CSV file: all rows or none.

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

/// Writes all, in one transaction. Who is there already is updated. Who renounced comes back, as the same person, only
/// `at_their_wish`.
///
/// # Errors
/// The database; nothing was written then.
pub async fn write(app: &App, citizens: Vec<Citizen>, at_their_wish: bool) -> Result<Written, StoreError> {
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
                    let id = known.unwrap_or_else(|| PersonId::generate(job.random()));
                    let person = persons::NewPerson {
                        id,
                        document: citizen.document,
                        contrast: citizen.contrast,
                        name: citizen.name,
                        given_name: citizen.given_name,
                        family_name: citizen.family_name,
                        phone: citizen.phone,
                        level: citizen.level,
                        language: citizen.language,
                        created_at: now,
                    };
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
