//! `device list` and `device revoke`.

use aldaba_store::{devices, persons};
use anyhow::{anyhow, bail};

use super::{DeviceCommand, Outcome, start};
use crate::devices::revoke;

pub(super) fn run(command: DeviceCommand) -> Outcome {
    match command {
        DeviceCommand::List { server, document } => {
            let document = super::document(&document)?;
            start::with_app(&server, |app| async move {
                let found = app
                    .store()
                    .read(move |tx| {
                        Box::pin(async move {
                            match persons::find(tx, &document).await? {
                                Some(person) => Ok(Some(devices::list(tx, &person.id).await?)),
                                None => Ok::<_, aldaba_store::StoreError>(None),
                            }
                        })
                    })
                    .await?;
                let Some(devices) = found else {
                    bail!("there is no citizen with that document");
                };
                println!(
                    "device                            state    level        activated                 seen                      platform  name"
                );
                for device in devices {
                    println!(
                        "{}  {:7}  {:11}  {:24}  {:24}  {:8}  {}",
                        device.id,
                        device.state.as_str(),
                        device.level.as_str(),
                        crate::cli::citizen::date(device.activated_at),
                        crate::cli::citizen::date(device.seen_at),
                        device.platform,
                        device.name,
                    );
                }
                Ok(())
            })
        }
        DeviceCommand::Revoke { server, device } => {
            let id = device
                .parse()
                .map_err(|_| anyhow!("a device's identifier is 32 hexadecimal digits"))?;
            start::with_app(&server, |app| async move {
                match revoke::revoke(&app, id).await? {
                    Some(true) => println!("{id} revoked"),
                    Some(false) => println!("{id} was revoked before"),
                    None => bail!("there is no device {id}"),
                }
                Ok(())
            })
        }
    }
}
