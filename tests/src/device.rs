//! The headless device, as a second implementation of the protocol would be used.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::process::Background;
use crate::programs;
use crate::server::{Citizen, DemoServer};

/// What `aldaba-device activate --json` answers.
#[derive(Clone, Debug, Deserialize)]
pub struct Started {
    /// 32 hex digits.
    pub activation_id: String,
    /// Seconds.
    pub expires_in: u64,
}

/// `aldaba-device` with a folder of its own.
#[derive(Clone, Debug)]
pub struct HeadlessDevice {
    server: String,
    home: PathBuf,
}

impl HeadlessDevice {
    /// A device that is not activated yet.
    pub fn new(server: &str, home: &Path) -> Self {
        Self {
            server: server.to_owned(),
            home: home.to_path_buf(),
        }
    }

    /// One that is activated for `citizen`.
    ///
    /// # Errors
    /// When the activation fails.
    pub async fn activated(server: &DemoServer, home: &Path, citizen: &Citizen) -> Result<Self> {
        let device = Self::new(server.url(), home);
        let earlier = server.messages().await?;
        let to_citizen = earlier
            .iter()
            .filter(|message| Some(&message.to) == citizen.phone.as_ref());
        let nth = to_citizen.filter(|message| message.code().is_some()).count();
        let started = device.activate(&citizen.document, &citizen.contrast).await?;
        let code = server.activation_code(citizen, nth).await?;
        device.run(&["confirm", &started.activation_id, &code]).await?;
        Ok(device)
    }

    /// A copy of its folder, keys and all, as a thief would have it.
    ///
    /// # Errors
    /// The disk's.
    pub fn copy_to(&self, home: &Path) -> Result<Self> {
        for file in std::fs::read_dir(&self.home)? {
            let file = file?;
            std::fs::copy(file.path(), home.join(file.file_name()))?;
        }
        Ok(Self::new(&self.server, home))
    }

    /// `watch`, in the background; what it says goes to `log`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn watch(&self, log: &Path) -> Result<Background> {
        let mut command = Command::new(programs::ours("aldaba-device")?);
        command.args(["--server", &self.server, "--home"]).arg(&self.home);
        Background::start(command.arg("watch"), log)
    }

    /// `activate DOCUMENT CONTRAST --json`.
    ///
    /// # Errors
    /// The device's.
    pub async fn activate(&self, document: &str, contrast: &str) -> Result<Started> {
        let answer = self.run(&["activate", document, contrast, "--json"]).await?;
        serde_json::from_str(&answer).with_context(|| format!("`activate --json` said {answer}"))
    }

    /// The ids of the requests that it shows now.
    ///
    /// # Errors
    /// The device's.
    pub async fn requests(&self) -> Result<Vec<String>> {
        let list: Vec<Value> = serde_json::from_str(&self.run(&["requests", "--json"]).await?)?;
        let id = |request: &Value| request.get("id").and_then(Value::as_str).map(str::to_owned);
        list.iter()
            .map(|request| id(request).context("a request without an id"))
            .collect()
    }

    /// `reveal --user-verified ID`: the PIN.
    ///
    /// # Errors
    /// The device's.
    pub async fn reveal(&self, request: &str) -> Result<String> {
        Ok(digits(&self.run(&["reveal", "--user-verified", request]).await?))
    }

    /// `pin`: a self-generated PIN.
    ///
    /// # Errors
    /// The device's.
    pub async fn pin(&self) -> Result<String> {
        Ok(digits(&self.run(&["pin"]).await?))
    }

    /// Any other words.
    ///
    /// # Errors
    /// When the device exits with another code than 0; what it wrote is in the error.
    pub async fn run(&self, words: &[&str]) -> Result<String> {
        let mut command = Command::new(programs::ours("aldaba-device")?);
        command
            .args(["--server", &self.server, "--home"])
            .arg(&self.home)
            .args(words);
        let output = tokio::task::spawn_blocking(move || command.output()).await??;
        let (said, complained) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        );
        ensure!(
            output.status.success(),
            "aldaba-device {}: {complained}",
            words.first().unwrap_or(&"")
        );
        Ok(said.trim().to_owned())
    }
}

/// A code that is not that one.
pub fn other_code(code: &str) -> &'static str {
    if code.starts_with('0') {
        "1111-1111"
    } else {
        "0000-0000"
    }
}

/// Six digits that are not that PIN.
pub fn other_pin(pin: &str) -> &'static str {
    if pin == "000000" { "111111" } else { "000000" }
}

/// A PIN as it is typed: without the spaces that make it legible.
pub fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
