//! Activated devices: their keys, their counter, the nonces of their signatures, their self-generated PINs.

use std::fmt;

use aldaba_core::device::{CounterStep, DeviceState, judge_counter};
use aldaba_core::ids::{DeviceId, PersonId};
use aldaba_core::language::Language;
use aldaba_core::level::Level;
use aldaba_core::self_generated::Throttle;
use aldaba_core::time::Timestamp;
use aldaba_protocol::secret::Key32;
use sea_orm::Value;
use sha2::{Digest, Sha256};

use crate::audit::{self, Entry};
use crate::error::StoreError;
use crate::keys::ServerKeys;
use crate::requests::Reveal;
use crate::seal::{self, Place};
use crate::steps::Step;
use crate::transaction::{Row, Transaction, bind};

const TABLE: &str = "devices";

/// A device that was just activated.
#[derive(Clone)]
pub struct NewDevice {
    /// A fresh id.
    pub id: DeviceId,
    /// Whose.
    pub person: PersonId,
    /// What its owner called it. Sealed.
    pub name: String,
    /// Its operating system.
    pub platform: String,
    /// What its activation proved.
    pub level: Level,
    /// The app's language.
    pub language: Language,
    /// Its public signing key, SEC1 compressed.
    pub signing_key: [u8; 33],
    /// `K_otp`. Sealed.
    pub otp_key: Key32,
    /// When it was activated.
    pub activated_at: Timestamp,
}

/// A device as stored.
#[derive(Clone)]
pub struct Device {
    /// The `keyid` of its signatures.
    pub id: DeviceId,
    /// Whose.
    pub person: PersonId,
    /// What its owner called it.
    pub name: String,
    /// Its operating system.
    pub platform: String,
    /// What its activation proved.
    pub level: Level,
    /// The app's language.
    pub language: Language,
    /// Its public signing key, SEC1 compressed.
    pub signing_key: [u8; 33],
    /// `K_otp`; wiped (`None`) once revoked.
    pub otp_key: Option<Key32>,
    /// Active, frozen or revoked.
    pub state: DeviceState,
    /// The highest counter accepted; 0 before the first.
    pub counter: u64,
    /// Digest of the call that had it.
    pub counter_digest: Option<[u8; 32]>,
    /// The TOTP step accepted last; 0 before the first.
    pub last_step: u64,
    /// Failures with self-generated PINs.
    pub throttle: Throttle,
    /// When it was activated.
    pub activated_at: Timestamp,
    /// When it signed something last, as far as that was noted.
    pub seen_at: Timestamp,
    /// When it was frozen or revoked.
    pub closed_at: Option<Timestamp>,
}

impl fmt::Debug for NewDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewDevice")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device")
            .field("id", &self.id)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

fn place<'a>(row: &'a DeviceId, column: &'a str) -> Place<'a> {
    Place {
        table: TABLE,
        row: row.as_bytes(),
        column,
    }
}

macro_rules! columns {
    () => {
        "id, person_id, name, platform, level, language, signing_key, otp_key, state, counter, counter_digest, last_step, \
         failures_in_row, blocked_until, activated_at, seen_at, closed_at, failed_at"
    };
}

fn read(tx: &Transaction, row: &Row) -> Result<Device, StoreError> {
    let id: DeviceId = row.id(0)?;
    let keys = tx.keys();
    let otp_key = row.optional_blob(7)?;
    Ok(Device {
        person: row.id(1)?,
        name: seal::open_text(keys, place(&id, "name"), &row.blob(2)?)?,
        platform: row.text(3)?,
        level: row.word(4)?,
        language: row.word(5)?,
        signing_key: row.array(6)?,
        otp_key: otp_key
            .map(|sealed| seal::open_key(keys, place(&id, "otp_key"), &sealed))
            .transpose()?,
        state: row.word(8)?,
        counter: row.count(9)?,
        counter_digest: row.optional_array(10)?,
        last_step: row.count(11)?,
        throttle: Throttle {
            failures_in_row: row.small_count(12)?,
            blocked_until: row.optional_time(13)?,
            failed_at: row.optional_time(17)?,
        },
        activated_at: row.time(14)?,
        seen_at: row.time(15)?,
        closed_at: row.optional_time(16)?,
        id,
    })
}

