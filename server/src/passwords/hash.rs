//! Hashing passwords: Argon2id over a keyed digest, off the threads that serve, and never more at once than there is
//! memory and processors for.
//!
//! What is hashed is HMAC(K_mac, person ‖ password): whoever steals the database without the key file cannot even begin to
//! guess, and one person's hash is of no use in another's row.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aldaba_core::ids::PersonId;
use aldaba_core::password::Password;
use aldaba_core::random::{Random, bytes};
use aldaba_store::keys::ServerKeys;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

/// What one hash costs. The default is OWASP's first choice for Argon2id, and what production uses: it is no setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory, in KiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for Cost {
    fn default() -> Self {
        Self {
            memory: 19_456,
            passes: 2,
        }
    }
}

impl Cost {
    /// One lane: a server hashes many passwords at once rather than one faster.
    const LANES: u32 = 1;

    fn context(self) -> Result<Argon2<'static>, HashError> {
        let params = Params::new(self.memory, self.passes, Self::LANES, None).map_err(|_| HashError::Failed)?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }

    /// Whether a hash was made with other parameters.
    fn differs_from(self, phc: &str) -> bool {
        let found = PasswordHash::new(phc)
            .ok()
            .and_then(|hash| Params::try_from(&hash).ok());
        found.is_none_or(|found| {
            (found.m_cost(), found.t_cost(), found.p_cost()) != (self.memory, self.passes, Self::LANES)
        })
    }
}

/// How many may wait for each hash that runs: about a second's worth.
const WAITING_FOR_EACH: usize = 16;

/// Why nothing was hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// As many as may wait are waiting.
    #[error("too many passwords are being checked")]
    Busy,
    /// Out of memory, or a fault of ours.
    #[error("a password could not be hashed")]
    Failed,
}

/// Hashes passwords, so many at once.
pub struct Hasher {
    cost: Cost,
    decoy: String,
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    computed: Arc<AtomicU64>,
}

/// A place in the queue: kept from before a try is counted until its hash is known, so that nobody's try is counted and
/// then not judged.
pub struct Place {
    cost: Cost,
    decoy: String,
    running: Arc<Semaphore>,
    computed: Arc<AtomicU64>,
    _waiting: OwnedSemaphorePermit,
}

impl Hasher {
    /// Hashes of that cost, as many at once as there are processors.
    #[must_use]
    pub fn new(cost: Cost) -> Self {
        let at_once = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            cost,
            decoy: decoy(cost),
            running: Arc::new(Semaphore::new(at_once)),
            waiting: Arc::new(Semaphore::new(at_once * WAITING_FOR_EACH)),
            computed: Arc::new(AtomicU64::new(0)),
        }
    }

    /// Takes a place in the queue.
    ///
    /// # Errors
    /// [`HashError::Busy`]: there is none.
    pub fn enter(&self) -> Result<Place, HashError> {
        let waiting = Arc::clone(&self.waiting)
            .try_acquire_owned()
            .map_err(|_| HashError::Busy)?;
        Ok(Place {
            cost: self.cost,
            decoy: self.decoy.clone(),
            running: Arc::clone(&self.running),
            computed: Arc::clone(&self.computed),
            _waiting: waiting,
        })
    }

    /// How many hashes were computed since the start.
    #[must_use]
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }
}

impl Place {
    /// Whether a password has that hash, and its hash with the parameters of today where the stored one has others. Without
    /// a hash: the work of it, and false.
    ///
    /// # Errors
    /// [`HashError::Failed`].
    pub async fn verify(
        &self,
        keys: &ServerKeys,
        random: &dyn Random,
        person: Option<PersonId>,
        phc: Option<&str>,
        password: &Password,
    ) -> Result<Verified, HashError> {
        let peppered = pepper(keys, person.unwrap_or(PersonId::from_bytes([0; 16])), password);
        let exists = phc.is_some();
        let phc = phc.unwrap_or(&self.decoy).to_owned();
        let (cost, salt) = (self.cost, bytes::<16>(random));
        self.run(move |computed| {
            let parsed = PasswordHash::new(&phc).map_err(|_| HashError::Failed)?;
            computed.fetch_add(1, Ordering::Relaxed);
            let right = match cost.context()?.verify_password(&*peppered, &parsed) {
                Ok(()) => exists,
                Err(argon2::password_hash::Error::PasswordInvalid) => false,
                Err(_) => return Err(HashError::Failed),
            };
            let renewed = if right && cost.differs_from(&phc) {
                computed.fetch_add(1, Ordering::Relaxed);
                Some(hash(cost, &peppered, &salt)?)
            } else {
                None
            };
            Ok(Verified { right, renewed })
        })
        .await
    }

    /// The hash of a new password, in PHC's form.
    ///
    /// # Errors
    /// [`HashError::Failed`].
    pub async fn hash(
        &self,
        keys: &ServerKeys,
        random: &dyn Random,
        person: PersonId,
        password: &Password,
    ) -> Result<Zeroizing<String>, HashError> {
        let peppered = pepper(keys, person, password);
        let (cost, salt) = (self.cost, bytes::<16>(random));
        self.run(move |computed| {
            computed.fetch_add(1, Ordering::Relaxed);
            hash(cost, &peppered, &salt)
        })
        .await
    }

