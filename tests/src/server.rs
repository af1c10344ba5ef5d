//! The real server, started as its operator would start it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process::{Background, free_port};
use crate::programs;
use crate::waiting::until;

/// A message that the demo server would have sent.
#[derive(Clone, Debug, Deserialize)]
pub struct Message {
    /// The phone, E.164.
    pub to: String,
    /// The text, in the citizen's language.
    pub text: String,
    /// When it was sent, RFC 3339.
    pub sent_at: String,
}

impl Message {
    /// The six digits of the last line, from which phones fill them in.
    pub fn pin(&self) -> Option<&str> {
        let (_, pin) = self.text.lines().last()?.strip_prefix('@')?.split_once(" #")?;
        (pin.len() == 6 && pin.bytes().all(|byte| byte.is_ascii_digit())).then_some(pin)
    }

    /// The `XXXX-XXXX` code in the text.
    pub fn code(&self) -> Option<String> {
        let is_code = |word: &&str| {
            word.len() == 9
                && word.chars().enumerate().all(|(at, letter)| {
                    if at == 4 {
                        letter == '-'
                    } else {
                        letter.is_ascii_digit() || letter.is_ascii_uppercase()
                    }
                })
        };
        let words = self
            .text
            .split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-'));
        words.into_iter().find(|word| is_code(word)).map(str::to_owned)
    }
}

/// One of the demo's citizens.
#[derive(Clone, Debug, Deserialize)]
pub struct Citizen {
    /// DNI or NIE, canonical.
    pub document: String,
    /// What proves that one holds it: a date or a support number.
    pub contrast: String,
    /// Name and surnames.
    pub name: String,
    /// E.164; none for a citizen without a phone.
    pub phone: Option<String>,
    /// `low`, `substantial` or `high`.
    pub level: String,
    /// What one who answers by itself does: `approves`, `rejects`, `silent`, `mistypes`.
    pub behaviour: Option<String>,
}

impl Citizen {
    /// Has a phone, and does not answer by themselves, perhaps before a page is there.
    pub fn is_free(&self) -> bool {
        self.phone.is_some() && self.behaviour.is_none()
    }

    fn has_dni_and_phone(&self) -> bool {
        self.phone.is_some() && self.document.starts_with(|first: char| first.is_ascii_digit())
    }
}

/// A running `aldaba-server demo`.
#[derive(Debug)]
pub struct DemoServer {
    program: Background,
    folder: PathBuf,
    url: String,
    http: reqwest::Client,
}

impl DemoServer {
    /// Starts one with its data in `folder`, on a free port.
    ///
    /// # Errors
    /// When it does not say that it is ready.
    pub async fn start(folder: &Path) -> Result<Self> {
        Self::start_with(folder, free_port()?, &[]).await
    }

    /// As [`DemoServer::start`], on a port, with variables of the environment that change its settings.
    ///
    /// # Errors
    /// As [`DemoServer::start`].
    pub async fn start_with(folder: &Path, port: u16, settings: &[(&str, &str)]) -> Result<Self> {
        programs::choose_cryptography();
        fs::create_dir_all(folder)?;
        let mut command = Command::new(programs::ours("aldaba-server")?);
        command
            .args([
                "demo",
                "--no-browser",
                "--listen",
                &format!("127.0.0.1:{port}"),
                "--data",
            ])
            .arg(folder);
        // The tests' own variables are no settings of the server.
        command
            .env_remove("ALDABA_TEST_POSTGRES")
            .envs(settings.iter().copied());
        let log = folder.with_extension("log");
        let mut program = Background::start_piped(&mut command, &log)?;
        let url = tokio::task::spawn_blocking(move || {
            let url = program.said(|line| line.strip_prefix("ready ").map(|url| url.trim().to_owned()));
            url.map(|url| (program, url))
        });
        let (program, url) = url.await?.context("aldaba-server demo")?;
        Ok(Self {
            program,
            folder: folder.to_path_buf(),
            url,
            http: reqwest::Client::new(),
        })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address of one of its pages.
    ///
    /// # Errors
    /// When it is none.
    pub fn address(&self, path: &str) -> Result<reqwest::Url> {
        Ok(reqwest::Url::parse(&self.url)?.join(path)?)
    }

    /// Where its database and keys are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The port it listens on.
    ///
    /// # Errors
    /// When its address has none.
    pub fn port(&self) -> Result<u16> {
        self.url
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok())
            .context("no port in the address")
    }

