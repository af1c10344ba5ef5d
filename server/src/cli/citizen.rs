//! `citizen add`, `show`, `import`, `renounce` and `erase`.

use std::io::{Read, Write};
use std::path::Path;

use aldaba_core::time::Timestamp;
use aldaba_store::{StoreError, audit, devices, persons};
use anyhow::{Context, anyhow, bail};

use super::{CitizenCommand, Outcome, ServerArgs, start};
use crate::audit::entry;
use crate::citizens::{erase, import, mask, record, renounce};

pub(super) fn run(command: CitizenCommand) -> Outcome {
    match command {
        CitizenCommand::Add(args) => {
            let row = record::Record {
                document: args.document,
                contrast: args.contrast,
                name: args.name,
                given_name: args.given_name,
                family_name: args.family_name,
                phone: args.phone,
                level: args.level,
                language: args.language,
            };
            let citizen = row.read().map_err(|faults| anyhow!("{}", faults.join("; ")))?;
            start::with_app(&args.server, |app| async move {
                match import::write(&app, vec![citizen], true).await? {
                    import::Written { added: 1, .. } => println!("added"),
                    import::Written { .. } => println!("was there already: updated"),
                }
                Ok(())
            })
        }
        CitizenCommand::Show {
            server,
            document,
            reveal,
        } => show(&server, &document, reveal),
        CitizenCommand::Import { server, file } => {
            let text = read(&file)?;
            // The whole file is read first: with a fault anywhere, nothing is written.
            let rows = import::read(&text).map_err(|faults| {
                for fault in &faults {
                    eprintln!("{fault}");
                }
                anyhow!("{} faults; nothing was imported", faults.len())
            })?;
            start::with_app(&server, |app| async move {
                let written = import::write(&app, rows, false)
                    .await
                    .context("part of the file may be written; import it again, which does no harm")?;
                println!("{} added, {} updated", written.added, written.updated);
                if written.left_out > 0 {
                    println!(
                        "{} left out: they had renounced. `citizen add` brings one back who wishes it.",
                        written.left_out
                    );
                }
                Ok(())
            })
        }
        CitizenCommand::Renounce { server, document } => {
            let document = super::document(&document)?;
            start::with_app(&server, |app| async move {
                let found = app
                    .store()
                    .read(move |tx| Box::pin(async move { persons::find(tx, &document).await }))
                    .await?;
                let Some(person) = found else {
                    bail!("there is no citizen with that document");
                };
                renounce::renounce(&app, person.id).await?;
                println!("renounced: devices, password and sessions have ended");
                Ok(())
            })
        }
        CitizenCommand::Erase { server, document, yes } => erase(&server, &document, yes),
    }
}

fn erase(server: &ServerArgs, typed: &str, yes: bool) -> Outcome {
    let document = super::document(typed)?;
    start::with_app(server, |app| async move {
        let wanted = document.clone();
        let found = app
            .store()
            .read(move |tx| {
                Box::pin(async move {
                    let Some((id, has_renounced)) = persons::registered(tx, &wanted).await? else {
                        return Ok::<_, StoreError>(None);
                    };
                    Ok(Some((has_renounced, devices::count_active(tx, &id).await?)))
                })
            })
            .await?;
        let Some((has_renounced, active)) = found else {
            bail!("there is no citizen with that document");
        };
        if !yes {
            let renounced = if has_renounced { ", who had renounced" } else { "" };
            println!(
                "This erases {}{renounced}, with {active} active devices: all that there is of them in this database. It cannot be undone.",
                mask::document(document.canonical())
            );
            print!("Type the document number once more to erase: ");
            std::io::stdout().flush().context("standard output")?;
            let mut again = String::new();
            std::io::stdin().read_line(&mut again).context("standard input")?;
            if super::document(again.trim()).ok().as_ref() != Some(&document) {
                bail!("that is not the same number; nothing was erased (--yes does not ask)");
            }
        }
        if !erase::erase(&app, document).await? {
            bail!("somebody else was first: there is no citizen with that document any more");
        }
        println!("erased");
        Ok(())
    })
}

fn read(file: &Path) -> anyhow::Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("standard input")?;
        return Ok(text);
    }
    std::fs::read_to_string(file).with_context(|| file.display().to_string())
}

fn show(server: &ServerArgs, document: &str, reveal: bool) -> Outcome {
    let document = super::document(document)?;
    start::with_app(server, |app| async move {
        let now = app.now();
        let found = app
            .store()
            .write(move |tx| {
                Box::pin(async move {
                    let Some(person) = persons::find(tx, &document).await? else {
                        return Ok::<_, StoreError>(None);
                    };
                    let active = devices::count_active(tx, &person.id).await?;
                    if reveal {
                        audit::append(tx, &entry(now, "person.shown_to_staff", Some(person.id))).await?;
                    }
                    Ok(Some((person, active)))
                })
            })
            .await?;
        let Some((person, active)) = found else {
            bail!("there is no citizen with that document");
        };
        let phone = person.phone.as_ref().map_or("none", |phone| phone.e164());
        if reveal {
            println!("document   {}", person.document.canonical());
            println!("name       {}", person.name);
            println!("phone      {phone}");
        } else {
            println!("document   {}", mask::document(person.document.canonical()));
            println!("name       {}", mask::name(&person.name));
            println!("phone      {}", mask::phone(phone));
        }
        println!("level      {}", person.level.as_str());
        println!("language   {}", person.language.tag());
        println!("devices    {active} active");
        println!("registered {}", date(person.created_at));
        if let Some(until) = person.muted_until.filter(|until| now < *until) {
            println!("muted      until {}", date(until));
        }
        Ok(())
    })
}

/// A moment as people write it, in UTC.
pub(super) fn date(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis()).map_or_else(|_| "?".to_owned(), |moment| moment.to_string())
}
