//! Signing in with a certificate happens on a host of its own. A ticket goes there with the browser, another comes back:
//!
//! ```text
//!          the certificate is good              the browser that began
//! begun ───────────────────────────▶ proved ───────────────────────────▶ redeemed
//!   └── it is not ──▶ refused           └── another browser ──▶ refused
//! ```
//!
//! Both tickets are 32 random bytes of which only SHA-256 is stored. Each is good once: every step is one conditional
//! statement on state and time.

use std::fmt;

use aldaba_core::ids::PersonId;
use aldaba_core::language::Language;
use aldaba_core::level::Level;
use aldaba_core::random::Random;
use aldaba_core::time::Timestamp;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::error::StoreError;
use crate::transaction::{Row, Transaction, bind};

/// A ticket: 32 random bytes, in an address as 64 lower-case hexadecimal digits. `Debug` prints nothing of it.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Ticket([u8; 32]);

impl Ticket {
    /// A new ticket.
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// Reads one from an address.
    pub fn parse(text: &str) -> Option<Self> {
        // One spelling only, as for every other id.
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return None;
        }
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// As it is written into an address.
    pub fn expose(&self) -> String {
        hex::encode(self.0)
    }

    fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ticket(…)")
    }
}

/// What a browser began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// The site that the person wants to sign in to.
    pub relying_party: String,
    /// What for; empty: the site itself.
    pub procedure: String,
    /// The language of the pages.
    pub language: Language,
    /// What the site asks for: nothing less is proved.
    pub level: Level,
}

/// What a certificate proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// Who.
    pub person: PersonId,
    /// How sure.
    pub level: Level,
    /// For which site.
    pub relying_party: String,
    /// What for; empty: the site itself.
    pub procedure: String,
}

/// What became of a ticket that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redemption {
    /// It was good.
    Proved(Proved),
    /// It was good, but another browser began.
    OtherBrowser,
    /// It is unknown, used or too late.
    Over,
}

fn binding_hash(binding: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(binding).into()
}

fn begun(row: &Row) -> Result<Begun, StoreError> {
    Ok(Begun {
        relying_party: row.text(0)?,
        procedure: row.text(1)?,
        language: row.word(2)?,
        level: row.word(3)?,
    })
}

/// Writes the ticket that a browser goes away with.
pub async fn begin(
    tx: &Transaction,
    ticket: &Ticket,
    binding: &[u8; 32],
    begun: &Begun,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO certificate_tickets (ticket_hash, binding_hash, relying_party_id, procedure_id, language, level, \
         state, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, 'begun', $7, $8)",
        vec![
            bind::blob(ticket.hash()),
            bind::blob(binding_hash(binding)),
            bind::text(&begun.relying_party),
            bind::text(&begun.procedure),
            bind::text(begun.language.tag()),
            // What is needed, until it gives way to what was proved.
            bind::text(begun.level.as_str()),
            bind::time(now),
            bind::time(expires_at),
        ],
    )
    .await?;
    Ok(())
}

/// What was begun with that ticket, or with the one that came of it, however it ended: where its page leads back to. Its level
/// says nothing any more.
pub async fn begun_with(tx: &Transaction, ticket: &Ticket) -> Result<Option<Begun>, StoreError> {
    let row = tx
        .select_one(
            "SELECT relying_party_id, procedure_id, language, level FROM certificate_tickets \
             WHERE ticket_hash = $1 OR result_hash = $1",
            vec![bind::blob(ticket.hash())],
        )
        .await?;
    row.as_ref().map(begun).transpose()
}

/// What was begun with that ticket, if it is still good. Takes nothing: looking at a certificate takes a while, and only then
/// the ticket is used up, by [`prove`] or [`refuse`].
pub async fn look(tx: &Transaction, ticket: &Ticket, now: Timestamp) -> Result<Option<Begun>, StoreError> {
    let row = tx
        .select_one(
            "SELECT relying_party_id, procedure_id, language, level FROM certificate_tickets \
             WHERE ticket_hash = $1 AND state = 'begun' AND expires_at > $2",
            vec![bind::blob(ticket.hash()), bind::time(now)],
        )
        .await?;
    row.map(|row| begun(&row)).transpose()
}

/// Uses a ticket up for a person whose certificate is good, and makes `result` good until `expires_at`. `false`: the ticket is
/// over, or somebody used it first.
pub async fn prove(
    tx: &Transaction,
    ticket: &Ticket,
    result: &Ticket,
    person: &PersonId,
    level: Level,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE certificate_tickets SET state = 'proved', result_hash = $2, person_id = $3, level = $4, expires_at = $6 \
         WHERE ticket_hash = $1 AND state = 'begun' AND expires_at > $5",
        vec![
            bind::blob(ticket.hash()),
            bind::blob(result.hash()),
            bind::id(person),
            bind::text(level.as_str()),
            bind::time(now),
            bind::time(expires_at),
        ],
    )
    .await
}

/// Uses a ticket up for a certificate that is not good. `false`: it was used up before.
pub async fn refuse(tx: &Transaction, ticket: &Ticket) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE certificate_tickets SET state = 'refused' WHERE ticket_hash = $1 AND state = 'begun'",
        vec![bind::blob(ticket.hash())],
    )
    .await
}

/// Uses up the ticket that came back. In another browser than the one that began it is worth nothing to anybody afterwards.
pub async fn redeem(
    tx: &Transaction,
    result: &Ticket,
    binding: &[u8; 32],
    now: Timestamp,
) -> Result<Redemption, StoreError> {
    let row = tx
        .change(
            "UPDATE certificate_tickets SET state = CASE WHEN binding_hash = $2 THEN 'redeemed' ELSE 'refused' END \
             WHERE result_hash = $1 AND state = 'proved' AND expires_at > $3 \
             RETURNING state, person_id, level, relying_party_id, procedure_id",
            vec![
                bind::blob(result.hash()),
                bind::blob(binding_hash(binding)),
                bind::time(now),
            ],
        )
        .await?;
    let Some(row) = row else {
        return Ok(Redemption::Over);
    };
    if row.text(0)? != "redeemed" {
        return Ok(Redemption::OtherBrowser);
    }
    Ok(Redemption::Proved(Proved {
        person: row.id(1)?,
        level: row.word(2)?,
        relying_party: row.text(3)?,
        procedure: row.text(4)?,
    }))
}
