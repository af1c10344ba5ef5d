//! A secure store that is not secure: a file, readable by its owner only. For tests, where no keychain is at hand;
//! release builds refuse to use it.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use aldaba_authenticator::secure_store::{Entry, SecureStore, StoreError};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

const WARNING: &str = "For tests only: these secrets lie in a plain file. The app keeps them in the system's keychain.";

/// What the file holds.
#[derive(Serialize, Deserialize)]
struct Contents {
    warning: String,
    entries: BTreeMap<String, String>,
}

/// Secrets in `secrets-for-tests.json` of a folder.
pub struct FileStore {
    file: PathBuf,
}

impl FileStore {
    /// The store of `folder`; `None` in release builds.
    pub fn open(folder: &Path) -> Option<Self> {
        cfg!(debug_assertions).then(|| Self {
            file: folder.join("secrets-for-tests.json"),
        })
    }

    fn contents(&self) -> Result<Contents, StoreError> {
        match fs::read(&self.file) {
            Ok(bytes) => serde_json::from_slice(&Zeroizing::new(bytes)).map_err(|_| StoreError::Corrupted),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Contents {
                warning: WARNING.to_owned(),
                entries: BTreeMap::new(),
            }),
            Err(_) => Err(StoreError::Failed),
        }
    }

    fn save(&self, contents: &Contents) -> io::Result<()> {
        let text = Zeroizing::new(serde_json::to_vec_pretty(contents)?);
        let new = self.file.with_extension("new");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let mut file = options.open(&new)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&new, &self.file)?;
        match self.file.parent() {
            Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
            _ => Ok(()),
        }
    }
}

impl SecureStore for FileStore {
    fn read(&self, entry: Entry) -> Result<Option<Zeroizing<String>>, StoreError> {
        Ok(self.contents()?.entries.remove(entry.name()).map(Zeroizing::new))
    }

    fn write(&self, entry: Entry, value: &str) -> Result<(), StoreError> {
        let mut contents = self.contents()?;
        contents.entries.insert(entry.name().to_owned(), value.to_owned());
        self.save(&contents).map_err(|_| StoreError::Failed)
    }

    fn delete(&self, entry: Entry) -> Result<(), StoreError> {
        let mut contents = self.contents()?;
        if contents.entries.remove(entry.name()).is_some() {
            self.save(&contents).map_err(|_| StoreError::Failed)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // REQ-DEV-05
    #[test]
    fn the_file_passes_the_suite_of_secure_stores() {
        let folder = tempfile::tempdir().unwrap();
        aldaba_authenticator::secure_store::suite::run(&FileStore::open(folder.path()).unwrap()).unwrap();
        let text = fs::read_to_string(folder.path().join("secrets-for-tests.json")).unwrap();
        assert!(text.contains("For tests only"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(folder.path().join("secrets-for-tests.json"))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn damage_is_told_apart_from_absence() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("secrets-for-tests.json"), "{").unwrap();
        let store = FileStore::open(folder.path()).unwrap();
        assert_eq!(store.read(Entry::Device), Err(StoreError::Corrupted));
    }
}