    /// What it logged.
    pub fn log(&self) -> String {
        self.program.written()
    }

    /// How many requests of that route, a template as in `/v1/requests/{id}`, it has answered.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn answered(&self, route: &str) -> Result<u64> {
        let figures = self
            .http
            .get(format!("{}/metrics", self.url))
            .send()
            .await?
            .text()
            .await?;
        let label = format!("route=\"{route}\"");
        let counts = figures
            .lines()
            .filter(|line| line.starts_with("aldaba_http_request_duration_seconds_count{") && line.contains(&label));
        let counts = counts.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok());
        Ok(counts.sum())
    }

    /// Its process id.
    pub fn process(&self) -> u32 {
        self.program.id()
    }

    /// `kill -9`.
    pub fn crash(&mut self) {
        self.program.crash();
    }

    /// Ends it as an operator does, with SIGTERM.
    ///
    /// # Errors
    /// When it does not end.
    pub fn terminate(&mut self) -> Result<()> {
        self.program.terminate()
    }

    /// Starts it again on the same data and port after it has ended.
    ///
    /// # Errors
    /// As [`DemoServer::start`].
    pub async fn restart(&mut self) -> Result<()> {
        *self = Self::start_with(&self.folder, self.port()?, &[]).await?;
        Ok(())
    }

    /// All messages so far, oldest first.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn messages(&self) -> Result<Vec<Message>> {
        Ok(self
            .http
            .get(format!("{}/demo/messages", self.url))
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?)
    }

    /// The sample citizens.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn citizens(&self) -> Result<Vec<Citizen>> {
        Ok(self
            .http
            .get(format!("{}/demo/citizens", self.url))
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?)
    }

    /// The first sample citizen with a phone whose document is a DNI.
    ///
    /// # Errors
    /// When there is none.
    pub async fn citizen(&self) -> Result<Citizen> {
        let all = self.citizens().await?;
        all.into_iter()
            .find(Citizen::has_dni_and_phone)
            .context("no sample citizen with a DNI and a phone")
    }

    /// The same, registered at that level.
    ///
    /// # Errors
    /// When there is none.
    pub async fn citizen_at(&self, level: &str) -> Result<Citizen> {
        let all = self.citizens().await?;
        all.into_iter()
            .find(|citizen| citizen.has_dni_and_phone() && citizen.level == level)
            .with_context(|| format!("no sample citizen of level {level} with a DNI and a phone"))
    }

    /// The PIN of the last message to `citizen` that ends in the line for this server, as soon as there are `count` of them.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn sms_pin(&self, citizen: &Citizen, count: usize) -> Result<String> {
        until("the SMS with the PIN", async || {
            let messages = self.messages().await?;
            let to_citizen = messages
                .iter()
                .filter(|message| Some(&message.to) == citizen.phone.as_ref());
            let pins: Vec<&str> = to_citizen.filter_map(Message::pin).collect();
            Ok((pins.len() >= count)
                .then(|| pins.last().map(|pin| (*pin).to_owned()))
                .flatten())
        })
        .await
    }

    /// The code of the `nth` (from 0) activation message to `citizen`, as soon as it is there.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn activation_code(&self, citizen: &Citizen, nth: usize) -> Result<String> {
        until("the SMS with the activation code", async || {
            let messages = self.messages().await?;
            let to_citizen = messages
                .iter()
                .filter(|message| Some(&message.to) == citizen.phone.as_ref());
            Ok(to_citizen.filter_map(Message::code).nth(nth))
        })
        .await
    }
}
