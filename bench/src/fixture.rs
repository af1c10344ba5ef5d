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
use aldaba_protocol::b64;
use aldaba_protocol::keys::{PublicKey, SigningKey};
use aldaba_protocol::secret::Key32;
use aldaba_store::keys::{KeyFile, ServerKeys};
use aldaba_store::{Store, StoreConfig, StoreError, Transaction, clients, devices, persons};
use anyhow::{Context as _, Result};

use crate::process::Server;

/// The site that asks.
pub const SITE: &str = "bench";
/// Where its sign-ins are answered. Nobody goes there.
pub const REDIRECT_URI: &str = "https://bench.example/back";
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
    /// Its people, or some of them.
    pub citizens: Vec<Citizen>,
    /// The site's client secret.
    pub secret: String,
    _ground: Ground,
}

/// What a server stands on: a database with people in it, and settings that name it.
pub struct Ground {
    /// The settings file.
    pub config: PathBuf,
    /// The keys of the key file.
    pub keys: Arc<ServerKeys>,
    url: String,
    address: std::net::SocketAddr,
    secret: String,
    _folder: tempfile::TempDir,
}

impl Ground {
    /// On `database` (an URL, or `None` for a new SQLite file), still without people.
    pub async fn lay(database: Option<&str>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let url = match database {
            Some(url) => url.to_owned(),
            None => format!("sqlite://{}?mode=rwc", folder.path().join("aldaba.db").display()),
        };
        let key_file = folder.path().join("server.key");
        let keys = Arc::new(KeyFile::create(&key_file, &OsRandom)?);
        let config = folder.path().join("aldaba.toml");
        // A free port is found here, because public_url must name it.
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        std::fs::write(&config, settings(address, &url, &key_file))?;
        let ground = Self {
            config,
            keys,
            url,
            address,
            secret: b64::encode(&bytes::<32>(&OsRandom)),
            _folder: folder,
        };
        let (store, hash) = (ground.store().await?, clients::secret_hash(&ground.secret));
        store.write(move |tx| Box::pin(register(tx, hash))).await?;
        store.close().await?;
        Ok(ground)
    }

    /// Its database.
    pub async fn store(&self) -> Result<Store> {
        Ok(Store::open(&StoreConfig::new(self.url.clone()), Arc::clone(&self.keys)).await?)
    }

    /// Starts the server on it.
    pub async fn serve(self, citizens: Vec<Citizen>) -> Result<Fixture> {
        let mut command = tokio::process::Command::new(program()?);
        command.args(["serve", "--config"]).arg(&self.config);
        Ok(Fixture {
            server: Server::start_at(command, &format!("http://{}", self.address)).await?,
            citizens,
            secret: self.secret.clone(),
            _ground: self,
        })
    }
}

/// The site with its secret. Its settings come from the file when the server starts.
async fn register(tx: &Transaction, hash: [u8; 32]) -> Result<(), StoreError> {
    let (now, settings) = (
        SystemClock.now(),
        clients::Settings {
            id: SITE.to_owned(),
            json: "{}".to_owned(),
            sms_per_month: 0,
        },
    );
    clients::put_from_file(tx, &settings, now).await?;
    clients::add_secret(tx, SITE, &hash, now, now).await
}

impl Fixture {
    /// Starts the server on `database` (an URL, or `None` for a new SQLite file) with so many people.
    pub async fn start(database: Option<&str>, people: usize) -> Result<Self> {
        let ground = Ground::lay(database).await?;
        let store = ground.store().await?;
        let citizens = populate(&store, people).await?;
        store.close().await?;
        ground.serve(citizens).await
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
         return_url = \"http://{address}/\"\nredirect_uris = [\"{REDIRECT_URI}\"]\n\
         claims = [\"given_name\", \"family_name\", \"document\"]\n",
        key_file.display()
    )
}

async fn populate(store: &Store, people: usize) -> Result<Vec<Citizen>> {
    let mut citizens = Vec::with_capacity(people);
    for first in (0..people).step_by(500) {
        let mut made = Vec::new();
        for number in first..people.min(first + 500) {
            let key = SigningKey::generate(&OsRandom);
            let ids = (PersonId::generate(&OsRandom), DeviceId::generate(&OsRandom));
            made.push(citizen(number, ids, key.clone(), key.public())?);
        }
        citizens.extend(made.iter().map(|(citizen, ..)| citizen.clone()));
        write(store, made).await?;
    }
    Ok(citizens)
}

/// A citizen as they sign in, and as they are stored.
pub type Made = (Citizen, persons::NewPerson, devices::NewDevice);

/// Writes citizens and their devices in one transaction.
pub async fn write(store: &Store, made: Vec<Made>) -> Result<()> {
    let (mut people, mut owned) = (Vec::new(), Vec::new());
    for (_, person, device) in made {
        people.push(person);
        owned.push(device);
    }
    store
        .write(move |tx| {
            Box::pin(async move {
                persons::insert_all(tx, &people).await?;
                devices::insert_all(tx, &owned).await
            })
        })
        .await?;
    Ok(())
}

/// The citizen of that number with these ids, whose device has that key.
pub fn citizen(number: usize, ids: (PersonId, DeviceId), key: SigningKey, public: PublicKey) -> Result<Made> {
    let number = u32::try_from(number)? + 40_000_000;
    let document = Document::parse(&format!("{number:08}{}", control_letter(number)))?;
    let contrast = Contrast::parse_for(&document, CONTRAST)?;
    let (now, otp_key) = (SystemClock.now(), Key32::new(bytes(&OsRandom)));
    let person = persons::NewPerson {
        id: ids.0,
        document: document.clone(),
        contrast,
        name: "Persona de Prueba".to_owned(),
        given_name: Some("Persona".to_owned()),
        family_name: Some("de Prueba".to_owned()),
        phone: None,
        level: Level::Substantial,
        language: Language::Es,
        created_at: now,
    };
    let device = devices::NewDevice {
        id: ids.1,
        person: ids.0,
        name: "bench".to_owned(),
        platform: "headless".to_owned(),
        level: Level::Substantial,
        language: Language::Es,
        signing_key: public,
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

/// Drops a database that [`fresh_postgres`] made; of a million citizens it is a gigabyte. Files go with their folder.
pub async fn drop_database(url: &str) -> Result<()> {
    use sea_orm::ConnectionTrait as _;
    if !url.starts_with("postgres") {
        return Ok(());
    }
    let (server, name) = url.rsplit_once('/').context("a PostgreSQL URL ends in /database")?;
    let connection = sea_orm::Database::connect(format!("{server}/postgres")).await?;
    connection
        .execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)"))
        .await?;
    connection.close().await?;
    Ok(())
}
