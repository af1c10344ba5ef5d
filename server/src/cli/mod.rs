//! The commands of `aldaba-server`. Each says what it did; what went wrong is one line on standard error, with what to do.

mod citizen;
mod client;
mod demo;
mod device;
#[cfg(test)]
mod examples;
mod oidc_key;
mod operator;
mod password;
mod sample_site;
mod serve;
mod start;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use aldaba_core::document::Document;
use clap::{Args, Parser, Subcommand};

use client::ClientCommand;
use oidc_key::OidcKeyCommand;

/// The verification backend of Aldaba: citizens sign in to public sites with PINs from their own devices.
#[derive(Parser)]
#[command(name = "aldaba-server", version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  Try everything on this machine, with invented citizens and a sample site:
      aldaba-server demo
  Prepare a real one:
      aldaba-server key create /etc/aldaba/server.keys
      aldaba-server citizen import --config /etc/aldaba/server.toml citizens.csv
      aldaba-server client add --config /etc/aldaba/server.toml --id sede --name 'Ayuntamiento de Ejemplo' \\
          --domain sede.example.org --return-url https://sede.example.org/entrada \\
          --redirect-uri https://sede.example.org/oidc/vuelta
      aldaba-server serve --config /etc/aldaba/server.toml
  Look after it:
      aldaba-server citizen show --config /etc/aldaba/server.toml 12345678Z
      aldaba-server device list --config /etc/aldaba/server.toml 12345678Z
      aldaba-server client list --config /etc/aldaba/server.toml
      aldaba-server audit verify --config /etc/aldaba/server.toml

Every setting of the file can also be given in the environment: ALDABA_LISTEN, ALDABA_MESSAGES__URL.";

#[derive(Subcommand)]
enum Command {
    /// Serve, with the settings of a file.
    #[command(after_help = SERVE_EXAMPLE)]
    Serve(ConfigArgs),
    /// Serve a demonstration on this machine: invented citizens, a sample site, SMS shown on a page.
    #[command(after_help = DEMO_EXAMPLE)]
    Demo(DemoArgs),
    /// Add, show or import citizens.
    #[command(subcommand)]
    Citizen(CitizenCommand),
    /// List or revoke devices.
    #[command(subcommand)]
    Device(DeviceCommand),
    /// Public sites, to OpenID Connect: clients.
    #[command(subcommand)]
    Client(ClientCommand),
    /// The keys that sign tokens for public sites.
    #[command(subcommand, name = "oidc-key")]
    OidcKey(OidcKeyCommand),
    /// Cancel a citizen's password.
    #[command(subcommand)]
    Password(PasswordCommand),
    /// The audit log.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// The server's keys.
    #[command(subcommand)]
    Key(KeyCommand),
    /// The demo's sample site, which the demo starts.
    #[command(name = sample_site::COMMAND, hide = true)]
    SampleSite(Box<aldaba_sede::cli::Arguments>),
    /// Print the description of the HTTP API (OpenAPI 3.1, JSON).
    Openapi,
}

/// A document as it was typed.
fn document(typed: &str) -> anyhow::Result<Document> {
    Document::parse(typed).map_err(|_| anyhow::anyhow!("the document number is not valid"))
}

