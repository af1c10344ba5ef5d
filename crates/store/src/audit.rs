//! The audit log: written in the transaction of what it tells of, each entry chained to the one before.
//!
//! Entries stand in lanes, each a chain of its own: one on SQLite, whose writer is alone, and [`LANES`] on PostgreSQL, so that
//! commits do not queue behind one row. An entry's hash is HMAC-SHA256, under a key derived from `K_mac`, of the hash before it
//! and every field, each length-prefixed: who can write to the database but does not have the key file can change the log, but
//! cannot make it look whole. A lane's head (number and hash of its last entry) is kept by the database, in the same transaction;
//! it shows entries cut from the end. Whoever could restore both entries and head to an earlier day needs to be found out from
//! outside: `audit verify` prints the heads, to be kept elsewhere.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use aldaba_core::ids::{DeviceId, PersonId, RequestId};
use aldaba_core::time::Timestamp;
use sea_orm::DbBackend;
use serde_json::Value;

use crate::error::StoreError;
use crate::keys::ServerKeys;
use crate::steps::{Step, Won};
use crate::store::Store;
use crate::transaction::{From16, Row, Transaction, bind};

/// Lanes on PostgreSQL. All exist from the first migration on.
pub const LANES: u8 = 64;

/// Entries read at once by [`verify`].
const PAGE: u32 = 1000;

/// What happened. Ids are random; `detail` holds no personal data, no code and no PIN.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What, as `thing.happened`.
    pub kind: &'static str,
    /// To whom.
    pub person: Option<PersonId>,
    /// With which device.
    pub device: Option<DeviceId>,
    /// In which request.
    pub request: Option<RequestId>,
    /// Anything else, as a JSON object; `Value::Null` for nothing.
    pub detail: Value,
}

/// A log found whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Entries in all.
    pub entries: u64,
    /// Number and hash of each lane's last entry; lanes without entries are left out.
    pub heads: BTreeMap<i64, (u64, [u8; 32])>,
}

/// The first broken place of a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("lane {lane}, entry {seq}: {why}")]
pub struct Broken {
    /// The lane.
    pub lane: i64,
    /// The entry's number in it, from 1.
    pub seq: u64,
    /// What is wrong.
    pub why: Fault,
}

/// What can be wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A number is left out.
    #[error("it is missing")]
    Missing,
    /// It does not continue the entry before it, or was changed.
    #[error("it was changed, or does not continue the entry before it")]
    Changed,
    /// The lane has more entries than were ever appended.
    #[error("it comes after the lane's head")]
    BeyondHead,
}

/// Why a log could not be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It is broken.
    #[error("the audit log is broken: {0}")]
    Broken(#[from] Broken),
    /// It could not be read.
    #[error("the audit log could not be read: {0}")]
    Store(#[from] StoreError),
}

/// The fields of an entry as they are stored.
struct Fields<'a> {
    lane: i64,
    seq: u64,
    at: i64,
    kind: &'a str,
    person: Option<[u8; 16]>,
    device: Option<[u8; 16]>,
    request: Option<[u8; 16]>,
    detail: Option<&'a str>,
}

/// An absent field is not an empty one.
fn optional(bytes: Option<&[u8]>) -> Vec<u8> {
    bytes.map_or_else(|| vec![0], |bytes| [&[1], bytes].concat())
}

fn entry_hash(keys: &ServerKeys, before: &[u8; 32], fields: &Fields<'_>) -> [u8; 32] {
    keys.mac(
        "aldaba/audit/entry/v1",
        &[
            before,
            &fields.lane.to_be_bytes(),
            &fields.seq.to_be_bytes(),
            &fields.at.to_be_bytes(),
            fields.kind.as_bytes(),
            &optional(fields.person.as_ref().map(<[u8; 16]>::as_slice)),
            &optional(fields.device.as_ref().map(<[u8; 16]>::as_slice)),
            &optional(fields.request.as_ref().map(<[u8; 16]>::as_slice)),
            &optional(fields.detail.map(str::as_bytes)),
        ],
    )
}

/// The lane an entry goes to: by person, so that what happens to one stays in order. What is about nobody goes to any lane, so
/// that a crowd of decoys does not wait for each other where the calls of those who exist do not.
fn lane_of(tx: &Transaction, entry: &Entry) -> i64 {
    if tx.backend() != DbBackend::Postgres {
        return 0;
    }
    let person = entry.person.map(|id| id.bytes16());
    let id = person
        .or(entry.request.map(|id| id.bytes16()))
        .or(entry.device.map(|id| id.bytes16()));
    // Ids are random, so that any byte of theirs spreads the entries evenly.
    i64::from(id.map_or(tx.spread(), |[first, ..]| first) % LANES)
}

