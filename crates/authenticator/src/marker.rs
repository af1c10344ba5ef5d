//! What the device keeps outside the keychain: nothing secret.
//!
//! - `device.json`, the marker: this device is activated, where, and the last counter it used. It is written after
//!   the secrets are in the keychain and removed before they are deleted, so that an entry without a marker is
//!   an activation that never ended, and a marker without an entry an entry that somebody deleted.
//! - `settings.json`: language and address of the backend, chosen before there is a device.
//!
//! Each write goes to a new file, which is synced and renamed over the old one: whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aldaba_core::time::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::server_url::ServerUrl;

/// A signed call whose answer never came. Saying the very same thing again, with the same counter, gets the answer
/// (protocol.md, "Requests signed by the device"). The body is one of ours and holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unanswered {
    /// HTTP method.
    pub method: String,
    /// Path on the backend.
    pub path: String,
    /// The body as it was sent, counter included.
    pub body: String,
}

/// The marker of an activated device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    /// Version of this file's shape: 1.
    pub version: u32,
    /// The device's id, 32 hex digits.
    pub device_id: String,
    /// The backend it belongs to.
    pub server: ServerUrl,
    /// The name its owner gave it.
    pub name: String,
    /// `linux`, `android`, …
    pub platform: String,
    /// Level of assurance it reached.
    pub level: String,
    /// When, in milliseconds by the server's clock.
    pub activated_at: i64,
    /// Digits of an incoming PIN.
    pub pin_digits: u32,
    /// The last counter used; stored before the call that carries it is sent.
    pub counter: u64,
    /// The call that carried it, while its answer is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unanswered: Option<Unanswered>,
    /// `frozen` or `revoked`, once the server has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
}

/// Why the server does not take this device any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// Its counter went back: its store was copied or restored.
    Frozen,
    /// It was deactivated elsewhere, or the server does not know it.
    Revoked,
}

impl Marker {
    /// When the device was activated.
    pub fn activated_at(&self) -> Timestamp {
        Timestamp::from_millis(self.activated_at)
    }
}

/// What a person chose before there was a device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// `es` or `en`; the system's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The backend; the preset one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<ServerUrl>,
}

