//! `password cancel`.

use anyhow::bail;

use super::{Outcome, PasswordCommand, start};
use crate::passwords;

pub(super) fn run(command: PasswordCommand) -> Outcome {
    let PasswordCommand::Cancel { server, document } = command;
    let document = super::document(&document)?;
    start::with_app(&server, |app| async move {
        match passwords::cancel_of_staff(&app, document).await? {
            Some(true) => println!("cancelled; its sessions have ended"),
            Some(false) => println!("there was no password"),
            None => bail!("there is no citizen with that document"),
        }
        Ok(())
    })
}
