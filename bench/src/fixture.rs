//! The real server with people and devices in its database.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aldaba_core::contrast::Contrast;
use aldaba_core::document::{Document, control_letter};
use aldaba_core::ids::{DeviceId, PersonId};
use aldaba_core::language::Language;
use aldaba_core::level::Level;
use aldaba_core::random::{OsRandom, bytes};
use aldaba_core::time::{Clock as _, SystemClock};
use aldaba_protocol::keys::SigningKey;
use aldaba_protocol::secret::Key32;
use aldaba_store::keys::KeyFile;
use aldaba_store::{Store, StoreConfig, StoreError, devices, persons};
use anyhow::{Context as _, Result};

use crate::process::Server;

/// The site that asks.
pub const SITE: &str = "bench";
/// Everybody's contrast datum.
pub const CONTRAST: &str = "17/05/2031";

/// A citizen with one activated device.
#[derive(Clone)]
pub struct Citizen {
    /// Canonical document.
    pub document: String,
    /// The device's id.
    pub device: DeviceId,
    /// Signs the device's requests.
    pub key: SigningKey,
    /// For PINs.
    pub otp_key: Key32,
}

/// A running server and its people.
pub struct Fixture {
    /// The server.
    pub server: Server,
    /// Its people.
    pub citizens: Vec<Citizen>,
    _folder: tempfile::TempDir,
}

impl Fixture {
    /// Starts the server on `database` (an URL, or `None` for a new SQLite file) with so many people.
    pub async fn start(database: Option<&str>, people: usize) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let url = match database {
            Some(url) => url.to_owned(),
            None => format!("sqlite://{}", folder.path().join("aldaba.db").display()),
        };
        let key_file = folder.path().join("server.key");
        let keys = Arc::new(KeyFile::create(&key_file, &OsRandom)?);
        let store = Store::open(&StoreConfig::new(url.clone()), keys).await?;
        let citizens = populate(&store, people).await?;
        store.close().await?;
        let config = folder.path().join("aldaba.toml");
        // A free port is found here, because public_url must name it.
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        std::fs::write(&config, settings(address, &url, &key_file))?;
        let mut command = tokio::process::Command::new(program()?);
        command.args(["serve", "--config"]).arg(&config);
        let server = Server::start_at(command, &format!("http://{address}")).await?;
        Ok(Self {
            server,
            citizens,
            _folder: folder,
        })
    }
}

/// `aldaba-server`, built beside this program.
fn program() -> Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name("aldaba-server");
    anyhow::ensure!(
        path.is_file(),
        "build aldaba-server with the same profile first: cargo xtask bench does"
    );
    Ok(path)
}

fn settings(address: std::net::SocketAddr, database: &str, key_file: &Path) -> String {
    format!(
        "listen = \"{address}\"\npublic_url = \"http://{address}\"\ndatabase = \"{database}\"\n\
         key_file = \"{}\"\nlog = \"warn\"\n\
         [messages]\nkind = \"gateway\"\nurl = \"http://127.0.0.1:9/\"\nbody = \"{{to}}{{text}}\"\n\
         [limits]\nstarts_per_minute = 0\ncalls_per_minute = 0\n\
         [[relying_parties]]\nid = \"{SITE}\"\nname = \"Bench\"\ndomain = \"bench.example\"\n\
         return_url = \"http://{address}/\"\n",
        key_file.display()
    )
}

async fn populate(store: &Store, people: usize) -> Result<Vec<Citizen>> {
    let mut citizens = Vec::with_capacity(people);
    for chunk in 0..people.div_ceil(500) {
        let range = chunk * 500..people.min((chunk + 1) * 500);
        let made = range.map(citizen).collect::<Result<Vec<_>>>()?;
        let rows = made.clone();
        store
            .write(move |tx| {
                Box::pin(async move {
                    for (citizen, person, device) in &rows {
                        debug_assert!(!citizen.document.is_empty());
                        persons::insert(tx, person).await?;
                        devices::insert(tx, device).await?;
                    }
                    Ok::<_, StoreError>(())
                })
            })
            .await?;
        citizens.extend(made.into_iter().map(|(citizen, ..)| citizen));
    }
    Ok(citizens)
}

fn citizen(number: usize) -> Result<(Citizen, persons::NewPerson, devices::NewDevice)> {
    let number = u32::try_from(number)? + 40_000_000;
    let document = Document::parse(&format!("{number:08}{}", control_letter(number)))?;
    let contrast = Contrast::parse_for(&document, CONTRAST)?;
    let (key, otp_key) = (SigningKey::generate(&OsRandom), Key32::new(bytes(&OsRandom)));
    let now = SystemClock.now();
    let person = persons::NewPerson {
        id: PersonId::generate(&OsRandom),
        document: document.clone(),
        contrast,
        name: "Persona de Prueba".to_owned(),
        given_name: None,
        family_name: None,
        phone: None,
        level: Level::Substantial,
        language: Language::Es,
        created_at: now,
    };
    let device = devices::NewDevice {
        id: DeviceId::generate(&OsRandom),
        person: person.id,
        name: "bench".to_owned(),
        platform: "headless".to_owned(),
        level: Level::Substantial,
        language: Language::Es,
        signing_key: key.public(),
        otp_key: otp_key.clone(),
        activated_at: now,
    };
    let citizen = Citizen {
        document: document.canonical().to_owned(),
        device: device.id,
        key,
        otp_key,
    };
    Ok((citizen, person, device))
}

/// An empty database of its own on the PostgreSQL server at `url`.
pub async fn fresh_postgres(url: &str) -> Result<String> {
    use sea_orm::ConnectionTrait as _;
    let name = format!("bench_{}", PersonId::generate(&OsRandom));
    let connection = sea_orm::Database::connect(url).await?;
    connection
        .execute_unprepared(&format!("CREATE DATABASE {name}"))
        .await?;
    connection.close().await?;
    let (server, _) = url.rsplit_once('/').context("a PostgreSQL URL ends in /database")?;
    Ok(format!("{server}/{name}"))
}
