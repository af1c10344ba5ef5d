//! Sign-in requests. A decoy (unknown person) is the same row with no person.
//!
//! Each transition is one conditional statement. Most return the row as it is afterwards, or `None` when it lost; a [`Step`]
//! travels with what needs it to have won. Who lost reads the row again with [`get`] and lets `aldaba_core::request` say why.

mod approval;
mod limits;
mod reason;
mod sql;

use std::fmt;

use aldaba_core::code::ShortCode;
use aldaba_core::device::DeviceState;
use aldaba_core::ids::{DeviceId, PersonId, RequestId};
use aldaba_core::language::Language;
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::own_key::OwnKey;
use aldaba_core::policy::{Policy, seconds};
use aldaba_core::request::{self, Origin, RequestState};
use aldaba_core::time::Timestamp;
use aldaba_protocol::secret::Key32;
use sea_orm::Value;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::audit::{self, Entry};
use crate::document_lock::DocumentLock;
use crate::error::StoreError;
use crate::keys::ServerKeys;
use crate::seal::{self, Place};
use crate::steps::{Step, Won};
use crate::transaction::{Row, Transaction, bind};

pub use approval::{approve, claim, find_by_code, reject_for_phrase, spending_approval};
pub use limits::{counts, rejections_since};
pub use reason::Reason;
pub(crate) use sql::told_to_devices;
use sql::{answered, columns, live, needs_device, triable};

const TABLE: &str = "requests";

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    /// Its id; part of the PIN.
    pub id: String,
    /// Its name, as the citizen reads it.
    pub name: String,
    /// Its domain.
    pub domain: String,
}

/// A request to be written.
#[derive(Clone)]
pub struct NewRequest {
    /// A fresh id.
    pub id: RequestId,
    /// Whose; `None` is a decoy, or a QR start that no device has claimed.
    pub person: Option<PersonId>,
    /// The lock of the document that was typed, if one was.
    pub lock: Option<DocumentLock>,
    /// Who asks.
    pub relying_party: RelyingParty,
    /// For what.
    pub procedure: String,
    /// The browser's name.
    pub browser: String,
    /// The browser's operating system.
    pub system: String,
    /// Rough place, where the operator has a GeoIP file.
    pub place: Option<String>,
    /// Two words shown on both screens.
    pub phrase: String,
    /// For what begins with a QR: the phrases among which its owner chooses, in the order in which they are shown. Empty: none.
    pub choices: Vec<String>,
    /// The page's language.
    pub language: Language,
    /// The page's code. Kept sealed, and as MAC to find it by.
    pub code: ShortCode,
    /// Which PIN is asked for.
    pub method: Method,
    /// How it began.
    pub origin: Origin,
    /// No notice, not listed.
    pub quiet: bool,
    /// The citizen's own key, asked again with the PIN. Kept as MAC.
    pub own_key: Option<OwnKey>,
    /// The secret in the browser's cookie. Kept as SHA-256.
    pub binding: [u8; 32],
    /// When it was made.
    pub created_at: Timestamp,
    /// First moment that is too late.
    pub expires_at: Timestamp,
}

/// A request as stored.
#[derive(Clone)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// Whose; `None` is a decoy, or a QR start that no device has claimed.
    pub person: Option<PersonId>,
    /// The lock of the document that was typed, if one was.
    pub lock: Option<DocumentLock>,
    /// Who asks.
    pub relying_party: RelyingParty,
    /// For what.
    pub procedure: String,
    /// The browser's name.
    pub browser: String,
    /// The browser's operating system.
    pub system: String,
    /// Rough place, where the operator has a GeoIP file.
    pub place: Option<String>,
    /// Two words shown on both screens.
    pub phrase: String,
    /// The phrases among which its owner chooses, if it began with a QR; else empty.
    pub choices: Vec<String>,
    /// The page's language.
    pub language: Language,
    /// The page's code.
    pub code: ShortCode,
    /// Which PIN is asked for.
    pub method: Method,
    /// How it began.
    pub origin: Origin,
    /// No notice, not listed.
    pub quiet: bool,
    /// As stored; what time makes of it is [`Request::state`].
    pub stored_state: RequestState,
    /// The device that revealed or approved it, or whose self-generated PIN spent it.
    pub device: Option<DeviceId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
    /// First moment that is too late.
    pub expires_at: Timestamp,
    /// When a device revealed or approved it.
    pub revealed_at: Option<Timestamp>,
    /// Whether the system made sure then that it was the device's owner.
    pub user_verified: bool,
    /// First moment that is too late for its PIN, or for its approval.
    pub pin_expires_at: Option<Timestamp>,
    /// Wrong tries.
    pub tries: u32,
    /// Why it was rejected.
    pub reason: Option<Reason>,
    own_key_mac: Option<[u8; 32]>,
    binding_hash: [u8; 32],
}

