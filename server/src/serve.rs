//! Running: the accept loop, the workers beside it, and a stop that loses nothing.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::Version;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;
use tower::Service;

use crate::app::App;
use crate::config::Messages;
use crate::delivery::{self, Patience};
use crate::http::client::Peer;
use crate::http::takeover::{self, Takeover};
use crate::http::{admin_router, router};
use crate::messages::gateway::{GatewayError, HttpGateway};
use crate::messages::outbox::Outbox;
use crate::oidc::backchannel::{self, Deliverer};
use crate::oidc::{ended, watch};
use crate::{certificates, housekeeping, requests};

/// What a connection may take to send the head of a request.
const HEAD: Duration = Duration::from_secs(15);
/// What open requests may take to end when the server stops.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until [`App::stopping`] is cancelled, then lets open requests end and closes the database.
///
/// # Errors
/// A listener that failed for good.
pub async fn serve(app: App, listener: TcpListener, admin: Option<TcpListener>) -> io::Result<()> {
    serve_with_certificates(app, listener, admin, None).await
}

/// The same, with the listener that asks for certificates.
///
/// # Errors
/// A listener that failed for good.
pub async fn serve_with_certificates(
    app: App,
    listener: TcpListener,
    admin: Option<TcpListener>,
    for_certificates: Option<TcpListener>,
) -> io::Result<()> {
    let tasks = app.tasks().clone();
    tasks.spawn(housekeeping::run(app.clone()));
    tasks.spawn(requests::poll::run(app.clone()));
    tasks.spawn(watch::run(app.clone()));
    tasks.spawn(ended::run(app.clone()));
    match Deliverer::new(app.clone(), backchannel::PATIENCE) {
        Ok(deliverer) => {
            tasks.spawn(delivery::run(deliverer));
        }
        // A machine without certificates of authorities, most likely. What is to be told stays queued.
        Err(error) => tracing::error!(%error, "sites cannot be told of ended sessions"),
    }
    if let Some(admin) = admin {
        tasks.spawn(accept(app.clone(), admin_router(app.clone()), admin, tasks.clone()));
    }
    if let Some(listener) = for_certificates {
        tasks.spawn(certificates::listener::serve(app.clone(), listener, tasks.clone()));
    }
    accept(app.clone(), router(app.clone()), listener, tasks.clone()).await;
    app.hub().close();
    tasks.close();
    if tokio::time::timeout(GRACE, tasks.wait()).await.is_err() {
        tracing::warn!("some connections did not end in time");
    }
    if let Err(error) = app.store().close().await {
        tracing::warn!(%error, "the database did not close cleanly");
    }
    Ok(())
}

/// How long a message that does not run out by itself is tried: somebody will have mended the gateway by then.
const MESSAGES_LAST: Duration = Duration::from_secs(24 * 3600);

/// Starts the worker that sends messages, where messages are sent. The demo's stay in the outbox. A server that stops waits for the
/// messages in hand.
///
/// # Errors
/// The gateway's settings or secrets cannot be used.
pub fn start_messages(app: &App) -> Result<(), GatewayError> {
    match &app.config().messages {
        Messages::Outbox => Ok(()),
        Messages::Gateway(gateway) => {
            let patience = Patience {
                first_wait: Duration::from_secs(gateway.first_wait_seconds),
                deadline: Duration::from_secs(gateway.deadline_seconds),
                lasts: MESSAGES_LAST,
            };
            let sender = HttpGateway::new(gateway)?;
            let outbox = Outbox::new(app.clone(), Arc::new(sender), patience);
            app.tasks().spawn(delivery::run(outbox));
            Ok(())
        }
    }
}

async fn accept(app: App, router: Router, listener: TcpListener, tasks: TaskTracker) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = app.stopping().cancelled() => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                tasks.spawn(connection(app.clone(), router.clone(), stream, peer, tasks.clone()));
            }
            Err(error) => {
                // Out of file descriptors, most likely: those of ended connections come back.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// One connection. HTTP/1.1 only: proxies in front speak it, devices too, and a waiting stream costs least with it.
async fn connection(app: App, router: Router, stream: TcpStream, peer: SocketAddr, tasks: TaskTracker) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no delay could not be set");
    }
    let (take, taken) = oneshot::channel();
    let take = Arc::new(Mutex::new(Some(take)));
    let service = service_fn(move |request: http::Request<Incoming>| {
        let chunked = request.version() == Version::HTTP_11;
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        let answered = router.clone().call(request);
        let take = Arc::clone(&take);
        async move {
            let response = answered.await?;
            if !chunked || response.extensions().get::<Takeover>().is_none() {
                return Ok::<_, Infallible>(response);
            }
            let sender = take.lock().unwrap_or_else(PoisonError::into_inner).take();
            match sender {
                Some(sender) => {
                    // The connection is taken from here; hyper must not answer as well.
                    let _ = sender.send(response);
                    std::future::pending().await
                }
                None => Ok(response),
            }
        }
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // How a connection ends is its client's business; there is nothing to do about it.
        _ = &mut connection => {}
        Ok(response) = taken => {
            let stream = connection.into_parts().io.into_inner();
            tasks.spawn(takeover::deliver(stream, response));
        }
        () = app.stopping().cancelled() => {
            std::pin::Pin::new(&mut connection).graceful_shutdown();
            let _ = connection.await;
        }
    }
}
