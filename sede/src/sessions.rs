//! Sign-ins that have begun and sessions that are open, in memory: a sample site that starts anew has nobody signed in.
//!
//! - Keys are hashes: who reads this memory has no cookie.
//! - A sign-in belongs to the browser that began it and is taken out by its first answer, so that an answer counts once.
//! - Nothing here grows without bound: past [`MOST`] the oldest goes.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aldaba_core::level::Level;
use aldaba_core::time::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A session ends after so long without use.
pub(crate) const IDLE: Duration = Duration::from_secs(60 * 60);
/// What a citizen may take at the provider.
const BEGUN: Duration = Duration::from_secs(30 * 60);
/// How long a logout token keeps a sign-in from coming to its end, and its id is remembered.
const ENDED: Duration = Duration::from_secs(60 * 60);
/// Between two looks for what is over.
const SWEEP: Duration = Duration::from_secs(60);
/// Of each kind.
const MOST: usize = 10_000;

/// A sign-in on its way.
#[derive(Clone)]
pub(crate) struct Begun {
    /// Binds the ID token to it.
    pub nonce: String,
    /// The PKCE code verifier.
    pub verifier: String,
    /// The level that was asked for.
    pub level: Option<Level>,
    /// The procedure's id.
    pub procedure: Option<String>,
    /// The page of this site where it leads.
    pub then: String,
}

/// Who is signed in. No `Debug`: personal data.
#[derive(Clone)]
pub(crate) struct Session {
    /// The provider's name for the person, for this site's sector.
    pub sub: String,
    /// The provider's session.
    pub sid: Option<String>,
    /// What to call them.
    pub name: String,
    /// What the sign-in proved.
    pub level: Option<Level>,
    /// How (RFC 8176).
    pub amr: Vec<String>,
    /// When, by the provider.
    pub since: Timestamp,
    /// The procedure's id.
    pub procedure: Option<String>,
    /// The ID token, to sign out with.
    pub id_token: String,
    /// Its claims.
    pub id_claims: Value,
    /// Those of the userinfo endpoint.
    pub userinfo: Value,
    /// What the forms of this session carry.
    pub csrf: String,
}

/// Which sessions a logout token ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    pub sub: Option<String>,
    pub sid: Option<String>,
}

#[derive(Default)]
pub(crate) struct Sessions(Mutex<Tables>);

#[derive(Default)]
struct Tables {
    begun: Table<Key, (Key, Begun)>,
    open: Table<Key, Session>,
    /// Provider's sessions that ended, so that a sign-in under way in one of them is not opened after all.
    ended: Table<String, ()>,
    /// Logout tokens that were taken.
    taken: Table<String, ()>,
}

type Key = [u8; 32];

/// Rows with the moment of their last use.
struct Table<K, V> {
    rows: HashMap<K, (Timestamp, V)>,
    swept_at: Timestamp,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self {
            rows: HashMap::new(),
            swept_at: Timestamp::from_secs(0),
        }
    }
}

impl<K: Eq + Hash + Clone, V> Table<K, V> {
    fn put(&mut self, key: K, value: V, life: Duration, now: Timestamp) {
        // Once in a while is enough: what is over is not found anyway.
        if now.since(self.swept_at) >= SWEEP {
            self.rows.retain(|_, (used, _)| now.since(*used) < life);
            self.swept_at = now;
        }
        if self.rows.len() >= MOST {
            let oldest = self.rows.iter().min_by_key(|(_, (used, _))| *used);
            let oldest = oldest.map(|(key, _)| key.clone());
            oldest.map(|key| self.rows.remove(&key));
        }
        self.rows.insert(key, (now, value));
    }

    fn take(&mut self, key: &K, life: Duration, now: Timestamp) -> Option<V> {
        let (used, value) = self.rows.remove(key)?;
        (now.since(used) < life).then_some(value)
    }

    fn has(&self, key: &K, life: Duration, now: Timestamp) -> bool {
        self.rows.get(key).is_some_and(|(used, _)| now.since(*used) < life)
    }
}

fn key(secret: &str) -> Key {
    Sha256::digest(secret).into()
}