impl fmt::Debug for NewRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewRequest")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("id", &self.id)
            .field("stored_state", &self.stored_state)
            .finish_non_exhaustive()
    }
}

impl Request {
    /// The state at `now`: what is live and past its time is expired.
    pub fn state(&self, now: Timestamp) -> RequestState {
        self.machine().state_at(now)
    }

    /// The request as the pure state machine sees it.
    pub fn machine(&self) -> request::Request {
        request::Request {
            method: self.method,
            state: self.stored_state,
            device: self.device,
            tries: self.tries,
            expires_at: self.expires_at,
            pin_expires_at: self.pin_expires_at,
        }
    }

    /// Whether this browser made it. In constant time.
    pub fn is_bound_to(&self, binding: &[u8; 32]) -> bool {
        self.binding_hash.ct_eq(&binding_hash(binding)).into()
    }

    /// Whether the citizen chose a key of their own.
    pub fn wants_own_key(&self) -> bool {
        self.own_key_mac.is_some()
    }

    /// Whether `typed` is the citizen's own key; true when none was chosen. In constant time.
    pub fn own_key_matches(&self, keys: &ServerKeys, typed: Option<&OwnKey>) -> bool {
        match (&self.own_key_mac, typed) {
            (None, _) => true,
            (Some(mac), Some(typed)) => mac.ct_eq(&own_key_mac(keys, &self.id, typed)).into(),
            (Some(_), None) => false,
        }
    }
}

fn binding_hash(binding: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(binding).into()
}

fn own_key_mac(keys: &ServerKeys, id: &RequestId, own_key: &OwnKey) -> [u8; 32] {
    keys.mac(
        "aldaba/request/own-key/v1",
        &[id.as_bytes(), own_key.expose().as_bytes()],
    )
}

fn code_mac(keys: &ServerKeys, code: &ShortCode) -> [u8; 32] {
    keys.mac("aldaba/request/code/v1", &[code.canonical().as_bytes()])
}

fn code_place(row: &RequestId) -> Place<'_> {
    Place {
        table: TABLE,
        row: row.as_bytes(),
        column: "code",
    }
}

fn read(tx: &Transaction, row: &Row) -> Result<Request, StoreError> {
    let id: RequestId = row.id(0)?;
    let code = seal::open_text(tx.keys(), code_place(&id), &row.blob(11)?)?;
    Ok(Request {
        person: row.optional_id(1)?,
        relying_party: RelyingParty {
            id: row.text(2)?,
            name: row.text(3)?,
            domain: row.text(4)?,
        },
        procedure: row.text(5)?,
        browser: row.text(6)?,
        system: row.text(7)?,
        place: row.optional_text(8)?,
        phrase: row.text(9)?,
        language: row.word(10)?,
        code: ShortCode::parse(&code).ok_or(StoreError::Corrupt("a stored code"))?,
        method: row.word(12)?,
        origin: row.word(13)?,
        quiet: row.flag(14)?,
        stored_state: row.word(15)?,
        device: row.optional_id(16)?,
        created_at: row.time(17)?,
        updated_at: row.time(18)?,
        expires_at: row.time(19)?,
        revealed_at: row.optional_time(20)?,
        pin_expires_at: row.optional_time(21)?,
        tries: row.small_count(22)?,
        reason: row.optional_text(23)?.map(|word| word.parse()).transpose()?,
        own_key_mac: row.optional_array(24)?,
        binding_hash: row.array(25)?,
        user_verified: row.flag(26)?,
        choices: row
            .optional_text(27)?
            .map(|lines| lines.lines().map(str::to_owned).collect())
            .unwrap_or_default(),
        lock: DocumentLock::stored(row, 28)?,
        id,
    })
}

fn read_optional(tx: &Transaction, row: Option<Row>) -> Result<Option<Request>, StoreError> {
    row.map(|row| read(tx, &row)).transpose()
}

