//! The device's live stream: server-sent events, resumed after the last one, reconnected with growing pauses.

use std::time::Duration;

use aldaba_core::device::DeviceState;
use aldaba_core::random;
use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::wire::{DeviceEvent, NoticeEvent, NoticeKind, RequestEvent};
use futures::StreamExt as _;
use sse_stream::SseStream;
use tokio::sync::mpsc;

use super::Authenticator;
use crate::error::{Error, Result};
use crate::marker::Refused;

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What the watcher tells.
#[derive(Debug, Clone)]
pub enum Signal {
    /// The stream is open; what happened before may have been missed.
    Connected,
    /// It is not, and why; it is being tried again.
    Disconnected(Error),
    /// A request changed.
    Request(RequestEvent),
    /// Another device of the same person was activated.
    OtherDeviceActivated,
    /// The server does not take this device any more. The watch has ended.
    Refused(Refused),
}

impl Authenticator {
    /// Watches the stream until the receiver is dropped, the device is refused, or there is no device to watch for.
    /// `wake` cuts a pause short (the network came back, the window was opened).
    ///
    /// # Errors
    /// `not_activated` or the store's; never the network's, which is only told.
    pub async fn watch(&self, signals: &mpsc::Sender<Signal>, wake: &tokio::sync::Notify) -> Result<()> {
        let mut last_event_id: Option<String> = None;
        let mut pause = FIRST_PAUSE;
        loop {
            match self.watch_once(signals, &mut last_event_id, &mut pause).await {
                Ok(Some(refused)) => {
                    let _ = signals.send(Signal::Refused(refused)).await;
                    return Ok(());
                }
                Ok(None) => {}
                Err(error) => match error.code {
                    ErrorCode::DeviceFrozen => return refused(signals, Refused::Frozen).await,
                    ErrorCode::DeviceRevoked | ErrorCode::DeviceUnknown => {
                        return refused(signals, Refused::Revoked).await;
                    }
                    ErrorCode::NotActivated
                    | ErrorCode::NoSecureStore
                    | ErrorCode::SecureStoreLocked
                    | ErrorCode::SecureStoreCorrupted
                    | ErrorCode::SecureStoreMissingEntry => return Err(error),
                    _ => {
                        if signals.send(Signal::Disconnected(error)).await.is_err() {
                            return Ok(());
                        }
                    }
                },
            }
            if signals.is_closed() {
                return Ok(());
            }
            // Jitter, so that a server that comes back is not met by all its devices at once.
            let [share] = random::bytes::<1>(self.random.as_ref());
            let wait = pause.mul_f64(0.5 + f64::from(share) / 510.0);
            let woken = tokio::time::timeout(wait, wake.notified()).await.is_ok();
            pause = if woken {
                FIRST_PAUSE
            } else {
                (pause * 2).min(LONGEST_PAUSE)
            };
        }
    }

    /// One connection, until it ends. `Some` when the server said that the device is no more.
    async fn watch_once(
        &self,
        signals: &mpsc::Sender<Signal>,
        last_event_id: &mut Option<String>,
        pause: &mut Duration,
    ) -> Result<Option<Refused>> {
        let device = self.device().await?;
        let opened = self
            .client
            .events(&device.server, device.signer(), last_event_id.as_deref())
            .await;
        let response = self.heed(&device, opened).await?;
        *pause = FIRST_PAUSE;
        if signals.send(Signal::Connected).await.is_err() {
            return Ok(None);
        }
        let mut events = SseStream::from_bytes_stream(bounded(response.bytes_stream()));
        loop {
            let next = tokio::select! {
                next = events.next() => next,
                () = signals.closed() => return Ok(None),
            };
            let Some(event) = next else {
                return Err(Error::new(ErrorCode::Network));
            };
            let event = event.map_err(|_| Error::new(ErrorCode::Network))?;
            if let Some(id) = event.id.filter(|id| !id.is_empty()) {
                *last_event_id = Some(id);
            }
            let data = event.data.unwrap_or_default();
            match event.event.as_deref() {
                Some("request") => {
                    // A server may learn to say more; what is not understood is skipped.
                    if let Ok(request) = serde_json::from_str::<RequestEvent>(&data)
                        && signals.send(Signal::Request(request)).await.is_err()
                    {
                        return Ok(None);
                    }
                }
                Some("notice") => {
                    // Kinds that this version does not know are skipped.
                    if let Ok(NoticeEvent {
                        kind: NoticeKind::DeviceActivated,
                    }) = serde_json::from_str(&data)
                        && signals.send(Signal::OtherDeviceActivated).await.is_err()
                    {
                        return Ok(None);
                    }
                }
                Some("device") => {
                    if let Ok(DeviceEvent { state }) = serde_json::from_str(&data) {
                        let refused = match state {
                            DeviceState::Active => continue,
                            DeviceState::Frozen => Refused::Frozen,
                            DeviceState::Revoked => Refused::Revoked,
                        };
                        self.refuse(&device, refused).await?;
                        return Ok(Some(refused));
                    }
                }
                _ => {}
            }
        }
    }
}

async fn refused(signals: &mpsc::Sender<Signal>, refused: Refused) -> Result<()> {
    // Nobody is left to be told if this fails.
    let _ = signals.send(Signal::Refused(refused)).await;
    Ok(())
}

/// No event comes near it. What has no end is not kept: the parser would gather a line until the memory is full.
const LARGEST_EVENT: usize = 64 * 1024;

/// The bytes of a stream, until an event of it is too large.
fn bounded<B: AsRef<[u8]>, E>(
    stream: impl futures::Stream<Item = std::result::Result<B, E>>,
) -> impl futures::Stream<Item = std::io::Result<B>> {
    let (mut since_blank_line, mut last) = (0_usize, 0_u8);
    stream.map(move |chunk| {
        let chunk = chunk.map_err(|_| std::io::Error::other("the stream broke"))?;
        for byte in chunk.as_ref().iter().copied().filter(|byte| *byte != b'\r') {
            since_blank_line = if (last, byte) == (b'\n', b'\n') {
                0
            } else {
                since_blank_line + 1
            };
            last = byte;
        }
        if since_blank_line > LARGEST_EVENT {
            return Err(std::io::Error::other("an event is too large"));
        }
        Ok(chunk)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_event_without_an_end_ends_the_stream_and_many_small_ones_do_not() {
        let ends = async |chunk: &'static str, times: usize| {
            let chunks = std::iter::repeat_n(Ok::<_, std::convert::Infallible>(chunk), times);
            let passed: Vec<_> = bounded(futures::stream::iter(chunks)).collect().await;
            passed.iter().any(std::result::Result::is_err)
        };
        assert!(!ends("data: a\n\n", 20_000).await);
        assert!(!ends(":\r\n\r\n", 20_000).await, "heartbeats");
        assert!(ends("data: a", 20_000).await, "one line");
        assert!(ends("data: a\n", 20_000).await, "one event of many lines");
    }
}