impl Sessions {
    fn held(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a sign-in that this browser begins.
    pub fn begin(&self, browser: &str, state: &str, begun: Begun, now: Timestamp) {
        self.held().begun.put(key(state), (key(browser), begun), BEGUN, now);
    }

    /// The sign-in of that state, if this browser began it. It is taken out: a second answer finds nothing. Another browser
    /// takes nothing out.
    pub fn finish(&self, browser: &str, state: &str, now: Timestamp) -> Option<Begun> {
        let mut held = self.held();
        let (_, (began, _)) = held.begun.rows.get(&key(state))?;
        if *began != key(browser) {
            return None;
        }
        held.begun.take(&key(state), BEGUN, now).map(|(_, begun)| begun)
    }

    /// Opens a session under that fresh secret, in place of `earlier`. `false`: the provider has ended it meanwhile.
    pub fn open(&self, secret: &str, session: Session, earlier: Option<&str>, now: Timestamp) -> bool {
        let mut held = self.held();
        if let Some(earlier) = earlier {
            held.open.rows.remove(&key(earlier));
        }
        if session.sid.as_ref().is_some_and(|sid| held.ended.has(sid, ENDED, now)) {
            return false;
        }
        held.open.put(key(secret), session, IDLE, now);
        true
    }

    /// The session of that secret; using it prolongs it.
    pub fn current(&self, secret: &str, now: Timestamp) -> Option<Session> {
        let mut held = self.held();
        let (used, session) = held.open.rows.get_mut(&key(secret))?;
        if now.since(*used) >= IDLE {
            held.open.rows.remove(&key(secret));
            return None;
        }
        *used = now;
        Some(session.clone())
    }

    /// Ends the session of that secret.
    pub fn end(&self, secret: &str) {
        self.held().open.rows.remove(&key(secret));
    }

    /// Ends what a logout token names, once for each `jti`. `false`: it was taken before.
    pub fn end_named(&self, ending: &Ending, jti: &str, now: Timestamp) -> bool {
        let mut held = self.held();
        if held.taken.has(&jti.to_owned(), ENDED, now) {
            return false;
        }
        held.taken.put(jti.to_owned(), (), ENDED, now);
        if let Some(sid) = &ending.sid {
            held.ended.put(sid.clone(), (), ENDED, now);
        }
        held.open.rows.retain(|_, (_, session)| {
            let is_person = ending.sub.as_ref().is_none_or(|sub| *sub == session.sub);
            let is_session = ending.sid.as_ref().is_none_or(|sid| Some(sid) == session.sid.as_ref());
            !(is_person && is_session)
        });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn later(seconds: u64) -> Timestamp {
        START.plus(Duration::from_secs(seconds))
    }

    fn begun() -> Begun {
        Begun {
            nonce: "n".to_owned(),
            verifier: "v".to_owned(),
            level: None,
            procedure: None,
            then: "/".to_owned(),
        }
    }

    fn session(sub: &str, sid: &str) -> Session {
        Session {
            sub: sub.to_owned(),
            sid: Some(sid.to_owned()),
            name: String::new(),
            level: None,
            amr: Vec::new(),
            since: START,
            procedure: None,
            id_token: String::new(),
            id_claims: Value::Null,
            userinfo: Value::Null,
            csrf: String::new(),
        }
    }

    fn ending(sub: Option<&str>, sid: Option<&str>) -> Ending {
        Ending {
            sub: sub.map(str::to_owned),
            sid: sid.map(str::to_owned),
        }
    }

    // REQ-SITE-03
    #[test]
    fn an_answer_counts_once_in_the_browser_that_asked() {
        let sessions = Sessions::default();
        sessions.begin("mine", "state", begun(), START);
        assert!(sessions.finish("another", "state", START).is_none());
        assert!(sessions.finish("mine", "other", START).is_none());
        assert!(sessions.finish("mine", "state", START).is_some());
        assert!(sessions.finish("mine", "state", START).is_none(), "twice");
        sessions.begin("mine", "late", begun(), START);
        assert!(sessions.finish("mine", "late", later(30 * 60)).is_none());
    }

    // REQ-SITE-04
    #[test]
    fn sessions_end_idle_and_when_they_are_replaced() {
        let sessions = Sessions::default();
        assert!(sessions.open("a", session("ana", "1"), None, START));
        assert!(sessions.current("a", later(3599)).is_some(), "using it prolongs it");
        assert!(sessions.current("a", later(3599 + 3599)).is_some());
        assert!(sessions.current("a", later(3599 + 3599 + 3600)).is_none());
        assert!(
            sessions.current("a", later(3599 + 3599)).is_none(),
            "it does not come back"
        );
        assert!(sessions.open("b", session("ana", "1"), None, START));
        assert!(sessions.open("c", session("ana", "1"), Some("b"), START));
        assert!(sessions.current("b", START).is_none());
        sessions.end("c");
        assert!(sessions.current("c", START).is_none());
    }

    // REQ-SITE-04
    #[test]
    fn the_provider_ends_a_session_or_all_of_a_person() {
        let sessions = Sessions::default();
        for (secret, sub, sid) in [("a", "ana", "1"), ("b", "ana", "2"), ("c", "luis", "3")] {
            assert!(sessions.open(secret, session(sub, sid), None, START));
        }
        let is_open = |secret| sessions.current(secret, START).is_some();
        assert!(
            sessions.end_named(&ending(Some("luis"), Some("1")), "j0", START),
            "no such session of his"
        );
        assert!(is_open("a") && is_open("c"));
        assert!(sessions.end_named(&ending(None, Some("1")), "j1", START));
        assert!(!is_open("a") && is_open("b"));
        assert!(sessions.end_named(&ending(Some("ana"), None), "j2", START));
        assert!(!is_open("b") && is_open("c"));
        assert!(
            !sessions.end_named(&ending(Some("luis"), None), "j2", START),
            "a token counts once"
        );
        assert!(is_open("c"));
        assert!(
            !sessions.open("late", session("ana", "1"), None, START),
            "what was ended is not opened by a sign-in that was under way"
        );
    }

    #[test]
    fn nothing_grows_without_bound() {
        let sessions = Sessions::default();
        for number in 0..=u64::try_from(MOST).unwrap() {
            sessions.begin(
                "b",
                &format!("{number}"),
                begun(),
                START.plus(Duration::from_millis(number)),
            );
        }
        assert_eq!(sessions.held().begun.rows.len(), MOST);
        assert!(sessions.finish("b", "0", START).is_none(), "the oldest went");
        assert!(sessions.finish("b", "1", START).is_some());
    }
}