/// Writes a new, pending request, and appends `entry`, which tells of it. It is quiet if it says so, or if the limits on
/// notices (REQ-LIM-01, REQ-LIM-04) would be passed by one more of `asked`: its person, or somebody whom nothing belongs
/// to. Whether it is. The person must be locked, so that nobody counts the same meanwhile.
pub async fn make(
    tx: &Transaction,
    policy: &Policy,
    request: &NewRequest,
    asked: &PersonId,
    entry: &Entry,
) -> Result<bool, StoreError> {
    let limits = [
        policy.visible_pending,
        policy.unanswered_per_hour,
        policy.unanswered_per_day,
    ];
    let [quiet] = audit::append_after(tx, [insert_step(tx, request, asked, limits)?], entry).await?;
    Ok(quiet.ok_or(StoreError::Corrupt("a new request"))?.number != 0)
}

/// Writes a new, pending request as it is.
pub async fn insert(tx: &Transaction, request: &NewRequest) -> Result<(), StoreError> {
    let nobody = PersonId::from_bytes([0; 16]);
    tx.in_turn([insert_step(tx, request, &nobody, [u32::MAX; 3])?]).await?;
    Ok(())
}

/// Writes a new request; quiet also when `asked` has at least so many requests as `limits` say. Returns whether it is quiet.
fn insert_step(tx: &Transaction, request: &NewRequest, asked: &PersonId, limits: [u32; 3]) -> Result<Step, StoreError> {
    const SQL: &str = concat!(
        "INSERT INTO requests (id, person_id, relying_party_id, relying_party_name, relying_party_domain, procedure_name, \
         browser, system, place, phrase, language, code, code_mac, method, origin, quiet, state, created_at, updated_at, \
         expires_at, own_key_mac, binding_hash, choices, document_lock) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
         CASE WHEN $16 = 1 OR pending >= $24 OR unanswered_hour >= $25 OR unanswered_day >= $26 THEN 1 ELSE 0 END, \
         'pending', $17, $17, $18, $19, $20, $27, $28 FROM (",
        limits::counting!("$21", "$17", "$22", "$23"),
        ") AS counted RETURNING quiet"
    );
    let (keys, id, now) = (tx.keys(), &request.id, request.created_at);
    let own_key = request
        .own_key
        .as_ref()
        .map(|own_key| own_key_mac(keys, id, own_key).to_vec());
    let choices = (!request.choices.is_empty()).then(|| request.choices.join("\n"));
    let [pending, hour, day] = limits;
    let values = vec![
        bind::id(id),
        bind::optional_id(request.person.as_ref()),
        bind::text(&request.relying_party.id),
        bind::text(&request.relying_party.name),
        bind::text(&request.relying_party.domain),
        bind::text(&request.procedure),
        bind::text(&request.browser),
        bind::text(&request.system),
        bind::optional_text(request.place.as_deref()),
        bind::text(&request.phrase),
        bind::text(request.language.tag()),
        bind::blob(seal::seal(keys, code_place(id), request.code.canonical().as_bytes())?),
        bind::blob(code_mac(keys, &request.code)),
        bind::text(request.method.as_str()),
        bind::text(request.origin.as_str()),
        bind::int(i64::from(request.quiet)),
        bind::time(now),
        bind::time(request.expires_at),
        bind::optional_blob(own_key),
        bind::blob(binding_hash(&request.binding)),
        bind::id(asked),
        bind::time(now.minus(limits::HOUR)),
        bind::time(now.minus(limits::DAY)),
        bind::int(pending),
        bind::int(hour),
        bind::int(day),
        bind::optional_text(choices.as_deref()),
        bind::optional_int(request.lock.map(DocumentLock::number)),
    ];
    Ok(Step::new(SQL, values))
}

/// A request by id, in whatever state.
pub async fn get(tx: &Transaction, id: &RequestId) -> Result<Option<Request>, StoreError> {
    const SQL: &str = concat!("SELECT ", columns!(), " FROM requests WHERE id = $1");
    read_optional(tx, tx.select_one(SQL, vec![bind::id(id)]).await?)
}

/// The device that revealed or approved a request, as far as the sign-in needs it.
#[derive(Clone)]
pub struct Revealer {
    /// Which device.
    pub id: DeviceId,
    /// Only an active one counts.
    pub state: DeviceState,
    /// What its activation proved.
    pub level: Level,
    /// What its owner's registration proves now.
    pub registration: Level,
    /// Its `K_otp`; wiped (`None`) once revoked.
    pub otp_key: Option<Key32>,
}

/// A request by id and the device that has it, the request locked until the transaction ends.
pub async fn lock_with_device(
    tx: &Transaction,
    id: &RequestId,
) -> Result<Option<(Request, Option<Revealer>)>, StoreError> {
    macro_rules! select {
        ($lock:literal) => {
            concat!(
                "SELECT ",
                columns!(),
                ", (SELECT state FROM devices WHERE devices.id = requests.device_id), \
                 (SELECT level FROM devices WHERE devices.id = requests.device_id), \
                 (SELECT otp_key FROM devices WHERE devices.id = requests.device_id), \
                 (SELECT level FROM persons WHERE persons.id = requests.person_id) FROM requests WHERE id = $1",
                $lock
            )
        };
    }
    tx.open()?;
    let sql = tx.locking(select!(""), select!(" FOR NO KEY UPDATE"));
    let Some(row) = tx.select_one(sql, vec![bind::id(id)]).await? else {
        return Ok(None);
    };
    let request = read(tx, &row)?;
    let unknown = |_| StoreError::Corrupt("a stored word is unknown");
    let words = (row.optional_text(29)?, row.optional_text(30)?, row.optional_text(32)?);
    let revealer = match (request.device, words) {
        (Some(id), (Some(state), Some(level), Some(registration))) => Some(Revealer {
            id,
            state: state.parse().map_err(unknown)?,
            level: level.parse().map_err(unknown)?,
            registration: registration.parse().map_err(unknown)?,
            otp_key: row
                .optional_blob(31)?
                .map(|sealed| crate::devices::open_otp_key(tx, &id, &sealed))
                .transpose()?,
        }),
        _ => None,
    };
    Ok(Some((request, revealer)))
}

/// What a person's devices show: live, incoming (also after a password) or claimed by QR, not quiet; oldest
/// first. Those revealed are included, whoever revealed them.
pub async fn list_for_person(tx: &Transaction, person: &PersonId, now: Timestamp) -> Result<Vec<Request>, StoreError> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM requests WHERE person_id = $1 AND quiet = 0 AND ",
        needs_device!(),
        " AND ",
        live!("$2"),
        " ORDER BY created_at, id"
    );
    let rows = tx.select_all(SQL, vec![bind::id(person), bind::time(now)]).await?;
    rows.iter().map(|row| read(tx, row)).collect()
}

