//! Waiting for a condition instead of for a time.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long anything may take on a busy machine of two cores before it counts as not happening.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Asks every 25 ms until there is an answer.
///
/// # Errors
/// After [`PATIENCE`], saying `what` was awaited; at once, when asking itself fails.
pub async fn until<T>(what: &str, ask: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    within(PATIENCE, what, ask).await
}

/// As [`until`], with another deadline.
///
/// # Errors
/// As [`until`].
pub async fn within<T>(patience: Duration, what: &str, mut ask: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await? {
            return Ok(answer);
        }
        if started.elapsed() > patience {
            bail!("waited {} s in vain: {what}", patience.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
