//! Running, until told to stop.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::pages::router;
use crate::site::Site;

/// What open connections may take to end.
const GRACE: Duration = Duration::from_secs(3);

/// Serves until `stop` is cancelled, then lets open requests end.
pub async fn serve(site: Site, listener: TcpListener, stop: CancellationToken) {
    let ending = stop.clone();
    let serving = axum::serve(listener, router(site)).with_graceful_shutdown(async move { ending.cancelled().await });
    tokio::select! {
        served = serving => {
            if let Err(error) = served {
                tracing::error!(%error, "the listener failed");
            }
        }
        () = async { stop.cancelled().await; tokio::time::sleep(GRACE).await } => {}
    }
}