/// Opens the `K_otp` of a device.
pub(crate) fn open_otp_key(tx: &Transaction, id: &DeviceId, sealed: &[u8]) -> Result<Key32, StoreError> {
    seal::open_key(tx.keys(), place(id, "otp_key"), sealed)
}

macro_rules! insert {
    () => {
        "INSERT INTO devices (id, person_id, name, platform, level, language, signing_key, otp_key, state, activated_at, seen_at)"
    };
}

/// Writes a new, active device.
pub async fn insert(tx: &Transaction, device: &NewDevice) -> Result<(), StoreError> {
    const SQL: &str = concat!(insert!(), " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
    tx.execute(SQL, values(tx.keys(), device)?).await?;
    Ok(())
}

/// Writes many at once.
pub async fn insert_all(tx: &Transaction, devices: &[NewDevice]) -> Result<(), StoreError> {
    let rows = devices.iter().map(|device| values(tx.keys(), device));
    tx.insert_all(insert!(), rows.collect::<Result<_, _>>()?).await
}

fn values(keys: &ServerKeys, device: &NewDevice) -> Result<Vec<Value>, StoreError> {
    let id = &device.id;
    Ok(vec![
        bind::id(id),
        bind::id(&device.person),
        bind::blob(seal::seal(keys, place(id, "name"), device.name.as_bytes())?),
        bind::text(&device.platform),
        bind::text(device.level.as_str()),
        bind::text(device.language.tag()),
        bind::blob(device.signing_key),
        bind::blob(seal::seal(keys, place(id, "otp_key"), device.otp_key.expose())?),
        bind::text("active"),
        bind::time(device.activated_at),
        bind::time(device.activated_at),
    ])
}

/// A device by id, in whatever state.
pub async fn get(tx: &Transaction, id: &DeviceId) -> Result<Option<Device>, StoreError> {
    const SQL: &str = concat!("SELECT ", columns!(), " FROM devices WHERE id = $1");
    tx.select_one(SQL, vec![bind::id(id)])
        .await?
        .map(|row| read(tx, &row))
        .transpose()
}

/// All devices of a person, in whatever state, oldest first.
pub async fn list(tx: &Transaction, person: &PersonId) -> Result<Vec<Device>, StoreError> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM devices WHERE person_id = $1 ORDER BY activated_at, id"
    );
    let rows = tx.select_all(SQL, vec![bind::id(person)]).await?;
    rows.iter().map(|row| read(tx, row)).collect()
}

/// The active devices of a person, locked until the transaction ends: one try at a self-generated PIN at a time.
pub async fn list_active_locked(tx: &Transaction, person: &PersonId) -> Result<Vec<Device>, StoreError> {
    const PLAIN: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM devices WHERE person_id = $1 AND state = 'active' ORDER BY id"
    );
    const LOCKING: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM devices WHERE person_id = $1 AND state = 'active' ORDER BY id FOR NO KEY UPDATE"
    );
    tx.open()?;
    let rows = tx
        .select_all(tx.locking(PLAIN, LOCKING), vec![bind::id(person)])
        .await?;
    rows.iter().map(|row| read(tx, row)).collect()
}

/// How many active devices a person has.
pub async fn count_active(tx: &Transaction, person: &PersonId) -> Result<u32, StoreError> {
    let sql = "SELECT COUNT(*) FROM devices WHERE person_id = $1 AND state = 'active'";
    let row = tx.select_one(sql, vec![bind::id(person)]).await?;
    row.ok_or(StoreError::Corrupt("a count"))?.small_count(0)
}

/// The nonce of a signature. It is remembered until `expires_at`, after which the signature is too old by its own date.
#[derive(Debug, Clone, Copy)]
pub struct Nonce<'a> {
    /// As the device sent it.
    pub text: &'a str,
    /// When it may be forgotten.
    pub expires_at: Timestamp,
}

impl Nonce<'_> {
    fn step(&self, device: &DeviceId) -> Step {
        const SQL: &str = "INSERT INTO nonces (device_id, nonce_hash, expires_at) VALUES ($1, $2, $3) \
             ON CONFLICT (device_id, nonce_hash) DO NOTHING RETURNING CAST(1 AS BIGINT)";
        // Hashed: a fixed size, whatever a device sends.
        let hash: [u8; 32] = Sha256::digest(self.text.as_bytes()).into();
        Step::new(
            SQL,
            vec![bind::id(device), bind::blob(hash), bind::time(self.expires_at)],
        )
    }
}

