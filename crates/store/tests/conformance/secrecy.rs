//! A copy of the database shows no document, phone, name, key or code.

use std::sync::{Arc, Mutex};

use aldaba_core::code::ShortCode;
use aldaba_core::ids::{ActivationId, MessageId, PasswordCodeId, SessionId};
use aldaba_core::language::Language;
use aldaba_core::own_key::OwnKey;
use aldaba_core::phone::Phone;
use aldaba_core::pin::Pin;
use aldaba_core::random::OsRandom;
use aldaba_protocol::keys::SigningKey;
use aldaba_protocol::secret::Key32;
use aldaba_store::activations::{self, Activation};
use aldaba_store::clients::{self, Settings};
use aldaba_store::oidc_keys::{self, OidcKey};
use aldaba_store::outbox::{self, MessageKind, NewMessage};
use aldaba_store::passwords::{self, codes};
use aldaba_store::seal::{self, Place};
use aldaba_store::testing::TestDatabase;
use aldaba_store::{Backend, DocumentLock, ServerKeys, Store, StoreError, persons, requests, sms_pins};
use sea_orm::{ConnectionTrait, Statement};
use zeroize::Zeroizing;

use crate::support::*;

const SECRET: [u8; 32] = *b"the-server-half-of-the-agreement";
const TRANSCRIPT: &[u8] = b"every field of an activation, 12345678Z included";
const TEXT: &str = "Aldaba: su codigo es 7Q2M-XK4T";
const OWN_KEY: &str = "K7QZ";
const SMS_PIN: &str = "573914028";
const KNOWN: [u8; 32] = *b"the-secret-of-a-known-browser-32";
const CLIENT_SECRET: &str = "the-secret-of-a-site-in-43-characters-or-so";
const PHC: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0$dGhlIGhhc2ggb2YgYSBwYXNzd29yZA";

/// Puts every secret through every table; returns what must not be found again.
async fn fill(db: &TestDatabase) -> Vec<Vec<u8>> {
    let person = person(&db.store).await;
    let device = device(&db.store, person).await;
    let [code, activation_code, step_code] = [(); 3].map(|()| ShortCode::generate(&OsRandom));
    let session_id = SessionId::generate(&OsRandom);
    let activation = Activation {
        id: ActivationId::generate(&OsRandom),
        person: Some(person),
        lock: Some(DocumentLock::of(db.keys(), &document())),
        transcript: Zeroizing::new(TRANSCRIPT.to_vec()),
        device_name: DEVICE_NAME.to_owned(),
        platform: "Linux".to_owned(),
        language: Language::Es,
        signing_key: [2; 33],
        agreement_key: [3; 33],
        agreement_secret: Some(Key32::new(SECRET)),
        created_at: NOW,
        expires_at: at(600),
        tries: 0,
        device: None,
    };
    let mut request = new_request(Some(person));
    request.code = code.clone();
    request.lock = activation.lock;
    request.own_key = OwnKey::parse(OWN_KEY);
    let message = NewMessage {
        id: MessageId::generate(&OsRandom),
        person: Some(person),
        kind: MessageKind::ActivationCode,
        to: Phone::parse(PHONE).unwrap(),
        text: TEXT.to_owned(),
        created_at: NOW,
        expires_at: None,
    };
    let session = new_session(person, Some(device));
    let signing = SigningKey::generate(&OsRandom);
    let oidc_key = OidcKey {
        kid: "kid".to_owned(),
        public: signing.public(),
        private: signing.to_bytes(),
        created_at: NOW,
        active_at: NOW,
        withdrawn_at: None,
    };
    let site = Settings {
        id: "sede".to_owned(),
        json: "{}".to_owned(),
        sms_per_month: 0,
    };
    let password_code = codes::NewCode {
        id: PasswordCodeId::generate(&OsRandom),
        person: Some(person),
        purpose: codes::Purpose::Set,
        binding: BINDING,
        code: step_code.clone(),
        relying_party: "demo-sede".to_owned(),
        procedure: String::new(),
        password_version: None,
        created_at: NOW,
        expires_at: at(600),
    };
    let (typed, cookie) = (activation_code.clone(), session_id.clone());
    write_tx!(db, |tx| {
        activations::insert(tx, &activation).await?;
        activations::add_code(tx, &activation.id, Some(&typed), NOW).await?;
        requests::insert(tx, &request).await?;
        sms_pins::insert(tx, &request.id, &Pin::parse(SMS_PIN, 9).unwrap(), true).await?;
        remember_tx(tx, &person, &KNOWN, NOW).await?;
        outbox::enqueue(tx, &message).await?;
        passwords::set(tx, &person, PHC, NOW, at(1000)).await?;
        codes::insert(tx, &password_code).await?;
        oidc_keys::add(tx, &oidc_key, None).await?;
        clients::add(tx, &site, NOW).await?;
        clients::add_secret(tx, "sede", &clients::secret_hash(CLIENT_SECRET), NOW, NOW).await?;
        open_tx(tx, &cookie, &session, &entry_of(person)).await
    });
    let keys = db.keys();
    let texts = [
        DOCUMENT,
        NAME,
        GIVEN_NAME,
        FAMILY_NAME,
        PHONE,
        &PHONE[3..],
        DEVICE_NAME,
        TEXT,
        OWN_KEY,
        SMS_PIN,
        PHC,
        &PHC[31..],
        "2031-05-17",
        CONTRAST,
    ];
    let mut secrets: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    secrets.extend([
        OTP_KEY.to_vec(),
        SECRET.to_vec(),
        BINDING.to_vec(),
        TRANSCRIPT.to_vec(),
        KNOWN.to_vec(),
    ]);
    secrets.extend([
        keys.index.expose().to_vec(),
        keys.seal.expose().to_vec(),
        keys.mac.expose().to_vec(),
    ]);
    secrets.push(keys.signing.to_bytes().expose().to_vec());
    for code in [&code, &activation_code, &step_code] {
        secrets.push(code.canonical().as_bytes().to_vec());
        secrets.push(code.grouped().into_bytes());
    }
    secrets.push(session_id.as_bytes().to_vec());
    secrets.push(signing.to_bytes().expose().to_vec());
    secrets.push(CLIENT_SECRET.as_bytes().to_vec());
    secrets
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// What must not be found, plain and as hexadecimal digits and base64.
fn assert_absent(haystack: &[u8], secrets: &[Vec<u8>], place: &str) {
    for secret in secrets {
        for spelling in [
            secret.clone(),
            hex::encode(secret).into_bytes(),
            aldaba_protocol::b64::encode(secret).into_bytes(),
        ] {
            assert!(
                !contains(haystack, &spelling),
                "{:?} stands in {place}",
                String::from_utf8_lossy(&spelling)
            );
        }
    }
}

// REQ-STO-02
#[tokio::test]
async fn the_files_of_sqlite_hold_no_secret() {
    let db = TestDatabase::sqlite().await.unwrap();
    let secrets = fill(&db).await;
    let files = db.files();
    assert!(files.len() >= 2, "the database and its log");
    let mut known = false;
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        known |= contains(&bytes, b"sede.example");
        assert_absent(&bytes, &secrets, &file.display().to_string());
    }
    assert!(known, "the search looks at the right files");
}