const SERVE_EXAMPLE: &str = r#"A settings file:
  listen = "127.0.0.1:8080"
  public_url = "https://pin.example.org"
  database = "postgres://aldaba@localhost/aldaba?host=/var/run/postgresql"   # or sqlite:///var/lib/aldaba/aldaba.db
  key_file = "/etc/aldaba/server.keys"            # aldaba-server key create /etc/aldaba/server.keys
  admin_listen = "127.0.0.1:9090"                 # /metrics; leave out for none
  trusted_proxies = ["127.0.0.1"]
  clients_file = "/etc/aldaba/clients.toml"       # more [[relying_parties]], under version control; read again on SIGHUP

  [certificates]                                  # leave out for none; docs/operating.md
  listen = "0.0.0.0:8443"
  public_url = "https://cert.pin.example.org"
  server_certificate = "/etc/aldaba/cert.pem"
  server_key = "/etc/aldaba/cert.key"
  authorities = ["/etc/aldaba/fnmt-usuarios.pem"]

  [messages]
  kind = "gateway"
  url = "https://sms.example.com/v2/messages"
  headers = { "content-type" = "application/json", "authorization" = "Bearer {secret:token}" }
  body = '{"to":"{to}","text":"{text}","reference":"{id}"}'
  secrets = { token = "/etc/aldaba/sms.token" }

  [[relying_parties]]
  id = "villarriba"
  name = "Ayuntamiento de Villarriba"
  domain = "sede.villarriba.example"
  return_url = "https://sede.villarriba.example/entrar"
  redirect_uris = ["https://sede.villarriba.example/oidc/vuelta"]
  post_logout_redirect_uris = ["https://sede.villarriba.example/"]
  backchannel_logout_uri = "https://sede.villarriba.example/oidc/salida"
  claims = ["given_name", "family_name"]
  level = "low"
  procedures = [
    { id = "padron", name = "Volante de empadronamiento" },
    { id = "tributos", name = "Recibos y tributos", level = "substantial" },
  ]
  contact = "sede@villarriba.example"
  sms_per_month = 500
  # Its secret never stands here: aldaba-server client rotate --config FILE villarriba
  # A site with keys of its own: jwks = { keys = [{ kty = "EC", crv = "P-256", x = "…", y = "…" }] }"#;

const DEMO_EXAMPLE: &str = "\
Examples:
  aldaba-server demo
  aldaba-server demo --listen 127.0.0.1:0 --data /tmp/aldaba --no-browser
Prints `ready http://HOST:PORT` on standard output once it serves; everything else goes to standard error.
The same folder can be used again: citizens, devices and keys are kept.";

/// Which server to serve.
#[derive(Args)]
struct ConfigArgs {
    /// The settings file (TOML).
    #[arg(long, short, value_name = "FILE", env = "ALDABA_CONFIG")]
    config: PathBuf,
}

/// Which server to look after: a real one by its settings, or a demo by its folder.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct ServerArgs {
    /// The settings file (TOML).
    #[arg(long, short, value_name = "FILE", env = "ALDABA_CONFIG")]
    config: Option<PathBuf>,
    /// The folder of a demo.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

impl From<ConfigArgs> for ServerArgs {
    fn from(args: ConfigArgs) -> Self {
        Self {
            config: Some(args.config),
            data: None,
        }
    }
}

#[derive(Args)]
struct DemoArgs {
    /// Where to listen; only on this machine. Port 0 takes a free one. Without it: 8080, or a free one if that is taken.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// The folder for database and keys; made if it is not there.
    #[arg(long, value_name = "FOLDER", default_value = "aldaba-demo")]
    data: PathBuf,
    /// Do not open the sample site in a browser.
    #[arg(long)]
    no_browser: bool,
}

