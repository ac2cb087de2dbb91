//! Waiting for a condition.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use crate::{Problem, Result};

/// How long a condition is waited for. Far beyond what anything here takes, so that a slow machine
/// fails no test.
pub const PATIENCE: Duration = Duration::from_mins(1);

const PAUSE: Duration = Duration::from_millis(20);

/// What `happening` gives.
///
/// # Errors
/// If it does not come in [`PATIENCE`].
pub async fn soon<T>(what: &str, happening: impl Future<Output = T>) -> Result<T> {
    let late = || Problem::new(format!("{what}: not within {} s", PATIENCE.as_secs()));
    timeout(PATIENCE, happening).await.map_err(|_| late())
}

/// Looks again and again until `look` gives something, and gives it.
///
/// # Errors
/// With the last state that `look` told, if the condition does not come true in [`PATIENCE`].
pub async fn until<T>(what: &str, look: impl AsyncFnMut() -> Result<T, String>) -> Result<T> {
    until_within(PATIENCE, what, look).await
}

/// As [`until`], with a patience of its own.
///
/// # Errors
/// As [`until`].
pub async fn until_within<T>(
    patience: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Result<T, String>,
) -> Result<T> {
    let end = Instant::now() + patience;
    loop {
        match look().await {
            Ok(found) => return Ok(found),
            Err(state) if Instant::now() >= end => {
                let waited = patience.as_secs();
                return Err(Problem::new(format!(
                    "{what}: not within {waited} s; last seen: {state}"
                )));
            }
            Err(_) => sleep(PAUSE).await,
        }
    }
}
