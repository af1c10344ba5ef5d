//! `client add`, `list`, `show`, `rotate`, `disable`, `enable`, `sync`, `sms-report`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use aldaba_core::level::Level;
use aldaba_core::time::Timestamp;
use aldaba_store::clients::Secret;
use anyhow::{Context, anyhow, bail};
use clap::{Args, Subcommand};
use serde::de::DeserializeOwned;
use url::Url;

use super::citizen::date;
use super::{ConfigArgs, Outcome, ServerArgs, start};
use crate::config::{Procedure, RelyingParty};
use crate::oidc::clients::admin::{self, GRACE, Listed};
use crate::oidc::{clients, sms_budget};

#[derive(Subcommand)]
pub(super) enum ClientCommand {
    /// Add a public site. Prints its secret once; what is kept is a hash.
    #[command(after_help = ADD_EXAMPLE)]
    Add(Box<AddArgs>),
    /// List all of them, with the end of each secret.
    List(ServerArgs),
    /// Show one, with all its settings.
    Show(OneArgs),
    /// Make a new secret and print it, or register other keys. Earlier secrets stay valid for --grace seconds, so that the
    /// site can change over.
    #[command(after_help = ROTATE_KEYS)]
    Rotate {
        #[command(flatten)]
        one: OneArgs,
        /// How long the earlier secrets stay valid; 0 ends them at once.
        #[arg(long, value_name = "SECONDS", default_value_t = GRACE.as_secs())]
        grace: u64,
        /// A file with the public keys (RFC 7517) that it signs with from now on, in the place of those before.
        #[arg(long, value_name = "FILE", conflicts_with = "grace")]
        jwks: Option<PathBuf>,
    },
    /// Refuse a site from now on, everywhere.
    Disable(OneArgs),
    /// Let a disabled site in again.
    Enable(OneArgs),
    /// Bring the sites of the settings file into the database, as a start of the server or SIGHUP does.
    Sync(ConfigArgs),
    /// What each site's people were sent by SMS in a month, beside what it pays for.
    #[command(name = "sms-report")]
    SmsReport {
        #[command(flatten)]
        server: ServerArgs,
        /// The month, of UTC; the present one by default.
        #[arg(long, value_name = "YYYY-MM")]
        month: Option<String>,
        /// Print comma-separated values.
        #[arg(long)]
        csv: bool,
    },
}

const ADD_EXAMPLE: &str = "\
Example:
  aldaba-server client add --config server.toml --id sede --name 'Ayuntamiento de Ejemplo' --domain sede.example.org \\
      --return-url https://sede.example.org/entrada --redirect-uri https://sede.example.org/oidc/vuelta \\
      --claims given_name,family_name --procedure padron='Volante de empadronamiento' \\
      --procedure tributos='Recibos y tributos':substantial --contact sede@example.org --sms-per-month 500
A site with keys of its own (private_key_jwt) gives them with --jwks and has no secret.
Settings under version control stand in the settings file instead: [[relying_parties]], or clients_file.";

const ROTATE_KEYS: &str = "\
A site with keys of its own (private_key_jwt) changes them with --jwks, and earlier ones that are not in the file end at once.
To change over without an interruption: register old and new key side by side in one file, each with its kid; let the site
sign with the new one; then register the new one alone. A site of the settings file has its keys there.";

#[derive(Args)]
pub(super) struct OneArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// The site's id: to OpenID Connect, its client_id.
    id: String,
}

#[derive(Args)]
pub(super) struct AddArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// Short name: to OpenID Connect, its client_id.
    #[arg(long)]
    id: String,
    /// What people know it by.
    #[arg(long)]
    name: String,
    /// Its domain, shown beside its name.
    #[arg(long)]
    domain: String,
    /// Its page that begins a sign-in.
    #[arg(long, value_name = "URL")]
    return_url: Url,
    /// Where an authorization may answer, exactly as it will be sent. May be given several times, as all plural ones.
    #[arg(long = "redirect-uri", value_name = "URL")]
    redirect_uris: Vec<String>,
    /// Where a browser may go after signing out, exactly as it will be sent.
    #[arg(long = "post-logout-redirect-uri", value_name = "URL")]
    post_logout_redirect_uris: Vec<String>,
    /// Where it is told that a session has ended.
    #[arg(long, value_name = "URL")]
    backchannel_logout_uri: Option<Url>,
    /// What it may learn of people: document, given_name, family_name.
    #[arg(long, value_delimiter = ',')]
    claims: Vec<String>,
    /// The level it needs where a procedure does not say otherwise: low, substantial or high.
    #[arg(long, default_value = "low")]
    level: String,
    /// A procedure and the level it needs.
    #[arg(long = "procedure", value_name = "ID=NAME[:LEVEL]")]
    procedures: Vec<String>,
    /// The methods it lets people use; all by default.
    #[arg(long, value_delimiter = ',')]
    methods: Vec<String>,
    /// Sites of one sector know a person by the same sub; the host of its redirect URIs by default.
    #[arg(long, value_name = "HOST")]
    sector: Option<String>,
    /// A file with its public keys (RFC 7517).
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// Its logo.
    #[arg(long, value_name = "URL")]
    logo: Option<Url>,
    /// Whom to write to.
    #[arg(long, default_value = "")]
    contact: String,
    /// SMS a month that it pays for.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    sms_per_month: u32,
}

