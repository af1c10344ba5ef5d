//! `demo`: everything on this machine, with invented citizens.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::Duration;

use aldaba_core::level::Level;
use aldaba_core::policy::Policy;
use aldaba_core::random::OsRandom;
use aldaba_store::{KeyFile, KeyFileError};
use anyhow::{Context, bail};
use figment::Figment;
use figment::providers::{Env, Serialized};
use tokio::net::TcpListener;

use super::{Outcome, sample_site, serve, start};
use crate::citizens::sample;
use crate::config::{Claim, Config, LOG, Limits, LogFormat, Messages, Methods, Procedure, RelyingParty, SigningKeys};
use crate::demo::{self, SITE, certificates};
use crate::oidc::clients;

/// Where the demo listens unless told otherwise, if nobody else does.
const PORT: u16 = 8080;
/// Where its certificate host listens, if nobody else does.
const CERTIFICATES_PORT: u16 = 8443;

pub(super) fn run(listen: Option<SocketAddr>, data: &Path, no_browser: bool) -> Outcome {
    if let Some(address) = listen
        && !address.ip().is_loopback()
    {
        bail!(
            "--listen {address}: the demo shows every SMS and citizen to whoever asks, so it listens on this machine only; \
             use 127.0.0.1:{}",
            address.port()
        );
    }
    start::block_on(None, async move {
        let listener = bind(listen).await?;
        let for_certificates = bind_certificates().await?;
        let address = listener.local_addr()?;
        make_folder(data)?;
        // First, for its address is among the settings. It reaches the server once somebody wants to sign in.
        let site = sample_site::start(&format!("http://{address}"), SITE, data).await?;
        let config = config(address, Some(for_certificates.local_addr()?), data, &site.url)?;
        start::log(&config)?;
        let app = start::open(config).await?;
        clients::sync(&app, app.config().relying_parties.clone())
            .await
            .context("the sample site could not be added")?;
        let secret = clients::admin::rotate(&app, SITE, Duration::ZERO)
            .await
            .context("the sample site could not be given a secret")?;
        let site = site.serve(secret.expose()).await?;
        let added = sample::add_missing(&app, sample::people())
            .await
            .context("the sample citizens could not be added")?;
        tracing::info!(folder = %data.display(), added, "demo database ready");
        demo::start_robots(&app, data).await?;
        serve::stop_on_signals(&app)?;
        let entrance = app.config().public_url.join("/demo/sede");
        let origin = app.config().public_url.origin().to_owned();
        let serving = crate::serve::serve_with_certificates(app, listener, None, Some(for_certificates));
        let serving = tokio::spawn(serving);
        // The listener is open: whoever connects from now on is served.
        let mut output = std::io::stdout();
        writeln!(output, "ready {origin}")
            .and_then(|()| output.flush())
            .context("standard output")?;
        if !no_browser {
            open_browser(&entrance);
        }
        serving.await.context("the server's task")??;
        drop(site);
        Ok(())
    })
}

async fn bind(listen: Option<SocketAddr>) -> anyhow::Result<TcpListener> {
    match listen {
        Some(address) => TcpListener::bind(address)
            .await
            .with_context(|| format!("--listen {address}")),
        None => match TcpListener::bind((Ipv4Addr::LOCALHOST, PORT)).await {
            Ok(listener) => Ok(listener),
            Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
                .await
                .context("no free port"),
        },
    }
}

/// The certificate host: a port of its own, on this machine only.
async fn bind_certificates() -> anyhow::Result<TcpListener> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, CERTIFICATES_PORT)).await {
        Ok(listener) => Ok(listener),
        Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("no free port for certificates"),
    }
}

/// The settings of a demo that has run in that folder, for the commands that look after a server.
pub(super) fn existing(data: &Path) -> anyhow::Result<Config> {
    if !data.join("server.keys").is_file() {
        bail!("--data {}: no demo has run in this folder", data.display());
    }
    let nowhere = "http://127.0.0.1:8081";
    config(SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)), None, data, nowhere)
}