/// Why the data folder could not be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The disk's error.
    #[error("the data folder cannot be used: {0}")]
    Io(#[from] io::Error),
    /// A file that is there but is not one of ours.
    #[error("{0} is damaged")]
    Damaged(&'static str),
}

const MARKER: &str = "device.json";
const SETTINGS: &str = "settings.json";

/// The app's data folder. Its calls touch the disk and block. Clones share one lock, so that a device that is being
/// removed is not written back by a call that was under way.
#[derive(Debug, Clone)]
pub struct DataDir {
    path: PathBuf,
    writing: Arc<Mutex<()>>,
}

impl DataDir {
    /// Opens the folder, making it if need be, for its owner only.
    ///
    /// # Errors
    /// The disk's.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt as _;
            builder.mode(0o700);
        }
        builder.create(path)?;
        Ok(Self {
            path: path.to_owned(),
            writing: Arc::default(),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The marker, if this device is activated.
    ///
    /// # Errors
    /// The disk's, or `Damaged` when the file is not a marker of this version.
    pub fn marker(&self) -> Result<Option<Marker>, DataError> {
        let marker: Option<Marker> = self.read(MARKER)?;
        match marker {
            Some(marker) if marker.version != 1 => Err(DataError::Damaged(MARKER)),
            other => Ok(other),
        }
    }

    /// Writes the marker of a new device, durably.
    ///
    /// # Errors
    /// The disk's; the earlier marker is then still there.
    pub fn write_marker(&self, marker: &Marker) -> Result<(), DataError> {
        let _alone = self.alone()?;
        self.write(MARKER, marker)
    }

    /// Changes the marker of a device, durably, and gives it as it is then; `None` when that device is no more.
    ///
    /// # Errors
    /// The disk's; the earlier marker is then still there.
    pub fn update_marker(
        &self,
        device_id: &str,
        change: impl FnOnce(&mut Marker),
    ) -> Result<Option<Marker>, DataError> {
        let _alone = self.alone()?;
        let Some(mut marker) = self.marker()?.filter(|marker| marker.device_id == device_id) else {
            return Ok(None);
        };
        change(&mut marker);
        self.write(MARKER, &marker)?;
        Ok(Some(marker))
    }

    /// Removes the marker, durably.
    ///
    /// # Errors
    /// The disk's.
    pub fn remove_marker(&self) -> Result<(), DataError> {
        let _alone = self.alone()?;
        match fs::remove_file(self.path.join(MARKER)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(self.sync()?),
        }
    }

    /// The settings; defaults when there are none or the file is damaged, for they can be chosen again.
    pub fn settings(&self) -> Settings {
        self.read(SETTINGS).ok().flatten().unwrap_or_default()
    }

    /// Writes the settings.
    ///
    /// # Errors
    /// The disk's.
    pub fn write_settings(&self, settings: &Settings) -> Result<(), DataError> {
        self.write(SETTINGS, settings)
    }

    /// Keeps other threads and, where the system has file locks, other processes from writing meanwhile.
    fn alone(&self) -> io::Result<(MutexGuard<'_, ()>, File)> {
        let threads = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let file = File::create(self.path.join("marker.lock"))?;
        match file.lock() {
            Err(error) if error.kind() != io::ErrorKind::Unsupported => Err(error),
            _ => Ok((threads, file)),
        }
    }

    fn read<T: DeserializeOwned>(&self, name: &'static str) -> Result<Option<T>, DataError> {
        match fs::read(self.path.join(name)) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|_| DataError::Damaged(name)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn write<T: Serialize>(&self, name: &'static str, value: &T) -> Result<(), DataError> {
        let text = serde_json::to_vec_pretty(value).map_err(io::Error::other)?;
        let new = self.path.join(format!("{name}.new"));
        let mut file = File::create(&new)?;
        file.write_all(&text)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&new, self.path.join(name))?;
        Ok(self.sync()?)
    }

    /// A rename is durable once its folder is; Windows has no such call and needs none.
    fn sync(&self) -> io::Result<()> {
        if cfg!(unix) {
            File::open(&self.path)?.sync_all()
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marker() -> Marker {
        Marker {
            version: 1,
            device_id: "00".repeat(16),
            server: ServerUrl::parse("http://127.0.0.1:1").unwrap(),
            name: "Portátil".to_owned(),
            platform: "linux".to_owned(),
            level: "low".to_owned(),
            activated_at: 5,
            pin_digits: 6,
            counter: 0,
            unanswered: None,
            refused: None,
        }
    }

    #[test]
    fn a_half_written_file_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(&folder.path().join("a/b")).unwrap();
        assert!(data.marker().unwrap().is_none());
        data.write_marker(&marker()).unwrap();
        fs::write(data.path().join("device.json.new"), b"{\"version\":1,\"dev").unwrap();
        assert_eq!(data.marker().unwrap(), Some(marker()));
        let later = Marker { counter: 7, ..marker() };
        data.write_marker(&later).unwrap();
        assert_eq!(data.marker().unwrap(), Some(later));
        assert_eq!(data.update_marker("other", |marker| marker.counter = 9).unwrap(), None);
        let updated = data
            .update_marker(&marker().device_id, |marker| marker.counter = 9)
            .unwrap();
        assert_eq!(updated.map(|marker| marker.counter), Some(9));
        data.remove_marker().unwrap();
        data.remove_marker().unwrap();
        assert!(data.marker().unwrap().is_none());
        // A call that was under way does not bring a removed device back.
        assert_eq!(
            data.update_marker(&marker().device_id, |marker| marker.counter = 10)
                .unwrap(),
            None
        );
        assert!(data.marker().unwrap().is_none());
    }

    #[test]
    fn damage_is_told_apart_from_absence() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(folder.path()).unwrap();
        fs::write(data.path().join(MARKER), b"\0\0\0\0").unwrap();
        assert!(matches!(data.marker(), Err(DataError::Damaged(_))));
        data.write_marker(&Marker { version: 2, ..marker() }).unwrap();
        assert!(matches!(data.marker(), Err(DataError::Damaged(_))));
        fs::write(data.path().join(SETTINGS), b"no").unwrap();
        assert_eq!(data.settings(), Settings::default());
    }

    #[test]
    fn settings_survive() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(folder.path()).unwrap();
        let settings = Settings {
            language: Some("en".to_owned()),
            server: ServerUrl::parse("pin.example.es").ok(),
        };
        data.write_settings(&settings).unwrap();
        assert_eq!(data.settings(), settings);
    }
}