/// Number and hash of an entry that is the last of its lane.
type Head = (u64, [u8; 32]);

/// Where each lane was seen to end. Only a hint: the transaction that moved it may have been undone, another process may have
/// moved it on. The statement that uses it checks it.
#[derive(Default)]
pub(crate) struct Heads(Mutex<BTreeMap<i64, Head>>);

impl Heads {
    fn of(&self, lane: i64) -> Option<Head> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&lane)
            .copied()
    }

    fn set(&self, lane: i64, head: Head) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(lane, head);
    }
}

/// Appends an entry. Takes the lane's lock, the last in the order of locks: do it as the last thing of a transaction.
pub async fn append(tx: &Transaction, entry: &Entry) -> Result<(), StoreError> {
    // Nearly always the lane ends where it was seen to end last, and one statement does.
    if let Some(next) = Next::seen(tx, entry)?
        && let [Some(_)] = tx.in_turn([next.step(tx)?]).await?
    {
        next.was_appended(tx);
        return Ok(());
    }
    append_at_head(tx, entry).await
}

/// Does `steps` in turn, and appends an entry that tells of them if all win. What each returned; if one lost, nothing was
/// appended.
pub(crate) async fn append_after<const N: usize>(
    tx: &Transaction,
    steps: [Step; N],
    entry: &Entry,
) -> Result<[Option<Won>; N], StoreError> {
    let next = Next::seen(tx, entry)?;
    let append = next.as_ref().map(|next| next.step(tx)).transpose()?;
    let (outcomes, appended) = tx.in_turn_then(steps, append).await?;
    match (next, appended) {
        (Some(next), Some(_)) => next.was_appended(tx),
        _ if outcomes.iter().all(Option::is_some) => append_at_head(tx, entry).await?,
        _ => {}
    }
    Ok(outcomes)
}

/// Appends an entry where its lane ends, once nobody else can move that end.
async fn append_at_head(tx: &Transaction, entry: &Entry) -> Result<(), StoreError> {
    const PLAIN: &str = "SELECT seq, hash FROM audit_lanes WHERE lane = $1";
    const LOCKING: &str = "SELECT seq, hash FROM audit_lanes WHERE lane = $1 FOR NO KEY UPDATE";
    tx.open()?;
    let lane = lane_of(tx, entry);
    let head = tx.select_one(tx.locking(PLAIN, LOCKING), vec![bind::int(lane)]).await?;
    let head = head.ok_or(StoreError::Corrupt("a lane of the audit log"))?;
    let next = Next::new(tx, entry, lane, (head.count(0)?, head.array(1)?));
    match tx.in_turn([next.step(tx)?]).await? {
        [Some(_)] => {
            next.was_appended(tx);
            Ok(())
        }
        [None] => Err(StoreError::Corrupt("the audit log goes on after its head")),
    }
}

/// An entry as it comes after a head.
struct Next<'e> {
    entry: &'e Entry,
    lane: i64,
    before: Head,
    detail: Option<String>,
    hash: [u8; 32],
}

impl<'e> Next<'e> {
    /// After the lane's end as it was seen last, if it was.
    fn seen(tx: &Transaction, entry: &'e Entry) -> Result<Option<Self>, StoreError> {
        tx.open()?;
        let lane = lane_of(tx, entry);
        Ok(tx.heads().of(lane).map(|head| Self::new(tx, entry, lane, head)))
    }

    fn new(tx: &Transaction, entry: &'e Entry, lane: i64, before: Head) -> Self {
        let detail = (!entry.detail.is_null()).then(|| entry.detail.to_string());
        let (last, hash_before) = before;
        let fields = Fields {
            lane,
            seq: last + 1,
            at: entry.at.as_millis(),
            kind: entry.kind,
            person: entry.person.map(|id| id.bytes16()),
            device: entry.device.map(|id| id.bytes16()),
            request: entry.request.map(|id| id.bytes16()),
            detail: detail.as_deref(),
        };
        let hash = entry_hash(tx.keys(), &hash_before, &fields);
        Self {
            entry,
            lane,
            before,
            detail,
            hash,
        }
    }

    /// Appends the entry if its lane ends where it is meant to. A trigger moves the lane's own head along.
    fn step(&self, tx: &Transaction) -> Result<Step, StoreError> {
        // The lane is locked before the entry is written: two that wrote first and locked then would wait for each other.
        const SQL: &str = "INSERT INTO audit (lane, seq, at, kind, person_id, device_id, request_id, detail, hash) \
             SELECT lane, seq + 1, $4, $5, $6, $7, $8, $9, $10 FROM audit_lanes \
             WHERE lane = $1 AND seq = $2 AND hash = $3 AND {after}{lock} RETURNING seq";
        tx.open()?;
        let (last, hash_before) = self.before;
        Ok(Step::new(
            SQL,
            vec![
                bind::int(self.lane),
                bind::count(last)?,
                bind::blob(hash_before),
                bind::time(self.entry.at),
                bind::text(self.entry.kind),
                bind::optional_id(self.entry.person.as_ref()),
                bind::optional_id(self.entry.device.as_ref()),
                bind::optional_id(self.entry.request.as_ref()),
                bind::optional_text(self.detail.as_deref()),
                bind::blob(self.hash),
            ],
        ))
    }

