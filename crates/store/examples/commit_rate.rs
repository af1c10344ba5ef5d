//! How many durable transactions a second the store makes, beside the processor time they cost:
//! `cargo run --release -p aldaba-store --features testing --example commit_rate -- sqlite 64 3`
//! (database, callers, seconds). A transaction is what a sign-in's cheapest step writes: one changed row and one audit entry.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use aldaba_core::contrast::Contrast;
use aldaba_core::document::Document;
use aldaba_core::ids::PersonId;
use aldaba_core::language::Language;
use aldaba_core::level::Level;
use aldaba_core::random::OsRandom;
use aldaba_core::time::{Clock, SystemClock};
use aldaba_store::audit::{self, Entry};
use aldaba_store::persons::{self, NewPerson};
use aldaba_store::testing::TestDatabase;
use aldaba_store::{Backend, StoreError};

/// User and system time of this process, in clock ticks of 10 ms.
fn processor_ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    fields
        .iter()
        .skip(11)
        .take(2)
        .map(|field| field.parse::<u64>().unwrap())
        .sum()
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let backend = match arguments.first().map(String::as_str) {
        Some("sqlite") => Backend::Sqlite,
        Some("postgres") => Backend::Postgres,
        _ => panic!("commit_rate sqlite|postgres CALLERS SECONDS [empty]"),
    };
    let callers: u64 = arguments.get(1).and_then(|text| text.parse().ok()).unwrap_or(1);
    let length = Duration::from_secs(arguments.get(2).and_then(|text| text.parse().ok()).unwrap_or(3));
    let audited = arguments.get(3).map(String::as_str) != Some("bare");
    let db = TestDatabase::new(backend).await.unwrap();
    let document = Document::parse("12345678Z").unwrap();
    let contrast = Contrast::parse_for(&document, "17-05-2031").unwrap();
    let mut people = Vec::new();
    for number in 0..callers {
        let letter = aldaba_core::document::control_letter(u32::try_from(number).unwrap());
        let new = NewPerson {
            id: PersonId::generate(&OsRandom),
            document: Document::parse(&format!("{number:08}{letter}")).unwrap(),
            contrast: contrast.clone(),
            name: "Ana".to_owned(),
            phone: None,
            level: Level::Low,
            language: Language::Es,
            created_at: SystemClock.now(),
        };
        people.push(new.id);
        let written: Result<bool, StoreError> = db
            .store
            .write(move |tx| Box::pin(async move { persons::insert(tx, &new).await }))
            .await;
        assert!(written.unwrap());
    }
    let done = Arc::new(AtomicU64::new(0));
    let (start, before) = (Instant::now(), processor_ticks());
    let tasks: Vec<_> = people
        .into_iter()
        .map(|person| {
            let (store, done) = (db.store.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                while start.elapsed() < length {
                    let now = SystemClock.now();
                    let written: Result<(), StoreError> = store
                        .write(move |tx| {
                            Box::pin(async move {
                                persons::mute_until(tx, &person, now).await?;
                                if !audited {
                                    return Ok(());
                                }
                                let detail = serde_json::Value::Null;
                                let person = Some(person);
                                let entry = Entry {
                                    at: now,
                                    kind: "person.muted",
                                    person,
                                    device: None,
                                    request: None,
                                    detail,
                                };
                                audit::append(tx, &entry).await
                            })
                        })
                        .await;
                    written.unwrap();
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let (count, ticks) = (done.load(Ordering::Relaxed), processor_ticks() - before);
    #[allow(clippy::cast_precision_loss)]
    let (rate, cost) = (
        count as f64 / start.elapsed().as_secs_f64(),
        ticks as f64 * 10_000.0 / count.max(1) as f64,
    );
    println!("{backend:?}, {callers} callers: {rate:.0} transactions a second, {cost:.1} µs of processor time each");
}
