//! A desktop of its own for one app: a screen (Xvfb), a message bus (D-Bus), a keyring and a HOME.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::driver::TALLEST;
use crate::process::Background;
use crate::programs;
use crate::waiting::until;

/// The password of the keyring: it protects nothing that matters.
const PASSWORD: &str = "solo para pruebas";

/// The state of the system's secret store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyring {
    /// It runs and is open, as after signing in to a desktop.
    Unlocked,
    /// It runs; its collection is there but locked.
    Locked,
    /// Nobody answers on the bus.
    Absent,
}

/// A desktop; everything that runs on it ends with it.
#[derive(Debug)]
pub struct Desktop {
    folder: PathBuf,
    display: String,
    keyring: Option<Background>,
    bus: Background,
    _screen: Background,
}

impl Desktop {
    /// Starts one in `folder`, which becomes HOME.
    ///
    /// # Errors
    /// When a program is missing or does not start.
    pub async fn start(folder: &Path, keyring: Keyring) -> Result<Self> {
        let runtime = folder.join("run");
        fs::create_dir_all(&runtime)?;
        fs::set_permissions(&runtime, fs::Permissions::from_mode(0o700))?;

        let mut xvfb = Command::new(programs::system(&["Xvfb"])?);
        xvfb.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            &format!("1400x{TALLEST}x24"),
            "-nolisten",
            "tcp",
            "-noreset",
        ]);
        let mut screen = Background::start_piped(&mut xvfb, &folder.join("xvfb.log"))?;
        let number: u32 = screen
            .said(|line| line.trim().parse().ok())
            .context("Xvfb has no display")?;

        let mut desktop = Self {
            folder: folder.to_path_buf(),
            display: format!(":{number}"),
            keyring: None,
            bus: Self::start_bus(folder, number)?,
            _screen: screen,
        };
        desktop.set_keyring(keyring).await?;
        Ok(desktop)
    }

    /// A bus that starts nothing by itself but the window that asks for the keyring's password: with the system's own
    /// list of services, whoever asked for an absent keyring would bring it up.
    fn start_bus(folder: &Path, display: u32) -> Result<Background> {
        let services = folder.join("run/services");
        fs::create_dir_all(&services)?;
        let prompter = "org.gnome.keyring.SystemPrompter.service";
        let installed = Path::new("/usr/share/dbus-1/services").join(prompter);
        if installed.is_file() {
            fs::copy(installed, services.join(prompter))?;
        }
        let settings = folder.join("run/bus.conf");
        fs::write(
            &settings,
            format!(
                "<busconfig><type>session</type><listen>{}</listen><auth>EXTERNAL</auth>\
                 <servicedir>{}</servicedir><policy context=\"default\"><allow send_destination=\"*\"/>\
                 <allow receive_sender=\"*\"/><allow own=\"*\"/></policy></busconfig>",
                bus_address(folder),
                services.display(),
            ),
        )?;
        let mut bus = Command::new(programs::system(&["dbus-daemon"])?);
        bus.args(["--nofork", "--nopidfile", "--print-address=1"]);
        bus.arg(format!("--config-file={}", settings.display()));
        bus.env("DISPLAY", format!(":{display}"));
        home(&mut bus, folder);
        let mut bus = Background::start_piped(&mut bus, &folder.join("dbus.log"))?;
        bus.said(|line| line.starts_with("unix:").then_some(()))
            .context("D-Bus does not start")?;
        Ok(bus)
    }

    /// The address of its message bus.
    pub fn bus(&self) -> String {
        bus_address(&self.folder)
    }

    /// Where this desktop's files are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its screen, as DISPLAY names it.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Sets it to move nothing, as people do whom movement makes ill. For programs that are started afterwards.
    ///
    /// # Errors
    /// The disk's.
    pub fn still(&self) -> Result<()> {
        let folder = self.folder.join(".config/gtk-3.0");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("settings.ini"), "[Settings]\ngtk-enable-animations=false\n")?;
        Ok(())
    }

    /// `program`, to be started on this desktop.
    ///
    /// # Errors
    /// When it is not installed.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        home(&mut command, &self.folder);
        command.env("DISPLAY", &self.display);
        command.env("DBUS_SESSION_BUS_ADDRESS", bus_address(&self.folder));
        command
    }

    /// Brings the secret store into another state, as a person does who locks, unlocks or uninstalls it.
    ///
    /// # Errors
    /// When the keyring does not start or does not come up in that state.
    pub async fn set_keyring(&mut self, state: Keyring) -> Result<()> {
        if state == Keyring::Locked && !self.keyrings().join("login.keyring").exists() {
            // A collection must have been made before it can be locked.
            Box::pin(self.set_keyring(Keyring::Unlocked)).await?;
        }
        self.keyring = None;
        if state == Keyring::Absent {
            return Ok(());
        }
        let mut daemon = self.command(&programs::system(&["gnome-keyring-daemon"])?);
        daemon.args(["--foreground", "--components=secrets", "--control-directory"]);
        daemon.arg(self.folder.join("run/keyring"));
        let log = self.folder.join("keyring.log");
        let mut keyring = if state == Keyring::Unlocked {
            Background::start_with_input(daemon.arg("--unlock"), &log, PASSWORD)?
        } else {
            Background::start(&mut daemon, &log)?
        };
        until("the keyring answers on the bus", async || {
            anyhow::ensure!(keyring.is_running(), "the keyring ended:\n{}", keyring.written());
            Ok((self.is_locked()? == Some(state == Keyring::Locked)).then_some(()))
        })
        .await?;
        self.keyring = Some(keyring);
        Ok(())
    }

    /// Closes the window that asks for the keyring's password without typing it.
    ///
    /// # Errors
    /// When no such window comes up.
    pub async fn dismiss_prompt(&self) -> Result<()> {
        until("the keyring asks for its password", async || {
            Ok((self.bus.end_descendants("gcr-prompter") > 0).then_some(()))
        })
        .await
    }

    /// Types the password into the running keyring, as signing in to a desktop does: over the socket that PAM's module
    /// uses too (gnome-keyring, daemon/control).
    ///
    /// # Errors
    /// When there is no keyring or it does not take the password.
    pub async fn unlock(&self) -> Result<()> {
        const OPERATION_UNLOCK: u32 = 1;
        let mut socket = UnixStream::connect(self.folder.join("run/keyring/control"))?;
        let length = u32::try_from(PASSWORD.len())?;
        let mut message = vec![0];
        for number in [12 + length, OPERATION_UNLOCK, length] {
            message.extend(number.to_be_bytes());
        }
        message.extend(PASSWORD.as_bytes());
        socket.write_all(&message)?;
        let mut answer = [0; 8];
        socket.read_exact(&mut answer)?;
        anyhow::ensure!(answer.ends_with(&[0; 4]), "the keyring refuses the password");
        until("the keyring is unlocked", async || {
            Ok((self.is_locked()? == Some(false)).then_some(()))
        })
        .await
    }

    /// Whether the default collection is locked; `None` while there is no answer.
    fn is_locked(&self) -> Result<Option<bool>> {
        let mut ask = self.ask_collection()?;
        let output = ask.arg("string:Locked").output()?;
        let answer = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(if !output.status.success() {
            None
        } else {
            Some(answer.contains("true"))
        })
    }

    /// A question for a property of the default collection; the property's name is still to be added.
    fn ask_collection(&self) -> Result<Command> {
        let mut ask = self.command(&programs::system(&["dbus-send"])?);
        ask.args([
            "--session",
            "--print-reply=literal",
            "--reply-timeout=2000",
            "--dest=org.freedesktop.secrets",
        ]);
        ask.args([
            "/org/freedesktop/secrets/aliases/default",
            "org.freedesktop.DBus.Properties.Get",
        ]);
        ask.arg("string:org.freedesktop.Secret.Collection");
        Ok(ask)
    }

    /// How many entries the default collection has.
    ///
    /// # Errors
    /// When the keyring does not answer.
    pub fn secrets(&self) -> Result<usize> {
        let mut ask = self.ask_collection()?;
        let output = ask.arg("string:Items").output()?;
        anyhow::ensure!(output.status.success(), "the keyring does not answer");
        Ok(String::from_utf8_lossy(&output.stdout)
            .matches("/org/freedesktop/secrets/collection/")
            .count())
    }

    /// Where gnome-keyring keeps its files.
    fn keyrings(&self) -> PathBuf {
        self.folder.join(".local/share/keyrings")
    }

    /// Deletes every entry, as a person does in a keyring manager: the collection is there and empty afterwards.
    ///
    /// # Errors
    /// When the files cannot be removed or the keyring does not start again.
    pub async fn delete_secrets(&mut self) -> Result<()> {
        self.keyring = None;
        fs::remove_dir_all(self.keyrings())?;
        self.set_keyring(Keyring::Unlocked).await
    }
}

fn bus_address(folder: &Path) -> String {
    format!("unix:path={}", folder.join("run/bus").display())
}

/// A HOME of its own, and nothing of the desktop that the tests are started from.
fn home(command: &mut Command, folder: &Path) {
    for name in [
        "WAYLAND_DISPLAY",
        "XAUTHORITY",
        "XDG_SESSION_TYPE",
        "GNOME_KEYRING_CONTROL",
        "SSH_AUTH_SOCK",
    ] {
        command.env_remove(name);
    }
    command.env("HOME", folder).env("XDG_RUNTIME_DIR", folder.join("run"));
    command.env("XDG_CONFIG_HOME", folder.join(".config"));
    command.env("XDG_CACHE_HOME", folder.join(".cache"));
    command.env("XDG_DATA_HOME", folder.join(".local/share"));
    // Files in memory instead of dconf, whose service would outlive the bus.
    command
        .env("GSETTINGS_BACKEND", "memory")
        .env("LANG", "es_ES.UTF-8")
        .env("LANGUAGE", "es");
}
