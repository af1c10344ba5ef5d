//! The command line, shared by `aldaba-sede` and by the demo, which starts the site as a process of its own.

use std::io::{BufRead, Read, Write};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aldaba_core::random::OsRandom;
use aldaba_core::time::SystemClock;
use anyhow::{Context, bail};
use clap::Args;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use url::Url;
use zeroize::Zeroizing;

use crate::{Parts, Secret, Settings, Site, serve};

/// How it is called.
pub const EXAMPLE: &str = "\
Example:
  aldaba-server client add --config server.toml --id sede --name 'Ayuntamiento de Villasol de la Ribera' \\
      --domain sede.example.org --redirect-uri https://sede.example.org/callback \\
      --post-logout-redirect-uri https://sede.example.org/signed-out \\
      --backchannel-logout-uri https://sede.example.org/backchannel-logout --claims given_name,family_name,document
  aldaba-sede --issuer https://pin.example.org --client-id sede --client-secret-file sede.secret \\
      --listen 127.0.0.1:8081 --public-url https://sede.example.org
Prints `listening ADDRESS` on standard output, then reads the secret, then prints `ready ADDRESS` once it serves.";

/// What the site must be told.
#[derive(Args)]
pub struct Arguments {
    /// The address of the Aldaba server.
    #[arg(long, value_name = "URL")]
    issuer: Url,
    /// The id under which the server knows this site.
    #[arg(long, value_name = "ID")]
    client_id: String,
    /// The file that holds the client's secret, readable by its owner alone; `-` reads the first line of standard input.
    #[arg(long, value_name = "FILE")]
    client_secret_file: PathBuf,
    /// Where to listen. Port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The address that browsers use, without a path; by default the one it listens on.
    #[arg(long, value_name = "URL")]
    public_url: Option<Url>,
    /// End when standard input does: for whoever starts the site and must not leave it behind.
    #[arg(long)]
    end_with_stdin: bool,
}

/// Serves until it is told to stop.
///
/// # Errors
/// Settings that are not safe, and an address that is taken.
pub fn run(arguments: Arguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    // Two programs may come here; who has a log already keeps it.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new("info"))
        .with_writer(std::io::stderr)
        .try_init();
    runtime.block_on(async move {
        let listener = TcpListener::bind(arguments.listen)
            .await
            .with_context(|| format!("--listen {}", arguments.listen))?;
        let public_url = match arguments.public_url {
            Some(url) => url,
            None => Url::parse(&format!("http://{}", listener.local_addr()?))?,
        };
        let origin = public_url.origin().ascii_serialization();
        // Its address first, so that whoever starts it can register the site before handing over its secret.
        say(&format!("listening {origin}"))?;
        let secret = read_secret(&arguments.client_secret_file)?;
        let settings = Settings::new(arguments.issuer, arguments.client_id, secret, public_url)?;
        let site = Site::new(Parts {
            settings,
            clock: Arc::new(SystemClock),
            random: Arc::new(OsRandom),
        })?;
        let stop = CancellationToken::new();
        stop_on_signals(&stop)?;
        if arguments.end_with_stdin {
            stop_with_stdin(stop.clone());
        }
        say(&format!("ready {origin}"))?;
        serve(site, listener, stop).await;
        Ok(())
    })
}

fn say(line: &str) -> anyhow::Result<()> {
    let mut output = std::io::stdout();
    writeln!(output, "{line}")
        .and_then(|()| output.flush())
        .context("standard output")
}

fn read_secret(file: &Path) -> anyhow::Result<Secret> {
    let mut text = Zeroizing::new(String::new());
    if file == Path::new("-") {
        std::io::stdin().lock().read_line(&mut text).context("standard input")?;
    } else {
        let about = || format!("--client-secret-file {}", file.display());
        let mode = std::fs::metadata(file).with_context(about)?.permissions().mode();
        if mode & 0o077 != 0 {
            bail!("{}: others may read it; `chmod 600` it", about());
        }
        text = Zeroizing::new(std::fs::read_to_string(file).with_context(about)?);
    }
    Secret::new(text.trim()).context("the client's secret is empty")
}

fn stop_on_signals(stop: &CancellationToken) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("signals")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("signals")?;
    let stop = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        stop.cancel();
    });
    Ok(())
}

/// The other end of the pipe closes when its process ends, however it ends.
fn stop_with_stdin(stop: CancellationToken) {
    std::thread::spawn(move || {
        let mut rest = [0; 64];
        let mut input = std::io::stdin().lock();
        loop {
            match input.read(&mut rest) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        stop.cancel();
    });
}