/// pending → revealed, by an active device of the person; with what the system says of its owner's presence. Tells of
/// the [`Reveal`].
pub fn revealing(
    policy: &Policy,
    id: &RequestId,
    person: &PersonId,
    device: &DeviceId,
    user_verified: bool,
    now: Timestamp,
) -> Step {
    const SQL: &str = concat!(
        answered!("revealed", needs_device!()),
        " AND {after} RETURNING pin_expires_at, relying_party_id"
    );
    let values = answer_values(id, person, device, user_verified, now, policy.pin_life);
    Step::telling(SQL, values)
}

/// What a device must know to show the PIN of a request that it has revealed. It does not change any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reveal {
    /// The id of the relying party, which enters the PIN.
    pub relying_party: String,
    /// When the PIN ends.
    pub pin_expires_at: Timestamp,
}

impl Reveal {
    pub(crate) fn told(won: Won) -> Result<Self, StoreError> {
        Ok(Self {
            relying_party: won.told.ok_or(StoreError::Corrupt("a revealed request"))?,
            pin_expires_at: Timestamp::from_millis(won.number),
        })
    }

    /// That of a request, if it was revealed.
    pub fn of(request: &Request) -> Option<Self> {
        Some(Self {
            relying_party: request.relying_party.id.clone(),
            pin_expires_at: request.pin_expires_at?,
        })
    }
}

/// The values of [`answered!`]; the answer's `life` is in seconds.
fn answer_values(
    id: &RequestId,
    person: &PersonId,
    device: &DeviceId,
    user_verified: bool,
    now: Timestamp,
    life: u32,
) -> Vec<Value> {
    vec![
        bind::id(id),
        bind::id(person),
        bind::id(device),
        bind::time(now),
        bind::time(now.plus(seconds(life))),
        bind::int(i64::from(user_verified)),
    ]
}