pub(super) fn run(command: ClientCommand) -> Outcome {
    match command {
        ClientCommand::Add(args) => add(*args),
        ClientCommand::List(server) => start::with_app(&server, |app| async move {
            list(&admin::list(&app).await?);
            Ok(())
        }),
        ClientCommand::Show(one) => start::with_app(&one.server, |app| async move {
            let listed = admin::list(&app).await?;
            let found = listed.iter().find(|listed| listed.client.id == one.id);
            show(found.ok_or_else(|| admin::AdminError::Unknown(one.id.clone()))?)
        }),
        ClientCommand::Rotate {
            one, jwks: Some(file), ..
        } => {
            let keys = jwks(&file)?;
            start::with_app(&one.server, |app| async move {
                admin::rotate_keys(&app, &one.id, keys).await?;
                println!("{} signs with the keys of {}", one.id, file.display());
                Ok(())
            })
        }
        ClientCommand::Rotate { one, grace, jwks: None } => start::with_app(&one.server, |app| async move {
            let secret = admin::rotate(&app, &one.id, Duration::from_secs(grace)).await?;
            println!("client_secret {}", secret.expose());
            Ok(())
        }),
        ClientCommand::Disable(one) => start::with_app(&one.server, |app| async move {
            match admin::disable(&app, &one.id).await? {
                true => println!("{} disabled", one.id),
                false => println!("{} was disabled before", one.id),
            }
            Ok(())
        }),
        ClientCommand::Enable(one) => start::with_app(&one.server, |app| async move {
            match admin::enable(&app, &one.id).await? {
                true => println!("{} enabled", one.id),
                false => println!("{} was not disabled", one.id),
            }
            Ok(())
        }),
        ClientCommand::Sync(config) => start::with_app(&config.into(), |app| async move {
            let synced = clients::sync(&app, app.config().relying_parties.clone()).await?;
            println!(
                "{} added, {} changed, {} gone",
                synced.added, synced.changed, synced.gone
            );
            Ok(())
        }),
        ClientCommand::SmsReport { server, month, csv } => sms_report(&server, month, csv),
    }
}

fn add(args: AddArgs) -> Outcome {
    let party = RelyingParty {
        level: word("--level", &args.level)?,
        methods: words("--methods", &args.methods)?,
        procedures: args
            .procedures
            .iter()
            .map(|text| procedure(text))
            .collect::<Result<_, _>>()?,
        redirect_uris: args.redirect_uris,
        post_logout_redirect_uris: args.post_logout_redirect_uris,
        backchannel_logout_uri: args.backchannel_logout_uri,
        claims: words("--claims", &args.claims)?,
        sector: args.sector,
        jwks: args.jwks.as_deref().map(jwks).transpose()?,
        logo: args.logo,
        contact: args.contact,
        sms_per_month: args.sms_per_month,
        ..RelyingParty::new(args.id, args.name, args.domain, args.return_url)
    };
    start::with_app(&args.server, |app| async move {
        let id = party.id.clone();
        let secret = admin::add(&app, party).await?;
        println!("client_id {id}");
        match secret {
            Some(secret) => println!("client_secret {}", secret.expose()),
            None => println!("signs with its own keys (private_key_jwt)"),
        }
        Ok(())
    })
}

/// A word of the settings file: `substantial`, `own_key_sms`, `given_name`.
fn word<T: DeserializeOwned>(option: &str, text: &str) -> anyhow::Result<T> {
    serde_json::from_value(serde_json::Value::from(text)).map_err(|error| anyhow!("{option}: {error}"))
}

fn words<T: DeserializeOwned>(option: &str, texts: &[String]) -> anyhow::Result<Vec<T>> {
    texts.iter().map(|text| word(option, text.trim())).collect()
}

