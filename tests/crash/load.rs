//! People who sign in as fast as they can until the server is gone.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aldaba_authenticator::marker::DataDir;
use aldaba_authenticator::secure_store::MemoryStore;
use aldaba_authenticator::server_url::ServerUrl;
use aldaba_authenticator::user_verification::{Outcome as Verification, SettledUserVerification};
use aldaba_authenticator::{Authenticator, Parts, StartRequest};
use aldaba_core::ids::RequestId;
use aldaba_core::random::OsRandom;
use aldaba_core::time::SystemClock;
use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::wire::RejectReason;
use aldaba_tests::forms::{Outcome, Visitor, page_code};
use aldaba_tests::server::{Citizen, DemoServer};
use anyhow::{Context, Result, bail, ensure};

use crate::ledger::Entry;

/// What the people of one round and whoever kills the server tell each other.
#[derive(Default)]
pub struct Round {
    over: AtomicBool,
    ended: tokio::sync::watch::Sender<u32>,
}

impl Round {
    /// Returns once so many attempts have come to an end.
    ///
    /// # Errors
    /// When that takes unreasonably long: a load that gets nothing done proves nothing.
    pub async fn wait_for(&self, attempts: u32) -> Result<()> {
        let mut ended = self.ended.subscribe();
        tokio::time::timeout(Duration::from_secs(60), ended.wait_for(|ended| *ended >= attempts))
            .await
            .context("the load gets nothing done")?
            .context("the load is gone")?;
        Ok(())
    }

    /// The server is gone: who is still at work stops.
    pub fn finish(&self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

/// A citizen with an activated device. The device lives on through the server's crashes, as real ones do, and says again
/// what was never answered.
#[derive(Clone)]
pub struct Person {
    citizen: Citizen,
    server: String,
    /// The app's own use cases, without its window.
    pub device: Arc<Authenticator>,
}

impl Person {
    /// Activates a device for `citizen`.
    ///
    /// # Errors
    /// When that fails.
    pub async fn activate(server: &DemoServer, citizen: Citizen, home: &Path) -> Result<Self> {
        let device = Authenticator::new(Parts {
            store: Arc::new(MemoryStore::new()),
            store_deadline: Duration::from_secs(5),
            data: DataDir::open(home)?,
            clock: Arc::new(SystemClock),
            random: Arc::new(OsRandom),
            verification: Arc::new(SettledUserVerification(Verification::Verified)),
            preset: Some(ServerUrl::parse(server.url())?),
            keep_activation: false,
        })?;
        let request = StartRequest {
            document: &citizen.document,
            contrast: &citizen.contrast,
            device_name: "prueba",
            platform: "headless",
            language: "es",
        };
        device.start_activation(request).await?;
        device
            .confirm_activation(&server.activation_code(&citizen, 0).await?)
            .await?;
        Ok(Self {
            citizen,
            server: server.url().to_owned(),
            device: Arc::new(device),
        })
    }

    /// Signs in again and again until the round is over; returns what each attempt had come to. `choices` decides which of them
    /// are rejected or left unsent.
    ///
    /// # Errors
    /// When the server says something that it must never say.
    pub async fn work(self, choices: [u8; 8], round: Arc<Round>) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for choice in choices.into_iter().cycle() {
            if round.over.load(Ordering::Relaxed) {
                break;
            }
            let visitor = Visitor::new(&self.server)?;
            // Nothing was promised before the reveal: an attempt cut short there leaves nothing to check.
            let Ok(page) = visitor.ask_for_pin_at_the_server(&self.citizen, "incoming").await else {
                break;
            };
            let code = page_code(&page).context("no code on the page")?;
            let Some(request) = answered(self.device.lookup(&code).await)? else {
                break;
            };
            let id: RequestId = request.request.id.parse().ok().context("no request id")?;
            let Some(revealed) = answered(self.device.reveal(&id).await)? else {
                break;
            };
            let pin = revealed.pin.context("revealed, and no PIN")?.expose().to_owned();
            match choice % 8 {
                0 => entries.push(Entry::Revealed { visitor, pin }),
                1 => match answered(self.device.reject(&id, RejectReason::ChangedMind).await)? {
                    Some(_) => entries.push(Entry::Rejected { visitor, pin }),
                    None => break,
                },
                _ => {
                    // Two windows of one browser, the same PIN, at once.
                    let other = visitor.clone();
                    let (one, two) = tokio::join!(visitor.try_pin(&pin), other.try_pin(&pin));
                    let signed_in = [&one, &two]
                        .iter()
                        .filter(|it| matches!(it, Ok(Outcome::SignedIn)))
                        .count();
                    ensure!(signed_in <= 1, "one PIN signed in twice");
                    let silent = one.is_err() || two.is_err();
                    entries.push(if signed_in == 1 {
                        Entry::SignedIn { visitor, pin }
                    } else {
                        ensure!(silent, "a right PIN was refused twice: {one:?} {two:?}");
                        Entry::Sent { visitor, pin }
                    });
                    if silent {
                        break;
                    }
                }
            }
            round.ended.send_modify(|ended| *ended += 1);
        }
        Ok(entries)
    }
}

/// The answer; `None` when none came because the server is gone.
fn answered<T>(outcome: aldaba_authenticator::Result<T>) -> Result<Option<T>> {
    match outcome {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.code == ErrorCode::Network => Ok(None),
        Err(error) => bail!("the server refuses what it must take: {error:?}"),
    }
}