/// Ends all that waits for a person, whichever way it began.
pub async fn end_all(tx: &Transaction, person: &PersonId, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE requests SET expires_at = $2, updated_at = $2 WHERE person_id = $1 \
         AND state IN ('pending', 'revealed', 'approved') AND expires_at > $2",
        vec![bind::id(person), bind::time(now)],
    )
    .await
}

/// pending, revealed or approved → rejected, by any active device of the person.
pub async fn reject(
    tx: &Transaction,
    id: &RequestId,
    person: &PersonId,
    device: &DeviceId,
    reason: Reason,
    now: Timestamp,
) -> Result<Option<Request>, StoreError> {
    const SQL: &str = concat!(
        "UPDATE requests SET state = 'rejected', updated_at = $4, reason = $5 \
         WHERE id = $1 AND person_id = $2 AND ",
        live!("$4"),
        " AND EXISTS (SELECT 1 FROM devices WHERE devices.id = $3 AND devices.person_id = $2 AND devices.state = 'active') \
         RETURNING ",
        columns!()
    );
    let values = vec![
        bind::id(id),
        bind::id(person),
        bind::id(device),
        bind::time(now),
        bind::text(reason.as_str()),
    ];
    read_optional(tx, tx.change(SQL, values).await?)
}

/// Counts a wrong try of a request that may be tried; the policy's last one burns it. `None`: it may not be tried (any more),
/// so that the answer must not say whether the PIN was right.
pub async fn count_wrong_try(
    tx: &Transaction,
    policy: &Policy,
    id: &RequestId,
    now: Timestamp,
) -> Result<Option<Request>, StoreError> {
    const SQL: &str = concat!(
        "UPDATE requests SET tries = tries + 1, updated_at = $2, \
         state = CASE WHEN tries + 1 >= (CASE WHEN ",
        needs_device!(),
        " THEN $3 ELSE $4 END) THEN 'burnt' ELSE state END WHERE id = $1 AND ",
        triable!("$2"),
        " RETURNING ",
        columns!()
    );
    let values = vec![
        bind::id(id),
        bind::time(now),
        bind::int(policy.pin_tries),
        bind::int(policy.self_tries),
    ];
    read_optional(tx, tx.change(SQL, values).await?)
}

/// Spends a request on a session. revealed → spent, or pending → spent for a PIN that needs no reveal. With `device`, whose PIN
/// it was: only while it is active. Without one: only a PIN that came by SMS. Of any number of parallel calls one gets the row.
pub fn spending(id: &RequestId, device: Option<&DeviceId>, now: Timestamp) -> Step {
    const BY_DEVICE: &str = concat!(
        "UPDATE requests SET state = 'spent', device_id = $2, updated_at = $3 WHERE id = $1 AND ",
        triable!("$3"),
        " AND (device_id = $2 OR method IN ('self_generated', 'page_bound')) AND EXISTS (SELECT 1 FROM devices \
         WHERE devices.id = $2 AND devices.person_id = requests.person_id AND devices.state = 'active') \
         AND {after} RETURNING CAST(1 AS BIGINT)"
    );
    const BY_SMS: &str = concat!(
        "UPDATE requests SET state = 'spent', updated_at = $2 WHERE id = $1 AND ",
        triable!("$2"),
        " AND method IN ('sms', 'own_key_sms') AND person_id IS NOT NULL AND {after} RETURNING CAST(1 AS BIGINT)"
    );
    match device {
        Some(device) => Step::new(BY_DEVICE, vec![bind::id(id), bind::id(device), bind::time(now)]),
        None => Step::new(BY_SMS, vec![bind::id(id), bind::time(now)]),
    }
}

/// A person's not quiet requests, incoming or claimed by QR, that changed at or after `since`, in whatever state, in the order
/// of their changes; also those that went on by SMS.
/// Two transactions may commit in another order than that of their times: who resumes a stream asks from a little earlier.
pub async fn changed_since(tx: &Transaction, person: &PersonId, since: Timestamp) -> Result<Vec<Request>, StoreError> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM requests WHERE person_id = $1 AND updated_at >= $2 AND quiet = 0 AND ",
        told_to_devices!(),
        " ORDER BY updated_at, id"
    );
    let rows = tx.select_all(SQL, vec![bind::id(person), bind::time(since)]).await?;
    rows.iter().map(|row| read(tx, row)).collect()
}