/// `padron=Volante de empadronamiento:substantial`. A colon that no level follows belongs to the name.
fn procedure(text: &str) -> anyhow::Result<Procedure> {
    let Some((id, rest)) = text.split_once('=') else {
        bail!("--procedure {text}: write it like padron='Volante de empadronamiento':substantial");
    };
    let leveled = rest
        .rsplit_once(':')
        .and_then(|(name, level)| Some((name, level.parse::<Level>().ok()?)));
    Ok(match leveled {
        Some((name, level)) => Procedure {
            level: Some(level),
            ..Procedure::new(id, name)
        },
        None => Procedure::new(id, rest),
    })
}

fn jwks(file: &Path) -> anyhow::Result<serde_json::Value> {
    let text = std::fs::read_to_string(file).with_context(|| format!("--jwks {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("--jwks {}", file.display()))
}

fn authentication(listed: &Listed) -> &'static str {
    match &listed.party {
        Some(party) if party.jwks.is_some() => "keys",
        Some(_) if listed.secrets.is_empty() => "none",
        Some(_) => "secret",
        None => "?",
    }
}

fn ends(secret: &Secret) -> String {
    secret
        .ends_at
        .map_or_else(|| "until rotated".to_owned(), |end| format!("until {}", date(end)))
}

fn list(listed: &[Listed]) {
    println!("client                state     origin   proves by  level        secrets");
    for one in listed {
        let level = one.party.as_ref().map_or("?", |party| party.level.as_str());
        let secrets: Vec<_> = one.secrets.iter().map(ends).collect();
        let line = format!(
            "{:20}  {:8}  {:7}  {:9}  {:11}  {}",
            one.client.id,
            one.client.state.as_str(),
            one.client.origin.as_str(),
            authentication(one),
            level,
            secrets.join(", "),
        );
        println!("{}", line.trim_end());
    }
}

fn show(listed: &Listed) -> Outcome {
    let client = &listed.client;
    println!("client     {}", client.id);
    println!("state      {}", client.state.as_str());
    println!("origin     {}", client.origin.as_str());
    println!("added      {}", date(client.created_at));
    println!("changed    {}", date(client.updated_at));
    println!("proves by  {}", authentication(listed));
    for secret in &listed.secrets {
        println!("secret     of {}, valid {}", date(secret.created_at), ends(secret));
    }
    let settings: serde_json::Value = serde_json::from_str(&client.settings).context("its settings")?;
    println!(
        "settings   {}",
        serde_json::to_string_pretty(&settings).context("its settings")?
    );
    Ok(())
}

fn sms_report(server: &ServerArgs, month: Option<String>, csv: bool) -> Outcome {
    let asked = match month {
        None => None,
        Some(text) => {
            let month = sms_budget::parse_month(&text);
            Some(month.ok_or_else(|| anyhow!("--month {text}: write it like 2027-01"))?)
        }
    };
    start::with_app(server, |app| async move {
        let month = asked.unwrap_or_else(|| this_month(app.now()));
        let spent = admin::sms_report(&app, &month).await?;
        if csv {
            let mut table = csv::Writer::from_writer(std::io::stdout());
            table.write_record(["month", "client", "name", "sms", "budget"])?;
            for (spent, name) in &spent {
                let (taken, budget) = (spent.taken.to_string(), spent.budget.to_string());
                table.write_record([&month, &spent.client_id, name, &taken, &budget])?;
            }
            table.flush().context("standard output")?;
            return Ok(());
        }
        println!("{month}                   sms    budget  name");
        for (spent, name) in &spent {
            println!("{:20}  {:8}  {:8}  {name}", spent.client_id, spent.taken, spent.budget);
        }
        let all: u64 = spent.iter().map(|(spent, _)| spent.taken).sum();
        println!("all                   {all:8}");
        Ok(())
    })
}

fn this_month(now: Timestamp) -> String {
    sms_budget::month(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    // REQ-CLI-02
    #[test]
    fn a_procedure_is_read_with_or_without_its_level() {
        let read = |text: &str| procedure(text).unwrap();
        assert_eq!(read("padron=Volante"), Procedure::new("padron", "Volante"));
        let leveled = read("tributos=Recibos: y tributos:substantial");
        assert_eq!(
            (leveled.name.as_str(), leveled.level),
            ("Recibos: y tributos", Some(Level::Substantial))
        );
        assert_eq!(read("a=Uno: dos").name, "Uno: dos");
        assert!(procedure("padron").unwrap_err().to_string().contains("write it like"));
    }
}
