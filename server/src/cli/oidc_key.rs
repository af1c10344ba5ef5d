//! `oidc-key list` and `oidc-key rotate`.

use clap::Subcommand;

use super::citizen::date;
use super::{Outcome, ServerArgs, start};
use crate::oidc::keys;

#[derive(Subcommand)]
pub(super) enum OidcKeyCommand {
    /// List the keys that sign tokens, and where each is in its life.
    List(ServerArgs),
    /// Make a new key now. It is published first and signs later (signing_keys.publish_ahead_hours); keys are also rotated by
    /// themselves.
    Rotate {
        #[command(flatten)]
        server: ServerArgs,
        /// A key may have leaked: the new one signs at once, and no earlier one is published any more. Tokens that they signed
        /// are refused from then on.
        #[arg(long)]
        now: bool,
    },
}

pub(super) fn run(command: OidcKeyCommand) -> Outcome {
    match command {
        OidcKeyCommand::List(server) => start::with_app(&server, |app| async move {
            println!(
                "key                                          state      made                      signs from                until"
            );
            for key in keys::list(&app).await? {
                let until = key.ends_at.map_or_else(|| "rotated".to_owned(), date);
                println!(
                    "{:43}  {:9}  {:24}  {:24}  {until}",
                    key.kid,
                    key.state.as_str(),
                    date(key.created_at),
                    date(key.active_at),
                );
            }
            Ok(())
        }),
        OidcKeyCommand::Rotate { server, now } => start::with_app(&server, |app| async move {
            if now {
                println!(
                    "{} signs from now on; earlier keys are withdrawn",
                    keys::replace(&app).await?
                );
            } else {
                let kid = keys::rotate(&app).await?;
                let signs = app.now().plus(app.config().signing_keys.publish_ahead());
                println!("{kid} signs from {}", date(signs));
            }
            Ok(())
        }),
    }
}