#[derive(Subcommand)]
enum CitizenCommand {
    /// Add one citizen. Of one who is there already, what is given here is changed.
    #[command(
        after_help = "Example:\n  aldaba-server citizen add --config server.toml --document 12345678Z --contrast 2031-05-17 \\\n      --name 'Ana García Ruiz' --phone 600000001 --level substantial"
    )]
    Add(Box<AddArgs>),
    /// Show one citizen, masked unless --reveal.
    Show {
        #[command(flatten)]
        server: ServerArgs,
        /// DNI or NIE.
        document: String,
        /// Show name and phone in full. This is written to the audit log.
        #[arg(long)]
        reveal: bool,
    },
    /// Import citizens from a CSV file with the columns document, contrast, name, given_name, family_name, phone, level,
    /// language. With a fault in any row nothing is written.
    #[command(
        after_help = "Example of a file:\n  document,contrast,name,given_name,family_name,phone,level,language\n  12345678Z,2031-05-17,Ana García Ruiz,Ana,García Ruiz,600000001,substantial,es\nThe first row names the columns; all but the first three may be left out. A citizen who is there already is updated: what has\nno column stays as it is, an empty cell clears."
    )]
    Import {
        #[command(flatten)]
        server: ServerArgs,
        /// The file; `-` reads standard input.
        file: PathBuf,
    },
    /// Renounce for a citizen who asks for it: their devices, password and sessions end, and nothing finds them afterwards. An
    /// import does not bring them back; `add` does.
    Renounce {
        #[command(flatten)]
        server: ServerArgs,
        /// DNI or NIE.
        document: String,
    },
    /// Erase a citizen: all that there is of them in the database, also if they had renounced. It cannot be undone, and an import
    /// that still has them brings them back as somebody new.
    Erase {
        #[command(flatten)]
        server: ServerArgs,
        /// DNI or NIE.
        document: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Args)]
struct AddArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// DNI or NIE.
    #[arg(long)]
    document: String,
    /// DNI: validity date (permanent DNI: issue date), as 2031-05-17 or 17/05/2031. NIE: support number.
    #[arg(long)]
    contrast: String,
    /// Name and surnames.
    #[arg(long)]
    name: String,
    /// The given name alone, for sites that are entitled to it.
    #[arg(long)]
    given_name: Option<String>,
    /// The surnames alone, for sites that are entitled to them.
    #[arg(long)]
    family_name: Option<String>,
    /// Mobile phone, for the SMS.
    #[arg(long)]
    phone: Option<String>,
    /// What the registration proved: low, substantial or high. Low, unless it is said.
    #[arg(long)]
    level: Option<String>,
    /// Language of the messages: es or en. Spanish, unless it is said.
    #[arg(long)]
    language: Option<String>,
}

#[derive(Subcommand)]
enum DeviceCommand {
    /// List the devices of one citizen.
    List {
        #[command(flatten)]
        server: ServerArgs,
        /// DNI or NIE.
        document: String,
    },
    /// Revoke a device. A running server ends its stream within a second.
    Revoke {
        #[command(flatten)]
        server: ServerArgs,
        /// The identifier that `device list` shows.
        device: String,
    },
}

#[derive(Subcommand)]
enum PasswordCommand {
    /// Cancel the password of one citizen and end its sessions. Their phone is told; they can create another.
    Cancel {
        #[command(flatten)]
        server: ServerArgs,
        /// DNI or NIE.
        document: String,
    },
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Check the chain of every entry; names the first broken one. Keep the printed heads elsewhere: they show later
    /// whether the whole log was put back to an earlier day.
    Verify(ServerArgs),
}

#[derive(Subcommand)]
enum KeyCommand {
    /// Make a key file, readable by its owner alone. Never overwrites one. Back it up: without it the database is lost.
    Create {
        /// Where to write it.
        file: PathBuf,
    },
}

/// What a command came to: what to print, or why not.
type Outcome = anyhow::Result<()>;

/// Reads the command line and runs it.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line, causes included: `{:#}` joins them.
            eprintln!("aldaba-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Outcome {
    match cli.command {
        Command::Serve(args) => serve::run(&args.config),
        Command::Demo(args) => demo::run(args.listen, &args.data, args.no_browser),
        Command::Citizen(command) => citizen::run(command),
        Command::Device(command) => device::run(command),
        Command::Client(command) => client::run(command),
        Command::OidcKey(command) => oidc_key::run(command),
        Command::Password(command) => password::run(command),
        Command::Audit(AuditCommand::Verify(server)) => operator::verify(&server),
        Command::Key(KeyCommand::Create { file }) => operator::create_key(&file),
        Command::SampleSite(arguments) => aldaba_sede::cli::run(*arguments),
        Command::Openapi => operator::openapi(),
    }
}