/// What became of a call that changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admitted {
    /// Its nonce is used up, and it was noted that the device signed.
    Yes,
    /// Its nonce was used before.
    Replayed,
    /// The device is not active; the nonce is used up all the same.
    Inactive(DeviceState),
    /// There is no such device; the nonce is used up all the same.
    Unknown,
}

/// Uses up a signature's nonce and notes that an active device signed something: of self-generated PINs that are off, one may
/// be tried (protocol.md, self-generated PIN).
pub async fn admit(tx: &Transaction, id: &DeviceId, nonce: Nonce<'_>, now: Timestamp) -> Result<Admitted, StoreError> {
    Ok(match tx.in_turn([nonce.step(id), touch_step(id, now)]).await? {
        [None, _] => Admitted::Replayed,
        [Some(_), Some(_)] => Admitted::Yes,
        [Some(_), None] => match get(tx, id).await? {
            Some(device) => Admitted::Inactive(device.state),
            None => Admitted::Unknown,
        },
    })
}

fn touch_step(id: &DeviceId, now: Timestamp) -> Step {
    const SQL: &str = "UPDATE devices SET seen_at = $2 \
         WHERE id = $1 AND state = 'active' AND {after} RETURNING CAST(1 AS BIGINT)";
    Step::new(SQL, vec![bind::id(id), bind::time(now)])
}

/// What a counter turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counted {
    /// A new call; the counter is taken.
    Advanced,
    /// The very same call again, with the answer it had (JSON), if one was saved.
    Repeated(Option<String>),
    /// Lower, or the same on another call: the device's store was cloned or rolled back. Nothing was changed.
    Diverged,
    /// The device is not active.
    Inactive(DeviceState),
    /// There is no such device.
    Unknown,
}

/// A state-changing call that wants its turn.
#[derive(Clone, Copy)]
pub struct Turn<'a> {
    /// Whose.
    pub device: &'a DeviceId,
    /// Of its signature.
    pub nonce: Nonce<'a>,
    /// Of the call.
    pub counter: u64,
    /// Covers method, target and body.
    pub digest: &'a [u8; 32],
    /// Now.
    pub now: Timestamp,
}

impl Turn<'_> {
    /// Uses up the nonce, and takes the counter with the answer that a repetition shall be given. `None`: the counter is beyond the
    /// 63 bits that can be stored, where no honest device gets to.
    fn steps(&self, answer: Option<&str>) -> Option<[Step; 2]> {
        const SQL: &str = "UPDATE devices SET counter = $2, counter_digest = $3, counter_answer = $5, seen_at = $4 \
             WHERE id = $1 AND state = 'active' AND counter < $2 AND {after} \
             RETURNING CAST(1 AS BIGINT)";
        let values = vec![
            bind::id(self.device),
            bind::count(self.counter).ok()?,
            bind::blob(*self.digest),
            bind::time(self.now),
            bind::optional_text(answer),
        ];
        Some([self.nonce.step(self.device), Step::new(SQL, values)])
    }

    /// What becomes of a counter that cannot be stored.
    async fn beyond(&self, tx: &Transaction) -> Result<Option<Counted>, StoreError> {
        let [fresh] = tx.in_turn([self.nonce.step(self.device)]).await?;
        Ok(fresh.map(|_| Counted::Diverged))
    }
}

/// Uses up a signature's nonce and takes the counter of its state-changing call, if the device is active and the counter is
/// higher than any before. `None`: the nonce was used before, and nothing was changed. What a repetition shall be given is told
/// by [`save_answer`].
pub async fn take_turn(tx: &Transaction, turn: &Turn<'_>) -> Result<Option<Counted>, StoreError> {
    let Some(steps) = turn.steps(None) else {
        return turn.beyond(tx).await;
    };
    match tx.in_turn(steps).await? {
        [None, _] => Ok(None),
        [Some(_), Some(_)] => Ok(Some(Counted::Advanced)),
        [Some(_), None] => not_advanced(tx, turn).await.map(Some),
    }
}

