//! A citizen, a device and a request with known values.

use std::time::Duration;

use aldaba_core::code::ShortCode;
use aldaba_core::contrast::Contrast;
use aldaba_core::document::Document;
use aldaba_core::ids::{DeviceId, PersonId, RequestId, SessionId};
use aldaba_core::language::Language;
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::phone::Phone;
use aldaba_core::random::OsRandom;
use aldaba_core::request::Origin;
use aldaba_core::time::Timestamp;
use aldaba_protocol::secret::Key32;
use aldaba_store::audit;
use aldaba_store::devices::{self, NewDevice};
use aldaba_store::persons::{self, NewPerson};
use aldaba_store::requests::{self, NewRequest, RelyingParty, Request};
use aldaba_store::sessions::{self, Opened, Opening, Session};
use aldaba_store::testing::alone;
use aldaba_store::{Step, Store, StoreError, Transaction, known_browsers};
use futures::future::BoxFuture;

pub const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
pub const DOCUMENT: &str = "12345678Z";
pub const CONTRAST: &str = "17-05-2031";
pub const NAME: &str = "Marisol Etxeberria Quintana";
pub const GIVEN_NAME: &str = "Marisol";
pub const FAMILY_NAME: &str = "Etxeberria Quintana";
pub const PHONE: &str = "+34612345678";
pub const DEVICE_NAME: &str = "Portátil de Marisol";
pub const OTP_KEY: [u8; 32] = *b"the-one-time-pin-key-of-this-tst";
pub const BINDING: [u8; 32] = *b"the-browser-binding-secret-32-b!";

pub fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub fn at(offset: u64) -> Timestamp {
    NOW.plus(seconds(offset))
}

/// Writes, with the store's own error.
pub async fn write<T, F>(store: &Store, job: F) -> T
where
    F: for<'t> FnOnce(&'t Transaction) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
    T: Send + 'static,
{
    store.write(job).await.unwrap()
}

/// `write!(db, |tx| expression)`: one write with the expression's future.
macro_rules! write_tx {
    ($db:expr, |$tx:ident| $body:expr) => {
        $crate::support::write(&$db.store, move |$tx| Box::pin(async move { $body })).await
    };
}
pub(crate) use write_tx;

/// The same, on a reading connection.
macro_rules! read_tx {
    ($db:expr, |$tx:ident| $body:expr) => {
        $db.store
            .read::<_, aldaba_store::StoreError, _>(move |$tx| Box::pin(async move { $body }))
            .await
            .unwrap()
    };
}
pub(crate) use read_tx;

pub fn document() -> Document {
    Document::parse(DOCUMENT).unwrap()
}

pub fn contrast() -> Contrast {
    Contrast::parse_for(&document(), CONTRAST).unwrap()
}

pub fn new_person() -> NewPerson {
    NewPerson {
        id: PersonId::generate(&OsRandom),
        document: document(),
        contrast: contrast(),
        name: NAME.to_owned(),
        given_name: Some(GIVEN_NAME.to_owned()),
        family_name: Some(FAMILY_NAME.to_owned()),
        phone: Some(Phone::parse(PHONE).unwrap()),
        level: Level::Substantial,
        language: Language::Es,
        created_at: NOW,
    }
}

pub async fn person(store: &Store) -> PersonId {
    let new = new_person();
    let id = new.id;
    assert!(
        write(store, move |tx| Box::pin(
            async move { persons::insert(tx, &new).await }
        ))
        .await
    );
    id
}

pub fn new_device(person: PersonId) -> NewDevice {
    NewDevice {
        id: DeviceId::generate(&OsRandom),
        person,
        name: DEVICE_NAME.to_owned(),
        platform: "Linux".to_owned(),
        level: Level::Low,
        language: Language::Es,
        signing_key: [2; 33],
        otp_key: Key32::new(OTP_KEY),
        activated_at: NOW,
    }
}

pub async fn device(store: &Store, person: PersonId) -> DeviceId {
    let new = new_device(person);
    let id = new.id;
    write(store, move |tx| {
        Box::pin(async move { devices::insert(tx, &new).await })
    })
    .await;
    id
}

pub fn new_request(person: Option<PersonId>) -> NewRequest {
    NewRequest {
        id: RequestId::generate(&OsRandom),
        person,
        lock: None,
        relying_party: RelyingParty {
            id: "demo-sede".to_owned(),
            name: "Sede de ejemplo".to_owned(),
            domain: "sede.example".to_owned(),
        },
        procedure: "padron".to_owned(),
        browser: "Firefox".to_owned(),
        system: "Linux".to_owned(),
        place: None,
        phrase: "faro azul".to_owned(),
        choices: Vec::new(),
        language: Language::Es,
        code: ShortCode::generate(&OsRandom),
        method: Method::Incoming,
        origin: Origin::Document,
        quiet: false,
        own_key: None,
        binding: BINDING,
        created_at: NOW,
        expires_at: at(600),
    }
}

/// An audit entry about `person`.
pub fn entry_of(person: PersonId) -> audit::Entry {
    audit::Entry {
        at: NOW,
        kind: "thing.happened",
        person: Some(person),
        device: None,
        request: None,
        detail: serde_json::Value::Null,
    }
}

pub async fn insert_request(store: &Store, new: NewRequest) -> RequestId {
    let id = new.id;
    write(store, move |tx| {
        Box::pin(async move { requests::insert(tx, &new).await })
    })
    .await;
    id
}

pub async fn request(store: &Store, person: PersonId) -> RequestId {
    insert_request(store, new_request(Some(person))).await
}

/// Runs `count` futures at once on the runtime's threads and gathers what they return.
pub async fn at_once<T, F>(count: usize, make: impl Fn(usize) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let tasks: Vec<_> = (0..count).map(|number| tokio::spawn(make(number))).collect();
    let mut results = Vec::with_capacity(count);
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

/// A step on a request, without what usually travels with it; the request as it is afterwards, if it won.
pub async fn won_tx(tx: &Transaction, id: &RequestId, step: Step) -> Result<Option<Request>, StoreError> {
    if alone(tx, step).await? {
        return requests::get(tx, id).await;
    }
    Ok(None)
}

pub async fn remember_tx(
    tx: &Transaction,
    person: &PersonId,
    browser: &[u8; 32],
    now: Timestamp,
) -> Result<(), StoreError> {
    assert!(alone(tx, known_browsers::remembering(tx, person, browser, now)).await?);
    Ok(())
}

/// A session as a PIN of that device opens it.
pub fn new_session(person: PersonId, device: Option<DeviceId>) -> Session {
    Session {
        person,
        device,
        request: Some(RequestId::generate(&OsRandom)),
        relying_party: "demo-sede".to_owned(),
        method: Method::Incoming,
        second_step: None,
        level: Level::Low,
        browser: "Firefox".to_owned(),
        system: "Linux".to_owned(),
        created_at: NOW,
        used_at: NOW,
    }
}

/// A session in a browser that has none.
pub fn opening<'a>(id: &'a SessionId, session: &'a Session) -> Opening<'a> {
    Opening {
        id,
        session,
        browser: &[5; 32],
        earlier: None,
    }
}

/// A session that nothing is spent on.
pub async fn open_tx(
    tx: &Transaction,
    id: &SessionId,
    session: &Session,
    entry: &audit::Entry,
) -> Result<bool, StoreError> {
    Ok(sessions::open(tx, &opening(id, session), None, entry).await? == Opened::Yes)
}
