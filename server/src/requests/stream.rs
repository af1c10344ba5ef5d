//! `GET /v1/device/events`: the live stream of one device, as server-sent events.
//!
//! ```text
//! event: request                      event: device            : heartbeat every 15 s
//! id: 1800000000000-00112233…         data: {"state":"revoked"}
//! data: {"id":"00112233…","state":"pending"}
//!
//! event: notice
//! data: {"kind":"device_activated"}
//! ```
//!
//! On connecting, a device is sent what is live now; with `Last-Event-ID`, what changed since. From then on what the hub
//! tells. The subscription begins before the database is read, so that nothing falls between; a thing may thus be told
//! twice, which an app must bear anyway.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use aldaba_core::ids::RequestId;
use aldaba_core::request::RequestState;
use aldaba_core::time::Timestamp;
use aldaba_protocol::wire;
use aldaba_store::{StoreError, requests};
use axum::body::Bytes;
use futures::future::BoxFuture;
use http_body::Frame;
use tokio::time::{Instant, Sleep};

use super::events::{Live, Subscription};
use crate::app::App;
use crate::http::device_auth::{CallError, SignedCall};

/// A comment that keeps proxies from closing the stream, and tells the device that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Two transactions may commit in another order than that of their times; who resumes is told from so much earlier.
const OVERLAP: Duration = Duration::from_secs(5);

/// The body of a stream. Small, because thousands of them wait.
pub struct EventStream {
    subscription: Subscription,
    ready: VecDeque<Bytes>,
    heartbeat: Pin<Box<Sleep>>,
    resync: Option<BoxFuture<'static, Result<VecDeque<Bytes>, StoreError>>>,
    ended: bool,
}

/// Where a device resumes: the time in the id of the last event that it saw. An id that is not one of ours is as none.
#[must_use]
pub fn resume_point(last_event_id: &str) -> Option<Timestamp> {
    let (millis, id) = last_event_id.split_once('-')?;
    id.parse::<RequestId>().ok()?;
    millis.parse().ok().map(Timestamp::from_millis)
}

/// Opens a stream for the calling device.
///
/// # Errors
/// [`CallError`].
pub async fn open(app: &App, call: SignedCall, since: Option<Timestamp>) -> Result<EventStream, CallError> {
    let now = app.now();
    let (person, device) = (call.device.person, call.device.id);
    let subscription = Subscription::new(app, person, device);
    let found = app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                if let Err(refusal) = call.admit(tx, now).await? {
                    return Ok::<_, StoreError>(Err(refusal));
                }
                Ok(Ok(match since {
                    // Nothing lives for a day, so that who was away longer learns all from what is live now.
                    Some(since) if now.since(since) < Duration::from_secs(24 * 3600) => {
                        requests::changed_since(tx, &person, since.minus(OVERLAP)).await?
                    }
                    Some(_) | None => requests::list_for_person(tx, &person, now).await?,
                }))
            })
        })
        .await??;
    let ready = found.iter().map(|request| told(request, now)).collect();
    app.metrics().stream_opened();
    Ok(EventStream {
        subscription,
        ready,
        heartbeat: Box::pin(tokio::time::sleep(HEARTBEAT)),
        resync: None,
        ended: false,
    })
}

fn told(request: &requests::Request, now: Timestamp) -> Bytes {
    // What went on by SMS is over for devices.
    let state = if request.method.needs_device() {
        request.state(now)
    } else {
        RequestState::Expired
    };
    request_event(&request.id, state, request.updated_at)
}

fn request_event(id: &RequestId, state: RequestState, updated_at: Timestamp) -> Bytes {
    let millis = updated_at.as_millis();
    Bytes::from(format!(
        "event: request\nid: {millis}-{id}\ndata: {{\"id\":\"{id}\",\"state\":\"{}\"}}\n\n",
        super::list::told(state).as_str()
    ))
}

impl EventStream {
    fn resync(&self) -> BoxFuture<'static, Result<VecDeque<Bytes>, StoreError>> {
        let (app, person) = (self.subscription.app().clone(), self.subscription.person());
        Box::pin(async move {
            let now = app.now();
            let found = app
                .store()
                .read(move |tx| Box::pin(async move { requests::list_for_person(tx, &person, now).await }))
                .await?;
            Ok(found.iter().map(|request| told(request, now)).collect())
        })
    }

    /// The next piece, or None at the end.
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                if self.ready.is_empty() {
                    self.ready = VecDeque::new();
                }
                return Poll::Ready(Some(piece));
            }
            if self.ended {
                return Poll::Ready(None);
            }
            if let Some(reading) = &mut self.resync {
                match reading.as_mut().poll(context) {
                    Poll::Ready(Ok(found)) => {
                        self.ready = found;
                        self.resync = None;
                        continue;
                    }
                    Poll::Ready(Err(error)) => {
                        // The device connects again and then reads what it missed.
                        tracing::warn!(%error, "a stream could not be brought up to date");
                        return Poll::Ready(None);
                    }
                    Poll::Pending => return Poll::Pending,
                }
            }
            match self.subscription.poll_next(context) {
                Poll::Ready(Live::Request { id, state, updated_at }) => {
                    return Poll::Ready(Some(request_event(&id, state, updated_at)));
                }
                Poll::Ready(Live::DeviceEnded { state, .. }) => {
                    self.ended = true;
                    let data = serde_json::to_string(&wire::DeviceEvent { state }).unwrap_or_default();
                    return Poll::Ready(Some(Bytes::from(format!("event: device\ndata: {data}\n\n"))));
                }
                Poll::Ready(Live::DeviceActivated { .. }) => {
                    let notice = wire::NoticeEvent {
                        kind: wire::NoticeKind::DeviceActivated,
                    };
                    let data = serde_json::to_string(&notice).unwrap_or_default();
                    return Poll::Ready(Some(Bytes::from(format!("event: notice\ndata: {data}\n\n"))));
                }
                Poll::Ready(Live::Close) => return Poll::Ready(None),
                Poll::Ready(Live::Resync) => self.resync = Some(self.resync()),
                Poll::Pending => {
                    if self.heartbeat.as_mut().poll(context).is_pending() {
                        return Poll::Pending;
                    }
                    self.heartbeat.as_mut().reset(Instant::now() + HEARTBEAT);
                    return Poll::Ready(Some(Bytes::from_static(b":\n\n")));
                }
            }
        }
    }
}

impl http_body::Body for EventStream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.poll_piece(context)
            .map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        self.subscription.app().metrics().stream_ended();
    }
}

#[cfg(test)]
mod tests {
    use super::resume_point;
    use aldaba_core::time::Timestamp;

    #[test]
    fn only_our_own_ids_are_resumed_from() {
        let id = "00112233445566778899aabbccddeeff";
        assert_eq!(
            resume_point(&format!("1800000000000-{id}")),
            Some(Timestamp::from_millis(1_800_000_000_000))
        );
        for other in ["", "5", id, "x-00112233445566778899aabbccddeeff", "5-5", "-"] {
            assert_eq!(resume_point(other), None);
        }
    }
}
