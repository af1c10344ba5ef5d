//! Randomness as a value. Nothing but [`OsRandom`] asks the operating system.

use std::sync::Mutex;

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

/// Where random bytes come from.
pub trait Random: Send + Sync {
    /// Fills `bytes` with values that nobody can foresee (or, in tests, that everybody can).
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator. A machine that cannot give random bytes must not go on: the process aborts.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRandom;

impl Random for OsRandom {
    #[allow(
        clippy::disallowed_methods,
        reason = "the one place that asks the operating system for random bytes"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // Every caller would otherwise go on with predictable keys: fail closed, without unwinding.
            std::process::abort();
        }
    }
}

/// A repeatable generator for tests.
#[derive(Debug)]
pub struct SeededRandom(Mutex<ChaCha20Rng>);

impl SeededRandom {
    /// The same seed gives the same bytes.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .fill_bytes(bytes);
    }
}

/// An array of random bytes.
#[must_use]
pub fn bytes<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut array = [0; N];
    random.fill(&mut array);
    array
}

/// A number below `bound`, every one equally likely. `bound` 0 gives 0.
#[must_use]
pub fn below(bound: u32, random: &dyn Random) -> u32 {
    if bound == 0 {
        return 0;
    }
    // Rejection sampling: the highest multiple of `bound` that fits, so that no remainder is favoured.
    let limit = u32::MAX - (u32::MAX % bound);
    loop {
        let value = u32::from_be_bytes(bytes(random));
        if value < limit {
            return value % bound;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_repeat_and_differ() {
        let (a, b, c) = (SeededRandom::new(1), SeededRandom::new(1), SeededRandom::new(2));
        let first: [u8; 16] = bytes(&a);
        assert_eq!(first, bytes::<16>(&b));
        assert_ne!(first, bytes::<16>(&c));
        assert_ne!(bytes::<16>(&OsRandom), bytes::<16>(&OsRandom));
    }

    #[test]
    fn below_reaches_every_value_and_no_other() {
        let random = SeededRandom::new(7);
        let mut seen = [0u32; 6];
        for _ in 0..6000 {
            seen[below(6, &random) as usize] += 1;
        }
        assert!(seen.iter().all(|count| (800..1200).contains(count)), "{seen:?}");
        assert_eq!(below(0, &random), 0);
    }
}
