//! So many payments under way at the same time, each durable twice: accepted, and answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use ppob_journal::{Acceptance, Committed, Journal};
use tokio::task::JoinSet;

use crate::Result;
use crate::payments::{answered, new_payment};

/// Payments per second.
pub(crate) async fn rate(
    journal: &Arc<dyn Journal>,
    in_flight: usize,
    count: usize,
) -> Result<f64> {
    // The first serials are reserved by a write of their own.
    one(journal.as_ref()).await?;
    let left = Arc::new(AtomicUsize::new(count));
    #[expect(clippy::disallowed_methods, reason = "a measurement")]
    let start = Instant::now();
    let mut workers = JoinSet::new();
    for _worker in 0..in_flight {
        let (journal, left) = (Arc::clone(journal), Arc::clone(&left));
        workers.spawn(async move {
            let take =
                || left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
            while take().is_ok() {
                one(journal.as_ref()).await?;
            }
            Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
        });
    }
    while let Some(ended) = workers.join_next().await {
        ended??;
    }
    Ok(per_second(count, start.elapsed()))
}

async fn one(journal: &dyn Journal) -> Result<()> {
    let serial = journal.reserve_serial().await?;
    let Acceptance::Accepted(stored) = journal.accept(new_payment(serial)?).await? else {
        return Err("a new payment was not accepted".into());
    };
    match journal.commit(answered(&stored)?).await? {
        Committed::Done(_) => Ok(()),
        other => Err(format!("an answer was not recorded: {other:?}").into()),
    }
}

#[expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "a rate for people")]
pub(crate) fn per_second(count: usize, took: std::time::Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}
