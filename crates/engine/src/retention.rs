//! What was kept long enough goes by itself: raw answers first, then personal data.

use std::sync::Arc;
use std::time::Duration;

use ppob_journal::JournalError;
use ppob_types::Retention;

use crate::engine::Inner;

/// After a start others come first.
const FIRST_AFTER: Duration = Duration::from_mins(1);
const EVERY: Duration = Duration::from_hours(1);
/// How many payments are read, and stripped, at a time.
const BATCH: usize = 100;
/// How long an answered inquiry is kept after it expired.
const INQUIRIES: Duration = Duration::from_hours(24);

impl Inner {
    pub(crate) fn start_retention(this: &Arc<Self>) {
        let inner = Arc::clone(this);
        this.tasks.spawn(async move {
            let mut pause = FIRST_AFTER;
            loop {
                tokio::select! {
                    biased;
                    () = inner.tasks.stopping().cancelled() => return,
                    () = tokio::time::sleep(pause) => {}
                }
                pause = EVERY;
                if let Err(error) = inner.let_go().await {
                    tracing::warn!(%error, "what was kept long enough stays until the next round");
                }
            }
        });
    }

    /// One round. Short writes, so that no payment waits for it; ends early when the engine stops.
    async fn let_go(&self) -> Result<(), JournalError> {
        let spans = self.told().config.retention;
        // Past every duplicate window an equal payment need not be noticed any more.
        let windows = self.told().config.duplicate_windows;
        let window = self.clock.stretched(windows.listed.max(windows.bills));
        let personal = spans.personal_data.map(|span| span.max(window));
        for (span, to) in
            [(personal, Retention::NoPersonalData), (spans.raw_answers, Retention::NoRawAnswers)]
        {
            let Some(span) = span else { continue };
            while !self.tasks.stopping().is_cancelled() {
                let before = self.now().minus(span);
                let mut batch = self.journal.strippable(to, before, BATCH).await?;
                batch.retain(|stored| {
                    to != Retention::NoPersonalData || !self.passes_by_an_open_one(stored)
                });
                let stripped = self.strip_all(&batch, to).await?;
                if stripped == 0 {
                    break;
                }
                tracing::info!(stripped, kept = to.as_str(), "payments keep less from now on");
            }
        }
        let expired = self.now().minus(INQUIRIES);
        while !self.tasks.stopping().is_cancelled()
            && self.journal.forget_expired_inquiries(expired, BATCH).await? > 0
        {}
        Ok(())
    }
}
