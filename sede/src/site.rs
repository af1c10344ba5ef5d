//! What every page of the site shares.

use std::sync::Arc;

use aldaba_core::random::{Random, bytes};
use aldaba_core::time::{Clock, Timestamp};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::provider::Provider;
use crate::sessions::Sessions;
use crate::settings::Settings;
use crate::texts::Texts;

/// The site: cheap to clone, the same for all who hold a clone.
#[derive(Clone)]
pub struct Site(Arc<Inner>);

struct Inner {
    settings: Settings,
    provider: Provider,
    sessions: Sessions,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    texts: Texts,
}

/// What whoever starts a site chooses: production passes the system clock and the operating system's randomness, tests pass
/// their own.
pub struct Parts {
    /// Checked settings.
    pub settings: Settings,
    /// The only source of time.
    pub clock: Arc<dyn Clock>,
    /// The only source of randomness.
    pub random: Arc<dyn Random>,
}

impl Site {
    /// Puts the parts together. The provider is asked for nothing yet: it may start later than the site.
    ///
    /// # Errors
    /// No HTTP client can be made.
    pub fn new(parts: Parts) -> anyhow::Result<Self> {
        Ok(Self(Arc::new(Inner {
            provider: Provider::new(&parts.settings, Arc::clone(&parts.clock))?,
            settings: parts.settings,
            sessions: Sessions::default(),
            clock: parts.clock,
            random: parts.random,
            texts: Texts::embedded(),
        })))
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn provider(&self) -> &Provider {
        &self.0.provider
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    pub(crate) fn texts(&self) -> &Texts {
        &self.0.texts
    }

    /// 32 random bytes in base64url.
    pub(crate) fn secret(&self) -> String {
        URL_SAFE_NO_PAD.encode(bytes::<32>(&*self.0.random))
    }
}
