//! Signed calls, and the counter rule for those that change something: the counter is on the disk before the call is
//! sent; a call whose answer is lost is said again, the very same, before anything else is said. Only the end of the device is not:
//! it is said again when its owner asks for it again.

use std::time::{Duration, Instant};

use aldaba_protocol::error::ErrorCode;
use reqwest::Method;
use serde::de::DeserializeOwned;

use super::{ActiveDevice, Authenticator};
use crate::error::{Error, Result};
use crate::marker::{Marker, Refused, Unanswered};

/// Within this time a lost answer is asked for again by itself; after it the person decides.
const PERSIST: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(300);

impl Authenticator {
    /// A signed call that changes nothing.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        device: &ActiveDevice,
        method: Method,
        path: &str,
        body: String,
    ) -> Result<T> {
        let answer = self
            .client
            .call(&device.server, method, path, body, Some(device.signer()))
            .await;
        self.heed(device, answer).await
    }

    /// A signed call that changes something. `body` makes its body from the counter.
    pub(super) async fn count<T: DeserializeOwned>(
        &self,
        device: &ActiveDevice,
        method: Method,
        path: &str,
        body: impl Fn(u64) -> Result<String>,
    ) -> Result<T> {
        let mut ledger = device.ledger.lock().await;
        if let Some(earlier) = ledger.unanswered.clone() {
            let same = earlier.method == method.as_str() && earlier.path == path;
            if earlier.method == Method::DELETE.as_str() && !same {
                // Its owner went on instead: the device is not ended behind their back. If it was ended, the server says so now.
                self.note(&mut ledger, |marker| marker.unanswered = None).await?;
            } else if !(same && body(ledger.counter)? == earlier.body) {
                self.settle(device, &mut ledger, earlier).await?;
            }
        }
        if ledger.unanswered.is_none() {
            let counter = ledger.counter + 1;
            let call = Unanswered {
                method: method.to_string(),
                path: path.to_owned(),
                body: body(counter)?,
            };
            self.note(&mut ledger, move |marker| {
                marker.counter = counter;
                marker.unanswered = Some(call);
            })
            .await?;
        }
        let text = ledger
            .unanswered
            .as_ref()
            .map(|call| call.body.clone())
            .unwrap_or_default();
        let answer = self.say(device, method, path, &text).await;
        if !answer.as_ref().is_err_and(|error| is_lost(error.code)) {
            self.note(&mut ledger, |marker| marker.unanswered = None).await?;
        }
        drop(ledger);
        self.heed(device, answer).await
    }

    /// Gets an earlier call answered, whatever the answer is.
    async fn settle(&self, device: &ActiveDevice, ledger: &mut Marker, call: Unanswered) -> Result<()> {
        let method = Method::from_bytes(call.method.as_bytes()).map_err(|_| Error::new(ErrorCode::Internal))?;
        let answer: Result<serde_json::Value> = self.say(device, method, &call.path, &call.body).await;
        match answer {
            Err(error) if is_lost(error.code) => Err(error),
            _ => self.note(ledger, |marker| marker.unanswered = None).await,
        }
    }

    async fn say<T: DeserializeOwned>(
        &self,
        device: &ActiveDevice,
        method: Method,
        path: &str,
        body: &str,
    ) -> Result<T> {
        let begun = Instant::now();
        loop {
            let signer = Some(device.signer());
            match self
                .client
                .call(&device.server, method.clone(), path, body.to_owned(), signer)
                .await
            {
                Err(error) if is_lost(error.code) && begun.elapsed() < PERSIST => tokio::time::sleep(PAUSE).await,
                answer => return answer,
            }
        }
    }

    /// Changes the marker on the disk, then in memory.
    async fn note(&self, ledger: &mut Marker, change: impl FnOnce(&mut Marker) + Send + 'static) -> Result<()> {
        let device_id = ledger.device_id.clone();
        let changed = self.on_disk(move |data| data.update_marker(&device_id, change)).await?;
        *ledger = changed.ok_or(Error::new(ErrorCode::NotActivated))?;
        Ok(())
    }

    /// Takes note when the server does not take this device any more.
    pub(super) async fn heed<T>(&self, device: &ActiveDevice, answer: Result<T>) -> Result<T> {
        if let Err(error) = &answer {
            let refused = match error.code {
                ErrorCode::DeviceFrozen => Some(Refused::Frozen),
                ErrorCode::DeviceRevoked | ErrorCode::DeviceUnknown => Some(Refused::Revoked),
                _ => None,
            };
            if let Some(refused) = refused {
                self.refuse(device, refused).await?;
            }
        }
        answer
    }

    /// Keeps in the marker that the server refuses this device, and forgets its secrets in memory.
    pub(super) async fn refuse(&self, device: &ActiveDevice, refused: Refused) -> Result<()> {
        let device_id = device.id.to_string();
        self.on_disk(move |data| data.update_marker(&device_id, |marker| marker.refused = Some(refused)))
            .await?;
        let mut active = self.active.lock().await;
        if active.as_ref().is_some_and(|now| now.id == device.id) {
            *active = None;
        }
        drop(active);
        self.known().clear();
        Ok(())
    }
}

/// Whether the call may or may not have been carried out.
fn is_lost(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::Network
            | ErrorCode::Unavailable
            | ErrorCode::Timeout
            | ErrorCode::Internal
            | ErrorCode::ServerUnsupported
    )
}
