//! `audit verify`, `key create`, `openapi`.

use std::path::Path;

use aldaba_core::random::OsRandom;
use aldaba_store::{KeyFile, audit};
use anyhow::Context;

use super::{Outcome, ServerArgs, start};

pub(super) fn verify(server: &ServerArgs) -> Outcome {
    start::with_app(server, |app| async move {
        let summary = audit::verify(app.store()).await?;
        println!("{} entries, each continues the one before it", summary.entries);
        for (lane, (seq, hash)) in summary.heads {
            println!("lane {lane}: entry {seq}, {}", hex::encode(hash));
        }
        Ok(())
    })
}

pub(super) fn create_key(file: &Path) -> Outcome {
    KeyFile::create(file, &OsRandom)?;
    println!(
        "{} made; keep a copy in a safe place: without it the database cannot be read",
        file.display()
    );
    Ok(())
}

pub(super) fn openapi() -> Outcome {
    let text = crate::http::openapi::document()
        .to_pretty_json()
        .context("the description")?;
    println!("{text}");
    Ok(())
}