/// As [`take_turn`], and reveals a request ([`requests::revealing`](crate::requests::revealing)) if the counter was taken, with
/// the call's answer and an audit entry. [`Counted::Advanced`] without a [`Reveal`]: it was not revealed, and what is saved as the
/// call's answer is not true. Save another, or do not commit.
pub async fn take_turn_to_reveal(
    tx: &Transaction,
    turn: &Turn<'_>,
    revealing: Step,
    answer: &str,
    entry: &Entry,
) -> Result<(Option<Counted>, Option<Reveal>), StoreError> {
    let Some([nonce, advance]) = turn.steps(Some(answer)) else {
        return Ok((turn.beyond(tx).await?, None));
    };
    Ok(
        match audit::append_after(tx, [nonce, advance, revealing], entry).await? {
            [None, _, _] => (None, None),
            [Some(_), Some(_), won] => (Some(Counted::Advanced), won.map(Reveal::told).transpose()?),
            [Some(_), None, _] => (Some(not_advanced(tx, turn).await?), None),
        },
    )
}

/// Why a counter was not taken.
async fn not_advanced(tx: &Transaction, turn: &Turn<'_>) -> Result<Counted, StoreError> {
    let sql = "SELECT state, counter, counter_digest, counter_answer FROM devices WHERE id = $1";
    let Some(row) = tx.select_one(sql, vec![bind::id(turn.device)]).await? else {
        return Ok(Counted::Unknown);
    };
    let state: DeviceState = row.word(0)?;
    let last_digest: Option<[u8; 32]> = row.optional_array(2)?;
    // The same call again is answered the same even by a device that this very call deactivated.
    Ok(
        match judge_counter(row.count(1)?, last_digest.as_ref(), turn.counter, turn.digest) {
            CounterStep::Repeat => Counted::Repeated(row.optional_text(3)?),
            _ if state != DeviceState::Active => Counted::Inactive(state),
            CounterStep::Advance | CounterStep::Diverged => Counted::Diverged,
        },
    )
}

/// Saves the answer (JSON without secrets) that a repetition of the call with `counter` shall be given. `false`: the counter has
/// moved on, and nothing was written.
pub async fn save_answer(tx: &Transaction, id: &DeviceId, counter: u64, answer: &str) -> Result<bool, StoreError> {
    const SQL: &str =
        "UPDATE devices SET counter_answer = $3 WHERE id = $1 AND counter = $2 RETURNING CAST(1 AS BIGINT)";
    let step = Step::new(SQL, vec![bind::id(id), bind::count(counter)?, bind::text(answer)]);
    let [saved] = tx.in_turn([step]).await?;
    Ok(saved.is_some())
}

/// Revokes a device and wipes its `K_otp`. `false`: it was revoked before, or is unknown.
pub async fn revoke(tx: &Transaction, id: &DeviceId, now: Timestamp) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE devices SET state = 'revoked', otp_key = NULL, closed_at = $2 WHERE id = $1 AND state <> 'revoked'",
        vec![bind::id(id), bind::time(now)],
    )
    .await
}

/// Freezes an active device. `false`: it was not active.
pub async fn freeze(tx: &Transaction, id: &DeviceId, now: Timestamp) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE devices SET state = 'frozen', closed_at = $2 WHERE id = $1 AND state = 'active'",
        vec![bind::id(id), bind::time(now)],
    )
    .await
}

/// Accepts a TOTP step once: only a later one than any accepted before, of an active device whose failures are still those that
/// were read, and judged. Clears them.
pub async fn accept_totp_step(
    tx: &Transaction,
    id: &DeviceId,
    step: u64,
    before: &Throttle,
) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE devices SET last_step = $2, failures_in_row = 0, blocked_until = NULL, failed_at = NULL \
         WHERE id = $1 AND state = 'active' AND last_step < $2 AND failures_in_row = $3",
        vec![bind::id(id), bind::count(step)?, bind::int(before.failures_in_row)],
    )
    .await
}

/// Replaces the throttle of self-generated PINs, if it is still the one that was read. `false`: another try was counted
/// meanwhile; read again.
pub async fn set_throttle(
    tx: &Transaction,
    id: &DeviceId,
    before: &Throttle,
    after: &Throttle,
) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE devices SET failures_in_row = $3, blocked_until = $4, failed_at = $5 \
         WHERE id = $1 AND failures_in_row = $2",
        vec![
            bind::id(id),
            bind::int(before.failures_in_row),
            bind::int(after.failures_in_row),
            bind::optional_time(after.blocked_until),
            bind::optional_time(after.failed_at),
        ],
    )
    .await
}