    /// Runs work that takes long on a thread for such work, within the bound.
    ///
    /// # Errors
    /// [`HashError::Failed`]: it panicked, or the server stops.
    pub(super) async fn run<T, F>(&self, work: F) -> Result<T, HashError>
    where
        T: Send + 'static,
        F: FnOnce(&AtomicU64) -> Result<T, HashError> + Send + 'static,
    {
        let turn = Arc::clone(&self.running)
            .acquire_owned()
            .await
            .map_err(|_| HashError::Failed)?;
        let computed = Arc::clone(&self.computed);
        // The turn goes along: a caller that hangs up does not make room for another while the memory is in use.
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work(&computed)
        })
        .await
        .unwrap_or(Err(HashError::Failed))
    }
}

/// What came of verifying.
pub struct Verified {
    /// Whether it is the password.
    pub right: bool,
    /// Its hash with the parameters of today, where the stored one has others.
    pub renewed: Option<Zeroizing<String>>,
}

fn pepper(keys: &ServerKeys, person: PersonId, password: &Password) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(keys.mac(
        "aldaba/password/pepper/v1",
        &[person.as_bytes(), password.expose().as_bytes()],
    ))
}

fn hash(cost: Cost, peppered: &[u8; 32], salt: &[u8; 16]) -> Result<Zeroizing<String>, HashError> {
    let hash = cost
        .context()?
        .hash_password_with_salt(peppered, salt)
        .map_err(|_| HashError::Failed)?;
    Ok(Zeroizing::new(hash.to_string()))
}

/// A hash of those parameters that is nobody's: no password is looked for that has it, and none is believed.
fn decoy(cost: Cost) -> String {
    format!(
        "$argon2id$v=19$m={},t={},p={}$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        cost.memory,
        cost.passes,
        Cost::LANES
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use aldaba_core::random::{OsRandom, SeededRandom};

    const CHEAP: Cost = Cost { memory: 8, passes: 1 };

    fn password(typed: &str) -> Password {
        Password::read(typed).unwrap()
    }

    // REQ-PWD-04
    #[tokio::test]
    async fn a_hash_is_of_its_person_its_keys_and_its_password() {
        let (keys, other_keys) = (ServerKeys::generate(&OsRandom), ServerKeys::generate(&OsRandom));
        let hasher = Hasher::new(Cost::default());
        let place = hasher.enter().unwrap();
        let (ana, luis) = (PersonId::from_bytes([1; 16]), PersonId::from_bytes([2; 16]));
        let right = password("siete nubes de octubre");
        let phc = place.hash(&keys, &OsRandom, ana, &right).await.unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", phc.as_str());
        let again = place.hash(&keys, &OsRandom, ana, &right).await.unwrap();
        assert_ne!(phc, again, "a salt of its own");
        for (keys, person, typed, expected) in [
            (&keys, ana, "siete nubes de octubre", true),
            (&keys, ana, "siete nubes de Octubre", false),
            (&keys, luis, "siete nubes de octubre", false),
            (&other_keys, ana, "siete nubes de octubre", false),
        ] {
            let verified = place
                .verify(keys, &OsRandom, Some(person), Some(&phc), &password(typed))
                .await
                .unwrap();
            assert_eq!(
                (verified.right, verified.renewed.is_some()),
                (expected, false),
                "{typed}"
            );
        }
    }

    // REQ-PWD-04
    #[tokio::test]
    async fn parameters_of_yesterday_are_renewed_once_the_password_was_right() {
        let keys = ServerKeys::generate(&OsRandom);
        let ana = PersonId::from_bytes([1; 16]);
        let right = password("siete nubes");
        let yesterday = Hasher::new(CHEAP);
        let phc = yesterday
            .enter()
            .unwrap()
            .hash(&keys, &OsRandom, ana, &right)
            .await
            .unwrap();
        let today = Hasher::new(Cost { memory: 16, passes: 1 });
        let place = today.enter().unwrap();
        let wrong = place
            .verify(&keys, &OsRandom, Some(ana), Some(&phc), &password("otra"))
            .await
            .unwrap();
        assert!(!wrong.right && wrong.renewed.is_none());
        let renewed = place
            .verify(&keys, &OsRandom, Some(ana), Some(&phc), &right)
            .await
            .unwrap();
        let renewed = renewed.renewed.unwrap();
        assert!(renewed.contains("m=16,"));
        let verified = place
            .verify(&keys, &OsRandom, Some(ana), Some(&renewed), &right)
            .await
            .unwrap();
        assert!(verified.right && verified.renewed.is_none());
    }

    // REQ-PWD-07
    #[tokio::test]
    async fn nobody_costs_a_hash_and_is_never_right() {
        let keys = ServerKeys::generate(&OsRandom);
        let hasher = Hasher::new(CHEAP);
        let place = hasher.enter().unwrap();
        let verified = place
            .verify(&keys, &SeededRandom::new(1), None, None, &password("x"))
            .await
            .unwrap();
        assert!(!verified.right && verified.renewed.is_none());
        assert_eq!(hasher.computed(), 1);
    }

    // REQ-PWD-04
    #[tokio::test]
    async fn the_queue_is_bounded() {
        let hasher = Hasher::new(CHEAP);
        let mut places = Vec::new();
        let full = loop {
            match hasher.enter() {
                Ok(place) => places.push(place),
                Err(error) => break error,
            }
        };
        assert_eq!(full, HashError::Busy);
        assert_eq!(places.len() % WAITING_FOR_EACH, 0);
        places.pop();
        assert!(hasher.enter().is_ok(), "who leaves makes room");
    }
}