// REQ-STO-02
#[tokio::test]
async fn the_rows_of_postgresql_hold_no_secret() {
    let db = TestDatabase::postgres().await.unwrap_or_else(|error| panic!("{error}"));
    let secrets = fill(&db).await;
    let connection = db.connect().await.unwrap();
    let query = |sql: String| connection.query_all_raw(Statement::from_string(connection.get_database_backend(), sql));
    let tables = query("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'".to_owned())
        .await
        .unwrap();
    assert!(tables.len() > 10);
    let mut dump = String::new();
    for table in tables {
        let table: String = table.try_get_by_index(0).unwrap();
        // Bytes print as hexadecimal digits, which are searched for as well.
        for row in query(format!("SELECT t::text FROM {table} t")).await.unwrap() {
            dump.push_str(&row.try_get_by_index::<String>(0).unwrap());
            dump.push('\n');
        }
    }
    assert!(dump.contains("sede.example"));
    assert_absent(dump.as_bytes(), &secrets, "a row");
}

/// Everything that is logged, as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Fills a database while everything is logged, spans and their fields included.
async fn log_of(backend: Backend) {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish();
    // Of this thread alone: other tests may run beside this one. The runtime has no other threads.
    let _guard = tracing::subscriber::set_default(subscriber);
    let db = TestDatabase::new(backend)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let mut secrets = fill(&db).await;
    let mut config = db.config();
    if backend == Backend::Postgres {
        // The server of the tests trusts everybody; the password is only there to be leaked.
        let password = "s3cr3t-of-the-database";
        let mut url = url::Url::parse(&config.url).unwrap();
        if url.password().is_none() {
            url.set_password(Some(password)).unwrap();
        }
        secrets.push(url.password().unwrap().as_bytes().to_vec());
        config.url = url.to_string();
    }
    let store = Store::open(&config, Arc::clone(db.keys())).await.unwrap();
    store
        .read::<_, StoreError, _>(|tx| Box::pin(persons::count(tx)))
        .await
        .unwrap();
    store.close().await.unwrap();
    let log = log.0.lock().unwrap().clone();
    assert!(contains(&log, b"sea_orm"), "the log is heard");
    assert_absent(&log, &secrets, "the log");
}

// REQ-OPS-01
#[tokio::test]
async fn nothing_is_logged_of_a_secret_on_sqlite() {
    log_of(Backend::Sqlite).await;
}

// REQ-OPS-01
#[tokio::test]
async fn nothing_is_logged_of_a_secret_on_postgresql() {
    log_of(Backend::Postgres).await;
}

#[test]
fn a_sealed_value_opens_in_its_own_place_only() {
    let keys = ServerKeys::generate(&OsRandom);
    let place = Place {
        table: "persons",
        row: &[1; 16],
        column: "phone",
    };
    let sealed = seal::seal(&keys, place, PHONE.as_bytes()).unwrap();
    assert_eq!(seal::open(&keys, place, &sealed).unwrap().as_slice(), PHONE.as_bytes());
    let refused = |keys: &ServerKeys, place, sealed: &[u8]| {
        matches!(seal::open(keys, place, sealed), Err(StoreError::Corrupt(_)))
    };
    assert!(refused(
        &keys,
        Place {
            table: "outbox",
            ..place
        },
        &sealed
    ));
    assert!(refused(&keys, Place { row: &[2; 16], ..place }, &sealed));
    assert!(refused(
        &keys,
        Place {
            column: "name",
            ..place
        },
        &sealed
    ));
    assert!(refused(&ServerKeys::generate(&OsRandom), place, &sealed));
    for position in 0..sealed.len() {
        let mut damaged = sealed.clone();
        damaged[position] ^= 1;
        assert!(refused(&keys, place, &damaged), "byte {position}");
    }
    for length in 0..sealed.len() {
        assert!(refused(&keys, place, &sealed[..length]));
    }
    let other = seal::seal(&keys, place, b"+34612345679").unwrap();
    assert_ne!(sealed[1..13], other[1..13], "another nonce for another text");
}