fn make_folder(data: &Path) -> anyhow::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data)
        .with_context(|| format!("--data {}", data.display()))
}

/// The settings of a demo that listens at `address` and whose sample site is at `site`.
fn config(
    address: SocketAddr,
    for_certificates: Option<SocketAddr>,
    data: &Path,
    site: &str,
) -> anyhow::Result<Config> {
    let data = data
        .canonicalize()
        .with_context(|| format!("--data {}", data.display()))?;
    let key_file = data.join("server.keys");
    match KeyFile::create(&key_file, &OsRandom) {
        Ok(_) | Err(KeyFileError::Exists(_)) => {}
        Err(error) => return Err(error).context("the key file could not be made"),
    }
    let public_url = format!("http://{address}");
    let config = Config {
        listen: address,
        public_url: public_url.parse().map_err(|why: String| anyhow::anyhow!(why))?,
        database: std::env::var("ALDABA_DATABASE")
            .unwrap_or_else(|_| format!("sqlite://{}", data.join("aldaba.db").display())),
        database_connections: 16,
        key_file,
        admin_listen: None,
        trusted_proxies: Vec::new(),
        geoip_database: None,
        log: std::env::var("ALDABA_LOG").unwrap_or_else(|_| LOG.to_owned()),
        log_format: LogFormat::Text,
        worker_threads: None,
        policy: policy()?,
        leaked_passwords: None,
        password_cost: crate::passwords::Cost::default(),
        messages: Messages::Outbox,
        // Everybody who tries it comes from the same address.
        limits: Limits {
            starts_per_minute: 60_000,
            calls_per_minute: 600_000,
            ..Limits::default()
        },
        certificates: match for_certificates {
            Some(address) => {
                Some(certificates::settings(&data, address, &OsRandom).context("the demo's certificates")?)
            }
            None => None,
        },
        methods: Methods::default(),
        relying_parties: vec![RelyingParty {
            procedures: vec![
                Procedure::new("padron", "Volante de empadronamiento"),
                Procedure::new("tributos", "Recibos y tributos"),
                Procedure {
                    level: Some(Level::Substantial),
                    ..Procedure::new("registro", "Registro electrónico")
                },
                Procedure {
                    level: Some(Level::Substantial),
                    ..Procedure::new("ayudas", "Ayudas y becas")
                },
            ],
            redirect_uris: vec![format!("{site}/callback")],
            post_logout_redirect_uris: vec![format!("{site}/signed-out")],
            backchannel_logout_uri: Some(
                format!("{site}/backchannel-logout")
                    .parse()
                    .context("backchannel_logout_uri")?,
            ),
            claims: vec![Claim::GivenName, Claim::FamilyName, Claim::Document],
            sms_per_month: 1000,
            ..RelyingParty::new(
                SITE,
                "Ayuntamiento de Villasol de la Ribera",
                site.trim_start_matches("http://"),
                format!("{site}/login?iss={public_url}").parse().context("return_url")?,
            )
        }],
        clients_file: None,
        signing_keys: SigningKeys::default(),
        demo: true,
    };
    config.check()?;
    Ok(config)
}

/// The default policy, with what the environment says otherwise (`ALDABA_POLICY__REQUEST_LIFE=60`), so that expiry can be
/// seen without waiting ten minutes.
fn policy() -> anyhow::Result<Policy> {
    Figment::from(Serialized::defaults(Policy::default()))
        .merge(Env::prefixed("ALDABA_POLICY__"))
        .extract()
        .context("ALDABA_POLICY__… in the environment")
}

/// Opens the sample site, as far as this machine can: a demo without a browser is as good.
fn open_browser(address: &str) {
    let opened = std::process::Command::new("xdg-open")
        .arg(address)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn();
    if opened.is_err() {
        tracing::info!("open {address} in a browser");
    }
}
