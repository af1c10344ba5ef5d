//! The task that follows the device's live stream while the app runs: requests appear by themselves, and a
//! notification tells of them while the window is hidden or behind others.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use aldaba_authenticator::{Authenticator, Signal};
use aldaba_protocol::error::ErrorCode;
use tauri::{AppHandle, Manager as _};
use tokio::sync::{Notify, mpsc, watch};

use crate::core::Core;
use crate::ipc::{AppState, RequestCardState, RequestsView};
use crate::{platform, texts};

/// Between the end of one watch and the next, should they ever disagree about whether there is a device to watch for.
const PAUSE: Duration = Duration::from_millis(500);

/// Starts the task, which sleeps until the app was found to be activated, and one that waits for a keychain whose owner
/// answers its prompt after we have stopped waiting.
pub fn start(app: AppHandle) {
    let unlocking = app.clone();
    tauri::async_runtime::spawn(async move {
        let core = unlocking.state::<Core>();
        loop {
            let Ok(authenticator) = core.authenticator().await else {
                // Without a data folder there is nothing to wait for; the screens try again when asked to.
                tokio::time::sleep(Duration::from_secs(5)).await;
                continue;
            };
            authenticator.store_answered_late().await;
            if let Err(error) = core.changed_status().await {
                tracing::warn!(code = error.code, "after the keychain was unlocked");
            }
        }
    });
    tauri::async_runtime::spawn(async move {
        let core = app.state::<Core>();
        let mut state = core.state.subscribe();
        while state.wait_for(|state| *state == AppState::Active).await.is_ok() {
            if let Ok(authenticator) = core.authenticator().await {
                follow(&app, &core, authenticator, &mut state).await;
            }
            if *state.borrow() == AppState::Active
                && let Err(error) = core.changed_status().await
            {
                tracing::warn!(code = error.code, "the watch ended");
            }
            tokio::time::sleep(PAUSE).await;
        }
    });
}

/// Follows the stream until the device cannot be used any more.
async fn follow(
    app: &AppHandle,
    core: &Core,
    authenticator: Arc<Authenticator>,
    state: &mut watch::Receiver<AppState>,
) {
    let (signals, mut heard) = mpsc::channel(64);
    let reconnect = Arc::new(Notify::new());
    let ring = reconnect.clone();
    let watch = tauri::async_runtime::spawn(async move { authenticator.watch(&signals, &ring).await });

    let mut announced = HashSet::new();
    let mut next_end: Option<i64> = None;
    loop {
        let signal = tokio::select! {
            signal = heard.recv() => signal,
            () = until(next_end) => Some(Signal::Connected),
            () = core.wake.notified() => {
                reconnect.notify_one();
                Some(Signal::Connected)
            }
            changed = state.changed() => {
                if changed.is_err() || *state.borrow() != AppState::Active {
                    break;
                }
                continue;
            }
        };
        match signal {
            None | Some(Signal::Refused(_)) => break,
            Some(Signal::Disconnected(error)) if error.code == ErrorCode::Network => {
                tracing::debug!("the stream is closed");
                core.set_online(false);
            }
            Some(Signal::OtherDeviceActivated) => warn_of_other_device(app, core).await,
            // A server that answers, and refuses: the look says why.
            Some(Signal::Connected | Signal::Request(_) | Signal::Disconnected(_)) => {
                let mut refused = false;
                // Several events at once are one look.
                while let Ok(more) = heard.try_recv() {
                    match more {
                        Signal::Refused(_) => refused = true,
                        Signal::OtherDeviceActivated => warn_of_other_device(app, core).await,
                        Signal::Connected | Signal::Disconnected(_) | Signal::Request(_) => {}
                    }
                }
                if refused {
                    break;
                }
                let view = core.refresh().await;
                next_end = first_end(&view);
                announce(app, core, &view, &mut announced).await;
                core.emit("requests-changed", view);
            }
        }
    }
    watch.abort();
}

/// Whoever activates a device in somebody's name should not stay unseen: told also while the window is in front, and on the
/// home screen until its owner has read it.
async fn warn_of_other_device(app: &AppHandle, core: &Core) {
    core.emit("other-device-activated", ());
    let language = core.language().await;
    platform::notify(
        app,
        texts::other_device_title(language),
        texts::other_device_body(language),
        texts::notification_open(language),
    );
}

/// Waits until a moment of the local clock; for ever without one.
async fn until(moment: Option<i64>) {
    use aldaba_core::time::{Clock as _, SystemClock};
    match moment {
        None => std::future::pending().await,
        Some(moment) => {
            let left = moment.saturating_sub(SystemClock.now().as_millis()).max(0);
            // A second later, so that the server agrees that it has ended.
            tokio::time::sleep(Duration::from_millis(left.unsigned_abs() + 1000)).await;
        }
    }
}

/// When the first of these requests, or its PIN, ends.
fn first_end(view: &RequestsView) -> Option<i64> {
    if view.error.is_some() {
        // Without a server there is nothing new to learn; the stream tells when it is back.
        return None;
    }
    view.requests
        .iter()
        .map(|card| card.pin_expires_at.unwrap_or(card.expires_at).min(card.expires_at))
        .min()
}

/// One notification a request, and only while its owner is not looking.
async fn announce(app: &AppHandle, core: &Core, view: &RequestsView, announced: &mut HashSet<String>) {
    announced.retain(|id| view.requests.iter().any(|card| card.id == *id));
    for card in &view.requests {
        let new = announced.insert(card.id.clone());
        if new && card.state == RequestCardState::Pending && !platform::is_looked_at(app) {
            let language = core.language().await;
            platform::notify(
                app,
                texts::notification_title(language, &card.relying_party.name),
                texts::notification_body(language),
                texts::notification_open(language),
            );
        }
    }
}
