//! The server's keys. They live in one file that only its owner may read, outside the database, so that a stolen database
//! alone opens nothing.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use aldaba_core::document::Document;
use aldaba_core::random::{self, Random};
use aldaba_protocol::keys::SigningKey;
use aldaba_protocol::secret::Key32;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// First line of a key file; names its version.
const HEADER: &str = "aldaba-server-keys v1";

/// `K_idx`, `K_seal`, `K_mac` and the server's signing key.
pub struct ServerKeys {
    /// `K_idx`: finds a person by their document.
    pub index: Key32,
    /// `K_seal`: seals columns.
    pub seal: Key32,
    /// `K_mac`: codes, own keys, contrast data, the audit chain.
    pub mac: Key32,
    /// Signs the server's statement at the end of an activation.
    pub signing: SigningKey,
}

impl fmt::Debug for ServerKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerKeys(…)")
    }
}

impl ServerKeys {
    /// New keys from the given randomness.
    pub fn generate(random: &dyn Random) -> Self {
        Self {
            index: Key32::new(random::bytes(random)),
            seal: Key32::new(random::bytes(random)),
            mac: Key32::new(random::bytes(random)),
            signing: SigningKey::generate(random),
        }
    }

    /// HMAC-SHA256 under `K_mac` of `label` and `parts`, each length-prefixed; `label` separates the uses from each other.
    pub fn mac(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        keyed_mac(self.mac.expose(), label, parts)
    }

    /// The index of a document: HMAC-SHA256 under `K_idx` of its canonical form.
    pub fn document_index(&self, document: &Document) -> [u8; 32] {
        keyed_mac(
            self.index.expose(),
            "aldaba/index/document/v1",
            &[document.canonical().as_bytes()],
        )
    }

    /// What a database remembers of the keys it was made with.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        let index = keyed_mac(self.index.expose(), "aldaba/keys/check/v1", &[]);
        let seal = keyed_mac(self.seal.expose(), "aldaba/keys/check/v1", &[]);
        self.mac("aldaba/keys/check/v1", &[&index, &seal, &self.signing.public()])
    }
}

/// HMAC-SHA256 over the length-prefixed `label` and `parts`.
pub(crate) fn keyed_mac(key: &[u8; 32], label: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = keyed(key);
    for part in std::iter::once(label.as_bytes()).chain(parts.iter().copied()) {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// An HMAC under a 32-byte key, which is filled up with zeros to a block (RFC 2104, section 2).
fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0u8; 64]);
    for (slot, byte) in block.iter_mut().zip(key) {
        *slot = *byte;
    }
    Hmac::<Sha256>::new(&(*block).into())
}

/// Why a key file could not be made or read. Never says what is in it.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// There is a file already: replacing keys would lose everything sealed under them.
    #[error("{0} exists already; keys are never overwritten")]
    Exists(PathBuf),
    /// There is no file.
    #[error("there is no key file at {0}")]
    Missing(PathBuf),
    /// Others than its owner may read the file.
    #[error("{0} can be read by others: chmod 0400 it")]
    Permissions(PathBuf),
    /// The content is not a key file of this version.
    #[error("{0} is not a key file that this program understands")]
    Shape(PathBuf),
    /// Reading or writing failed.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// The file that holds [`ServerKeys`]: a header line, then one `name = 64 hex digits` line a key.
pub struct KeyFile;

impl KeyFile {
    /// Makes new keys and writes them durably to `path` with mode 0400. Refuses to overwrite a file.
    pub fn create(path: &Path, random: &dyn Random) -> Result<ServerKeys, KeyFileError> {
        let keys = ServerKeys::generate(random);
        let io = |source: std::io::Error| match source.kind() {
            std::io::ErrorKind::AlreadyExists => KeyFileError::Exists(path.to_owned()),
            _ => KeyFileError::Io {
                path: path.to_owned(),
                source,
            },
        };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o400);
        }
        let mut file = options.open(path).map_err(io)?;
        let written = file.write_all(render(&keys).as_bytes()).and_then(|()| file.sync_all());
        if let Err(error) = written {
            // Half a key file would stand in the way of the next attempt and never load.
            let _ = fs::remove_file(path);
            return Err(io(error));
        }
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            // The name must survive a power cut as surely as the content.
            if let Ok(folder) = fs::File::open(folder) {
                folder.sync_all().map_err(io)?;
            }
        }
        Ok(keys)
    }

    /// Reads the keys of `path`, which nobody but its owner may read.
    pub fn load(path: &Path) -> Result<ServerKeys, KeyFileError> {
        let io = |source: std::io::Error| match source.kind() {
            std::io::ErrorKind::NotFound => KeyFileError::Missing(path.to_owned()),
            _ => KeyFileError::Io {
                path: path.to_owned(),
                source,
            },
        };
        let mut file = fs::File::open(path).map_err(io)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            if file.metadata().map_err(io)?.permissions().mode() & 0o077 != 0 {
                return Err(KeyFileError::Permissions(path.to_owned()));
            }
        }
        let mut text = Zeroizing::new(String::new());
        file.read_to_string(&mut text).map_err(io)?;
        parse(&text).ok_or_else(|| KeyFileError::Shape(path.to_owned()))
    }
}

fn render(keys: &ServerKeys) -> Zeroizing<String> {
    let signing = keys.signing.to_bytes();
    let mut text = Zeroizing::new(String::with_capacity(512));
    text.push_str(HEADER);
    text.push('\n');
    let lines: [(&str, &[u8]); 4] = [
        ("index", keys.index.expose()),
        ("seal", keys.seal.expose()),
        ("mac", keys.mac.expose()),
        ("signing", signing.expose()),
    ];
    for (name, key) in lines {
        let digits = Zeroizing::new(hex::encode(key));
        text.push_str(name);
        text.push_str(" = ");
        text.push_str(&digits);
        text.push('\n');
    }
    text
}

fn parse(text: &str) -> Option<ServerKeys> {
    let mut lines = text.lines();
    if lines.next() != Some(HEADER) {
        return None;
    }
    let mut next = |name: &str| -> Option<Zeroizing<[u8; 32]>> {
        let (key, digits) = lines.next()?.split_once(" = ")?;
        let mut bytes = Zeroizing::new([0u8; 32]);
        (key == name).then_some(())?;
        hex::decode_to_slice(digits.trim(), bytes.as_mut_slice()).ok()?;
        Some(bytes)
    };
    Some(ServerKeys {
        index: Key32::new(*next("index")?),
        seal: Key32::new(*next("seal")?),
        mac: Key32::new(*next("mac")?),
        signing: SigningKey::from_bytes(&*next("signing")?).ok()?,
    })
}
