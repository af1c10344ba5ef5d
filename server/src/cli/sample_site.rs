//! The demo's sample site: a process of its own, made of this same program, that ends with the demo.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use url::Url;

/// The hidden command that becomes the site.
pub(super) const COMMAND: &str = "sample-site";

/// What it may take to say its next word.
const PATIENCE: Duration = Duration::from_secs(20);
/// What the site of a demo that was killed may take to give its port back.
const HANDING_OVER: Duration = Duration::from_secs(3);

/// The file that remembers its port, so that it is at the same address when the demo is started again.
const PORT_FILE: &str = "sample-site.port";

/// The site, which listens and waits for its secret.
pub(super) struct Listening {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    /// Its address, without a slash at the end.
    pub url: String,
}

/// The site, which serves. It reads its standard input to the end, and then ends: so it does however this process ends.
pub(super) struct Serving {
    _child: Child,
    _input: ChildStdin,
}

/// Starts it on a free port of this machine, the same as last time if possible, as the client `id` of the server at `issuer`.
pub(super) async fn start(issuer: &str, id: &str, folder: &Path) -> anyhow::Result<Listening> {
    let file = folder.join(PORT_FILE);
    let port = match std::fs::read_to_string(&file)
        .ok()
        .and_then(|text| text.trim().parse().ok())
    {
        Some(port) if is_free(port).await => port,
        _ => 0,
    };
    let started = start_at(issuer, id, port).await?;
    let port = Url::parse(&started.url).context("the sample site's address")?.port();
    std::fs::write(&file, port.unwrap_or(0).to_string()).with_context(|| file.display().to_string())?;
    Ok(started)
}

async fn is_free(port: u16) -> bool {
    let begun = Instant::now();
    while TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err() {
        if begun.elapsed() > HANDING_OVER {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    true
}

async fn start_at(issuer: &str, id: &str, port: u16) -> anyhow::Result<Listening> {
    let program = std::env::current_exe().context("this program's own file")?;
    let mut command = Command::new(program);
    command
        .arg(COMMAND)
        .args([
            "--issuer",
            issuer,
            "--client-id",
            id,
            "--listen",
            &format!("127.0.0.1:{port}"),
        ])
        .args(["--client-secret-file", "-", "--end-with-stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().context("the sample site")?;
    let input = child.stdin.take().context("its standard input")?;
    let mut output = BufReader::new(child.stdout.take().context("its standard output")?).lines();
    let url = said(&mut output, "listening ").await?;
    Ok(Listening {
        child,
        input,
        output,
        url,
    })
}

impl Listening {
    /// Hands it the secret, which is on no command line and in no file, and waits until it serves.
    pub async fn serve(mut self, secret: &str) -> anyhow::Result<Serving> {
        self.input.write_all(format!("{secret}\n").as_bytes()).await?;
        self.input.flush().await?;
        said(&mut self.output, "ready ").await?;
        Ok(Serving {
            _child: self.child,
            _input: self.input,
        })
    }
}

/// What follows `word` in its next line.
async fn said(output: &mut Lines<BufReader<ChildStdout>>, word: &str) -> anyhow::Result<String> {
    let line = tokio::time::timeout(PATIENCE, output.next_line())
        .await
        .context("the sample site says nothing")??;
    match line.as_deref().and_then(|line| line.strip_prefix(word)) {
        Some(rest) => Ok(rest.to_owned()),
        None => bail!("the sample site did not start"),
    }
}