    fn was_appended(&self, tx: &Transaction) {
        tx.heads().set(self.lane, (self.before.0 + 1, self.hash));
    }
}

/// Checks every entry of every lane against the one before it, and each lane's end against its head.
///
/// # Errors
/// [`Broken`] names the first broken entry of the first broken lane.
pub async fn verify(store: &Store) -> Result<Summary, VerifyError> {
    let lanes = store
        .read(|tx| {
            Box::pin(async {
                tx.select_all("SELECT lane FROM audit_lanes ORDER BY lane", vec![])
                    .await
            })
        })
        .await?;
    let mut summary = Summary {
        entries: 0,
        heads: BTreeMap::new(),
    };
    for row in lanes {
        let lane = row.int(0)?;
        let (seq, hash) = verify_lane(store, lane).await?;
        if seq > 0 {
            summary.entries += seq;
            summary.heads.insert(lane, (seq, hash));
        }
    }
    Ok(summary)
}

/// Number and hash of the lane's last entry.
async fn verify_lane(store: &Store, lane: i64) -> Result<(u64, [u8; 32]), VerifyError> {
    let (mut last, mut before) = (0u64, [0u8; 32]);
    loop {
        // The head is read before the entries: what is appended meanwhile only lies beyond it.
        let (head_seq, head_hash, page) = page(store, lane, last).await?;
        let full = page.len() >= PAGE as usize;
        for row in &page {
            let seq = row.count(0)?;
            if seq != last + 1 {
                return Err(Broken {
                    lane,
                    seq: last + 1,
                    why: Fault::Missing,
                }
                .into());
            }
            let (kind, detail) = (row.text(2)?, row.optional_text(6)?);
            let fields = Fields {
                lane,
                seq,
                at: row.int(1)?,
                kind: &kind,
                person: row.optional_array(3)?,
                device: row.optional_array(4)?,
                request: row.optional_array(5)?,
                detail: detail.as_deref(),
            };
            let hash = entry_hash(store.keys(), &before, &fields);
            if row.array::<32>(7)? != hash {
                return Err(Broken {
                    lane,
                    seq,
                    why: Fault::Changed,
                }
                .into());
            }
            (last, before) = (seq, hash);
            if last == head_seq && hash != head_hash {
                return Err(Broken {
                    lane,
                    seq,
                    why: Fault::Changed,
                }
                .into());
            }
        }
        if !full {
            return if last < head_seq {
                Err(Broken {
                    lane,
                    seq: last + 1,
                    why: Fault::Missing,
                }
                .into())
            } else {
                beyond_head(store, lane, last).await?;
                Ok((last, before))
            };
        }
    }
}

/// Entries past the head were not appended by this program. Read again: new ones may have come meanwhile, and their head.
async fn beyond_head(store: &Store, lane: i64, last: u64) -> Result<(), VerifyError> {
    let (head_seq, ..) = head(store, lane).await?;
    if last > head_seq {
        Err(Broken {
            lane,
            seq: head_seq + 1,
            why: Fault::BeyondHead,
        }
        .into())
    } else {
        Ok(())
    }
}

async fn head(store: &Store, lane: i64) -> Result<(u64, [u8; 32]), VerifyError> {
    let row = store
        .read(move |tx| {
            Box::pin(async move {
                tx.select_one(
                    "SELECT seq, hash FROM audit_lanes WHERE lane = $1",
                    vec![bind::int(lane)],
                )
                .await
            })
        })
        .await?
        .ok_or(StoreError::Corrupt("a lane of the audit log"))?;
    Ok((row.count(0)?, row.array(1)?))
}

async fn page(store: &Store, lane: i64, after: u64) -> Result<(u64, [u8; 32], Vec<Row>), VerifyError> {
    let (seq, hash) = head(store, lane).await?;
    let after = bind::count(after)?;
    let rows = store
        .read(move |tx| {
            Box::pin(async move {
                tx.select_all(
                    "SELECT seq, at, kind, person_id, device_id, request_id, detail, hash FROM audit \
                     WHERE lane = $1 AND seq > $2 ORDER BY seq LIMIT $3",
                    vec![bind::int(lane), after, bind::int(PAGE)],
                )
                .await
            })
        })
        .await?;
    Ok((seq, hash, rows))
}
